"""Written statements read back as they were meant, whatever their texts."""

from __future__ import annotations

import io
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import camt, camt_writer

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=40)
LINES = st.builds(
    StatementLine,
    amount=st.builds(Money, st.integers(-(10**12), 10**12), st.just("EUR")),
    booking_date=st.dates(date(2000, 1, 1)),
    value_date=st.dates(date(2000, 1, 1)),
    counterparty_name=TEXTS,
    structured_reference=TEXTS,
    remittance=TEXTS.filter(lambda text: text not in ("NOTPROVIDED", "NONREF")),
    bank_reference=TEXTS,
    mandate_id=TEXTS.filter(lambda text: text not in ("NOTPROVIDED", "NONREF")),
    return_reason=TEXTS,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(LINES, max_size=8))
def test_what_is_written_reads_back_the_same(lines: list[StatementLine]) -> None:
    meant = Statement(
        account="NL20INGB0001234567",
        id="S<1>",
        currency="EUR",
        sequence="7",
        opening_balance=Money(-5, "EUR"),
        closing_balance=Money(sum(one.amount.minor for one in lines) - 5, "EUR"),
        lines=tuple(lines),
    )
    (read,) = camt.read(io.BytesIO(camt_writer.write(meant)))
    assert [one.amount for one in read.lines] == [one.amount for one in lines]
    for one, original in zip(read.lines, lines, strict=True):
        assert one.booking_date == original.booking_date
        assert one.counterparty_name == original.counterparty_name
        assert one.structured_reference == original.structured_reference
        assert one.remittance == original.remittance
        assert one.bank_reference == original.bank_reference
        assert one.return_reason == original.return_reason
    assert read.closes is True
    assert (read.id, read.sequence) == ("S<1>", "7")
