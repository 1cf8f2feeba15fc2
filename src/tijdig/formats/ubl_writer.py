"""Writing a plain UBL 2.1 invoice or credit note (Peppol BIS 3), for the demonstration and the tests."""

from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from tijdig.domain.documents import DueDateSource, InvoiceDocument, InvoiceType, Party
from tijdig.domain.money import Money

_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd:"


def write(invoice: InvoiceDocument, *, description: str, vat_percent: Decimal = Decimal(21)) -> bytes:
    """Return the invoice as UBL with one line, `description`, its total including VAT at `vat_percent`."""
    root = "CreditNote" if invoice.type is InvoiceType.CREDIT_NOTE else "Invoice"
    total = invoice.total or invoice.payable
    net = Money.rounded(total.decimal / (1 + vat_percent / 100), total.currency)
    due = invoice.due_date if invoice.due_date_source is not DueDateSource.MISSING else None
    dated = _text("DueDate", str(due)) if due and root == "Invoice" else ""
    parts = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SCHEMA}{root}-2"',
        f' xmlns:cac="{_SCHEMA}CommonAggregateComponents-2" xmlns:cbc="{_SCHEMA}CommonBasicComponents-2">\n',
        _text("CustomizationID", _CUSTOMIZATION) + _text("ProfileID", _PROFILE) + _text("ID", invoice.number),
        _text("IssueDate", str(invoice.issue_date or "")) + dated,
        _text(f"{root}TypeCode", invoice.type_code) + _text("DocumentCurrencyCode", invoice.currency),
        _text("BuyerReference", invoice.buyer_reference or "n/a"),
        f"<cac:OrderReference>{_text('ID', invoice.order_reference)}</cac:OrderReference>"
        if invoice.order_reference
        else "",
        _preceding(invoice),
        f"\n<cac:AccountingSupplierParty>{_party(invoice.supplier)}</cac:AccountingSupplierParty>\n",
        f"<cac:AccountingCustomerParty>{_party(invoice.customer)}</cac:AccountingCustomerParty>\n",
        _payment_means(invoice, root),
        _tax(total, net, vat_percent),
        _totals(invoice, total, net),
        _line(root, description, net, vat_percent),
        f"</{root}>\n",
    )
    return "".join(parts).encode()


def _preceding(invoice: InvoiceDocument) -> str:
    if not invoice.preceding_invoice:
        return ""
    number = _text("ID", invoice.preceding_invoice)
    reference = f"<cac:InvoiceDocumentReference>{number}</cac:InvoiceDocumentReference>"
    return f"<cac:BillingReference>{reference}</cac:BillingReference>"


def _party(party: Party) -> str:
    endpoint = _identifier("EndpointID", party.endpoint)
    vat = f"{_text('CompanyID', party.vat_number)}<cac:TaxScheme>{_text('ID', 'VAT')}</cac:TaxScheme>"
    scheme = f"<cac:PartyTaxScheme>{vat}</cac:PartyTaxScheme>" if party.vat_number else ""
    place = (
        _text("StreetName", party.street)
        + _text("CityName", party.city)
        + _text("PostalZone", party.postcode)
    )
    country = f"<cac:Country>{_text('IdentificationCode', party.country)}</cac:Country>"
    address = f"<cac:PostalAddress>{place}{country}</cac:PostalAddress>"
    legal = _text("RegistrationName", party.name) + _identifier("CompanyID", party.legal_id)
    contact = _text("Telephone", party.phone) + _text("ElectronicMail", party.email)
    return (
        f"<cac:Party>{endpoint}{address}{scheme}<cac:PartyLegalEntity>{legal}</cac:PartyLegalEntity>"
        + (f"<cac:Contact>{contact}</cac:Contact>" if contact else "")
        + "</cac:Party>"
    )


def _payment_means(invoice: InvoiceDocument, root: str) -> str:
    account = f"<cac:PayeeFinancialAccount>{_text('ID', invoice.payee_account)}</cac:PayeeFinancialAccount>"
    dated = (
        _text("PaymentDueDate", str(invoice.due_date)) if invoice.due_date and root == "CreditNote" else ""
    )
    means = _text("PaymentMeansCode", "30") + dated + _text("PaymentID", invoice.payment_reference)
    return f"<cac:PaymentMeans>{means}{account if invoice.payee_account else ''}</cac:PaymentMeans>\n"


def _tax(total: Money, net: Money, percent: Decimal) -> str:
    tax = _amount("TaxAmount", total - net)
    subtotal = (
        _amount("TaxableAmount", net) + tax + f"<cac:TaxCategory>{_category(percent)}</cac:TaxCategory>"
    )
    return f"<cac:TaxTotal>{tax}<cac:TaxSubtotal>{subtotal}</cac:TaxSubtotal></cac:TaxTotal>\n"


def _category(percent: Decimal) -> str:
    code = "S" if percent else "Z"
    return (
        _text("ID", code)
        + _text("Percent", f"{percent:f}")
        + f"<cac:TaxScheme>{_text('ID', 'VAT')}</cac:TaxScheme>"
    )


def _totals(invoice: InvoiceDocument, total: Money, net: Money) -> str:
    amounts = _amount("LineExtensionAmount", net) + _amount("TaxExclusiveAmount", net)
    amounts += _amount("TaxInclusiveAmount", total)
    if invoice.prepaid is not None:
        amounts += _amount("PrepaidAmount", invoice.prepaid)
    amounts += _amount("PayableAmount", invoice.payable)
    return f"<cac:LegalMonetaryTotal>{amounts}</cac:LegalMonetaryTotal>\n"


def _line(root: str, description: str, net: Money, percent: Decimal) -> str:
    quantity = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    category = f"<cac:ClassifiedTaxCategory>{_category(percent)}</cac:ClassifiedTaxCategory>"
    item = f"<cac:Item>{_text('Name', description)}{category}</cac:Item>"
    price = f"<cac:Price>{_amount('PriceAmount', net)}</cac:Price>"
    extension = _amount("LineExtensionAmount", net)
    counted = f'<cbc:{quantity} unitCode="C62">1</cbc:{quantity}>'
    return f"<cac:{root}Line>{_text('ID', '1')}{counted}{extension}{item}{price}</cac:{root}Line>\n"


def _identifier(name: str, identifier: str) -> str:
    """Return an identifier written "scheme:value" as an element with its scheme."""
    scheme, separator, value = identifier.partition(":")
    if not separator:
        return _text(name, identifier)
    return f"<cbc:{name} schemeID={quoteattr(scheme)}>{escape(value)}</cbc:{name}>"


def _amount(name: str, amount: Money) -> str:
    return f'<cbc:{name} currencyID="{amount.currency}">{amount}</cbc:{name}>'


def _text(name: str, text: str) -> str:
    return f"<cbc:{name}>{escape(text)}</cbc:{name}>" if text else ""
