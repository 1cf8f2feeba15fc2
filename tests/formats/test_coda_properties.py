"""What holds for every CODA file: what was written is read, sums stay sums, and no bytes break the reader."""

from __future__ import annotations

import contextlib
import io
import string
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from tests.formats import coda_file as made
from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.domain.references import make_ogm
from tijdig.formats import coda, detect

LETTERS = string.ascii_letters + string.digits + "éüçßÀ€’&/+.-"
days = st.dates(date(1980, 1, 1), date(2079, 12, 31))
cents = st.integers(0, 10**11)
amounts = st.builds(lambda minor, sign: minor * sign, cents, st.sampled_from((1, -1)))


def words(longest: int) -> st.SearchStrategy[str]:
    """Texts as a bank writes them: words with a space between."""
    word = st.text(LETTERS, min_size=1, max_size=12)
    return st.lists(word, max_size=8).map(lambda found: " ".join(found)[:longest].strip())


movements = st.builds(
    StatementLine,
    amount=amounts.map(lambda minor: Money(minor, "EUR")),
    booking_date=days,
    value_date=st.none() | days,
    counterparty_name=words(35),
    counterparty_iban=st.sampled_from(("", "BE72000000001616", "NL91ABNA0417164300", "539007547034")),
    structured_reference=st.just("") | st.integers(0, 10**10 - 1).map(make_ogm),
    remittance=words(149),
    end_to_end_id=words(35).filter(lambda text: "NOTPROVIDED" not in text),
    bank_reference=words(21),
)


def _day(day: date | None) -> str:
    return f"{day:%d%m%y}" if day else "000000"


def _records(place: int, line: StatementLine) -> list[str]:
    """Return the records that say what the line says: text behind a reference starts a word of its own."""
    key = f"{place % 9_999 + 1:04}0000"
    says = line.remittance
    if line.structured_reference:
        says = f"101{line.structured_reference} {says}"[: 53 + 53 + 43]
    return [
        made.first(
            line.amount.minor * 10,
            says[:53],
            key=key,
            structured=bool(line.structured_reference),
            reference=line.bank_reference,
            value=_day(line.value_date),
            entry=_day(line.booking_date),
            more=True,
        ),
        made.second(says[53:106], key=key, customer=line.end_to_end_id, more=True),
        made.third(f"{line.counterparty_iban:34}EUR", line.counterparty_name, says[106:149], key=key),
    ]


# Two letters of windows-1252 that are one of UTF-8.
MIXED = StatementLine(
    amount=Money(0, "EUR"), booking_date=date(2000, 1, 4), end_to_end_id="ß’", bank_reference="ß’"
)


@given(
    lines=st.lists(movements, max_size=6),
    before=amounts,
    end=st.sampled_from(("\r\n", "\n", "\r", "")),
    encoding=st.sampled_from(("cp1252", "utf-8", "utf-8-sig")),
    is_trimmed=st.booleans(),
)
@example(lines=[MIXED], before=0, end="\r\n", encoding="cp1252", is_trimmed=False)
@example(lines=[MIXED], before=0, end="\n", encoding="cp1252", is_trimmed=True)
@example(lines=[MIXED], before=0, end="", encoding="cp1252", is_trimmed=False)
@example(lines=[MIXED], before=0, end="\r\n", encoding="utf-8", is_trimmed=True)
def test_what_was_written_is_read(
    lines: list[StatementLine], before: int, end: str, encoding: str, is_trimmed: bool
) -> None:
    records = [record for place, line in enumerate(lines) for record in _records(place, line)]
    records = made.whole(*records, before=before * 10)
    if is_trimmed and end:
        records = [record.rstrip() for record in records]
    if encoding == "cp1252" or not end:
        # Without line ends the columns are bytes.
        encoding = "cp1252"
    (read,) = coda.read(io.BytesIO(made.content(records, end=end, encoding=encoding)))
    assert read.rejected == ()
    assert read.closes
    assert read.entry_count == len(lines)
    assert read.opening_balance == Money(before, "EUR")
    for place, (written, found) in enumerate(zip(lines, read.lines, strict=True)):
        assert found.entry_index == place
        for name in ("amount", "booking_date", "value_date", "counterparty_name", "counterparty_iban"):
            assert getattr(found, name) == getattr(written, name)
        assert found.structured_reference == written.structured_reference
        assert found.remittance == written.remittance[: 133 if written.structured_reference else 149].strip()
        assert (found.end_to_end_id, found.bank_reference) == (written.end_to_end_id, written.bank_reference)


details = st.lists(
    st.tuples(
        st.integers(-50, 50),
        st.sampled_from("0123456789"),
        st.sampled_from("0000123459 x"),
        st.sampled_from(("000", "100", "011", "013")),
    ),
    max_size=12,
)


@given(head=st.sampled_from("01235 "), level=st.sampled_from("012 "), parts=details, adds_up=st.booleans())
@example(head="1", level="1", parts=[(1, "5", "2", "000"), (2, "5", "1", "000")], adds_up=True)
def test_whatever_the_details_the_lines_are_exactly_the_movement(
    head: str, level: str, parts: list[tuple[int, str, str, str]], adds_up: bool
) -> None:
    amount = sum(part[0] for part in parts) if adds_up else 1_234
    movement = made.first(amount * 10, kind=f"{head}0150000", level=level)
    under = [
        made.first(minor * 10, f"n{place}", key=f"0001{place:04}", kind=f"{kind}0150{category}", level=code)
        for place, (minor, kind, code, category) in enumerate(parts, 1)
    ]
    (read,) = coda.read(io.BytesIO(made.content(made.whole(movement, *under))))
    assert read.rejected == ()
    assert sum(line.amount.minor for line in read.lines) == amount
    assert (read.entry_count, read.net_booked) == (1, Money(amount, "EUR"))
    assert {line.entry_index for line in read.lines} == {0}
    if len(read.lines) > 1:
        assert all(line.batch for line in read.lines)
    for line in read.lines:
        assert bool(line.batch) or not line.batch_incomplete


SAMPLE = made.content(
    made.whole(
        made.first(30_000, "Reeks", kind="10550000", level="1", more=True),
        made.second(customer="RUN-7"),
        made.first(10_000, "127" + "0" * 50, key="00010001", kind="50550000", structured=True),
        made.first(20_000, "twee", key="00010002", kind="50550000", level="1"),
        made.information("x" * 73, key="00010003"),
        made.first(-5_000, "drie", key="00020000"),
    )
)


def no_line_is_left_over(content: bytes) -> bool:
    """Read the file; whether each line that came was followed by its statement. No CODA gives no lines."""
    waiting = 0
    with contextlib.suppress(coda.CodaRefused):
        for item in coda.stream(io.BytesIO(content)):
            waiting = 0 if isinstance(item, Statement) else waiting + isinstance(item, StatementLine)
    return waiting == 0


@given(
    changes=st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=4)), max_size=8),
    start=st.integers(0, len(SAMPLE)),
    length=st.integers(0, len(SAMPLE)),
)
@example(changes=[(0, b"")], start=0, length=258)
@example(changes=[(len(SAMPLE) - 2, b"8")], start=0, length=0)  # a closing balance behind the end of the file
def test_a_damaged_file_is_read_as_far_as_it_goes(
    changes: list[tuple[int, bytes]], start: int, length: int
) -> None:
    content = bytearray(SAMPLE)
    for place, new in changes:
        content[place : place + len(new)] = new
    if len(changes) % 2:
        del content[start : start + length]
    damaged = bytes(content)
    parsed = detect.parse("x", damaged)
    for statement in parsed.statements:
        assert all(line.amount.currency == statement.currency for line in statement.lines)
        assert all(line.entry_index < statement.entry_count for line in statement.lines)
    assert no_line_is_left_over(damaged)


@given(content=st.binary(max_size=600))
def test_arbitrary_bytes_are_refused_or_read(content: bytes) -> None:
    assert no_line_is_left_over(content)
    assert no_line_is_left_over(SAMPLE[:260] + content)
