"""Which column of a table holds which field: guessed from its header, in four languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class TableKind(StrEnum):
    """What the rows of a table are."""

    CUSTOMERS = "CUSTOMERS"
    INVOICES = "INVOICES"


class Field(StrEnum):
    """What a column can hold."""

    NUMBER = "number"
    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    AMOUNT = "amount"
    OPEN = "open"
    CURRENCY = "currency"
    REFERENCE = "payment_reference"
    ORDER_REFERENCE = "order_reference"
    PRECEDING = "preceding_invoice"
    DESCRIPTION = "description"
    CUSTOMER_NUMBER = "customer_number"
    CUSTOMER_NAME = "customer_name"
    KIND = "kind"
    LANGUAGE = "language"
    CONTACT_NAME = "contact_name"
    EMAIL = "email"
    PHONE = "phone"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    POSTCODE = "postcode"
    CITY = "city"
    COUNTRY = "country"
    VAT_NUMBER = "vat_number"
    LEGAL_ID = "legal_id"
    TERM_DAYS = "payment_term_days"
    CHANNEL = "preferred_channel"


INVOICE_FIELDS = tuple(Field)[:10]
CUSTOMER_FIELDS = tuple(Field)[10:]


@dataclass(frozen=True, slots=True)
class Heading:
    """The header a template gives a field, per language, and the other headers that mean it."""

    nl: str
    fr: str
    en: str
    de: str
    others: tuple[str, ...] = ()


HEADINGS: Mapping[Field, Heading] = {
    Field.NUMBER: Heading(
        "Factuurnummer", "Numéro de facture", "Invoice number", "Rechnungsnummer",
        ("factuurnr", "factuur nr", "factuur", "fact nr", "documentnummer", "boekstuknummer", "n° facture",
         "no facture", "nr facture", "facture", "num facture", "référence facture", "invoice no",
         "invoice nr",
         "invoice", "invoice id", "document number", "doc number", "rechnungsnr", "rechnung nr", "rechnung",
         "belegnummer", "belegnr", "fact", "factnr", "faktuurnr", "faktuurnummer", "docnr", "documentnr",
         "boekstuknr", "stuknummer", "n° fact", "fact n°", "num fact", "n° pièce", "pièce", "re nr", "rg nr",
         "rechnr", "rechn nr", "beleg"),
    ),
    Field.ISSUE_DATE: Heading(
        "Factuurdatum", "Date de facture", "Invoice date", "Rechnungsdatum",
        ("datum", "date", "issue date", "factuur datum", "documentdatum", "boekdatum", "date facture",
         "date de facturation", "date d'émission", "date document", "document date", "invoiced on",
         "belegdatum",
         "ausstellungsdatum", "factdat", "factdatum", "fdatum", "docdatum", "date fact", "date fac",
         "rech datum", "rechn datum", "re datum"),
    ),
    Field.DUE_DATE: Heading(
        "Vervaldatum", "Date d'échéance", "Due date", "Fälligkeitsdatum",
        ("vervaldag", "verval datum", "uiterste betaaldatum", "betalen voor", "te betalen voor", "échéance",
         "date échéance", "date limite de paiement", "payable avant", "due", "due on", "payment due",
         "payment due date", "fällig am", "fälligkeit", "zahlbar bis",
         "vervdat", "vervdatum", "vervaldat", "te betalen op", "éch",
         "date éch", "fällig", "faelligkeit", "faelligkeitsdatum", "faellig am"),
    ),
    Field.AMOUNT: Heading(
        "Bedrag", "Montant", "Amount", "Betrag",
        ("factuurbedrag", "totaal", "totaalbedrag", "bedrag incl", "bedrag incl btw", "bedrag inclusief btw",
         "totaal incl btw", "totaal inclusief btw", "montant ttc", "total ttc", "total", "montant total",
         "montant facture", "invoice amount", "total amount", "amount incl vat", "gross amount",
         "rechnungsbetrag",
         "bruttobetrag", "gesamtbetrag", "brutto", "summe", "bedr", "fact bedrag", "bedrag eur", "factuurtotaal",
         "totaal incl", "incl btw", "ttc", "montant eur", "mont", "betrag eur", "rech betrag", "re betrag"),
    ),
    Field.OPEN: Heading(
        "Openstaand bedrag", "Montant ouvert", "Open amount", "Offener Betrag",
        ("openstaand", "open bedrag", "openstaand saldo", "saldo", "nog te betalen", "te betalen",
        "restbedrag",
         "solde", "solde ouvert", "solde dû", "reste à payer", "montant dû", "à payer", "montant restant",
         "outstanding", "outstanding amount", "amount due", "balance", "balance due", "remaining", "offen",
         "offener saldo", "restbetrag", "noch offen", "restant", "resterend", "rest", "open", "openst",
         "openst bedrag", "nog open", "restant dû", "reste dû", "reste", "solde restant", "offener posten"),
    ),
    Field.CURRENCY: Heading("Valuta", "Devise", "Currency", "Währung", ("munt", "muntsoort", "monnaie",
    "curr")),
    Field.REFERENCE: Heading(
        "Betalingskenmerk", "Communication structurée", "Payment reference", "Zahlungsreferenz",
        ("betaalkenmerk", "kenmerk", "gestructureerde mededeling", "mededeling", "ogm", "vcs",
         "communication", "référence de paiement", "structured reference", "structured communication",
         "rf reference", "verwendungszweck"),
    ),
    Field.ORDER_REFERENCE: Heading(
        "Ordernummer", "Numéro de commande", "Order number", "Bestellnummer",
        ("bestelnummer", "order", "uw referentie", "klantreferentie", "inkooporder", "bon de commande",
        "commande",
         "référence client", "order reference", "purchase order", "po number", "your reference",
         "auftragsnummer",
         "bestellung"),
    ),
    Field.PRECEDING: Heading(
        "Creditering van", "Crédite la facture", "Credits invoice", "Gutschrift zu",
        ("oorspronkelijke factuur", "gecrediteerde factuur", "credit van factuur", "facture d'origine",
         "facture créditée", "original invoice", "preceding invoice", "credited invoice",
         "ursprungsrechnung"),
    ),
    Field.DESCRIPTION: Heading(
        "Omschrijving", "Description", "Description", "Beschreibung",
        ("betreft", "onderwerp", "toelichting", "libellé", "objet", "subject", "bezeichnung", "betreff"),
    ),
    Field.CUSTOMER_NUMBER: Heading(
        "Klantnummer", "Numéro de client", "Customer number", "Kundennummer",
        ("debiteurnummer", "debiteurnr", "debiteurennummer", "debiteurcode", "debiteur nr", "klantnr",
        "klantcode",
         "relatienummer", "relatiecode", "n° client", "no client", "code client", "numéro client",
         "compte client",
         "customer no", "customer nr", "customer id", "customer code", "account number", "client number",
         "debtor number", "debtor no", "kundennr", "kunden nr", "debitorennummer", "debitor nr",
         "debitorennr", "debnr", "debcode", "deb", "klant id", "relatienr", "relnr", "n° cli", "code cli",
         "num client", "n° débiteur", "numéro débiteur", "code débiteur", "compte tiers", "compte auxiliaire",
         "kdnr", "kd nr", "kundenkonto", "debitornummer"),
    ),
    Field.CUSTOMER_NAME: Heading(
        "Klant", "Client", "Customer", "Kunde",
        ("debiteur", "debiteurnaam", "naam debiteur", "klantnaam", "naam klant", "relatie", "relatienaam",
         "bedrijfsnaam", "nom du client", "nom client", "raison sociale", "customer name", "debtor",
         "debtor name",
         "client name", "company", "company name", "kundenname", "debitor", "firma", "firmenname", "bedrijf",
         "firmanaam", "naam bedrijf", "onderneming", "organisatie", "afnemer", "société", "nom société",
         "entreprise", "nom de l'entreprise", "dénomination", "débiteur", "unternehmen", "organisation"),
    ),
    Field.KIND: Heading(
        "Soort klant", "Type de client", "Customer type", "Kundenart",
        ("soort", "type klant", "klanttype", "soort debiteur", "type client", "nature du client", "type",
        "kind",
         "customer kind", "debtor type", "kundentyp"),
    ),
    Field.LANGUAGE: Heading("Taal", "Langue", "Language", "Sprache", ("taalcode", "code langue", "lang")),
    Field.CONTACT_NAME: Heading(
        "Contactpersoon", "Personne de contact", "Contact person", "Ansprechpartner",
        ("contact", "ter attentie van", "tav", "t.a.v.", "à l'attention de", "contact name", "attention",
         "kontaktperson"),
    ),
    Field.EMAIL: Heading(
        "E-mail", "E-mail", "E-mail", "E-Mail",
        ("email", "mail", "e-mailadres", "emailadres", "mailadres", "adresse e-mail", "adresse mail",
        "courriel",
         "email address", "e-mail address", "e-mail-adresse", "mailadresse"),
    ),
    Field.PHONE: Heading(
        "Telefoon", "Téléphone", "Phone", "Telefon",
        ("telefoonnummer", "tel", "telnr", "mobiel", "gsm", "numéro de téléphone", "portable", "phone number",
         "telephone", "mobile", "telefonnummer", "telefoonnr", "tél", "n° tél", "telefonnr", "handy", "mobil"),
    ),
    Field.STREET: Heading(
        "Straat en huisnummer", "Rue et numéro", "Street", "Straße und Hausnummer",
        ("straat", "adres", "adres 1", "adresregel 1", "straatnaam", "rue", "adresse", "adresse 1", "address",
         "address 1", "address line 1", "street address", "straße", "strasse", "anschrift"),
    ),
    Field.HOUSE_NUMBER: Heading(
        "Huisnummer", "Numéro de maison", "House number", "Hausnummer", ("huisnr", "n° maison", "house no",
        "hausnr"),
    ),
    Field.POSTCODE: Heading(
        "Postcode", "Code postal", "Postcode", "Postleitzahl", ("pc", "cp", "zip", "zip code",
        "postal code", "plz"),
    ),
    Field.CITY: Heading(
        "Plaats", "Localité", "City", "Ort", ("woonplaats", "vestigingsplaats", "gemeente", "stad",
        "ville", "commune", "town", "place", "stadt"),
    ),
    Field.COUNTRY: Heading(
        "Land", "Pays", "Country", "Land", ("landcode", "code pays", "country code", "ländercode",
        "länderkennzeichen"),
    ),
    Field.VAT_NUMBER: Heading(
        "Btw-nummer", "Numéro de TVA", "VAT number", "USt-IdNr.",
        ("btw nr", "btw", "btw-id", "btw-identificatienummer", "tva", "n° tva", "no tva", "vat", "vat no",
        "vat id",
         "tax number", "ust id", "umsatzsteuer-id"),
    ),
    Field.LEGAL_ID: Heading(
        "KvK- of ondernemingsnummer", "Numéro d'entreprise", "Company registration number",
        "Handelsregisternummer",
        ("kvk", "kvk-nummer", "kvk nr", "kvknummer", "kbo", "kbo-nummer", "ondernemingsnummer", "bce",
        "n° bce",
         "numéro bce", "coc number", "company number", "registration number", "enterprise number", "hrb"),
    ),
    Field.TERM_DAYS: Heading(
        "Betalingstermijn (dagen)", "Délai de paiement (jours)", "Payment term (days)", "Zahlungsziel (Tage)",
        ("betaaltermijn", "betalingsconditie", "termijn", "délai", "terms", "payment terms", "term",
        "zahlungsfrist"),
    ),
    Field.CHANNEL: Heading(
        "Kanaal", "Canal", "Channel", "Kanal",
        ("verzendwijze", "voorkeurskanaal", "mode d'envoi", "preferred channel", "delivery", "versandart"),
    ),
}  # fmt: skip

# What these headers mean depends on what the rows are.
_BY_KIND: Mapping[TableKind, Mapping[str, Field]] = {
    TableKind.INVOICES: {
        "nummer": Field.NUMBER, "numero": Field.NUMBER, "number": Field.NUMBER, "nr": Field.NUMBER,
        "no": Field.NUMBER,
        "naam": Field.CUSTOMER_NAME, "nom": Field.CUSTOMER_NAME, "name": Field.CUSTOMER_NAME,
    },
    TableKind.CUSTOMERS: {
        "nummer": Field.CUSTOMER_NUMBER, "numero": Field.CUSTOMER_NUMBER, "number": Field.CUSTOMER_NUMBER,
        "nr": Field.CUSTOMER_NUMBER, "no": Field.CUSTOMER_NUMBER, "code": Field.CUSTOMER_NUMBER,
        "naam": Field.CUSTOMER_NAME, "nom": Field.CUSTOMER_NAME, "name": Field.CUSTOMER_NAME,
    },
}  # fmt: skip

LABELS: Mapping[Field, _StrPromise] = {
    Field.NUMBER: _("Invoice number"), Field.ISSUE_DATE: _("Invoice date"), Field.DUE_DATE: _("Due date"),
    Field.AMOUNT: _("Amount"), Field.OPEN: _("Open amount"), Field.CURRENCY: _("Currency"),
    Field.REFERENCE: _("Payment reference"), Field.ORDER_REFERENCE: _("Order number"),
    Field.PRECEDING: _("Credits invoice"), Field.DESCRIPTION: _("Description"),
    Field.CUSTOMER_NUMBER: _("Customer number"), Field.CUSTOMER_NAME: _("Customer"),
    Field.KIND: _("Customer type"),
    Field.LANGUAGE: _("Language"), Field.CONTACT_NAME: _("Contact person"), Field.EMAIL: _("E-mail"),
    Field.PHONE: _("Phone"), Field.STREET: _("Street"), Field.HOUSE_NUMBER: _("House number"),
    Field.POSTCODE: _("Postcode"), Field.CITY: _("City"), Field.COUNTRY: _("Country"),
    Field.VAT_NUMBER: _("VAT number"), Field.LEGAL_ID: _("Company registration number"),
    Field.TERM_DAYS: _("Payment term (days)"), Field.CHANNEL: _("Channel"),
}  # fmt: skip


def label(field: Field) -> str:
    """Return what a field is called, in the reader's language."""
    return str(LABELS[field])


def fields_of(kind: TableKind) -> tuple[Field, ...]:
    """Return the fields a table of this kind can have, in the order a form shows them."""
    return (*INVOICE_FIELDS, *CUSTOMER_FIELDS) if kind is TableKind.INVOICES else CUSTOMER_FIELDS


def guess(header: Sequence[str], kind: TableKind) -> dict[Field, int]:
    """Return the column of each field whose header is recognised; the first of two that mean the same."""
    wanted = set(fields_of(kind))
    found: dict[Field, int] = {}
    for column, text in enumerate(header):
        key = _key(text)
        field = _BY_KIND[kind].get(key) or _MEANINGS.get(key)
        if field in wanted:
            found.setdefault(field, column)
    return found


def kind_of(header: Sequence[str]) -> TableKind | None:
    """Return what the rows are; None when it is unclear.

    Invoices have a number and an amount, customers a number and a name, or a name and
    an address of some kind and nothing of invoices.
    """
    as_invoices = guess(header, TableKind.INVOICES)
    if Field.NUMBER in as_invoices and (Field.AMOUNT in as_invoices or Field.OPEN in as_invoices):
        return TableKind.INVOICES
    as_customers = guess(header, TableKind.CUSTOMERS)
    if Field.CUSTOMER_NUMBER in as_customers and Field.CUSTOMER_NAME in as_customers:
        return TableKind.CUSTOMERS
    of_invoices = {Field.NUMBER, Field.AMOUNT, Field.OPEN, Field.ISSUE_DATE, Field.DUE_DATE}
    addresses = {Field.EMAIL, Field.PHONE, Field.STREET, Field.POSTCODE, Field.CITY}
    about_people = Field.CUSTOMER_NAME in as_customers and addresses & as_customers.keys()
    if about_people and not of_invoices & as_invoices.keys():
        return TableKind.CUSTOMERS
    return None


def missing(mapping: Mapping[Field, int], kind: TableKind) -> tuple[tuple[Field, ...], ...]:
    """Return what has no column yet; of each tuple one field is enough. Empty: the table can be read."""
    needed: tuple[tuple[Field, ...], ...] = (
        (
            (Field.NUMBER,),
            (Field.ISSUE_DATE,),
            (Field.AMOUNT, Field.OPEN),
            (Field.CUSTOMER_NUMBER, Field.CUSTOMER_NAME),
        )
        if kind is TableKind.INVOICES
        else ((Field.CUSTOMER_NUMBER,), (Field.CUSTOMER_NAME,))
    )
    return tuple(group for group in needed if not any(field in mapping for field in group))


def _key(text: str) -> str:
    """Return a header without capitals, accents, punctuation, or what stands in brackets."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)|\[.*?\]", " ", text).casefold())
    return "".join(letter for letter in plain if letter.isalnum())


_MEANINGS = {
    _key(text): field
    for field, heading in HEADINGS.items()
    for text in (heading.nl, heading.fr, heading.en, heading.de, *heading.others)
}
