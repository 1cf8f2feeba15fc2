"""What a file is: every kind, hostile bytes, and never anything but an answer."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats import coda_file
from tijdig.domain.documents import (
    InvoiceDocument,
    InvoiceType,
    Party,
    Rejected,
    Statement,
    StatementLine,
)
from tijdig.domain.money import Money
from tijdig.formats import camt_writer, detect, table_writer, ubl_writer
from tijdig.formats.detect import FileKind, ParsedFile, parse, parse_all

CAMT = camt_writer.write(
    Statement(
        account="NL20INGB0001234567",
        id="S1",
        currency="EUR",
        lines=(
            StatementLine(Money(1050, "EUR"), date(2026, 11, 2), remittance="Müller één"),
            StatementLine(Money(-5, "EUR"), date(2026, 11, 3)),
        ),
    )
)
UBL = ubl_writer.write(
    InvoiceDocument(
        number="F1",
        type=InvoiceType.INVOICE,
        type_code="380",
        issue_date=date(2026, 11, 1),
        currency="EUR",
        payable=Money(100, "EUR"),
        effect=Money(100, "EUR"),
        supplier=Party(name="A"),
        customer=Party(name="Café"),
    ),
    description="x",
)
MT940 = (
    b":20:X\n:25:NL20INGB0001234567\n:28C:1/1\n:60F:C261101EUR0,00\n:61:261102C1,00NTRFNONREF\n:86:M\xfcller\n"
    b":61:gibberish\n:62F:C261130EUR1,00\n"
)
MT942 = b":20:X\n:25:NL20INGB0001234567\n:28C:1/1\n:34F:EUR0,\n:61:261102C1,00NTRFNONREF\n-\n"
CSV = b"Nummer;Bedrag\r\n1;10,00\r\n"
XLSX = table_writer.xlsx_bytes(["a", "b"], [["1", "2"]])
DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'


def recoded(content: bytes, encoding: str, declared: str) -> bytes:
    text = content.decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    return text.encode(encoding)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "content, kind, format_name",
    [
        (CAMT, FileKind.BANK_STATEMENT, "camt.053.001.08"),
        (
            CAMT.replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b""),
            FileKind.BANK_STATEMENT,
            "camt.053",
        ),
        (CAMT.replace(b"BkToCstmrStmt", b"BkToCstmrStmtV01"), FileKind.BANK_STATEMENT, "camt.053.001.08"),
        (UBL, FileKind.INVOICE, "UBL Invoice"),
        (CSV, FileKind.TABLE, "csv"),
        (XLSX, FileKind.TABLE, "xlsx"),
        (b"%PDF-1.7", FileKind.UNKNOWN, "PDF"),
        (b"<r:CrossIndustryInvoice xmlns:r='u'/>", FileKind.UNKNOWN, "CII"),
        (MT940, FileKind.BANK_STATEMENT, "MT940"),
        (b"{1:F01INGB}{4:\r" + MT940.replace(b"\n", b"\r"), FileKind.BANK_STATEMENT, "MT940"),
        (MT942, FileKind.BANK_STATEMENT, "MT942"),
        ("".join(coda_file.whole()).encode(), FileKind.BANK_STATEMENT, "CODA"),
        (b"<Document><CstmrCdtTrfInitn/></Document>", FileKind.UNKNOWN, "pain.001"),
        (b"<Invoice xmlns='http://www.ebinterface.at/'/>", FileKind.UNKNOWN, "XML"),
        (b"{}", FileKind.UNKNOWN, "JSON"),
        (b"just some words", FileKind.UNKNOWN, ""),
        (zipped(a=CAMT), FileKind.UNKNOWN, "ZIP"),
    ],
)
def test_the_kinds(content: bytes, kind: FileKind, format_name: str) -> None:
    parsed = parse("f", content)
    assert (parsed.kind, parsed.format) == (kind, format_name)
    assert bool(parsed.rejected) == (kind is FileKind.UNKNOWN)
    assert bool(parsed.statements) == (kind is FileKind.BANK_STATEMENT)


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf", b"\0\0"])
def test_an_empty_file_says_so(content: bytes) -> None:
    assert parse("f", content).rejected[0].reason == "the file is empty"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + CAMT,
        b"\r\n  " + CAMT + b"\r\n\x1a",
        recoded(CAMT, "utf-16", "UTF-16"),
        recoded(CAMT, "utf-16", "UTF-8"),
        recoded(CAMT, "utf-16", "ISO-8859-1"),
        recoded(CAMT, "utf-16-le", "UTF-16") + "\n".encode("utf-16-le"),
        recoded(CAMT, "utf-16-be", "UTF-16BE"),
        recoded(CAMT, "latin-1", "ISO-8859-1"),
        recoded(CAMT, "cp1252", "windows-1252"),
        recoded(CAMT, "latin-1", "UTF-8"),
        recoded(CAMT, "utf-8", "utf8"),
        recoded(CAMT, "utf-8", "UTF-16"),
        CAMT.replace(DECLARED, b""),
        CAMT.replace(DECLARED, b"").decode().encode("latin-1"),
    ],
)
def test_whatever_the_encoding_the_words_are_the_same(content: bytes) -> None:
    (statement,) = parse("f", content).statements
    assert statement.lines[0].remittance == "Müller één"


def test_windows_characters_sent_as_utf8_are_read_line_by_line() -> None:
    content = CAMT.replace("Müller één".encode(), b"\x80 5 \x96 M\xfcller")
    assert parse("f", content).statements[0].lines[0].remittance == "€ 5 – Müller"


BOMB = b"<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
OUTSIDE = b"<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize("content", [CAMT, UBL], ids=["camt", "ubl"])
@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE, b"<!DOCTYPE l>"])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_a_document_type_is_refused_before_it_does_anything(
    content: bytes, doctype: bytes, encoding: str
) -> None:
    evil = recoded(content.replace(DECLARED, DECLARED + doctype), encoding, encoding)
    parsed = parse("f", evil)
    assert parsed.kind is FileKind.UNKNOWN
    assert "DOCTYPE" in parsed.rejected[0].reason
    assert parsed.rejected[0].where.startswith("line 1")


@pytest.mark.parametrize("content", [CAMT, UBL], ids=["camt", "ubl"])
@pytest.mark.parametrize("kept", [0.5, 0.7, 0.99])
def test_a_cut_file_holds_nothing_and_says_where_it_ends(content: bytes, kept: float) -> None:
    parsed = parse("f", content[: int(len(content) * kept)])
    assert (parsed.statements, parsed.invoices) == ((), ())
    assert "cut off or damaged" in parsed.rejected[0].reason
    assert parsed.rejected[0].where.startswith("line ")


@pytest.mark.parametrize("second", [CAMT, b"<more/>"])
def test_several_documents_in_one_file_are_refused(second: bytes) -> None:
    parsed = parse("f", CAMT + second)
    assert parsed.statements == ()
    assert "several XML documents" in parsed.rejected[0].reason


@pytest.mark.parametrize(
    "content, words",
    [
        (b"<Document><BkToCstmrStmt/></Document>", "no statement"),
        (b"<Document><BkToCstmrStmt>" + b"<a>" * 3_000, "depth"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "“klingon”"),
        (b"<", "cannot be read"),
        (b"<a", "cannot be read"),
        (b"<a>", "(a)"),
        (CAMT.replace(b"S1", b"S&#0;1"), "line "),
        (CAMT.replace(b"<Ustrd>", b"<Ustrd>&undeclared;"), ""),
    ],
)
def test_damaged_xml_is_refused_with_a_reason(content: bytes, words: str) -> None:
    parsed = parse("f", content)
    (rejected,) = parsed.all_rejected
    assert words in f"{rejected.where} {rejected.reason}"
    assert parsed.statements == ()


def test_sizes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tijdig.formats.ubl.LARGEST_SIZE", 10)
    assert "larger than" in parse("f", UBL).rejected[0].reason
    monkeypatch.setattr(detect, "LARGEST_SIZE", 10)
    for content in (CAMT, MT940):
        assert "larger than" in parse("f", content).rejected[0].reason
        with pytest.raises(detect.StatementsUnreadable, match="larger than"):
            list(detect.bank_statements("f", content))


def test_a_zip_gives_its_members_and_a_bad_one_a_reason() -> None:
    parsed = list(parse_all("z.zip", zipped(a=CAMT, b=UBL, c=CSV, d=b"?")))
    assert [one.name for one in parsed] == ["z.zip/a", "z.zip/b", "z.zip/c", "z.zip/d"]
    assert [one.kind.value for one in parsed] == ["bank_statement", "invoice", "table", "unknown"]
    (empty,) = parse_all("z.zip", zipped())
    (broken,) = parse_all("z.zip", zipped(a=CAMT)[:-10])
    assert "no files" in empty.rejected[0].reason
    assert "cannot be read" in broken.rejected[0].reason


def test_rows_that_do_not_fit_are_rejected_by_number() -> None:
    assert parse("f", b"a;b\n1;2\n1;2;3\n").rejected[0].where == "row 3"


def test_a_hundred_thousand_entries_keep_their_sum() -> None:
    line = StatementLine(Money(1, "EUR"), date(2026, 11, 2))
    content = camt_writer.write(
        Statement(account="NL20INGB0001234567", id="S", currency="EUR", lines=(line,) * 100_000)
    )
    (statement,) = parse("f", content).statements
    assert (statement.entry_count, str(statement.net_booked)) == (100_000, "1000.00")


@pytest.mark.parametrize("content, identity", [(CAMT, "S1"), (MT940, "X"), (MT942, "X")])
def test_a_bank_file_is_read_piece_by_piece_as_it_is_read_whole(content: bytes, identity: str) -> None:
    pieces = list(detect.bank_statements("x", content))
    [statement] = parse("x", content).statements
    assert tuple(piece for piece in pieces if isinstance(piece, StatementLine)) == statement.lines
    assert tuple(piece for piece in pieces if isinstance(piece, Rejected)) == statement.rejected
    assert isinstance(pieces[-1], Statement)
    assert (pieces[-1].id, pieces[-1].lines) == (identity, ())


@pytest.mark.parametrize(
    "content",
    [b"", UBL, b"a;b\r\n1;2\r\n", b"%PDF-1.7", CAMT[:-60], b":20:X\n:25:NL20INGB0001234567\n"],
)
def test_what_is_no_whole_bank_file_is_refused_with_the_reason_it_has_when_read_whole(content: bytes) -> None:
    with pytest.raises(detect.StatementsUnreadable) as refusal:
        list(detect.bank_statements("x", content))
    rejected = parse("x", content).rejected
    assert refusal.value.rejected.reason
    assert not rejected or refusal.value.rejected == rejected[0]


def test_a_bank_statement_is_known_at_its_beginning() -> None:
    assert detect.is_bank_statement(CAMT)
    assert detect.is_bank_statement(MT940)
    assert detect.is_bank_statement(b"\xef\xbb\xbf" + MT942)
    assert not detect.is_bank_statement(UBL)
    assert not detect.is_bank_statement(CSV)
    assert not detect.is_bank_statement(b"<")


SEEDS = st.sampled_from(
    [CAMT, MT940, UBL, CSV, XLSX, zipped(a=CAMT), recoded(CAMT, "utf-16", "UTF-16"), b"<!DOCTYPE a>"]
)
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"<", b">", b"&#x;", b"]]>", b"<!--", b"\xff\xfe", b"<Ntry>", b"</"]),
)


@settings(max_examples=300, deadline=None)
@given(SEEDS, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), max_size=4), st.floats(0, 1))
def test_mangled_files_always_get_an_answer(
    seed: bytes, changes: list[tuple[float, int, bytes]], kept: float
) -> None:
    content = seed
    for place, length, piece in changes:
        start = int(place * len(content))
        content = content[:start] + piece + content[start + length :]
    for candidate in (content, content[: int(kept * len(content))]):
        for parsed in parse_all("f", candidate):
            assert isinstance(parsed, ParsedFile)
            assert parsed.kind is not FileKind.UNKNOWN or parsed.rejected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    for parsed in parse_all("f", content):
        assert parsed.kind is not FileKind.UNKNOWN or parsed.rejected
