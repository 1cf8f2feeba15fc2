"""Customer numbers in payments: what is one, how it may be stored, whose it is, and what it books."""

from __future__ import annotations

import pytest

from tests.domain.test_matchers import HOLDING, KNOWN, OVEN, STRANGER, TUIN, answer, item, paid, settled
from tijdig.domain.matching.customer_numbers import (
    CustomerNumbers,
    Pattern,
    Said,
    patterns_of,
    said_in,
    spellings,
)
from tijdig.domain.matching.facts import Debtor


@pytest.mark.parametrize(
    "text",
    [
        "klant 10078",
        "klantnr. K-10078",
        "uw klantnummer 10078",
        "klantnummer: K10078",
        "Kundennr. 10078",
        "Kd-Nr 10078",
        "numéro de client 10078",
        "n° client K10078",
        "customer no. 10078",
        "debiteur 10078",
        "debnr 0010078",
        "K10078",
        "k-10078 saldo",
        "betaling K 10078",
        "K.10078",
    ],
)
def test_a_customer_number_in_any_writing_is_theirs(text: str) -> None:
    numbers = CustomerNumbers([Debtor(1, "K10078", ""), Debtor(2, "K10079", ""), Debtor(3, "K1007", "")])
    assert [numbers.whose(said) for said in said_in(text)] == [1]
    assert "K10078" in spellings(said_in(text), patterns_of(["K10001", "K10002"]))


@pytest.mark.parametrize(
    "text", ["10078", "factuur 10078", "2026-10078", "klaar 10078", "K10078x", "ABCDEFGH10078"]
)
def test_digits_alone_and_letters_of_another_are_no_customer_number(text: str) -> None:
    numbers = CustomerNumbers([Debtor(1, "K10078", ""), Debtor(2, "10078", "")])
    assert [one for said in said_in(text) if (one := numbers.whose(said))] == []


@pytest.mark.parametrize(
    "text", ["B-1000 Brussel", "1000 B1000", "D-10115 Berlin", "NL 1012 Dam 1", "F75001 Paris"]
)
def test_a_postcode_is_no_customer_number(text: str) -> None:
    debtors = [
        Debtor(1, "B1000", ""),
        Debtor(2, "D10115", ""),
        Debtor(3, "NL1012", ""),
        Debtor(4, "F75001", ""),
    ]
    assert [one for said in said_in(text) if (one := CustomerNumbers(debtors).whose(said))] == []


def test_a_number_that_could_be_two_customers_is_nobodys_unless_one_has_it_exactly() -> None:
    numbers = CustomerNumbers([Debtor(1, "K10078", ""), Debtor(2, "L10078", "")])
    assert numbers.whose(Said("10078", told=True)) is None
    assert numbers.whose(Said("l10078", told=True)) == 2
    exact = CustomerNumbers([Debtor(1, "K10078", ""), Debtor(2, "10078", "")])
    assert exact.whose(Said("10078", told=True)) == 2


def test_spellings_follow_how_numbers_look() -> None:
    assert patterns_of(["C-00041", "C-00042", "DEB7", "2026/7"]) == (Pattern("C-", 5), Pattern("DEB", 1))
    said = Said("41", told=True), Said("c00042", told=False)
    assert spellings(said, [Pattern("C-", 5)]) == {"41", "C-00041", "c00042", "C00042", "C-00042"}
    assert spellings([Said("41", told=False)], [Pattern("C-", 5)]) == {"41"}, "digits alone say nothing"


@pytest.mark.parametrize(
    "text", ["K1008", "klant 1008", "klantnr. K-1008", "uw klantnummer 1008", "Kundennummer 1008"]
)
def test_a_customer_number_books_what_fits_in_exactly_one_way(text: str) -> None:
    theirs = [
        item(2, "A2", 4321, customer=TUIN),
        item(3, "A3", 777, customer=TUIN),
        item(4, "A4", 25000, customer=TUIN),
    ]
    mine = item(1, "A1", 4321)
    whole = paid(text, 30098, name=STRANGER)
    assert settled(answer(whole, mine, *theirs)) == {2: 4321, 3: 777, 4: 25000}
    one = paid(text, 4321, name=STRANGER)
    assert answer(one, mine, *theirs).reason.code == "CUSTOMER_NUMBER_AND_AMOUNT"
    assert settled(answer(one, mine, *theirs, payers=KNOWN)) == {2: 4321}, (
        "their words win over whose account it is"
    )
    some = paid(text, 5098, name=STRANGER)
    assert settled(answer(some, mine, *theirs)) == {2: 4321, 3: 777}
    twice = item(5, "A5", 4321, customer=TUIN)
    assert answer(one, mine, *theirs, twice).booking is None
    assert answer(some, mine, *theirs, twice).booking is None
    assert answer(paid(text, 5000, name=STRANGER), mine, *theirs).booking is None, "money in advance"


def test_a_customer_number_takes_no_invoice_that_is_named_otherwise() -> None:
    mine, theirs = item(1, "2026-0042"), item(2, "2026-0043", customer=TUIN)
    assert settled(answer(paid("klant 1008 factuur 2026-0043"), mine, theirs)) == {2: 12100}
    assert answer(paid("klant 1008 factuur 2026-0099"), mine, theirs).booking is None
    other = item(3, "2026-0044", 12100, customer=HOLDING)
    assert answer(paid("klant 1008 factuur 2026-0044"), mine, theirs, other).booking is None


def test_the_customers_own_number_beside_an_amount_contradicts_nothing() -> None:
    assert settled(answer(paid("K1007"), item(1, "1042"), item(2, "1043", 500))) == {1: 12100}
    assert OVEN == 7
