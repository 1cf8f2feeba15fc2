"""Which accounts are the organisation's own: a table of how banks write them, and two properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tijdig.domain.own_accounts import account_number, is_own, strangers

DUTCH = "NL91ABNA0417164300"
BELGIAN = "BE68539007547034"
GERMAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("account", "known"),
    [
        (DUTCH, DUTCH),
        ("nl91 abna 0417 1643 00", DUTCH),
        (DUTCH, "NL91 ABNA 0417 1643 00"),
        ("NL91ABNA0417164300EUR", DUTCH),
        ("NL91ABNA0417164300 USD", DUTCH),
        ("417164300", DUTCH),
        ("0417164300", DUTCH),
        ("0417164300EUR", DUTCH),
        ("41.71.64.300", DUTCH),
        ("ABNANL2A/0417164300", DUTCH),
        ("539007547034", BELGIAN),
        ("539-0075470-34", BELGIAN),
        ("37040044/0532013000", GERMAN),
        ("37040044/532013000", GERMAN),
        (GERMAN, "37040044/532013000"),
        ("P1234567", "P1234567"),
        # Known by the number of an old file, and now by its IBAN.
        (DUTCH, "417164300"),
        (BELGIAN, "539-0075470-34"),
        ("", DUTCH),
        (" / ", DUTCH),
    ],
)
def test_an_account_is_known_however_a_bank_writes_it(account: str, known: str) -> None:
    assert is_own(account, [known])
    assert strangers([account], ["SE4550000000058398257466", known]) == ()


@pytest.mark.parametrize(
    ("account", "known"),
    [
        ("NL20INGB0001234567", DUTCH),
        (BELGIAN, DUTCH),
        ("NL91ABNA0417164301", DUTCH),
        ("NL02ABNA0417164300", DUTCH),
        ("417164301", DUTCH),
        ("64300X", DUTCH),
        ("4300", DUTCH),
        ("0000", DUTCH),
        ("37040044/0532013001", GERMAN),
    ],
)
def test_a_clearly_different_account_is_none_of_ours(account: str, known: str) -> None:
    assert not is_own(account, [known])
    assert strangers([account, known, account], [known]) == (account,)


def test_the_first_account_is_nobodys_stranger() -> None:
    assert strangers([DUTCH, BELGIAN], []) == ()
    assert strangers([DUTCH], ["", " "]) == ()


@given(some.from_regex(r"[A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]{10}", fullmatch=True))
def test_the_number_inside_an_iban_is_known_by_it(iban: str) -> None:
    inside = iban[8:]
    if len(inside.lstrip("0")) >= 5:
        assert is_own(inside, [iban])
        assert is_own(inside.lstrip("0"), [iban])


@given(some.text(max_size=40), some.text(max_size=40))
def test_to_be_one_account_holds_both_ways(one: str, other: str) -> None:
    if account_number(one) and account_number(other):
        assert is_own(one, [one])
        assert is_own(one, [other]) == is_own(other, [one])
