"""Movements of CODA and the details under them: batches, what a payment is made of, and levels of details."""

from __future__ import annotations

import io

import pytest

from tests.formats import coda_file as made
from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import coda


def statement(*movements: str) -> Statement:
    (only,) = coda.read(io.BytesIO(made.content(made.whole(*movements))))
    assert only.rejected == ()
    assert only.closes
    return only


def line(*movements: str) -> StatementLine:
    (only,) = statement(*movements).lines
    return only


def total(amount: int, kind: str = "10550000", **more: object) -> str:
    return made.first(amount, kind=kind, level="1", **more)  # type: ignore[arg-type]


def detail(number: int, amount: int, says: str = "", kind: str = "50550000", level: str = "0") -> str:
    return made.first(
        amount, says, key=f"0001{number:04}", kind=kind, level=level, reference=f"CHILD{number}"
    )


def test_a_batch_becomes_its_payments_and_is_one_entry() -> None:
    read = statement(
        total(1_000_000),
        made.second(customer="RUN-7"),
        detail(1, 250_000, "een"),
        detail(3, 800_000, "twee"),
        detail(5, -50_000, "drie", level="1"),
        made.first(-1_000, key="00020000"),
    )
    assert [(one.amount.minor, one.remittance, one.bank_reference, one.batch) for one in read.lines] == [
        (25_000, "een", "CHILD1", "RUN-7"),
        (80_000, "twee", "CHILD3", "RUN-7"),
        (-5_000, "drie", "CHILD5", "RUN-7"),
        (-100, "", "BANKREF1", ""),
    ]
    assert [one.entry_index for one in read.lines] == [0, 0, 0, 1]
    assert (read.entry_count, read.net_booked) == (2, Money(99_900, "EUR"))
    assert not any(one.batch_incomplete for one in read.lines)


@pytest.mark.parametrize(
    "head, name",
    [
        ((total(2_000), made.second(customer="RUN-7")), "RUN-7"),
        ((total(2_000),), "BANKREF1"),
        ((total(2_000), made.second(customer="NOTPROVIDED")), "BANKREF1"),
        ((total(2_000, reference=""),), "statement 1 (236), entry 1"),
    ],
)
def test_what_a_batch_is_called(head: tuple[str, ...], name: str) -> None:
    read = statement(*head, detail(1, 1_000), detail(2, 1_000, level="1"))
    assert {one.batch for one in read.lines} == {name}


def test_a_payment_without_words_has_those_of_its_batch_and_its_booking_day() -> None:
    child = made.first(
        1_000, "101" + "123456789002", key="00010001", kind="60150000", structured=True, entry="251226"
    )
    read = statement(
        made.first(2_000, "Reeks 7", kind="20150000", level="1", entry="011226"),
        child,
        detail(2, 1_000, kind="60150000", level="1"),
    )
    assert [(one.structured_reference, one.remittance) for one in read.lines] == [
        ("123456789002", ""),
        ("", "Reeks 7"),
    ]
    assert {str(one.booking_date) for one in read.lines} == {"2026-12-01"}


def test_a_batch_of_one_payment_is_that_payment() -> None:
    only = line(
        total(1_000, kind="20166000"),
        detail(1, 1_000, "ik", kind="60166000", level="1"),
    )
    assert (only.remittance, only.bank_reference, only.batch, only.batch_incomplete) == (
        "ik",
        "CHILD1",
        "",
        False,
    )


@pytest.mark.parametrize(
    "details",
    [
        (),
        (detail(1, 400_000, "een"),),
        (detail(1, 400_000, "een"), detail(2, 700_000, "twee", level="1")),
        (detail(1, 400_000, "een"), detail(2, 600_005, "twee", level="1")),
        (detail(1, 400_000, "een"), detail(2, 600_000, "twee", level="1").replace("600000", "6000x0")),
    ],
    ids=["no details", "one too few", "too much", "not in cents", "not an amount"],
)
@pytest.mark.parametrize("kind", ["10550000", "20150000"])
def test_a_total_whose_payments_do_not_add_up_stays_whole_and_flagged(
    details: tuple[str, ...], kind: str
) -> None:
    only = line(
        made.first(1_000_000, "Incasso", kind=kind, level="1"), made.second(customer="RUN-7"), *details
    )
    assert only.amount == Money(100_000, "EUR")
    assert (only.batch, only.batch_incomplete) == ("RUN-7", True)
    assert only.remittance.split() == ["Incasso", *("een", "twee")[: len(details)]]


def test_details_of_an_unfinished_total_do_not_run_over_into_the_next() -> None:
    read = statement(
        total(5_000),
        made.first(1_000, "zelf", key="00020000"),
        total(2_000, key="00030000"),
    )
    assert [(one.amount.minor, one.batch_incomplete) for one in read.lines] == [
        (500, True),
        (100, False),
        (200, True),
    ]


def test_levels_of_details_are_never_added_twice() -> None:
    read = statement(
        total(10_000, kind="20150000"),
        detail(1, 6_000, "tweede niveau", kind="20150000", level="2"),
        detail(2, 2_000, "a", kind="60150000"),
        detail(3, 4_000, "derde niveau", kind="20150000", level="3"),
        detail(4, 1_000, "b", kind="60150000"),
        detail(5, 3_000, "c", kind="60150000", level="3"),
        detail(6, 0, "d", kind="60150000", level="2"),
        detail(7, 4_000, "e", kind="60150000", level="1"),
    )
    assert [(one.remittance, one.amount.minor) for one in read.lines] == [
        ("a", 200),
        ("b", 100),
        ("c", 300),
        ("d", 0),
        ("e", 400),
    ]
    assert read.entry_count == 1
    assert {one.batch for one in read.lines} == {"BANKREF1"}


def test_a_level_that_does_not_add_up_stays_whole_within_its_batch() -> None:
    read = statement(
        total(10_000, kind="20150000"),
        detail(1, 6_000, "half", kind="20150000", level="2"),
        detail(2, 2_000, "a", kind="60150000", level="2"),
        detail(3, 4_000, "e", kind="60150000", level="1"),
    )
    assert [(one.remittance, one.amount.minor, one.batch_incomplete) for one in read.lines] == [
        ("half a", 600, True),
        ("e", 400, False),
    ]


@pytest.mark.parametrize("codes", ["0000", "2021", "0001", "2001", "1001"])
def test_details_of_details_are_told_by_type_where_the_levels_are_not(codes: str) -> None:
    read = statement(
        total(10_000, kind="20150000"),
        detail(1, 5_900, "een", kind="70150000", level=codes[0]),
        detail(2, 6_000, kind="90150100", level=codes[1]),
        detail(3, -100, kind="90150013", level=codes[2]),
        detail(4, 4_100, "twee", kind="60150000", level=codes[3]),
    )
    assert [(one.remittance, one.amount.minor) for one in read.lines] == [("een", 590), ("twee", 410)]
    assert (read.lines[0].original_amount, read.lines[0].charges) == (Money(600, "EUR"), Money(10, "EUR"))
    assert (read.lines[1].original_amount, read.lines[1].charges) == (None, None)


def test_what_a_payment_is_made_of_is_its_charges_and_what_was_ordered() -> None:
    only = line(
        made.first(97_580, "Factuur 7", kind="34150000", level="1", more=True),
        detail(1, 100_000, kind="84150100"),
        detail(2, -2_000, kind="84150013"),
        detail(3, -420, "21 %", kind="84150011", level="1"),
        made.third(f"{'US12345':34}EUR", "Acme Inc", key="00010003"),
    )
    assert only.amount == Money(9_758, "EUR")
    assert (only.original_amount, only.charges) == (Money(10_000, "EUR"), Money(242, "EUR"))
    assert (only.remittance, only.batch, only.batch_incomplete) == ("Factuur 7 21 %", "", False)
    assert (only.counterparty_name, only.counterparty_iban) == ("Acme Inc", "US12345")


def test_charges_of_money_that_goes_out() -> None:
    only = line(
        made.first(-102_000, kind="34101000", level="1"),
        detail(1, -100_000, kind="84101100"),
        detail(2, -2_000, kind="84101013", level="1"),
    )
    assert (only.original_amount, only.charges) == (Money(-10_000, "EUR"), Money(200, "EUR"))


def test_interest_and_capital_of_a_loan_are_no_charges() -> None:
    only = line(
        made.first(-812_690, "Lening", kind="31301000", level="1"),
        detail(1, -805_730, "kapitaal", kind="81301055"),
        detail(2, -6_960, "rente", kind="81301002", level="1"),
    )
    assert (only.charges, only.original_amount, only.remittance) == (None, None, "Lening kapitaal rente")


def test_what_does_not_add_up_tells_nothing_about_charges() -> None:
    only = line(made.first(-1_000, kind="34101000", level="1"), detail(1, -50, kind="84101013", level="1"))
    assert (only.amount, only.charges, only.batch_incomplete) == (Money(-100, "EUR"), None, False)


@pytest.mark.parametrize("levels", ["232323232323", "987654321", "123456789", "2" * 9])
def test_levels_without_sense_end(levels: str) -> None:
    many = (levels * 3_000)[:9_000]
    movements = [
        detail(place % 9_999 + 1, 10, kind="20150000", level=level) for place, level in enumerate(many)
    ]
    read = statement(total(10 * len(many), kind="20150000"), *movements)
    assert sum(one.amount.minor for one in read.lines) == len(many)
    assert read.net_booked == Money(len(many), "EUR")


@pytest.mark.parametrize(
    "code, returned",
    [
        ("00150000", False),
        ("00154000", True),
        ("00501000", False),
        ("00503000", True),
        ("00505000", True),
        ("00552000", False),
        ("00554000", True),
        ("00556000", True),
        ("00558000", True),
        ("00587000", False),
        ("00149000", True),
        ("04199000", True),
        ("00362000", True),
        ("00000000", False),
    ],
)
def test_the_code_of_a_movement_says_whether_it_takes_one_back(code: str, returned: bool) -> None:
    assert line(made.first(1_000, kind=code)).returned is returned


def test_dates_are_of_this_century_unless_they_cannot_be() -> None:
    read = statement(
        made.first(1_000, entry="311299", value="000000"),
        made.first(1_000, entry="010179", value="      ", key="00020000"),
        made.first(1_000, entry="      ", value="290224", key="00030000"),
        made.first(1_000, entry="000000", value="000000", key="00040000"),
    )
    assert [(str(one.booking_date), str(one.value_date)) for one in read.lines] == [
        ("1999-12-31", "None"),
        ("2079-01-01", "None"),
        ("2024-02-29", "2024-02-29"),
        ("None", "None"),
    ]
