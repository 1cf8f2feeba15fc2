"""One row of a table: every cell read, every problem named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.processes.invoice_import.world import ON
from tijdig.domain.documents import InvoiceType
from tijdig.formats.table import Row
from tijdig.processes.invoice_import.columns import Field, TableKind
from tijdig.processes.invoice_import.table_rows import House, RowReader, customer_of
from tijdig.processes.invoice_import.values import ReadRow

COLUMNS = (
    Field.NUMBER, Field.ISSUE_DATE, Field.DUE_DATE, Field.AMOUNT, Field.OPEN, Field.CURRENCY,
    Field.CUSTOMER_NAME,
)  # fmt: skip


def reader() -> RowReader:
    mapping = {field: place for place, field in enumerate(COLUMNS)}
    return RowReader(kind=TableKind.INVOICES, mapping=mapping, house=House(currency="EUR", on=ON))


def read(*cells: str) -> ReadRow:
    return reader().read(Row(7, cells))


def test_an_amount_below_zero_is_a_credit_note() -> None:
    draft = read("C1", "1-10-2026", "", "-100,00", "-40,00", "", "Hoeve").draft
    assert draft is not None
    assert (draft.type, draft.type_code) == (InvoiceType.CREDIT_NOTE, "381")
    assert (draft.total, draft.prepaid, draft.payable, draft.effect) == (10_000, 6_000, 4_000, -4_000)


def test_an_invoice_with_nothing_open_changes_nothing() -> None:
    draft = read("F1", "1-10-2026", "", "100,00", "0,00", "", "Hoeve").draft
    assert draft is not None
    assert (draft.type, draft.total, draft.payable, draft.effect) == (InvoiceType.INVOICE, 10_000, 0, 0)


def test_a_currency_has_its_own_decimals() -> None:
    draft = read("F1", "1-10-2026", "", "1500", "", "jpy", "Hoeve").draft
    assert draft is not None
    assert (draft.currency, draft.total) == ("JPY", 1500)
    assert read("F1", "1-10-2026", "", "1,50", "", "JPY", "Hoeve").problems == (
        "Amount: “1.50” has more decimals than JPY has",
    )


def test_each_problem_of_a_row_is_named() -> None:
    assert read("F1", "morgen", "", "1", "2", "florijn", "").problems == (
        "“florijn” is not a currency Tijdig knows",
        "Invoice date: “morgen” is not a date; write it like 31-12-2026 or 2026-12-31",
        "the customer is missing: a number or a name is needed",
    )
    assert read("F1", "1-1-2026", "", "1", "2", "", "A").problems == (
        "more is open than the invoice amounts to",
    )
    assert read("F1", "1-1-2026", "", "1", "-1", "", "A").problems == (
        "more is open than the invoice amounts to",
    )
    assert read("F1", "1-1-1926", "", "1", "", "", "A").problems == ("Invoice date: 1926 cannot be right",)
    assert read("x" * 101, "1-1-2026", "", "1", "", "", "A").problems == (
        "Invoice number is longer than 100 characters",
    )


def test_a_customer_with_words_for_codes() -> None:
    customer, problems, warnings = customer_of(
        {
            Field.CUSTOMER_NUMBER: "1", Field.CUSTOMER_NAME: "Hoeve", Field.KIND: "zakelijk",
            Field.LANGUAGE: "frans",
            Field.COUNTRY: "België", Field.TERM_DAYS: "30 dagen", Field.STREET: "Dreef",
            Field.HOUSE_NUMBER: "4",
            Field.CHANNEL: "post", Field.CITY: "",
        }
    )  # fmt: skip
    assert (problems, warnings) == ((), ())
    assert (customer.kind, customer.language, customer.country) == ("COMPANY", "fr", "BE")
    assert (customer.payment_term_days, customer.street, customer.preferred_channel) == (
        30,
        "Dreef 4",
        "LETTER",
    )
    assert customer.city is None


def test_words_that_mean_nothing_are_problems() -> None:
    _customer, problems, _warnings = customer_of(
        {Field.CUSTOMER_NUMBER: "1", Field.KIND: "reus", Field.LANGUAGE: "elfs", Field.TERM_DAYS: "ooit"}
    )
    assert len(problems) == 3


@given(st.lists(st.text(max_size=30), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_any_row_gives_a_draft_or_a_reason(cells: list[str]) -> None:
    row = read(*cells)
    assert row.draft is not None or row.problems
