"""Which accounts pay for whom: learned, refuted, forgotten; collectors and own accounts are nobody's."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.banking.builders import ACCOUNT, bank_file, statement
from tests.ledger.builders import a_customer
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.known_payers import account_key
from tijdig.banking.operations import PaidFor, PayerMissing
from tijdig.domain.collectors import MOST_CUSTOMERS
from tijdig.domain.matching import KnownPayer
from tijdig.infra import audit
from tijdig.organisations.operations import change_settings

IBAN = "NL02RABO0123456789"
OTHER = "BE71096123456769"
DAY = date(2026, 11, 2)


def paid(*customers: int, account: str = IBAN, on: date = DAY) -> None:
    banking.learn_payers([PaidFor(account, customer_id, on) for customer_id in customers])


def known(account: str = IBAN) -> dict[int, int]:
    return {each.customer_id: each.confirmed for each in bank.known_payers([account]).get(account, ())}


def test_an_account_is_known_by_whom_it_paid_for_the_most_often_first(customer: int) -> None:
    other = a_customer()
    paid(customer, other, other)
    paid(other, account="nl02 rabo 0123 4567 89", on=date(2026, 11, 9))
    paid(customer, account=OTHER)
    assert bank.known_payers([IBAN, OTHER, "NL00UNKNOWN00000000", ""]) == {
        IBAN: (KnownPayer(IBAN, other, 3), KnownPayer(IBAN, customer, 1)),
        OTHER: (KnownPayer(OTHER, customer, 1),),
    }
    [of_other] = bank.payers_of(other)
    assert (of_other.account, of_other.confirmed, of_other.customers) == (IBAN, 3, 2)
    assert (of_other.first_date, of_other.last_date) == (DAY, date(2026, 11, 9))
    assert [each.account for each in bank.payers_of(customer)] == [IBAN, OTHER]


def test_what_was_taken_back_counts_against_it_until_more_is_confirmed(customer: int) -> None:
    paid(customer)
    wrong = [PaidFor(IBAN, customer, DAY)]
    banking.refute_payers(wrong)
    assert known() == {}
    assert [(each.confirmed, each.refuted, each.stands) for each in bank.payers_of(customer)] == [
        (1, 1, False)
    ]
    paid(customer)
    assert known() == {customer: 1}
    assert bank.payers_of(customer)[0].stands


def test_what_was_never_learned_cannot_be_refuted(customer: int) -> None:
    banking.refute_payers([PaidFor(IBAN, customer, DAY), PaidFor("", customer, DAY)])
    assert bank.payers_of(customer) == ()


def test_an_account_that_pays_for_many_collects_and_says_nothing(organisation: int) -> None:
    few = [a_customer() for _ in range(MOST_CUSTOMERS)]
    paid(*few)
    assert len(known()) == MOST_CUSTOMERS
    many = [a_customer() for _ in range(8)]
    paid(*many, few[0])
    assert known() == {}
    assert bank.payers_of(few[0])[0].confirmed == 2
    assert bank.payers_of(few[0])[0].collects
    assert not bank.payers_of(few[0])[0].stands
    kept = [customer_id for customer_id in (*few, *many) if bank.payers_of(customer_id)]
    assert len(kept) == MOST_CUSTOMERS + 1, "no more is kept than it takes to tell"


def test_many_at_once_are_no_more_than_many_one_by_one(organisation: int) -> None:
    paid(*(a_customer() for _ in range(20)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM banking_knownpayer")
        assert cursor.fetchone() == (MOST_CUSTOMERS + 1,)


def test_own_accounts_are_nobodys(customer: int) -> None:
    banking.record_file(name="b.xml", content=bank_file(statement()), actor="cli")
    change_settings(actor="cli", iban="BE68539007547034")
    paid(customer, account=ACCOUNT)
    paid(customer, account="BE68 5390 0754 7034")
    assert bank.payers_of(customer) == ()


@pytest.mark.parametrize("account", ["", "  ", "GIRO", "1234567"])
def test_what_is_no_account_is_not_learned(customer: int, account: str) -> None:
    assert account_key(account) == ""
    paid(customer, account=account)
    assert bank.payers_of(customer) == ()


def test_one_that_is_forgotten_is_gone_until_it_is_learned_again(customer: int) -> None:
    paid(customer)
    [payer] = bank.payers_of(customer)
    with pytest.raises(PayerMissing):
        banking.forget_payer(payer_id=payer.id, customer_id=a_customer(), actor="user:1")
    banking.forget_payer(payer_id=payer.id, customer_id=customer, actor="user:1")
    assert known() == {}
    entry = audit.entries(limit=1)[0]
    assert (entry.action, entry.subject) == ("bank.payer_forgotten", f"customers_customer:{customer}")
    assert IBAN not in str(entry.data)
    with pytest.raises(PayerMissing):
        banking.forget_payer(payer_id=payer.id, customer_id=customer, actor="user:1")
    paid(customer)
    assert known() == {customer: 1}


def test_a_thousand_take_as_many_statements_as_one(organisation: int) -> None:
    customers = [a_customer() for _ in range(40)]

    def statements(count: int) -> int:
        seen = [PaidFor(f"NL00TEST{number:010}", customers[number % 40], DAY) for number in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            banking.learn_payers(seen)
            banking.refute_payers(seen)
            bank.known_payers(each.account for each in seen)
        return len(queries)

    assert statements(1) == statements(1000)
