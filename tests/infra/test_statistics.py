"""The planner knows of rows that just came in."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.database_address import database_address
from tijdig.customers.operations import CustomerData, upsert_customers
from tijdig.infra import statistics, tenancy
from tijdig.organisations.operations import create_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> int:
    """Make one, in a database whose tables hold nothing and of which the planner knows nothing."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_customer, ledger_item CASCADE")
    statistics.refresh()  # what earlier tests left of the other large tables is known from here on
    return create_organisation(name="Statistiek", country="NL", language="nl", actor="cli")


def add_customers(count: int) -> None:
    upsert_customers([CustomerData(number=f"K{place}", name="X") for place in range(count)], actor="cli")


def expected_rows(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return float(cursor.fetchone()[0])


def test_rows_of_this_transaction_count_at_once(organisation: int) -> None:
    with tenancy.within(organisation):
        add_customers(statistics.MANY_ROWS - 1)
        before = expected_rows("customers_customer")
        assert statistics.refresh() == ("customers_customer",)
        assert expected_rows("customers_customer") == statistics.MANY_ROWS - 1 > before


def test_an_import_of_many_customers_refreshes_by_itself(organisation: int) -> None:
    with tenancy.within(organisation):
        add_customers(statistics.MANY_ROWS)
        assert expected_rows("customers_customer") >= statistics.MANY_ROWS


def test_what_grew_little_is_left_alone(organisation: int) -> None:
    with tenancy.within(organisation):
        add_customers(statistics.MANY_ROWS)
        statistics.refresh()
        upsert_customers([CustomerData(number="ONE-MORE", name="X")], actor="cli")
        assert statistics.refresh() == ()


def rows_known(table: str) -> float:
    """How many rows the planner believes a table to have; -1 when nobody has looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        known: float = cursor.fetchone()[0]
    return known


@pytest.mark.django_db(transaction=True)
def test_a_table_somebody_else_is_refreshing_is_not_waited_for() -> None:
    import psycopg

    organisation_id = create_organisation(name="Statistiek", country="NL", language="nl", actor="cli")
    with (
        psycopg.connect(database_address()) as other,
        tenancy.within(organisation_id),
        transaction.atomic(),
    ):
        other.execute("TRUNCATE customers_customer CASCADE")  # what earlier tests left of it is forgotten
        other.commit()
        other.execute("LOCK TABLE customers_customer IN SHARE UPDATE EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        add_customers(100)
        known = rows_known("customers_customer")
        statistics.refresh()  # waiting would end in the lock's time-out
        assert rows_known("customers_customer") == known
        other.rollback()
        statistics.refresh()
        assert rows_known("customers_customer") >= 100 > known
