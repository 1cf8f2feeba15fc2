"""A Dutch controller reads Dutch: also what is refused, what cannot be read in a file, and what was stored."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.processes.invoice_import.world import csv
from tijdig.banking import queries as bank
from tijdig.domain.money import Money
from tijdig.domain.reasons import SENTENCES, Reason
from tijdig.infra import tenancy
from tijdig.infra.readers_language import day_text
from tijdig.interfaces.web import tags
from tijdig.interfaces.worker import jobs
from tijdig.processes import cash_application, invoice_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(language="nl")


@pytest.fixture
def owner(world: World) -> Client:
    return client_of(world.owner)


def text(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def upload(client: Client, world: World, name: str, content: bytes) -> HttpResponse:
    chosen = [SimpleUploadedFile(name, content)]
    return client.post(f"/o/{world.slug}/import/upload/", {"chosen": chosen}, follow=True)


def test_a_bad_customer_is_refused_in_dutch(world: World, owner: Client) -> None:
    typed = {"name": "Kade", "number": "K-1001", "kind": "COMPANY", "language": "nl", "email": "geen adres"}
    page = text(owner.post(f"/o/{world.slug}/customers/new/", {**typed, "preferred_channel": "EMAIL"}))
    assert "geldig e-mailadres" in page
    typed["email"] = ""
    page = text(owner.post(f"/o/{world.slug}/customers/new/", {**typed, "preferred_channel": "EMAIL"}))
    assert "Een andere klant heeft nummer K-1001 al" in page


def test_bad_settings_are_refused_in_dutch(world: World, owner: Client) -> None:
    form = owner.get(f"/o/{world.slug}/settings/organisation/").context["form"]
    typed = {name: "" if value is None else value for name, value in form.initial.items()}
    page = text(owner.post(f"/o/{world.slug}/settings/organisation/", {**typed, "iban": "NL00FOUT"}))
    assert "‘NL00FOUT’ is geen IBAN: kijk of er een typefout in zit" in page


def test_a_hold_in_the_past_is_refused_in_dutch(world: World, owner: Client) -> None:
    typed = {"reason": "Afspraak", "until": "2001-01-01"}
    page = text(owner.post(f"/o/{world.slug}/customers/{world.customer}/hold/", typed))
    assert "Een pauze kan niet eindigen voor ze begint." in page


def test_what_is_wrong_with_a_row_is_said_in_dutch(world: World, owner: Client) -> None:
    rows = csv(
        "A1;2026-11-01;2026-12-01;honderd;K-1001;;",
        "A2;31-2-2026;;10,00;K-1001;;",
        "A3;2026-11-01;;10,00;K-1001;;;;over;boord",
    )
    page = text(upload(owner, world, "rijen.csv", rows))
    assert "Bedrag: ‘honderd’ is geen bedrag; schrijf het als 1.234,56 of 1234.56" in page
    assert "Factuurdatum: ‘31-2-2026’ is geen bestaande dag" in page
    assert "De rij heeft 10 cellen, de kop 7" in page
    assert not re.search(r"\b(is not|the row|missing|already)\b", page)


def test_an_invoice_that_is_there_with_other_figures_reads_in_dutch(world: World, owner: Client) -> None:
    page = text(upload(owner, world, "rijen.csv", csv("2026-0101;2026-11-01;2026-12-01;1.210,00;K-1001;;")))
    assert re.search(r"2026-0101 (?:is er al|bestaat al), met .*bedrag 1\.249,50 EUR", page)
    assert not re.search(r"vervaldatum \d{4}-\d\d-\d\d", page)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"\x00\x01\x02 nee", "het bestand is geen tekst"),
        ("b.xlsx", b"PK\x03\x04 stuk", "het zipbestand is niet te lezen"),
        ("c.pdf", b"%PDF-1.7 ...", "dit is een pdf; stuur de factuur als UBL. Wel te lezen: bankbestanden"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_dutch(
    world: World, owner: Client, name: str, content: bytes, said: str
) -> None:
    assert said in text(upload(owner, world, name, content))


def test_an_entry_the_bank_wrote_wrong_reads_in_dutch_on_its_statement(world: World, owner: Client) -> None:
    payments = [Payment(1000, "Bakkerij De Korenaar", "zomaar"), Payment(1100, "Iemand", "nog iets")]
    content = statement(payments, on=world.on).replace(b">11.00<", b">elf<")
    upload(owner, world, "bank.xml", content)
    page = text(owner.get(f"/o/{world.slug}/bank/statements/"))
    assert re.search(r"afschrift 1.*, boeking 2 \(regel \d+\): ‘elf’ is geen bedrag", page)


def test_the_facts_of_a_reason_read_in_dutch() -> None:
    with translation.override("nl"):
        less = Reason("PAID_LESS", {"numbers": "F1", "open": "1210.00", "amount": "-5.5"})
        assert "1.210,00" in tags.reason(less)
        assert "-5,5" in tags.reason(less)
        unclear = Reason("MESSAGE_UNCLEAR", {"what": "account, invoice F1"})
        assert tags.reason(unclear).endswith("de rekening, factuur F1.")
        assert tags.reason(Reason("PERSON_SAID", {"text": "account"})) == "account"
        assert "hoofdsom eerst" in tags.reason(
            Reason("DIVIDED_BY_AGE", {"source": "boek 5 BW, principal first"})
        )


# Facts of reasons that are no figures: names, numbers of documents, days, words.
_NO_FIGURES = {
    "account", "credit_note", "credits", "currency", "customer", "day", "due_date", "invoice", "meaning", "name",
    "next_date", "number", "numbers", "other", "reference", "return_code", "source", "text", "until", "what", "why",
    "written", "booked", "corrected", "days_late",
}  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_figure_in_a_reason_reads_as_the_language_writes_it(language: str, code: str) -> None:
    """A fact that is new is one of the two: a figure, or one of those above."""
    names = set(re.findall(r"%\((\w+)\)s", SENTENCES[code]))
    assert names <= tags.AMOUNTS | _NO_FIGURES
    with translation.override(language):
        said = tags.reason(Reason(code, {name: "57.52" if name in tags.AMOUNTS else "F1" for name in names}))
    assert "57.52" not in said
    assert said.count("57,52") == len(names & tags.AMOUNTS)


def test_a_day_that_is_past_reads_as_past(world: World, owner: Client) -> None:
    with tenancy.within(world.organisation_id):
        for number, due in (("2026-0190", world.on), ("2026-0191", world.on - timedelta(days=1))):
            invoice_import.add_by_hand(
                customer_id=world.customer, number=number, issue_date=due, due_date=due, amount=Money(5000, "EUR"),
                on=world.on, actor="cli",
            )  # fmt: skip
        cash_application.import_bank_file(
            name="bank.xml", content=statement([Payment(9_000, "Iemand", "2026-0190 2026-0191")], on=world.on),
            on=world.on, actor="cli",
        )  # fmt: skip
        [line] = bank.line_page().lines
    page = text(owner.get(f"/o/{world.slug}/bank/{line.id}/"))
    assert f"2026-0190 vervalt op {day_text(world.on, language='nl')}" in page
    assert f"2026-0191 verviel op {day_text(world.on - timedelta(days=1), language='nl')}" in page


def test_the_worker_speaks_the_language_of_who_asked(world: World) -> None:
    assert jobs._language_of(f"user:{world.owner}") == "nl"
    assert (jobs._language_of("user:0"), jobs._language_of("cli")) == ("en", "en")


def test_dates_stand_inside_their_sentences(world: World, owner: Client) -> None:
    page = text(owner.get(f"/o/{world.slug}/invoices/{world.paid_item}/"))
    assert re.search(r"voldaan op \d+ \w+ \d{4}", page)
    assert re.search(r"van \d+ \w+ \d{4}", page)
