"""What is written as MT940 is read again: a small writer of the tests' own, and values of every kind."""

from __future__ import annotations

import io
import string
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import mt940

# No colon: a line that happens to begin with ":12:" is a field in this format.
_WORD = st.text(string.ascii_letters + string.digits + "éü€.,;()'+-#", min_size=1, max_size=12)
_TEXT = st.lists(_WORD, min_size=1, max_size=20).map(" ".join)
_IDENTIFIER = st.text(string.ascii_uppercase + string.digits + "-.", min_size=1, max_size=35).filter(
    lambda text: text not in ("NOTPROVIDED", "NONREF") and text == text.strip("-.")
)
_ACCOUNT = st.sampled_from(["NL91ABNA0417164300", "BE68539007547034", "DE89370400440532013000"])
_DAY = st.dates(date(2000, 1, 1), date(2079, 12, 31))
_AMOUNT = st.integers(-(10**12), 10**12).map(lambda minor: Money(minor, "EUR"))


@st.composite
def statement_lines(draw: st.DrawFn) -> StatementLine:
    value_date = draw(_DAY)
    is_returned = draw(st.booleans())
    return StatementLine(
        amount=draw(_AMOUNT),
        booking_date=value_date + timedelta(days=draw(st.integers(-150, 150))),
        value_date=value_date,
        counterparty_name=draw(_TEXT),
        counterparty_iban=draw(_ACCOUNT),
        structured_reference=draw(st.sampled_from(["", "9001123412341234", "RF18539007547034"])),
        remittance=draw(_TEXT),
        end_to_end_id=draw(st.one_of(st.just(""), _IDENTIFIER)),
        mandate_id=draw(st.one_of(st.just(""), _IDENTIFIER)),
        bank_reference=draw(_IDENTIFIER),
        returned=is_returned,
        return_reason="AM04" if is_returned else "",
    )


def amount(money: Money) -> str:
    return f"{abs(money.minor) // 100},{abs(money.minor) % 100:02d}"


def balance(tag: str, day: date, money: Money) -> str:
    return f":{tag}:{'D' if money.minor < 0 else 'C'}{day:%y%m%d}EUR{amount(money)}\n"


def text(line: StatementLine) -> str:
    """Return the :86: as ING writes it: 65 wide with its tag, broken wherever that falls."""
    remittance = (
        f"STRD/CUR/{line.structured_reference}/" if line.structured_reference else f"USTD//{line.remittance}/"
    )
    party = f"{line.counterparty_iban}/ABNANL2A/{line.counterparty_name}/"
    said = {
        "RTRN": line.return_reason,
        "EREF": line.end_to_end_id,
        "MARF": line.mandate_id,
        "CNTP": party,
        "REMI": remittance,
    }
    whole = ":86:" + "/".join(f"/{word}/{value}/" for word, value in said.items() if value)
    return "\n".join(whole[start : start + 65] for start in range(0, len(whole), 65))


def written(statements: list[Statement]) -> bytes:
    parts = []
    for one in statements:
        assert one.opening_balance is not None
        assert one.closing_balance is not None
        assert one.from_date is not None
        assert one.to_date is not None
        parts.append(f":20:{one.id}\n:25:{one.account}EUR\n:28C:{one.sequence}/1\n")
        parts.append(balance("60F", one.from_date, one.opening_balance))
        for line in one.lines:
            mark = "D" if line.amount.minor < 0 else "C"
            days = f"{line.value_date:%y%m%d}{line.booking_date:%m%d}"
            parts.append(
                f":61:{days}{mark}{amount(line.amount)}NTRFEREF//{line.bank_reference}\n{text(line)}\n"
            )
        parts.append(balance("62F", one.to_date, one.closing_balance) + "-}\n")
    return "".join(parts).replace("\n", "\r\n").encode()


@st.composite
def whole_statements(draw: st.DrawFn) -> Statement:
    lines = tuple(
        replace(line, entry_index=place)
        for place, line in enumerate(draw(st.lists(statement_lines(), max_size=5)))
    )
    opening, net = draw(_AMOUNT), Money(sum(line.amount.minor for line in lines), "EUR")
    return Statement(
        account="NL20INGB0001234567",
        id=draw(_IDENTIFIER),
        currency="EUR",
        sequence=str(draw(st.integers(0, 99999))),
        opening_balance=opening,
        closing_balance=opening + net,
        from_date=draw(_DAY),
        to_date=draw(_DAY),
        entry_count=len(lines),
        net_booked=net,
        lines=lines,
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(whole_statements(), min_size=1, max_size=3))
def test_a_statement_is_read_as_it_was_written(statements: list[Statement]) -> None:
    expected = [
        replace(
            one,
            lines=tuple(
                replace(line, remittance="" if line.structured_reference else line.remittance)
                for line in one.lines
            ),
        )
        for one in statements
    ]
    assert list(mt940.read(io.BytesIO(written(statements)))) == expected
    assert all(one.closes for one in expected)
