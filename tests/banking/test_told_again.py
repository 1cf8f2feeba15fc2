"""A statement that tells days again with other marks of the bank adds what is new, and nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.builders import DAY, Entry, bank_file, statement
from tijdig.banking import queries
from tijdig.banking.operations import record_file
from tijdig.banking.told_again import Span, tells_again
from tijdig.processes import cash_application

ONE = Entry("100.00", "factuur 1", end_to_end_id="E1", mandate="M1", bank_reference="A1")
TWO = Entry("49.95", "abonnement", bank_reference="A2")


def take_in(*contents: bytes) -> list[tuple[int, int]]:
    """New and known movements of each file."""
    outcomes = [
        record_file(name="bank.xml", content=content, actor="user:1", new_accounts=True)
        for content in contents
    ]
    return [(outcome.new_lines, outcome.known_lines) for outcome in outcomes]


def marked(entries: Sequence[Entry], mark: str) -> list[Entry]:
    return [replace(each, bank_reference=f"{mark}{place}") for place, each in enumerate(entries)]


@pytest.mark.parametrize("mark", ["", "OTHER"], ids=["no marks", "other marks"])
def test_the_same_day_with_other_marks_is_known(organisation: int, mark: str) -> None:
    again = [replace(each, bank_reference=mark and f"{mark}{n}") for n, each in enumerate((ONE, TWO))]
    assert take_in(
        bank_file(statement((ONE, TWO), id="DAY")),
        bank_file(statement(again, id="AGAIN")),
        bank_file(statement((*again, replace(TWO, text="new")), id="ONCE MORE")),
    ) == [(2, 0), (0, 2), (1, 2)]


def test_it_is_booked_once(organisation: int, customer: int) -> None:
    for mark in ("A", "B"):
        content = bank_file(statement(marked((ONE, TWO), mark), id=mark))
        done = cash_application.import_bank_file(name="bank.xml", content=content, on=DAY, actor="user:1")
        assert (done.new_lines, done.already_known) == ((2, 0) if mark == "A" else (0, 2))
    assert len(queries.line_page().lines) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, amount="100.01"),
        replace(ONE, text="factuur 2"),
        replace(ONE, name="Iemand anders"),
        replace(ONE, iban="NL44RABO0123456789"),
        replace(ONE, end_to_end_id="E2"),
        replace(ONE, mandate="M2"),
        replace(ONE, reference="RF18539007547034"),
        replace(ONE, day=DAY - timedelta(days=1)),
    ],
    ids=["amount", "text", "name", "account", "end-to-end id", "mandate", "reference", "day"],
)
def test_what_differs_in_anything_else_is_new(organisation: int, other: Entry) -> None:
    again = replace(other, bank_reference="B1")
    assert take_in(bank_file(statement([ONE])), bank_file(statement([again], id="AGAIN")))[1] == (1, 0)


def test_another_account_tells_other_movements(organisation: int) -> None:
    theirs = statement(marked([ONE], "B"), id="AGAIN", account="NL20INGB0001234567")
    assert take_in(bank_file(statement([ONE])), bank_file(theirs)) == [(1, 0), (1, 0)]


@pytest.mark.parametrize(
    "before, after, known",
    [
        ("", "A", 1),
        ("A", "BC", 1),
        ("AB", "CD", 2),
        ("AB", "AC", 2),
        ("A", "AB", 1),
        ("AB", "A", 1),
        ("AB", "C", 1),
        ("A", "BCA", 1),
    ],
)
def test_of_equal_payments_as_many_are_known_as_were_told(
    organisation: int, before: str, after: str, known: int
) -> None:
    """Each letter is the mark of one more payment that is equal in everything else."""
    first = [replace(TWO, bank_reference=mark) for mark in before or [""]]
    again = [replace(TWO, bank_reference=mark) for mark in after]
    told = take_in(bank_file(statement(first)), bank_file(statement(again, id="AGAIN")))
    assert told == [(len(first), 0), (len(again) - known, known)]


@pytest.mark.parametrize("order", permutations(range(3)), ids=str)
def test_parts_of_a_day_tell_a_payment_each(organisation: int, order: tuple[int, ...]) -> None:
    """Three customers' worth of one payment: the bank marks each, and its statements follow each other."""
    parts = [
        bank_file(statement(marked([TWO], f"PART{n}"), id=f"S{n}", opening=f"{1000 + n * 49.95:.2f}"))
        for n in range(3)
    ]
    assert take_in(*(parts[n] for n in order)) == [(1, 0)] * 3


def test_notices_of_one_day_tell_a_payment_each(organisation: int) -> None:
    def notice(mark: str) -> bytes:
        text = bank_file(statement(marked([TWO], mark), id=mark, opening=None)).decode()
        text = text.replace("camt.053", "camt.054").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
        return text.replace("<Stmt>", "<Ntfctn>").replace("</Stmt>", "</Ntfctn>").encode()

    assert take_in(notice("N1"), notice("N2")) == [(1, 0), (1, 0)]


def span(
    first: int, last: int, opening: int | None = None, closing: int | None = None, number: str = ""
) -> Span:
    return Span(number, DAY + timedelta(days=first), DAY + timedelta(days=last), opening, closing)


@pytest.mark.parametrize(
    "one, other, again",
    [
        (span(0, 0, 0, 10), span(0, 0, 0, 10), True),
        (span(0, 0, 0, 10), span(0, 0, 0, 30), True),
        (span(0, 0, 0, 10), span(0, 0, 10, 20), False),
        (span(0, 0, 0, 10), span(0, 0, 20, 30), False),
        (span(0, 0, 0, 10), span(0, 6, 0, 70), True),
        (span(6, 6, 60, 70), span(0, 6, 0, 70), True),
        (span(6, 6, 75, 80), span(0, 6, 0, 70), False),
        (span(3, 3, 30, 40), span(0, 6, 0, 70), True),
        (span(0, 1, 0, 20), span(1, 2, 10, 30), True),
        (span(0, 1, 0, 10), span(1, 2, 10, 20), False),
        (span(0, 1, 0, 10), span(2, 3, 0, 10), False),
        (span(0, 0, 5, 5), span(0, 0, 5, 5), False),
        (span(0, 0, 5, 5, "S1"), span(0, 0, 5, 5, "S1"), True),
        (span(0, 0), span(0, 0), False),
        (span(0, 0, number="S1"), span(0, 0, number="S1"), True),
        (span(0, 6), span(3, 9), True),
        (span(0, 6), span(6, 6), False),
    ],
)
def test_which_statements_tell_the_same_days(one: Span, other: Span, again: bool) -> None:
    for kind in ("camt.053", "MT940"):
        assert tells_again(one, other, kind=kind) is tells_again(other, one, kind=kind) is again


def test_notices_are_copies_or_tell_something_else() -> None:
    assert not tells_again(span(0, 6), span(0, 6), kind="camt.054")
    assert tells_again(span(0, 6, number="N"), span(0, 6, number="N"), kind="camt.054")


@dataclass(frozen=True)
class Extract:
    """Days of the account as a bank tells them, and how it marks their movements."""

    first: int
    last: int
    marks: str


EXTRACTS = st.builds(
    lambda first, days, marks: Extract(first, min(first + days, 4), marks),
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from(["lasting", "anew", "none"]),
)
DAYS = st.lists(st.lists(st.integers(0, 2), max_size=4), min_size=5, max_size=5)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(days=DAYS, extracts=st.lists(EXTRACTS, min_size=1, max_size=5))
def test_however_often_days_are_told_each_movement_counts_once(
    organisation: int, days: list[list[int]], extracts: list[Extract]
) -> None:
    """Of each day, the payments of each kind (0 to 2, equal within a kind but for their marks)."""
    with transaction.atomic():
        told: set[int] = set()
        for place, extract in enumerate(extracts):
            take_in(_told(days, extract, id=f"EXTRACT-{place}"))
            told |= set(range(extract.first, extract.last + 1))
            lines = queries.line_page(limit=99).lines
            assert Counter((line.booking_date, line.remittance) for line in lines) == Counter(
                (_on(day), f"kind {kind}") for day in told for kind in days[day]
            )
        transaction.set_rollback(True)


def _on(day: int) -> date:
    return DAY + timedelta(days=day)


def _told(days: list[list[int]], extract: Extract, *, id: str) -> bytes:
    marks = {
        "lasting": lambda n, k: f"M{n}-{k}",
        "anew": lambda n, k: f"{id}-{n}-{k}",
        "none": lambda n, k: "",
    }
    entries = [
        Entry(f"{kind + 1}.00", f"kind {kind}", day=_on(n), bank_reference=marks[extract.marks](n, k))
        for n in range(extract.first, extract.last + 1)
        for k, kind in enumerate(days[n])
    ]
    opening = sum(kind + 1 for day in days[: extract.first] for kind in day)
    first, last = _on(extract.first), _on(extract.last)
    period = f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>"
    whole = statement(entries, id=id, opening=f"{opening}.00")
    return bank_file(whole.replace("<Acct>", f"{period}<Acct>", 1))
