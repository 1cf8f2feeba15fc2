"""Files for the imports: tables as people make them, and e-invoices in few lines."""

from __future__ import annotations

from datetime import date

from tijdig.processes import invoice_import
from tijdig.processes.invoice_import import Imported, Preview, Upload

ON = date(2026, 11, 20)
ACTOR = "user:1"
HEADER = "Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Debiteurnummer;Debiteur;E-mail"


def csv(*rows: str, header: str = HEADER) -> bytes:
    """A table with these rows."""
    return "\r\n".join((header, *rows)).encode()


def received(content: bytes, name: str = "facturen.csv") -> int:
    """Receive one file and return its import's id."""
    return invoice_import.receive(uploads=[Upload(name, content)], actor=ACTOR)


def previewed(content: bytes, name: str = "facturen.csv") -> Preview:
    """Receive one file and look at it."""
    return invoice_import.preview(batch_id=received(content, name), on=ON)


def imported(content: bytes, name: str = "facturen.csv", *, accept: tuple[str, ...] = ()) -> Imported:
    """Receive one file and confirm it."""
    return invoice_import.confirm(
        batch_id=received(content, name), on=ON, actor=ACTOR, accept_reviewed=accept
    )


def reasons(done: Imported | Preview) -> list[str]:
    """The reasons of all that was left out."""
    if isinstance(done, Preview):
        return [problem for row in done.rows for problem in row.problems]
    return [each["reason"] for each in done.rejected]


def ubl(
    number: str = "2026-100", amount: str = "121.00", *, root: str = "Invoice", due: str = "2026-12-01",
    supplier_vat: str = "NL001234567B01", customer: str = "Kwekerij Maanbrug", customer_vat: str = "",
    postcode: str = "1234 AB", reference: str = "", preceding: str = "", issued: str = "2026-11-01",
    assigned: str = "",
) -> bytes:  # fmt: skip
    """A UBL invoice or credit note."""
    code = "380" if root == "Invoice" else "381"
    tax = (
        f"<cac:PartyTaxScheme><cbc:CompanyID>{customer_vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
        "</cac:TaxScheme></cac:PartyTaxScheme>" if customer_vat else ""
    )  # fmt: skip
    billing = (
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{preceding}</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>" if preceding else ""
    )  # fmt: skip
    payment = (
        f"<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>{reference}</cbc:PaymentID>"
        "</cac:PaymentMeans>" if reference else ""
    )  # fmt: skip
    due_date = f"<cbc:DueDate>{due}</cbc:DueDate>" if due and root == "Invoice" else ""
    account = f"<cbc:SupplierAssignedAccountID>{assigned}</cbc:SupplierAssignedAccountID>" if assigned else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate>{due_date}
<cbc:{root}TypeCode>{code}</cbc:{root}TypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{billing}
<cac:AccountingSupplierParty><cac:Party>
<cac:PartyTaxScheme><cbc:CompanyID>{supplier_vat}</cbc:CompanyID>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Houtwerf</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty>{account}<cac:Party>
<cac:PostalAddress><cbc:StreetName>Kersenlaan 1</cbc:StreetName><cbc:CityName>Voorbeeldstad</cbc:CityName>
<cbc:PostalZone>{postcode}</cbc:PostalZone>
<cac:Country><cbc:IdentificationCode>NL</cbc:IdentificationCode></cac:Country></cac:PostalAddress>{tax}
<cac:PartyLegalEntity><cbc:RegistrationName>{customer}</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>{payment}
<cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount currencyID="EUR">{amount}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">{amount}</cbc:PayableAmount></cac:LegalMonetaryTotal>
</{root}>""".encode()
