"""Files to try Tijdig with: the demonstration's newest bank statement, and invoices that are not in it yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from tijdig.organisations.queries import OrganisationView
from tijdig.processes.demonstration.cast import CREDITORS
from tijdig.processes.demonstration.statements import held_back_from, statement_file
from tijdig.processes.demonstration.story import Story, tell


class NoDemonstration(LookupError):
    """This organisation is not one of the demonstration's."""


@dataclass(frozen=True, slots=True)
class TryItFile:
    """A file to download and then import by hand."""

    key: str
    name: str
    content_type: str
    content: bytes


def files(organisation: OrganisationView) -> tuple[TryItFile, ...]:
    """Return the files for a demonstration: they go on from the day it was made. Raises NoDemonstration."""
    creditor = next((known for known in CREDITORS if known.slug == organisation.slug), None)
    if creditor is None or not organisation.is_demo:
        raise NoDemonstration(organisation.slug)
    made_on = organisation.created_at.astimezone(ZoneInfo(creditor.timezone)).date()
    story = tell(creditor, last_day=made_on)
    found = [TryItFile("invoices", f"facturen-{made_on}.csv", "text/csv", _invoices_csv(story))]
    statement = statement_file(story, first=held_back_from(story), last=story.last_day)
    if statement is not None:
        found.insert(0, TryItFile("statement", f"bank-{made_on}.xml", "application/xml", statement))
    return tuple(found)


def _invoices_csv(story: Story) -> bytes:
    """Return six invoices for known customers, one for a new one, and one with a mistake to be shown."""
    day, header = story.last_day, "Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Klantnummer;Klantnaam;E-mail"
    rows = [
        f"T{day:%y%m%d}-{place:02d};{day};{day + timedelta(days=customer.term_days)};"
        f"{120 + place * 37},{place}5;{customer.number};{customer.name};{customer.email}"
        for place, customer in enumerate(story.customers[:6], 1)
    ]
    rows.append(
        f"T{day:%y%m%d}-07;{day};{day + timedelta(days=30)};249,50;N90001;Atelier Nieuw Begin (demo);nieuw@post.example"
    )
    rows.append(
        f"T{day:%y%m%d}-08;{day};{day - timedelta(days=9)};honderd euro;{story.customers[7].number};;"
    )
    return "\r\n".join([header, *rows, ""]).encode("utf-8-sig")
