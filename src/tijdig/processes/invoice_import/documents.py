"""E-invoices into drafts: whose they are, whom they are for, and what makes them worth a look first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from tijdig.customers.checks import LENGTHS, country_codes
from tijdig.customers.identification import plain_id
from tijdig.customers.operations import CustomerData
from tijdig.domain.documents import DueDateSource, InvoiceDocument, Party
from tijdig.domain.parties import Language, PartyKind
from tijdig.infra.readers_language import in_words
from tijdig.organisations.queries import OrganisationView
from tijdig.processes.invoice_import.recognition import both_ids, without_scheme
from tijdig.processes.invoice_import.references import as_stored
from tijdig.processes.invoice_import.values import Draft, ReadRow

# The language of a customer abroad, where the country leaves no doubt; elsewhere the house's own.
_LANGUAGES = {
    "DE": Language.GERMAN, "AT": Language.GERMAN, "FR": Language.FRENCH, "NL": Language.DUTCH,
    "GB": Language.ENGLISH, "IE": Language.ENGLISH, "US": Language.ENGLISH,
}  # fmt: skip
_GOVERNMENT_SCHEME = "0190"  # OIN, the number of a Dutch public body


def read(
    document: InvoiceDocument, *, where: str, content: bytes, house: OrganisationView, on: date
) -> ReadRow:
    """Return the draft of a document, with the reasons to look at it first, if any.

    A document that was sent is not refused: what is odd about it is for a person to accept.
    """
    customer = document.customer
    name = customer.name or customer.trading_name
    problems = () if name or customer.assigned_number else (_("the customer is missing"),)
    if len(document.number) > 100:
        problems = (*problems, _("the invoice number is longer than 100 characters"))
    return ReadRow(
        where=where,
        cells=(document.number, name, str(document.payable), document.currency),
        draft=None if problems else _draft(document, on),
        problems=problems,
        review="; ".join(_reasons_to_look(document, house)),
        content=content,
    )


def _draft(document: InvoiceDocument, on: date) -> Draft:
    party = document.customer
    return Draft(
        number=document.number,
        type=document.type,
        type_code=document.type_code[:4],
        issue_date=document.issue_date or on,
        due_date=document.due_date,
        due_date_source=document.due_date_source if document.due_date else DueDateSource.MISSING,
        currency=document.currency,
        total=(document.total or document.payable).minor,
        prepaid=document.prepaid.minor if document.prepaid else 0,
        payable=document.payable.minor,
        effect=document.effect.minor,
        customer=_customer(party),
        assigned_number=party.assigned_number[: LENGTHS["number"]],
        endpoint=party.endpoint,
        only_makes_customer=True,
        payment_reference=as_stored(document.payment_reference)[:140],
        order_reference=(document.order_reference or document.buyer_reference)[:140],
        preceding_invoice=document.preceding_invoice[:100],
    )


def _customer(party: Party) -> CustomerData:
    """Return the party as a new customer would be stored. A party with an official number is no consumer."""
    legal_id = without_scheme(party.legal_id)
    country = party.country.upper()
    language = _LANGUAGES.get(country)
    return CustomerData(
        number="",
        name=_fitting("name", party.name or party.trading_name) or party.assigned_number[: LENGTHS["number"]],
        kind=_kind(party, legal_id),
        language=language.value if language else None,
        email=_fitting("email", party.email),
        phone=_fitting("phone", party.phone),
        street=_fitting("street", party.street),
        postcode=_fitting("postcode", party.postcode),
        city=_fitting("city", party.city),
        country=country if country in country_codes() else None,
        vat_number=_fitting("vat_number", party.vat_number),
        legal_id=_fitting("legal_id", legal_id),
    )


def _kind(party: Party, legal_id: str) -> str | None:
    if _GOVERNMENT_SCHEME in (party.legal_id[:4], party.endpoint[:4]):
        return PartyKind.PUBLIC_BODY.value
    return PartyKind.COMPANY.value if party.vat_number or legal_id else None


def _fitting(field: str, text: str) -> str | None:
    """Return a text of a document as it can be stored: on one line, no longer than its place."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line[: LENGTHS[field]].strip() or None


def _reasons_to_look(document: InvoiceDocument, house: OrganisationView) -> Iterator[str]:
    if document.needs_review:
        yield from map(in_words, document.needs_review.split("; "))
    if not _is_ours(document.supplier, house):
        yield _("the supplier is %(name)s, not this organisation") % {"name": document.supplier.name or "?"}
    if document.issue_date is None:
        yield _("the document has no invoice date; the date of import would be taken")


def _is_ours(supplier: Party, house: OrganisationView) -> bool:
    """Return whether the document is from this organisation, as far as official numbers tell.

    An organisation that has not filled in its numbers is not checked; a document without numbers is
    known by its name.
    """
    own = {each for each in both_ids(plain_id(house.vat_number), plain_id(house.legal_id)) if each}
    if not own:
        return True
    theirs = both_ids(plain_id(supplier.vat_number), plain_id(without_scheme(supplier.legal_id)))
    named = {each for each in theirs if each}
    if named:
        return bool(own & named)
    return supplier.name.casefold().strip() == house.name.casefold().strip()
