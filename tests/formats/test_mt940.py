"""MT940 and MT942: messages, pages, balances, encodings, files that break off, and files made to harm."""

from __future__ import annotations

import io
import time
import tracemalloc
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tijdig.domain.documents import Rejected, Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import mt940

ENTRY = ":61:2611021102C100,00NTRFNONREF\n:86:/REMI/Factuur 7"


def message(
    *inside: str,
    reference: str = "REF1",
    account: str = "NL20INGB0001234567",
    number: str = "12/1",
    opening: str = ":60F:C261101EUR10,00",
    closing: str = ":62F:C261130EUR110,00",
) -> str:
    fields = (f":20:{reference}", f":25:{account}", f":28C:{number}", opening, *inside, closing)
    return "\n".join(field for field in fields if field) + "\n-\n"


def read(*messages: str) -> list[Statement]:
    return list(mt940.read(io.BytesIO("".join(messages).encode())))


def outcome(content: bytes) -> list[Statement] | mt940.Mt940Refused:
    try:
        return list(mt940.read(io.BytesIO(content)))
    except mt940.Mt940Refused as refusal:
        return refusal


def only(*messages: str) -> Statement:
    (statement,) = read(*messages)
    return statement


def texts(statement: Statement) -> list[str]:
    return [line.remittance for line in statement.lines]


def test_a_statement_with_all_it_says() -> None:
    statement = only(message(ENTRY))
    assert (statement.id, statement.account, statement.sequence) == ("REF1", "NL20INGB0001234567", "12")
    assert (statement.opening_balance, statement.closing_balance) == (Money(1000, "EUR"), Money(11000, "EUR"))
    assert (statement.from_date, statement.to_date) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (statement.currency, statement.entry_count, statement.net_booked) == (
        "EUR",
        1,
        Money(10000, "EUR"),
    )
    assert statement.closes
    assert statement.rejected == ()
    assert statement.lines == (
        StatementLine(Money(10000, "EUR"), date(2026, 11, 2), date(2026, 11, 2), remittance="Factuur 7"),
    )


def test_a_stream_gives_the_lines_then_their_statement_without_them() -> None:
    content = message(ENTRY, ":61:gibberish") + message(reference="REF2")
    pieces = list(mt940.stream(io.BytesIO(content.encode())))
    assert [type(piece) for piece in pieces] == [StatementLine, Rejected, Statement, Statement]
    assert [piece.lines for piece in pieces if isinstance(piece, Statement)] == [(), ()]


@pytest.mark.parametrize(
    "written, account",
    [
        ("NL20INGB0001234567EUR", "NL20INGB0001234567"),
        ("NL20INGB0001234567 EUR", "NL20INGB0001234567"),
        ("NL20 INGB 0001 2345 67", "NL20INGB0001234567"),
        ("INGBNL2A/NL20INGB0001234567", "NL20INGB0001234567"),
        ("INGBNL2AXXX/NL20INGB0001234567/EUR", "NL20INGB0001234567"),
        ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
        ("FR7630006000011234567890ABC", "FR7630006000011234567890ABC"),
        ("0123456789                         ", "0123456789"),
        ("2121.21.211EUR", "2121.21.211"),
        ("0800003200000001610722 EUR", "0800003200000001610722"),
        ("TRIODOSBANK/0390123456", "TRIODOSBANK/0390123456"),
        ("87052000/123456789", "87052000/123456789"),
        ("UBRTHUHB/123456789150ABCDEF002/HUF", "UBRTHUHB/123456789150ABCDEF002"),
    ],
)
def test_an_iban_is_the_account_without_bank_space_or_currency_and_others_are_as_written(
    written: str, account: str
) -> None:
    assert only(message(account=written)).account == account


@pytest.mark.parametrize(
    "tag, number, sequence",
    [
        ("28C", "00000", "00000"),
        ("28C", "0000\n0", "00000"),
        ("28", "13501/1", "13501"),
        ("28C", "00004/00001", "00004"),
        ("28C", "/1", ""),
        ("28", "00001/01   ", "00001"),
    ],
)
def test_the_number_of_a_statement(tag: str, number: str, sequence: str) -> None:
    assert only(message().replace(":28C:12/1", f":{tag}:{number}")).sequence == sequence


@pytest.mark.parametrize(
    "written, minor",
    [
        ("C261101EUR10,00", 1000),
        ("D261101EUR10,00", -1000),
        ("C261101EUR10,", 1000),
        ("C261101EUR10", 1000),
        ("C261101EUR000000000010.00", 1000),
        ("C261101EUR1.234,56", 123456),
        ("C000000EUR10,00", 1000),
    ],
)
def test_balances_as_banks_write_them(written: str, minor: int) -> None:
    assert only(message(opening=f":60F:{written}")).opening_balance == Money(minor, "EUR")


@pytest.mark.parametrize("written", ["null", "Dnull", "C261101EUR", "C20261101EUR10,00", "C261101EUR10,001"])
def test_a_balance_that_cannot_be_read_is_rejected_and_the_entries_are_read(written: str) -> None:
    statement = only(message(ENTRY, closing=f":62F:{written}"))
    assert (statement.closing_balance, len(statement.lines)) == (None, 1)
    (rejected,) = statement.rejected
    assert rejected.where == "balance 62F (line 7)"
    assert "not a balance" in rejected.reason or "more decimals" in rejected.reason


def test_a_closing_balance_may_leave_the_currency_to_the_opening_one() -> None:
    statement = only(message(ENTRY, closing=":62F:C261130110,00"))
    assert statement.closing_balance == Money(11000, "EUR")
    assert statement.closes


def test_currencies_without_cents() -> None:
    statement = only(
        message(
            ":61:2611021102C500,NTRFNONREF", opening=":60F:C261101JPY1000,", closing=":62F:C261130JPY1500,"
        )
    )
    assert statement.net_booked == Money(500, "JPY")
    assert statement.closes


def test_without_a_balance_the_account_tells_the_currency_and_without_that_nothing_is_money() -> None:
    entries = ":61:2611021102C1,00NTRFNONREF\n"
    assert only(
        message(entries, opening="", closing="", account="NL20INGB0001234567EUR")
    ).net_booked == Money(100, "EUR")
    unknown = only(message(entries, opening="", closing=""))
    assert (unknown.lines, unknown.entry_count, unknown.net_booked) == ((), 1, None)
    assert unknown.rejected[0].reason == "its amount has no currency"


def test_pages_of_one_statement_are_one() -> None:
    first = message(ENTRY, number="4/1", closing=":62M:C261115EUR110,00")
    second = message(
        ":61:gibberish",
        ":61:2611201120D10,00NTRFNONREF\n:86:/REMI/Kosten",
        number="4/2",
        reference="REF2",
        opening=":60M:C261115EUR110,00",
        closing=":62F:C261130EUR100,00",
    )
    statement = only(first, second)
    assert (statement.id, statement.entry_count, statement.closes) == ("REF1", 3, True)
    assert [line.entry_index for line in statement.lines] == [0, 2]
    assert (statement.from_date, statement.to_date) == (date(2026, 11, 1), date(2026, 11, 30))
    assert statement.rejected[0].where == "statement 1 (REF1), entry 2 (line 13)"


@pytest.mark.parametrize(
    "first, second",
    [
        ({"number": "4/1"}, {"number": "5/1"}),
        ({"account": "NL20INGB0001234567"}, {"account": "NL91ABNA0417164300"}),
        ({"closing": ":62F:C261115EUR110,00"}, {}),
        ({}, {"opening": ":60F:C261115EUR110,00"}),
    ],
)
def test_other_statements_are_no_pages(first: dict[str, str], second: dict[str, str]) -> None:
    page = {"closing": ":62M:C261115EUR110,00"}
    next_page = {"opening": ":60M:C261115EUR110,00"}
    assert len(read(message(ENTRY, **(page | first)), message(**(next_page | second)))) == 2


def test_a_page_that_is_never_closed_ends_with_its_own_balance() -> None:
    statement = only(message(ENTRY, opening=":60M:C261101EUR10,00", closing=":62M:C261130EUR110,00"))
    assert statement.closes


def test_text_behind_the_closing_balance_belongs_to_the_statement() -> None:
    tail = ":64:C261130EUR110,00\n:65:Dnull\n:65:C261202EUR110,00\n:86:/SUM/1/0/0,00/100,00/"
    statement = only(message(ENTRY, closing=f":62F:C261130EUR110,00\n:86:totals\n{tail}"))
    assert texts(statement) == ["Factuur 7"]
    assert statement.closes


def test_text_before_the_first_entry_and_several_texts_of_one() -> None:
    statement = only(
        message(":86:for your information", ENTRY, ":86:", ":61:2611031103C0,00NMSC\n:86:a\n:86:b")
    )
    assert texts(statement) == ["Factuur 7", "a b"]


def test_an_entry_behind_the_closing_balance_is_still_one() -> None:
    late = ":61:2611031103C5,00NMSCNONREF\n:86:late\n"
    assert texts(only(message(ENTRY) + late)) == ["Factuur 7", "late"]


def test_several_accounts_and_statements() -> None:
    messages = [message(ENTRY), message(account="NL91ABNA0417164300"), message(ENTRY, reference="REF3")]
    assert [(one.account[4:8], one.entry_count) for one in read(*messages)] == [
        ("INGB", 1),
        ("ABNA", 0),
        ("INGB", 1),
    ]


def test_messages_without_a_reference_are_told_by_their_account_or_balance() -> None:
    bare = message(ENTRY).replace(":20:REF1\n", "")
    assert [one.entry_count for one in read(bare, bare)] == [1, 1]
    again = ":60F:C261130EUR110,00\n:62F:C261201EUR110,00\n"
    assert [one.account for one in read(bare + again)] == ["NL20INGB0001234567"] * 2


def test_an_account_within_a_statement_is_out_of_place() -> None:
    statement = only(message(ENTRY, ":25:166?00GUTSCHRIFT"))
    assert statement.account == "NL20INGB0001234567"


@pytest.mark.parametrize(
    "header, trailer",
    [
        ("", ""),
        (":940:\n", ""),
        ("ABNANL2A\n940\nABNANL2A\n", "-\n"),
        ("0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n", "-XXX\n"),
        ("{1:F01INGBNL2ABXXX0000000000}\n{2:I940INGBNL2AXXXN}\n{4:\n", "-}\n"),
        ("{1:F01SNSBNL2AXXXX0000000000}{2:O940SNSBNL2AXXXXN}{3:}{4:\n", "-}{5:{MAC:1}{CHK:2}}\n"),
        ("\x01{1:F01X}{2:I940XN}{3:{108:Y}}{4:\n", "-}\x03"),
        ("A letter of the bank.\n\n:and this\n", " -\n"),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_whatever_stands_around_it(header: str, trailer: str, mark: bytes, ending: str) -> None:
    body = message(ENTRY + " en\ndank", closing="").removesuffix("-\n")
    whole = (header + body + ":62F:C261130EUR110,00\n" + trailer) * 2
    statements = list(mt940.read(io.BytesIO(mark + whole.replace("\n", ending).encode())))
    assert [(texts(one), one.closes) for one in statements] == [(["Factuur 7 en dank"], True)] * 2
    assert mt940.format_of(mark + whole.replace("\n", ending).encode()) == "MT940"
    # Without a closing balance, too, a trailer is no text.
    if trailer:
        cut = header + body + trailer
        content = mark + (cut * 2).replace("\n", ending).encode()
        assert [texts(one) for one in mt940.read(io.BytesIO(content))] == [["Factuur 7 en dank"]] * 2


def test_a_dash_or_a_colon_in_a_text_ends_nothing() -> None:
    statement = only(message(":61:2611021102C1,00NTRFNONREF\n:86:eerste\n- tweede\n:derde 12:30\n-\nlaatste"))
    assert texts(statement) == ["eerste - tweede :derde 12:30 - laatste"]


@pytest.mark.parametrize(
    "written, said",
    [
        ("Müller één €".encode(), "Müller één €"),
        ("Müller één €".encode("cp1252"), "Müller één €"),
        (b"Z\xfcrich \x81 \x96", "Zürich \x81 –"),
        (b"a\0b", "ab"),
    ],
)
def test_encodings(written: bytes, said: str) -> None:
    content = (
        message(":61:2611021102C1,00NTRFNONREF\n:86:é:\n@", reference="é").encode().replace(b"@", written)
    )
    (statement,) = mt940.read(io.BytesIO(content))
    assert texts(statement) == [f"é: {said}"]
    assert [one.id for one in mt940.read(io.BytesIO(b"\xef\xbb\xbf" + content))] == ["é"]


def test_an_interim_report_has_no_balances_and_expected_entries_are_not_booked() -> None:
    content = (
        ":20:REF1\n:25:NL20INGB0001234567\n:28C:1/1\n:34F:EURD0,\n:34F:EURC10,\n:13D:2611021200+0100\n"
        ":61:2611021102C100,00NTRFNONREF\n:86:booked\n:61:2611031103EC7,00NTRFNONREF\n:86:expected\n"
        ":61:2611031103ED8,00NTRFNONREF\n:90D:1EUR8,00\n:90C:2EUR107,00\n:86:in all\n-\n"
    )
    statement = only(content)
    assert mt940.format_of(content.encode()) == "MT942"
    assert texts(statement) == ["booked"]
    assert (statement.entry_count, statement.net_booked) == (3, Money(10000, "EUR"))
    assert (statement.opening_balance, statement.closing_balance, statement.closes) == (None, None, None)
    empty = ":20:A\n:25:B\n:28C:1\n:34F:EUR0,\n:90D:0EUR0,\n"
    assert [one.entry_count for one in read(empty, content)] == [0, 3]


@pytest.mark.parametrize(
    "bad", ["261302C1,00NTRF", "2611021102X1,00NTRF", "2611021102C,NTRF", "", "2611021102C1,2,3NTRF"]
)
def test_a_bad_entry_is_rejected_with_its_place_and_the_rest_is_read(bad: str) -> None:
    statement = only(message(ENTRY, f":61:{bad}\n:86:lost", ENTRY))
    assert (len(statement.lines), statement.entry_count, statement.net_booked) == (2, 3, Money(20000, "EUR"))
    (rejected,) = statement.rejected
    assert rejected.where == "statement 1 (REF1), entry 2 (line 7)"
    assert rejected.reason.startswith("“")


def wrapped(text: str) -> str:
    return "\n".join(text[start : start + 65] for start in range(0, len(text), 65))


def test_wherever_a_file_is_cut_off_nothing_is_read_that_is_not_in_the_whole() -> None:
    entries = [
        f":61:2611{day:02d}C{day},50NTRFEREF//{day:010d}\n/TRCD/00100/\n"
        + wrapped(f":86:/EREF/E2E-{day:06d}//REMI/USTD//Factuur 2026-{day:06d} {'en meer ' * day}/")
        for day in range(1, 9)
    ]
    content = message(*entries, closing=":62F:C261130EUR50,00")
    whole = only(content)
    assert (whole.closes, len(whole.lines)) == (True, 8)
    closing = content.index("\n:62F:C261130EUR50,00") + len("\n:62F:C261130EUR50,00")
    for end in range(content.index(":61:"), closing):
        statement = only(content[:end])
        assert statement.lines == whole.lines[: len(statement.lines)]
        assert statement.rejected or statement.closes is not True or content[end:closing].strip("0,") == ""
        assert statement.entry_count <= len(statement.lines) + 1


def test_a_file_that_is_cut_off_says_where() -> None:
    whole = message(ENTRY, ENTRY, closing="").removesuffix("\n-\n")
    half = only(whole)
    assert [(one.where, one.reason.partition(":")[0]) for one in half.rejected] == [
        ("statement 1 (REF1), entry 2 (line 7)", "the file is cut off here, and the entry may not be whole"),
        ("line 8", "the file is cut off here"),
    ]
    assert (len(half.lines), half.entry_count, half.closing_balance) == (1, 2, None)
    # Where the last line is ended and is not full, nothing more can have been in it.
    assert [one.where for one in only(whole + "\n").rejected] == ["line 8"]
    assert len(only(whole + "\n").lines) == 2
    full = whole + "x" * 60 + "\n"
    assert len(only(full).lines) == 1


def test_a_file_that_ends_behind_a_header_is_cut_off_too() -> None:
    statement = only(message(ENTRY), ":20:REF2\n:25:NL20INGB0001234567\n")
    assert [one.where for one in statement.rejected] == ["line 10"]
    assert (len(statement.lines), statement.closes) == (1, True)
    assert only(message(ENTRY), ":20:REF2\n").rejected == ()


@pytest.mark.parametrize(
    "content", ["", "some words", ":20:X\n:25:Y\n", ":86:text\n:64:C261130EUR1,00\n", ":NS:22\n"]
)
def test_a_file_without_a_statement_is_refused(content: str) -> None:
    with pytest.raises(mt940.Mt940Refused, match="holds no statement"):
        read(content)


def test_old_german_texts_between_numbers() -> None:
    note = ":NS:01Verwendungszweck 1\n02Verwendungszweck 2\n15Empfaenger\n17Buchungstext"
    assert texts(only(message(f":61:0203170320CM5000,00S05168790452\n{note}", ":NS:22Konto"))) == [
        "Verwendungszweck 1 Verwendungszweck 2"
    ]


def large(entries: int) -> bytes:
    lines = f":61:2611021102C0,01NTRFEREF//{{}}\n/TRCD/00100/\n:86:/EREF/E{{}}//REMI/USTD//{'tekst ' * 20}/\n"
    head = ":20:A\n:25:B\n:28C:1\n:60F:C261101EUR0,00\n"
    total = f"{entries // 100},{entries % 100:02d}"
    return (head + "".join(lines.format(i, i) for i in range(entries)) + f":62F:C261130EUR{total}\n").encode()


def test_a_hundred_thousand_entries_keep_their_sum() -> None:
    *lines, statement = mt940.stream(io.BytesIO(large(100_000)))
    assert isinstance(statement, Statement)
    assert (len(lines), statement.closes, statement.entry_count) == (100_000, True, 100_000)


def test_memory_stays_flat() -> None:
    source = io.BytesIO(large(25_000))
    tracemalloc.start()
    count = sum(isinstance(piece, StatementLine) for piece in mt940.stream(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 25_000
    assert peak < 4_000_000


HOSTILE = {
    "one long line": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF" + b"A" * 10_000_000,
    "no line at all": b"\xff" * 10_000_000,
    "colons": b":20:A\n" + b"\n:" * 2_000_000,
    "half tags": b":20:A\n" + b":61" * 3_000_000,
    "nested braces": b"{1:" * 300_000
    + b"{4:\n:20:A\n:60F:C261101EUR0,00\n:62F:C261101EUR0,00\n"
    + b"}" * 300_000,
    "spaces": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:SEPA X IBAN: "
    + b" " * 900_000
    + b"\n-",
    "kenmerken": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:"
    + b"KN:  BETALINGSKENM. " * 40_000
    + b"\n-",
    "stars": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:" + b"***" * 300_000 + b"\n-",
    "slashes": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:/REMI/" + b"/" * 900_000 + b"\n-",
    "codewords": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:" + b"/REMI/" * 150_000 + b"\n-",
    "subfields": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:166" + b"?20" * 300_000 + b"\n-",
    "short lines": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:/REMI/"
    + b"\na" * 450_000
    + b"\n-",
    "digits": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C" + b"1" * 900_000 + b"\n-",
    "an account of digits": b":20:A\n:25:" + b"1" * 900_000 + b"EU\n:60F:C261101EUR0,00\n-",
    "an old account": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n:86:123456789 "
    + b"NL20INGB" * 100_000
    + b"\n-",
    "a debit that never comes": b":20:A\n:60F:C261101EUR0,00\n:61:2611021102C1,00NTRF\n"
    + b":86:NL20INGB0001234567 a\n \nEuropese incasso door:a-"
    + b"Incassant ID: " * 60_000
    + b"\n-",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_made_to_harm_is_read_or_refused_in_no_time(content: bytes) -> None:
    started = time.process_time()
    assert outcome(content)
    assert time.process_time() - started < 5


def test_many_bad_entries_take_no_longer_than_good_ones() -> None:
    content = b":20:A\n:60F:C261101EUR0,00\n" + b":61:x\n:86:y\n" * 100_000 + b":62F:C261101EUR0,00\n"
    started = time.process_time()
    rejected = [piece for piece in mt940.stream(io.BytesIO(content)) if isinstance(piece, Rejected)]
    assert len(rejected) == 100_000
    assert rejected[-1].where == "statement 1 (A), entry 100000 (line 200001)"
    assert time.process_time() - started < 8


PIECES = st.sampled_from(
    [
        message(ENTRY),
        ":61:",
        "2611021102C1,00NTRF",
        ":86:",
        "?20",
        "/EREF/",
        "\n",
        "\n:",
        "-}",
        ":62F:",
        "{4:",
        "SEPA ",
    ]
).map(str.encode)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=12))
def test_any_bytes_are_read_or_refused(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    found = outcome(content)
    if isinstance(found, mt940.Mt940Refused):
        assert found.where
        assert found.reason
    else:
        assert found
        assert all(line.amount.currency == one.currency for one in found for line in one.lines)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 7))
def test_the_size_of_the_pieces_a_file_is_read_in_changes_nothing(noise: bytes, size: int) -> None:
    content = message(ENTRY, ":61:2611021102C1,00NTRF\n:86:").encode() + noise + message(ENTRY).encode()

    class Slow(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            return super().read(size)

    assert list(mt940.stream(Slow(content))) == list(mt940.stream(io.BytesIO(content)))
