"""CODA files: how they come to us, what a statement says of itself, and records that cannot be read."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Sequence
from datetime import date

import pytest

from tests.formats import coda_file as made
from tijdig.domain.documents import Rejected, Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import coda, detect


def read(content: bytes) -> list[Statement]:
    return list(coda.read(io.BytesIO(content)))


def statement(records: Sequence[str]) -> Statement:
    (only,) = read(made.content(records))
    return only


PLAIN = made.whole(
    made.first(12_340, "Factuur 2026-001", more=True),
    made.second("", customer="E2E-1", more=True),
    made.third(f"{'BE72000000001616':34}EUR", "Müller één BV"),
    made.first(-2_340, "Terug", key="00020000"),
    before=100_000,
)


def test_a_statement() -> None:
    read = statement(PLAIN)
    assert (read.account, read.currency, read.sequence, read.id) == (made.IBAN, "EUR", "236", "2026-236")
    assert (read.opening_balance, read.closing_balance) == (Money(10000, "EUR"), Money(11000, "EUR"))
    assert (read.entry_count, read.net_booked, read.closes) == (2, Money(1000, "EUR"), True)
    assert (read.from_date, read.to_date, read.rejected) == (None, date(2026, 12, 1), ())
    assert read.lines[0] == StatementLine(
        amount=Money(1234, "EUR"),
        booking_date=date(2026, 12, 1),
        value_date=date(2026, 11, 30),
        counterparty_name="Müller één BV",
        counterparty_iban="BE72000000001616",
        remittance="Factuur 2026-001",
        end_to_end_id="E2E-1",
        bank_reference="BANKREF1",
    )
    assert (read.lines[1].amount, read.lines[1].entry_index) == (Money(-234, "EUR"), 1)


TRIMMED = [each.rstrip(" 0") for each in PLAIN]


@pytest.mark.parametrize(
    "content",
    [
        made.content(PLAIN, end="\n"),
        made.content(PLAIN, end="\r"),
        made.content(PLAIN, end=""),
        made.content(PLAIN, end="\r\n\r\n"),
        made.content(PLAIN, end="   \n"),
        made.content(PLAIN, encoding="latin-1"),
        made.content(PLAIN, encoding="utf-8"),
        made.content(PLAIN, encoding="utf-8-sig"),
        b"\r\n" + made.content(PLAIN),
        made.content(PLAIN) + b"\x1a",
        made.content(PLAIN) + b"\r\n\x1a\r\n\0\0\0",
        made.content(PLAIN).removesuffix(b"\r\n"),
        made.content([PLAIN[0], *TRIMMED[1:]]),
        made.content([each + "ignored" for each in PLAIN]),
        made.content(PLAIN).replace(b"Factuur ", b"Factuur\0"),
        made.content([PLAIN[0], "", "   ", *PLAIN[1:]]),
    ],
    ids=[
        "LF", "CR", "no line ends", "empty lines between", "spaces behind", "latin-1", "UTF-8", "byte order mark",
        "empty line in front", "^Z", "^Z and NULs", "no last line end", "trimmed", "longer lines", "NUL",
        "lines of spaces",
    ],
)  # fmt: skip
def test_however_it_comes_it_says_the_same(content: bytes) -> None:
    assert read(content) == [statement(PLAIN)]


@pytest.mark.parametrize("chunk", [1, 7, 127, 128, 129, 130, 131, 1000])
@pytest.mark.parametrize("end", ["\r\n", "\r", ""])
def test_it_makes_no_difference_in_which_pieces_it_arrives(chunk: int, end: str) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, chunk))

    assert list(coda.read(Slow(made.content(PLAIN, end=end)))) == [statement(PLAIN)]


def test_a_byte_that_windows_has_no_letter_for_is_read_as_latin() -> None:
    (read_one,) = read(made.content(PLAIN).replace(b"Factuur", b"Fact\x81ur"))
    assert read_one.lines[0].remittance == "Fact\x81ur 2026-001"


@pytest.mark.parametrize(
    "structure, place, account, currency",
    [
        ("0", "539007547034 EUR0BE", "539007547034", "EUR"),
        ("0", "539007547034 USD BE", "539007547034", "USD"),
        ("1", f"{'417164300':34}EUR", "417164300", "EUR"),
        ("2", f"{'BE68539007547034':31}ABCCHF", "BE68539007547034", "CHF"),
        ("2", f"{'BE68 5390 0754 7034':34}EUR", "BE68539007547034", "EUR"),
        ("3", f"{'MT84MALT011000012345MTLCAST001SX':34}GBP", "MT84MALT011000012345MTLCAST001SX", "GBP"),
        (" ", f"{'BE68539007547034':34}USD", "BE68539007547034", "USD"),
        (" ", "539007547034 GBP", "539007547034", "GBP"),
        (" ", "BE68539007547034", "BE68539007547034", "EUR"),
        (" ", "", "", "EUR"),
    ],
)
def test_the_account_stands_where_its_structure_says(
    structure: str, place: str, account: str, currency: str
) -> None:
    records = [made.header(), made.opening(account=place, structure=structure), made.first(1_000)]
    records += [made.closing(1_000, account=place), made.totals(records)]
    read_one = statement(records)
    assert (read_one.account, read_one.currency) == (account, currency)
    assert read_one.lines[0].amount == Money(100, currency)
    assert read_one.closing_balance == Money(100, currency)


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 12345), ("JPY", None), ("KWD", 123450)])
def test_three_decimals_are_written_whatever_the_currency(currency: str, minor: int | None) -> None:
    account = f"{made.IBAN:34}{currency}"
    inside = [made.opening(account=account), made.first(123_450), made.closing(123_450, account=account)]
    read_one = statement([made.header(), *inside, made.totals(inside)])
    if minor is None:
        assert [each.reason for each in read_one.rejected] == ["“123.450” has more decimals than JPY has"] * 2
    else:
        assert read_one.lines[0].amount == Money(minor, currency)
        assert read_one.closes


def test_the_account_of_the_closing_balance_is_not_held_against_the_other() -> None:
    records = [each.replace(made.IBAN, "BE72000000001616") if each[0] == "8" else each for each in PLAIN]
    assert statement(records) == statement(PLAIN)


def test_a_copy_is_the_same_statement() -> None:
    assert statement([made.header(duplicate=True), *PLAIN[1:]]) == statement(PLAIN)


def test_a_message_of_the_bank_is_about_no_movement() -> None:
    records = [*PLAIN[:-1], made.message("Nieuwe tarieven"), PLAIN[-1]]
    assert statement(records) == statement(PLAIN)


@pytest.mark.parametrize(
    ("opening", "closing", "net", "closes"), [(-5_000, -4_000, 1_000, True), (0, 1_010, 1_000, False)]
)
def test_balances_have_signs_and_need_not_add_up(opening: int, closing: int, net: int, closes: bool) -> None:
    inside = [made.opening(opening), made.first(net), made.closing(closing)]
    read_one = statement([made.header(), *inside, made.totals(inside)])
    assert (read_one.opening_balance, read_one.closing_balance) == (
        Money(opening // 10, "EUR"),
        Money(closing // 10, "EUR"),
    )
    assert (read_one.closes, read_one.rejected) == (closes, ())


def test_several_statements_each_with_its_header() -> None:
    other = made.whole(made.first(-1_000), before=500_000)
    first, second = read(made.content([*PLAIN, *other]))
    assert first == statement(PLAIN)
    assert (second.entry_count, second.net_booked, second.closes) == (1, Money(-100, "EUR"), True)
    assert second.lines[0].entry_index == 0


def test_several_statements_and_accounts_without_headers_between() -> None:
    foreign = f"{'539007547034':12} USD"
    inside = [
        made.opening(0, number="001"),
        made.first(1_000),
        made.closing(1_000, number="001"),
        made.opening(1_000, number="002"),
        made.closing(1_000, number="002"),
        made.opening(0, number="003", account=foreign, structure="0"),
        made.first(-2_000),
        made.closing(-2_000, number="003", account=foreign),
    ]
    bare = read(made.content(inside))
    assert [(one.id, one.currency, one.entry_count, one.closes) for one in bare] == [
        ("2026-001", "EUR", 1, True),
        ("2026-002", "EUR", 0, True),
        ("2026-003", "USD", 1, True),
    ]
    assert not any(one.rejected for one in bare)
    assert read(made.content([made.header(), *inside, made.totals(inside)])) == bare


@pytest.mark.parametrize(
    ("paper", "coded", "day", "sequence", "identity"),
    [
        ("236", "001", "011226", "236", "2026-236"),
        ("000", "014", "011226", "014", "2026-014"),
        ("000", "000", "011226", "", "2026-12-01"),
        ("   ", "   ", "011226", "", "2026-12-01"),
        ("001", "001", "000000", "001", "2026-001"),
    ],
)
def test_the_number_of_a_statement(paper: str, coded: str, day: str, sequence: str, identity: str) -> None:
    records = [made.header(), made.opening(number=paper)[:125] + coded, made.closing(day=day)]
    read_one = statement(records)
    assert (read_one.sequence, read_one.id) == (sequence, identity)


def rejected(records: Sequence[str]) -> list[tuple[str, str]]:
    return [(each.where, each.reason) for one in read(made.content(records)) for each in one.rejected]


def changed(column: int, text: str, *, of: str = "21") -> list[str]:
    """Return the plain statement with one record overwritten from a column on, counted from 1."""
    place = next(place for place, each in enumerate(PLAIN) if each.startswith(of))
    was = PLAIN[place]
    now = was[: column - 1] + text + was[column - 1 + len(text) :]
    return [*PLAIN[:place], now, *PLAIN[place + 1 :]]


@pytest.mark.parametrize(
    ("records", "where", "reason"),
    [
        (changed(33, "00000000x012340"), "entry 1 (line 3)", "“00000000x012340” is not an amount"),
        (changed(33, " " * 15), "entry 1 (line 3)", "it has no amount"),
        (changed(33, "٠٠٠٠٠٠٠٠٠٠١٢٣٤٠"), "entry 1 (line 3)", "“٠٠٠٠٠٠٠٠٠٠١٢٣٤٠” is not an amount"),
        (changed(33, f"{12_345:015}"), "entry 1 (line 3)", "“12.345” has more decimals than EUR has"),
        (changed(32, "7"), "entry 1 (line 3)", "neither credit nor debit (the sign is “7”)"),
        (changed(116, "310226"), "entry 1 (line 3)", "“310226” is not a date"),
        (changed(116, "3002xx"), "entry 1 (line 3)", "“3002xx” is not a date"),
        (changed(44, "x", of="1"), "opening balance (line 2)", "“x00000000100000” is not an amount"),
        (changed(58, "991226", of="8"), "closing balance (line 7)", "“991226” is not a date"),
        (changed(1, "77"), "line 3", "“77” is no record that CODA knows"),
        (changed(7, "0003"), "line 3", "it is a detail of a movement that is not in the file"),
        (changed(3, "0009", of="22"), "line 4", "it belongs to no movement"),
        (changed(7, "0009", of="23"), "line 5", "it belongs to no movement"),
        (changed(2, "2", of="23"), "line 5", "record 22 of this movement comes twice"),
        (changed(21, "5", of="9"), "totals (line 8)", "the file says it holds 56 records; 6 were read"),
    ],
)  # fmt: skip
def test_a_bad_record_is_rejected_with_its_place_and_the_rest_is_read(
    records: list[str], where: str, reason: str
) -> None:
    content = "".join(f"{each}\n" for each in records).encode()
    (read_one,) = read(content)
    found = [f"{each.where}: {each.reason}" for each in read_one.rejected]
    assert any(where in each and reason in each for each in found), found
    assert read_one.lines[-1].amount == Money(-234, "EUR")
    assert read_one.account == made.IBAN


def test_a_record_that_is_lost_takes_only_its_own_movement_with_it() -> None:
    found = rejected(changed(1, "xx"))
    # What goes on with the lost record is told once, and the counts no longer fit.
    assert found == [
        ("line 3", "“xx” is no record that CODA knows"),
        ("line 4", "it belongs to no movement"),
        ("totals (line 8)", "the file says it holds 6 records; 5 were read"),
        ("totals (line 8)", "the file says 12.340 came in; what was read makes 0.000"),
    ]


def test_thousands_of_lines_of_something_else_are_told_in_a_few_words() -> None:
    found = rejected([*PLAIN[:-1], *["<html>"] * 5_000, PLAIN[-1]])
    assert len(found) == 21
    assert found[20] == ("file", "4980 more lines are no records that CODA knows")


def test_what_stands_after_the_last_record_is_told_too() -> None:
    content = made.content([*PLAIN, "Gedrukt op 01/12/2026"])
    (read_one,) = read(content)
    assert [each.where for each in read_one.rejected] == ["line 9"]
    assert [type(item) for item in coda.stream(io.BytesIO(content))][-2:] == [Rejected, Statement]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (36, "the file says 2.390 went out; what was read makes 2.340"),
        (51, "the file says 12.390 came in; what was read makes 12.340"),
    ],
)
def test_control_totals_count_where_the_balances_prove_nothing(column: int, reason: str) -> None:
    records = changed(column, "9", of="9")
    # One bank writes its totals three columns further; its balances say that nothing is lacking.
    assert rejected(records) == []
    unproven = [made.closing(100) if each[0] == "8" else each for each in records]
    assert rejected(unproven) == [("totals (line 8)", reason)]


def test_control_totals_that_are_blank_prove_nothing() -> None:
    assert rejected([*PLAIN[:-1], made.record("9", linked="2")]) == []


@pytest.mark.parametrize("following", [[], [made.totals(PLAIN[1:-1])], made.whole()])
def test_a_missing_closing_balance_is_told(following: list[str]) -> None:
    first = read(made.content([*PLAIN[:-2], *following]))[0]
    assert (first.closing_balance, first.closes, len(first.lines)) == (None, None, 2)
    assert "closing balance (record 8) is missing" in first.rejected[0].reason


def test_movements_before_any_balance_have_no_account() -> None:
    (only,) = read(made.content([made.header(), made.first(1_000), made.closing(5_000)]))
    assert (only.account, only.opening_balance, only.net_booked) == ("", None, Money(100, "EUR"))


def test_a_file_that_is_no_coda_is_refused() -> None:
    with pytest.raises(coda.CodaRefused, match="line 2: this is no CODA"):
        read(b"\nhello\n")


def test_a_file_cut_anywhere_gives_no_movement_that_the_whole_file_does_not() -> None:
    batch = [
        made.first(3_000, key="00030000", kind="20150000", level="1"),
        made.first(1_000, "een", key="00030001", kind="60150000"),
        made.first(2_000, "twee", key="00030002", kind="60150000", level="1"),
    ]
    records = made.whole(*PLAIN[2:6], *batch)
    content = made.content(records)
    (complete,) = read(content)
    assert [line.remittance for line in complete.lines] == ["Factuur 2026-001", "Terug", "een", "twee"]
    for end in range(len(records[0]) + 2, len(content)):
        for part in read(content[:end]):
            assert set(part.lines) <= set(complete.lines), end
            if part.closing_balance is None:
                assert any("cut off" in each.reason or "balance" in each.where for each in part.rejected)


def test_the_streaming_form_gives_lines_first_and_then_the_statement() -> None:
    items = list(coda.stream(io.BytesIO(made.content(changed(33, "x")))))
    assert [type(item) for item in items] == [Rejected, StatementLine, Statement]


def test_memory_stays_flat_however_long_the_file() -> None:
    movement = made.first(1_000, "x" * 53)
    peaks = []
    for count in (2_000, 20_000):
        content = made.content(made.whole(*[movement] * count))
        tracemalloc.start()
        assert sum(isinstance(item, StatementLine) for item in coda.stream(io.BytesIO(content))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_it_is_a_bank_statement_to_who_asks() -> None:
    content = made.content(PLAIN)
    assert detect.is_bank_statement(content)
    parsed = detect.parse("x.cod", content)
    assert (parsed.kind, parsed.format) == (detect.FileKind.BANK_STATEMENT, "CODA")
    assert parsed.statements == (statement(PLAIN),)
    items = list(detect.bank_statements("x.cod", content))
    assert items[:-1] == list(parsed.statements[0].lines)


@pytest.mark.parametrize(
    "content",
    [
        b"00000123456,5,5,5\n",
        b"0000012345 Nummer;Bedrag\n1;10,00\n",
        b"1;2;3\n",
        b"1200112345\n",
    ],
)
def test_digits_alone_make_no_coda(content: bytes) -> None:
    assert not coda.looks_like(content)
    assert not detect.is_bank_statement(content)
