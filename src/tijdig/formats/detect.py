"""What a file is, and what it holds: one door for everything that comes in.

Whatever the bytes, the answer is a ParsedFile; what could not be read is in it with its place and reason.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tijdig.domain.documents import InvoiceDocument, Rejected, Statement, StatementLine
from tijdig.formats import archive, bank_table, camt, coda, mt940, pain002, prolog, table, ubl

LARGEST_SIZE = 300 * 1024 * 1024

_CAMT = {
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
_SAYS_CAMT = re.compile(rb"camt\.05[234]")
_ISO_FORMAT = re.compile(r"(?:camt|pain|pacs)\.\d{3}\.\d{3}\.\d{2}")
_NOT_READ_XML = {
    "CrossIndustryInvoice": ("CII", "an invoice in CII (as in ZUGFeRD and Factur-X); send it as UBL"),
    "CrossIndustryDocument": ("CII", "an invoice in CII (ZUGFeRD 1); send it as UBL"),
    "CstmrCdtTrfInitn": ("pain.001", "a payment order (pain.001), not a bank statement"),
    "CstmrDrctDbtInitn": ("pain.008", "a direct debit order (pain.008), not a bank statement"),
    "auditfile": ("XAF", "an audit file (XAF), not an invoice or a bank statement"),
    "html": ("HTML", "a web page, not an invoice or a bank statement"),
    "Order": ("UBL Order", "an order, not an invoice"),
    "ApplicationResponse": ("UBL ApplicationResponse", "an application response, not an invoice"),
}
_NOT_READ_BYTES = (
    (b"%PDF", "PDF", "a PDF; send the invoice as UBL"),
    (b"\xd0\xcf\x11\xe0", "XLS", "an old Office document; save it as .xlsx or CSV"),
    (b"\x89PNG", "PNG", "a picture"),
    (b"\xff\xd8\xff", "JPEG", "a picture"),
    (b"GIF8", "GIF", "a picture"),
    (b"{", "JSON", "JSON, which is not a format of invoices or bank statements here"),
)
_NO_TABLES = tuple(start for start, _, _ in _NOT_READ_BYTES)


class FileKind(StrEnum):
    """The kinds of file, as `tijdig parse` names them."""

    BANK_STATEMENT = "bank_statement"
    INVOICE = "invoice"
    STATUS_REPORT = "pain.002"
    TABLE = "table"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file is and holds. `rejected` lists what could not be read of it."""

    name: str
    kind: FileKind
    format: str = ""
    statements: tuple[Statement, ...] = ()
    invoices: tuple[InvoiceDocument, ...] = ()
    table: table.Table | None = None
    report: pain002.StatusReport | None = None
    rejected: tuple[Rejected, ...] = ()

    @property
    def all_rejected(self) -> tuple[Rejected, ...]:
        """Everything that could not be read, the statements' own entries included."""
        return (
            *self.rejected,
            *(rejected for statement in self.statements for rejected in statement.rejected),
        )


def parse_all(name: str, content: bytes) -> Iterator[ParsedFile]:
    """Yield what `content` holds: one file, or each member of a zip, named "archive.zip/member"."""
    if not archive.is_zip(content) or archive.is_workbook(content):
        yield parse(name, content)
        return
    count = 0
    try:
        for member in archive.members(content):
            count += 1
            yield parse(f"{name}/{member.name}", member.content)
    except archive.ArchiveRefused as error:
        yield _unknown(name, "ZIP", str(error))
    else:
        if not count:
            yield _unknown(name, "ZIP", "the zip file holds no files")


def parse(name: str, content: bytes) -> ParsedFile:
    """Return what one file holds; what cannot be read is UNKNOWN or rejected, with its reason."""
    if not content.strip(b" \t\r\n\0\x1a\xef\xbb\xbf"):
        return _unknown(name, "", "the file is empty")
    if len(content) > LARGEST_SIZE:
        return _unknown(name, "", f"the file is larger than {LARGEST_SIZE // 1024**2} MB")
    if prolog.looks_like_xml(content):
        return _xml(name, content)
    if text_format := _text_format(content):
        return _coda(name, content) if text_format == "CODA" else _mt940(name, content, text_format)
    if why_not_read(content):
        return _unknown(name, *_not_read(content))
    if archive.is_zip(content) and not archive.is_workbook(content):
        return _unknown(name, "ZIP", "this is a zip file; its members are read one by one")
    return _table(name, content)


def why_not_read(content: bytes) -> str:
    """Return what a file is whose kind is never read ("this is a picture"), from its first bytes; "" for others."""
    return _not_read(content)[1]


def _not_read(content: bytes) -> tuple[str, str]:
    """Return the format and the reason of a kind of file that is not read; nothing for others."""
    known = (
        (name, f"this is {reason}") for start, name, reason in _NOT_READ_BYTES if content.startswith(start)
    )
    return next(known, ("", ""))


class StatementsUnreadable(ValueError):
    """A file is no bank statement, or it breaks off; `rejected` says where and why."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(f"{rejected.where}: {rejected.reason}")
        self.rejected = rejected


def bank_statements(
    name: str, content: bytes, layout: bank_table.Layout | None = None
) -> Iterator[StatementLine | Rejected | Statement]:
    """Yield what a bank file holds as it is read: lines and rejected entries, then their statement.

    As `parse`, without holding what was read; `layout` says what the columns of a table hold. Raises
    StatementsUnreadable, at the end of a file that is cut off only; what came before is then to be dropped.
    """
    is_xml = len(content) <= LARGEST_SIZE and prolog.looks_like_xml(content)
    text_format = "" if is_xml or layout is not None or len(content) > LARGEST_SIZE else _text_format(content)
    try:
        if is_xml and _camt_format(prolog.elements(trusted := prolog.trusted(content))):
            yield from camt.stream(io.BytesIO(trusted))
        elif text_format == "CODA":
            yield from coda.stream(io.BytesIO(content))
        elif text_format:
            yield from mt940.stream(io.BytesIO(content))
        elif layout is not None or bank_layout(content) is not None:
            yield from bank_table.stream(content, layout)
        else:
            rejected = parse(name, content).rejected
            raise StatementsUnreadable(
                rejected[0] if rejected else Rejected("file", "this is no bank statement")
            )
    except prolog.PrologRefused as error:
        raise StatementsUnreadable(Rejected(error.where, str(error))) from error
    except camt.CamtRefused as error:
        raise StatementsUnreadable(Rejected(error.where, _clearer(content, error.reason))) from error
    except (coda.CodaRefused, mt940.Mt940Refused) as error:
        raise StatementsUnreadable(Rejected(error.where, error.reason)) from error
    except bank_table.BankTableRefused as error:
        raise StatementsUnreadable(Rejected("file", str(error))) from error


def _text_format(content: bytes) -> str:
    """Return which of the banks' text formats it is in: "CODA", "MT940", "MT942"; "" for another file."""
    return "CODA" if coda.looks_like(content) else mt940.format_of(content)


def _camt_format(elements: Sequence[prolog.Element]) -> str:
    """Return which camt message it is, "" for another file."""
    names = (re.sub(r"V\d\d\Z", "", element.name) for element in elements)
    return next((_CAMT[name] for name in names if name in _CAMT), "")


def bank_format(content: bytes) -> str:
    """Return what kind of bank file it is ("camt.053", "CSV"), from its beginning alone; "" for another file.

    One that is damaged or refused counts as what it says it is.
    """
    if not prolog.looks_like_xml(content):
        return _text_format(content) or ("CSV" if bank_layout(content) is not None else "")
    try:
        elements = prolog.elements(prolog.trusted(content))
    except prolog.PrologRefused:
        said = _SAYS_CAMT.search(content[:4096].replace(b"\0", b""))
        return said[0].decode() if said else ""
    return _camt_format(elements)


def is_bank_statement(content: bytes) -> bool:
    """Return whether the file is a bank statement, from its beginning alone; what it holds is not read."""
    return bool(bank_format(content))


def _unknown(name: str, format_name: str, reason: str, where: str = "file") -> ParsedFile:
    return ParsedFile(name, FileKind.UNKNOWN, format_name, rejected=(Rejected(where, reason),))


def bank_layout(content: bytes) -> bank_table.Layout | None:
    """Return the layout of a table that is a known bank's, from its first rows alone; None for another file."""
    found: list[bank_table.Layout] = []

    def is_header(cells: Sequence[str]) -> bool:
        layout = bank_table.recognise(cells)
        if layout is not None:
            found.append(layout)
        return layout is not None

    if prolog.looks_like_xml(content) or content.startswith(_NO_TABLES):
        return None
    try:
        table.stream(content, is_header=is_header)
    except table.TableRefused:
        return None
    return found[0] if found else None


def _table(name: str, content: bytes) -> ParsedFile:
    layout = bank_layout(content)
    if layout is not None:
        format_name = " ".join(("CSV", layout.bank))
        try:
            statements = bank_table.read(content)
        except bank_table.BankTableRefused as error:
            return _unknown(name, format_name, str(error))
        return ParsedFile(name, FileKind.BANK_STATEMENT, format_name, statements)
    try:
        read = table.read(content)
    except table.TableRefused as error:
        return _unknown(name, "", str(error))
    if read.format == "csv" and (len(read.header) < 2 or not read.rows):
        return _unknown(name, "", "this is no bank statement, invoice or table that Tijdig knows")
    rejected = tuple(Rejected(f"row {row.number}", row.problem) for row in read.rows if row.problem)
    return ParsedFile(name, FileKind.TABLE, read.format, table=read, rejected=rejected)


def _xml(name: str, content: bytes) -> ParsedFile:
    try:
        content = prolog.trusted(content)
        elements = prolog.elements(content)
    except prolog.PrologRefused as error:
        return _unknown(name, "XML", str(error), error.where)
    for element in elements:
        if camt_format := _CAMT.get(re.sub(r"V\d\d\Z", "", element.name)):
            return _camt(name, content, _version(elements, camt_format))
        if element.name in pain002.ROOTS:
            return _status_report(name, content, _version(elements, "pain.002"))
        if element.name in _NOT_READ_XML:
            format_name, reason = _NOT_READ_XML[element.name]
            return _unknown(name, format_name, f"this is {reason}")
        if element.name in ("Invoice", "CreditNote"):
            return _ubl(name, content, f"UBL {element.name}")
    return _unknown(
        name, "XML", f"this XML ({elements[0].name}) is no bank statement or invoice that Tijdig knows"
    )


def _version(elements: Sequence[prolog.Element], message: str) -> str:
    """Return the message with its version where a namespace tells it: "camt.053.001.08"."""
    for element in elements:
        match = _ISO_FORMAT.search(element.namespace)
        if match and match.group().startswith(message):
            return match.group()
    return message


def _camt(name: str, content: bytes, format_name: str) -> ParsedFile:
    try:
        statements = tuple(camt.read(io.BytesIO(content)))
    except camt.CamtRefused as error:
        broken = Rejected(error.where, _clearer(content, error.reason))
        return ParsedFile(name, FileKind.BANK_STATEMENT, format_name, rejected=(broken,))
    empty = () if statements else (Rejected("file", "the message holds no statement"),)
    return ParsedFile(name, FileKind.BANK_STATEMENT, format_name, statements, rejected=empty)


def _status_report(name: str, content: bytes, format_name: str) -> ParsedFile:
    try:
        report = pain002.read(content)
    except pain002.ReportRefused as error:
        broken = Rejected(error.where, _clearer(content, error.reason))
        return ParsedFile(name, FileKind.STATUS_REPORT, format_name, rejected=(broken,))
    return ParsedFile(name, FileKind.STATUS_REPORT, format_name, report=report)


def _mt940(name: str, content: bytes, format_name: str) -> ParsedFile:
    try:
        statements = tuple(mt940.read(io.BytesIO(content)))
    except mt940.Mt940Refused as error:
        broken = Rejected(error.where, error.reason)
        return ParsedFile(name, FileKind.BANK_STATEMENT, format_name, rejected=(broken,))
    return ParsedFile(name, FileKind.BANK_STATEMENT, format_name, statements)


def _coda(name: str, content: bytes) -> ParsedFile:
    statements = tuple(coda.read(io.BytesIO(content)))
    empty = () if statements else (Rejected("file", "the file holds no statement"),)
    return ParsedFile(name, FileKind.BANK_STATEMENT, "CODA", statements, rejected=empty)


def _ubl(name: str, content: bytes, format_name: str) -> ParsedFile:
    if len(content) > ubl.LARGEST_SIZE:
        return _unknown(name, format_name, f"the invoice is larger than {ubl.LARGEST_SIZE // 1024**2} MB")
    try:
        read = tuple(ubl.read(content))
    except ubl.UblRefused as error:
        broken = Rejected(error.where, _clearer(content, error.reason))
        return ParsedFile(name, FileKind.INVOICE, format_name, rejected=(broken,))
    if not read:
        return _unknown(
            name, "XML", "this invoice is in a format that Tijdig does not know; send it as UBL 2"
        )
    invoices = tuple(document for document in read if isinstance(document, InvoiceDocument))
    return ParsedFile(
        name,
        FileKind.INVOICE,
        format_name,
        invoices=invoices,
        rejected=tuple(document for document in read if isinstance(document, Rejected)),
    )


def _clearer(content: bytes, reason: str) -> str:
    """Return the reason in clearer words where the cause is a known one."""
    if content.count(b"<?xml") > 1 or "Extra content at the end" in reason:
        return "the file holds several XML documents one after another; save each as a file of its own"
    return reason
