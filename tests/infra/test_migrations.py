"""Every migration from nothing, back to nothing and forward again; and nothing in the models without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from tests.database_address import database_address
from tijdig.customers.models import Customer
from tijdig.organisations.models import Organisation

OURS = sorted(app.label for app in apps.get_app_configs() if app.name.startswith("tijdig."))


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """An empty database beside that of the tests, as its owner; Django's name for it."""
    with django_db_blocker.unblock():
        yield from _empty_database()


def _empty_database() -> Iterator[str]:
    name = f"tijdig_empty_{uuid4().hex[:12]}"
    administration = make_conninfo(database_address(), dbname="postgres")
    with psycopg.connect(administration, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    facts = {**connection.settings_dict, "NAME": name, "CONN_MAX_AGE": 0}
    facts["OPTIONS"] = {key: value for key, value in facts["OPTIONS"].items() if key != "options"}
    connections.databases["empty"] = facts
    try:
        yield "empty"
    finally:
        connections["empty"].close()
        del connections["empty"], connections.databases["empty"]
        with psycopg.connect(administration, autocommit=True) as owner:
            owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_no_model_waits_for_a_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def tables(alias: str) -> set[str]:
    """Return the names of our tables."""
    with connections[alias].cursor() as cursor:
        names = connections[alias].introspection.table_names(cursor)
    return {name for name in names if name.split("_")[0] in OURS}


def to(alias: str, *where: str) -> None:
    """Migrate the database: everything, or an app to one of its migrations."""
    call_command("migrate", *where, database=alias, verbosity=0, interactive=False)


def test_all_from_nothing_back_to_nothing_and_forward_again(empty_database: str) -> None:
    to(empty_database)
    made = tables(empty_database)
    assert {"organisations_organisation", "ledger_item", "messaging_message"} <= made
    for label in OURS:
        to(empty_database, label, "zero")
    assert tables(empty_database) == set()
    to(empty_database)
    assert tables(empty_database) == made


def test_what_came_after_the_first_version_loses_no_rows(empty_database: str) -> None:
    """The functions and indexes of later migrations stand beside the rows that were there before them."""
    to(empty_database)
    for label in ("ledger", "infra"):
        to(empty_database, label, "0002_walls")
    house = Organisation.objects.using(empty_database).create(id=7, slug="huis", name="Huis")
    customer = Customer.objects.using(empty_database).create(
        organisation_id=house.id, number="C1", name="Klant"
    )
    with connections[empty_database].cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_item (organisation_id, customer_id, kind, number, currency, amount, open,
                   issue_date, due_date, payment_reference)
               VALUES (%s, %s, 'INVOICE', 'F-2026 0042', 'EUR', 12100, 12100, '2026-01-31', '2026-02-28', '')""",
            [house.id, customer.id],
        )
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT number, open, settled_date FROM ledger_item")
        assert cursor.fetchall() == [("F-2026 0042", 12100, None)]
        cursor.execute("SELECT number_core, number_tail FROM ledger_item")
        assert cursor.fetchall() == [("20260042", "42")]
        cursor.execute("SELECT count(*) FROM tijdig_refresh_statistics()")


def test_movements_and_organisations_stay_as_they_were_when_returns_and_policies_came(
    empty_database: str,
) -> None:
    to(empty_database, "banking", "0002_walls")
    to(empty_database, "organisations", "0002_walls")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_A_STATEMENT + _A_MOVEMENT)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute(
            "SELECT amount, returned, return_reason, original_amount, charges FROM banking_bankline"
        )
        assert cursor.fetchall() == [(-12100, False, "AC04", None, None)]
        cursor.execute("SELECT count(*) FROM organisations_cashpolicy")
        assert cursor.fetchone() == (0,)


def test_invoices_and_payments_stay_as_they_were_when_costs_and_discounts_found_their_place(
    empty_database: str,
) -> None:
    to(empty_database, "ledger", "0003_items_by_clue")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_AN_INVOICE_AND_ITS_PAYMENT)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT number, open, about_item_id FROM ledger_item")
        assert cursor.fetchall() == [("F1", 12100, None)]
        cursor.execute("SELECT amount, unallocated, reversed, beside_credit_id FROM ledger_credit")
        assert cursor.fetchall() == [(12100, 12100, False, None)]
    to(empty_database, "ledger", "0003_items_by_clue")
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_item JOIN ledger_credit USING (customer_id)")
        assert cursor.fetchone() == (1,)


_AN_INVOICE_AND_ITS_PAYMENT = """
    INSERT INTO customers_customer (id, organisation_id, number, name, kind, language, contact_name, email, phone,
        street, postcode, city, country, vat_number, legal_id, preferred_channel, created_at)
        VALUES (1, 7, 'C1', 'Klant', 'UNKNOWN', 'nl', '', '', '', '', '', '', '', '', '', 'EMAIL', now());
    INSERT INTO ledger_item (organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
        due_date, payment_reference)
        VALUES (7, 1, 'INVOICE', 'F1', 'EUR', 12100, 12100, '2026-01-01', '2026-01-31', '');
    INSERT INTO ledger_credit (organisation_id, customer_id, kind, number, currency, amount, unallocated,
        booking_date, origin, reason, actor, reversed)
        VALUES (7, 1, 'PAYMENT', '', 'EUR', 12100, 12100, '2026-02-01', '', '{}', 'cli', false);
"""


def test_movements_stay_nobodys_when_learning_came_and_a_payer_stays_in_its_house(
    empty_database: str,
) -> None:
    to(empty_database, "banking", "0002_walls")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_A_STATEMENT + _A_MOVEMENT)
    to(empty_database, "banking", "0003_what_came_back")
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT amount, matcher, corrected_date FROM banking_bankline")
        assert cursor.fetchall() == [(-12100, "", None)]
    Organisation.objects.using(empty_database).create(id=7, slug="huis", name="Huis")
    theirs = Customer.objects.using(empty_database).create(organisation_id=8, number="C1", name="Klant")
    with pytest.raises(IntegrityError), transaction.atomic(using=empty_database):
        connections[empty_database].cursor().execute(
            """INSERT INTO banking_knownpayer
                   (organisation_id, account, customer_id, confirmed, refuted, first_date, last_date)
               VALUES (7, 'NL02RABO0123456789', %s, 1, 0, '2026-01-31', '2026-01-31')""",
            [theirs.id],
        )


_A_STATEMENT = """
    INSERT INTO banking_bankaccount (id, organisation_id, number, currency, name) VALUES (1, 7, 'NL1', 'EUR', '');
    INSERT INTO banking_bankstatement (id, organisation_id, account_id, file_id, number, sequence, entry_count,
        net_booked, new_lines, known_lines, balance_difference, rejected, imported_at)
        VALUES (1, 7, 1, 1, '', '', 1, -12100, 1, 0, 0, '[]', now());
"""


def test_what_was_booked_stays_when_any_past_day_could_be_asked_for(empty_database: str) -> None:
    to(empty_database)
    to(empty_database, "ledger", "0030_left_on_account")
    house = Organisation.objects.using(empty_database).create(id=7, slug="huis", name="Huis")
    Customer.objects.using(empty_database).create(id=1, organisation_id=house.id, number="C1", name="Klant")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_A_PAYMENT_TAKEN_BACK)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT origin, amount, reversed FROM ledger_credit")
        assert cursor.fetchall() == [("bank:1", 500, True)]
        cursor.execute("SELECT amount, on_date FROM ledger_allocation")
        assert cursor.fetchall() == [(500, date(2026, 1, 31))]
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname IN"
            " ('allocations_by_day', 'reversed_credits_by_origin')"
        )
        assert len(cursor.fetchall()) == 2


def test_items_stay_and_are_found_by_their_number_when_its_core_became_a_column(empty_database: str) -> None:
    to(empty_database)
    to(empty_database, "ledger", "0031_money_that_moves")
    house = Organisation.objects.using(empty_database).create(id=7, slug="huis", name="Huis")
    Customer.objects.using(empty_database).create(id=1, organisation_id=house.id, number="C1", name="Klant")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_ITEMS)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT number, open, number_core, number_tail FROM ledger_item ORDER BY id")
        assert cursor.fetchall() == [("INV-2026/0042", 500, "20260042", "42"), ("ABC", 500, "", None)]
    to(empty_database, "ledger", "0031_money_that_moves")
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT number FROM ledger_item ORDER BY id")
        assert cursor.fetchall() == [("INV-2026/0042",), ("ABC",)]


_ITEMS = """
    INSERT INTO ledger_item (id, organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
        due_date, payment_reference)
    SELECT place, 7, 1, 'INVOICE', number, 'EUR', 500, 500, '2026-01-31', '2026-01-31', ''
    FROM unnest(ARRAY['INV-2026/0042', 'ABC']) WITH ORDINALITY AS item (number, place)
"""
_A_PAYMENT_TAKEN_BACK = """
    INSERT INTO ledger_credit (id, organisation_id, customer_id, kind, number, currency, amount, unallocated,
        booking_date, origin, reason, actor, reversed)
        VALUES (1, 7, 1, 'PAYMENT', '', 'EUR', 500, 0, '2026-01-30', 'bank:1', '{}', 'cli', true);
    INSERT INTO ledger_item (id, organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
        due_date, payment_reference, settled_date, reverses_credit_id)
        VALUES (1, 7, 1, 'REVERSAL', '#1', 'EUR', 500, 0, '2026-01-31', '2026-01-31', '', '2026-01-31', 1);
    INSERT INTO ledger_allocation (organisation_id, item_id, credit_id, amount, on_date, reason, actor)
        VALUES (7, 1, 1, 500, '2026-01-31', '{}', 'cli');
"""


def test_statements_and_movements_stay_and_count_when_statements_could_be_taken_back(
    empty_database: str,
) -> None:
    to(empty_database, "banking", "0030_receipts_by_clue")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_A_MOVEMENT_OF_A_STATEMENT)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT taken_back_at, taken_back_by FROM banking_bankstatement")
        assert cursor.fetchall() == [(None, "")]
        cursor.execute("SELECT fingerprint, state FROM banking_bankline")
        assert cursor.fetchall() == [("f" * 64, "WAITING")]


def test_what_told_of_a_return_tells_it_still_when_tellings_could_be_withdrawn(empty_database: str) -> None:
    to(empty_database, "payments", "0002_walls")
    to(empty_database, "banking", "0030_receipts_by_clue")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_A_MOVEMENT_OF_A_STATEMENT + _A_TELLING)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT source, counts, withdrawn FROM payments_returntelling")
        assert cursor.fetchall() == [("bank:1", True, False)]


_A_TELLING = """
    INSERT INTO payments_return (id, organisation_id, line_id, on_date, amount, charges, currency, code, loosened,
        actor, at) VALUES (1, 7, 1, '2026-01-31', 100, 0, 'EUR', 'AM04', '[]', 'cli', now());
    INSERT INTO payments_returntelling (organisation_id, return_id, source, statement, bank_reference, counts)
        VALUES (7, 1, 'bank:1', '', '', true);
"""


_A_MOVEMENT = """
    INSERT INTO banking_bankline (organisation_id, statement_id, account_id, fingerprint, position, booking_date,
        amount, currency, counterparty_name, counterparty_iban, structured_reference, remittance, end_to_end_id,
        mandate_id, bank_reference, batch, batch_incomplete, return_reason, state, reason)
        VALUES (7, 1, 1, 'f', 0, '2026-01-31', -12100, 'EUR', '', '', '', '', '', '', '', '', false, 'AC04',
                'WAITING', '{}');
"""


# As of banking 0030.
_A_MOVEMENT_OF_A_STATEMENT = _A_STATEMENT.replace("rejected,", "format, rejected,").replace(
    "'[]'", "'camt.053', '[]'"
) + _A_MOVEMENT.replace(
    "batch_incomplete,", "batch_incomplete, returned, exchange_rate, original_currency,"
).replace("false, 'AC04'", "false, false, '', '', 'AC04'").replace("'f'", f"'{'f' * 64}'")


def test_statements_stay_when_their_kind_of_file_came(empty_database: str) -> None:
    to(empty_database, "banking", "0003_what_came_back")
    with connections[empty_database].cursor() as cursor:
        cursor.execute(_A_STATEMENT)
    to(empty_database)
    with connections[empty_database].cursor() as cursor:
        cursor.execute("SELECT net_booked, format FROM banking_bankstatement")
        assert cursor.fetchall() == [(-12100, "")]
