"""The wall between organisations, as PostgreSQL keeps it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction

from tijdig.infra import audit, tenancy

pytestmark = pytest.mark.django_db


def test_the_application_is_not_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'ledger_item'"
        )
        role, owner = cursor.fetchone()
    assert role == tenancy.APPLICATION_ROLE != owner


def test_every_table_with_an_organisation_has_a_wall() -> None:
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "organisation_id" for field in model._meta.local_fields)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        walled = {row[0] for row in cursor.fetchall()}
    assert len(tables) > 15
    assert tables <= walled


def test_rows_of_another_organisation_do_not_show() -> None:
    with tenancy.within(1), transaction.atomic():
        audit.record(actor="cli", action="made")
    with tenancy.within(2):
        assert audit.entries() == ()
    assert audit.entries() == ()
    with tenancy.within(1):
        assert [entry.action for entry in audit.entries()] == ["made"]


def test_a_block_inside_a_block_goes_back_to_where_it_was() -> None:
    with tenancy.within(1):
        with tenancy.within(2):
            assert tenancy.current_organisation_id() == 2
        assert tenancy.current_organisation_id() == 1
    with pytest.raises(tenancy.OrganisationMissing):
        tenancy.current_organisation_id()
