"""Invoices and credit notes in UBL 2 (Peppol BIS 3, NLCIUS, SI-UBL, UBL.BE), bare or in an SBDH envelope.

Reads by local name. A sales invoice that was sent is never refused for breaking a profile: only without a
number, a payable amount or a known currency. What is odd is read and marked for review; the paths and the
traps are those of integrations.md §1.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from lxml import etree

from tijdig.domain.documents import DueDateSource, InvoiceDocument, InvoiceType, Party, Rejected
from tijdig.domain.money import LARGEST_MINOR, Money
from tijdig.formats.currencies import CURRENCIES
from tijdig.formats.payment_terms import days_of

NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
LARGEST_SIZE = 64 * 1024 * 1024
_SEVERAL = " | "
_CREDIT_CODES = frozenset({"381", "396", "81", "83", "261", "262", "308", "420", "458", "532"})
_SELF_BILLED_CODES = frozenset({"389", "261", "527"})


class UblRefused(ValueError):
    """The XML cannot be parsed: where it breaks, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class _DocumentInvalid(ValueError):
    """One document cannot be read as an invoice; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class _Due:
    date: date | None
    source: DueDateSource


def read(content: bytes) -> Iterator[InvoiceDocument | Rejected]:
    """Yield the invoices in `content` (one, or those of an envelope), or why one cannot be read.

    Raises UblRefused when the XML is not well-formed. The caller has refused document types (see `detect`).
    """
    # Attachments are larger than the usual limit of one text; without a document type nothing can multiply.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        problem = error.msg.partition(", line ")[0]
        raise UblRefused(
            f"line {line}, column {column}", f"the file is cut off or damaged: {problem}"
        ) from error
    for document in documents(root):
        where = f"{_name(document)} at line {document.sourceline}"
        try:
            yield _invoice(document)
        except _DocumentInvalid as error:
            yield Rejected(where, str(error))


def documents(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the UBL invoices and credit notes in a tree: its root, or what an envelope holds."""
    if is_document(root):
        yield root
        return
    for element in root.iter("{*}Invoice", "{*}CreditNote"):
        if is_document(element):
            yield element


def is_document(element: etree._Element) -> bool:
    """Whether the element is a UBL Invoice or CreditNote (some writers leave the namespace out)."""
    namespace, _, name = element.tag.rpartition("}")
    if name not in ("Invoice", "CreditNote"):
        return False
    return (
        namespace.startswith("{" + NAMESPACE)
        or element.find("{*}LegalMonetaryTotal/{*}PayableAmount") is not None
    )


def _invoice(document: etree._Element) -> InvoiceDocument:
    number = _text(document, "ID")
    if not number:
        raise _DocumentInvalid("it has no number")
    currency = _currency(document)
    payable = _amount(document, "PayableAmount", currency)
    if payable is None:
        raise _DocumentInvalid("it has no amount to pay that can be read (PayableAmount)")
    is_note = _name(document) == "CreditNote"
    code = _text(document, "CreditNoteTypeCode" if is_note else "InvoiceTypeCode") or (
        "381" if is_note else "380"
    )
    kind = InvoiceType.CREDIT_NOTE if is_note or code in _CREDIT_CODES else InvoiceType.INVOICE
    issued = _day(_text(document, "IssueDate"))
    terms = " ".join(_texts(document, "PaymentTerms/Note"))
    due = _due(document, kind, issued, "\n".join(_texts(document, "PaymentTerms/Note")))
    return InvoiceDocument(
        number=number,
        type=kind,
        type_code=code,
        issue_date=issued,
        currency=currency,
        payable=payable,
        effect=-payable if kind is InvoiceType.CREDIT_NOTE else payable,
        total=_amount(document, "TaxInclusiveAmount", currency),
        prepaid=_amount(document, "PrepaidAmount", currency),
        due_date=due.date,
        due_date_source=due.source,
        terms_text=" ".join(terms.split()),
        supplier=_party(document, "AccountingSupplierParty"),
        customer=_party(document, "AccountingCustomerParty"),
        payee=_payee(document),
        payment_reference=_joined(document, "PaymentMeans/PaymentID"),
        payee_account=_joined(document, "PaymentMeans/PayeeFinancialAccount/ID"),
        order_reference=_text(document, "OrderReference/ID"),
        buyer_reference=_text(document, "BuyerReference"),
        preceding_invoice=_joined(document, "BillingReference/InvoiceDocumentReference/ID")
        or _joined(document, "BillingReference/CreditNoteDocumentReference/ID"),
        needs_review="; ".join(_oddities(document, kind, code, payable, issued, due)),
    )


def _currency(document: etree._Element) -> str:
    currency = _text(document, "DocumentCurrencyCode")
    if not currency:
        payable = document.find(_path("LegalMonetaryTotal/PayableAmount"))
        currency = payable.get("currencyID", "") if payable is not None else ""
    if currency not in CURRENCIES:
        raise _DocumentInvalid(f"“{currency}” is not a known currency" if currency else "it has no currency")
    return currency


def _decimal(document: etree._Element, name: str) -> Decimal | None:
    text = _text(document, f"LegalMonetaryTotal/{name}")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < LARGEST_MINOR // 1000 and "_" not in text else None


def _amount(document: etree._Element, name: str, currency: str) -> Money | None:
    value = _decimal(document, name)
    return None if value is None else Money.rounded(value, currency)


def _due(document: etree._Element, kind: InvoiceType, issued: date | None, terms: str) -> _Due:
    """Return the due date and where it was found: the document, its means or terms, or their words."""
    places = (
        ("DueDate", DueDateSource.DOCUMENT),
        ("PaymentMeans/PaymentDueDate", DueDateSource.PAYMENT_MEANS),
        ("PaymentTerms/PaymentDueDate", DueDateSource.PAYMENT_TERMS),
    )
    for path, source in places:
        days = [day for day in map(_day, _texts(document, path)) if day]
        if days:
            # An earlier date in the terms is the last day of a discount.
            return _Due(max(days) if source is DueDateSource.PAYMENT_TERMS else days[0], source)
    term = days_of(terms)
    if issued and term and kind is InvoiceType.INVOICE:
        return _Due(issued + timedelta(days=term), DueDateSource.TERMS_TEXT)
    return _Due(None, DueDateSource.MISSING)


def _party(document: etree._Element, role: str) -> Party:
    side = document.find(_path(role))
    party = side.find(_path("Party")) if side is not None else None
    if side is None or party is None:
        return Party()
    trading_name = _text(party, "PartyName/Name")
    person = " ".join(filter(None, (_text(party, "Person/FirstName"), _text(party, "Person/FamilyName"))))
    return Party(
        name=_one_line(
            _text(party, "PartyLegalEntity/RegistrationName")
            or trading_name
            or person
            or _text(party, "Contact/Name")
        ),
        trading_name=_one_line(trading_name),
        vat_number=_vat(party),
        legal_id=_identifier(party, "PartyLegalEntity/CompanyID"),
        endpoint=_identifier(party, "EndpointID"),
        assigned_number=_text(side, "SupplierAssignedAccountID") or _text(side, "CustomerAssignedAccountID"),
        street=_street(party),
        postcode=_text(party, "PostalAddress/PostalZone"),
        city=_text(party, "PostalAddress/CityName"),
        country=_text(party, "PostalAddress/Country/IdentificationCode"),
        email=_text(party, "Contact/ElectronicMail"),
        phone=_text(party, "Contact/Telephone"),
    )


def _one_line(text: str) -> str:
    """Return a name without the line breaks that a pretty-printed file puts in it."""
    return " ".join(text.split())


def _vat(party: etree._Element) -> str:
    """Return the company id of the VAT scheme, else of another one; "TAX" is a remark (Sweden's F-skatt)."""
    numbers: dict[str, str] = {}
    for scheme in party.iterfind(_path("PartyTaxScheme")):
        numbers.setdefault(_text(scheme, "TaxScheme/ID").upper(), _text(scheme, "CompanyID"))
    numbers.pop("TAX", None)
    return numbers.get("VAT") or next(filter(None, numbers.values()), "")


def _street(party: etree._Element) -> str:
    street = _text(party, "PostalAddress/StreetName") or _text(party, "PostalAddress/AddressLine/Line")
    parts = (
        street,
        _text(party, "PostalAddress/BuildingNumber"),
        _text(party, "PostalAddress/AdditionalStreetName"),
    )
    return " ".join(part for part in parts if part)


def _payee(document: etree._Element) -> str:
    return _text(document, "PayeeParty/PartyName/Name") or _text(
        document, "PayeeParty/PartyLegalEntity/RegistrationName"
    )


def _oddities(
    document: etree._Element, kind: InvoiceType, code: str, payable: Money, issued: date | None, due: _Due
) -> Iterator[str]:
    """Yield what a person should look at before the document is booked, in words."""
    if kind is InvoiceType.CREDIT_NOTE and _name(document) == "Invoice":
        yield f"it is written as an invoice, but its type code {code} says credit note"
    if kind is InvoiceType.CREDIT_NOTE and payable.minor < 0:
        yield "it is a credit note with a negative amount, which would raise what is owed"
    if code in _SELF_BILLED_CODES:
        yield f"the buyer made it out (type {code}, self-billing)"
    if payee := _payee(document):
        yield f"it asks to pay somebody else: {payee}"
    if issued is None:
        yield "it has no issue date that can be read"
    elif due.date and due.date < issued:
        yield f"its due date {due.date} lies before its issue date {issued}"
    if not _party(document, "AccountingCustomerParty").name:
        yield "it names no customer"
    yield from _amount_oddities(document, payable)


def _amount_oddities(document: etree._Element, payable: Money) -> Iterator[str]:
    stated = _decimal(document, "PayableAmount")
    total = _decimal(document, "TaxInclusiveAmount")
    if stated is not None and stated != payable.decimal:
        yield f"its amount {stated} has more decimals than {payable.currency} has"
    elif stated is not None and total is not None:
        prepaid = _decimal(document, "PrepaidAmount") or Decimal(0)
        rounding = _decimal(document, "PayableRoundingAmount") or Decimal(0)
        if abs(total - prepaid + rounding - stated) >= Decimal("0.01"):
            yield f"its amount to pay {stated} is not its total {total} less what was prepaid"
    element = document.find(_path("LegalMonetaryTotal/PayableAmount"))
    own = element.get("currencyID", "") if element is not None else ""
    if own and own != payable.currency:
        yield f"its amount to pay is in {own}, the document in {payable.currency}"
    if (
        any(_texts(document, "PaymentTerms/PaymentMeansID"))
        and len(document.findall(_path("PaymentTerms"))) > 1
    ):
        yield "it splits the payment over several accounts"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _identifier(element: etree._Element, path: str) -> str:
    """Return an identifier with its scheme before it ("0106:12345678"), where it has one."""
    found = element.find(_path(path))
    value = (found.text or "").strip() if found is not None else ""
    scheme = found.get("schemeID", "").strip() if found is not None else ""
    return f"{scheme}:{value}" if scheme and value else value


def _joined(element: etree._Element, path: str) -> str:
    """Return the different texts at a path; a repeated one counts once."""
    return _SEVERAL.join(dict.fromkeys(_texts(element, path)))


def _texts(element: etree._Element, path: str) -> list[str]:
    return [text for found in element.iterfind(_path(path)) if (text := (found.text or "").strip())]


def _text(element: etree._Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")


def _path(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _name(element: etree._Element) -> str:
    return str(element.tag.rpartition("}")[2])
