"""Layouts that a person pointed out: found again by the columns' names, within the organisation alone."""

from __future__ import annotations

import pytest

from tijdig.banking.table_layouts import save_layout, saved_layout
from tijdig.formats.bank_table import Holds, Layout
from tijdig.infra import audit, tenancy
from tijdig.processes import organisation_setup

pytestmark = pytest.mark.django_db

TABLE = b"Wanneer;Hoeveel\n1-11-2026;5,00\n"
LAYOUT = Layout(((0, Holds.BOOKING_DATE), (1, Holds.AMOUNT)), account="NL1")


def test_it_is_found_for_every_table_with_the_same_columns(organisation: int) -> None:
    assert saved_layout(TABLE) is None
    save_layout(content=TABLE, layout=LAYOUT, actor="user:1")
    assert saved_layout(b"wanneer,hoeveel\n2-11-2026,7\n") == LAYOUT
    assert saved_layout(b"Hoeveel;Wanneer\n5,00;1-11-2026\n") is None
    assert saved_layout(b"") is None
    changed = Layout(LAYOUT.columns, account="NL2")
    save_layout(content=TABLE, layout=changed, actor="user:1")
    assert saved_layout(TABLE) == changed
    assert [entry.action for entry in audit.entries()][:2] == ["bank.table_layout_saved"] * 2


def test_another_organisation_does_not_see_it(organisation: int) -> None:
    save_layout(content=TABLE, layout=LAYOUT, actor="user:1")
    other = organisation_setup.create(name="Anders", country="BE", language="fr", actor="cli")
    with tenancy.within(other):
        assert saved_layout(TABLE) is None
