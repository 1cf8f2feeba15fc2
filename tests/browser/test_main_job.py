"""The main job in a real browser, from an empty house to a reminder on the time line; and how its pages look.

Points 1 to 6: an own organisation; customers and invoices from files with other column names and a bad row; a
bank statement that books what is sure; a payment placed by hand and taken back; the day; and everything seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of
from tests.processes.invoice_import.world import csv
from tijdig.banking import queries as bank
from tijdig.infra import tenancy
from tijdig.ledger import verification
from tijdig.messaging import queries as messaging
from tijdig.organisations import queries as organisations
from tijdig.processes import cash_application, daily_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Visitor]

CUSTOMERS = (
    "Relatie;Bedrijf;Post\r\n"
    "R1;Kwekerij Maanbrug;post@maanbrug.example\r\n"
    ";Drukkerij Zilverblad;post@zilverblad.example\r\n"
    "R3;Tuincentrum Vogelpark;post@vogelpark.example\r\n"
)


def given(page: Page, name: str, content: bytes | str) -> None:
    """Hand a file over on the page Import."""
    content = content.encode() if isinstance(content, str) else content
    page.locator("input[type=file]").set_input_files(
        files=[{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    page.get_by_role("button", name="Upload").click()


def pointed_out(page: Page, **columns: str) -> None:
    """Say which column holds what, and show the rows again."""
    for header, holds in columns.items():
        page.get_by_label(header, exact=True).select_option(label=holds)
    page.get_by_role("button", name="Show again with these columns").click()


def make_an_organisation(visitor: Visitor) -> str:
    page = visitor.go("/new/")
    page.get_by_label("Name of the organisation").fill("Hoveniersbedrijf Zonnewende")
    page.get_by_label("Language").select_option("nl")
    page.get_by_label("Account that is paid into").fill("NL91ABNA0417164300")
    page.get_by_role("button", name="Make the organisation").click()
    page.wait_for_url("**/o/hoveniersbedrijf-zonnewende/")
    expect(page.get_by_text("Test mode.")).to_be_visible()
    return "hoveniersbedrijf-zonnewende"


def import_customers_and_invoices(visitor: Visitor, slug: str, today: date) -> None:
    page = visitor.go(f"/o/{slug}/import/")
    given(page, "relaties.csv", CUSTOMERS)
    page.get_by_label("The rows are").select_option(label="Customers")
    page.get_by_role("button", name="Show again with these columns").click()
    pointed_out(page, Relatie="Customer number", Bedrijf="Customer", Post="E-mail")
    expect(page.get_by_text("The customer number is missing")).to_be_visible()
    page.get_by_role("button", name="Import 2 rows").click()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download with the reasons").click()
    assert kept.value.suggested_filename == "relaties-left-out.xlsx"

    late, coming = today - timedelta(days=20), today + timedelta(days=10)
    page = visitor.go(f"/o/{slug}/import/")
    rows = [
        f"Z1;{late - timedelta(days=30)};{late};121,00;R1;;",
        f"Z2;{late - timedelta(days=30)};{late};242,00;R3;;",
        f"Z3;{coming - timedelta(days=30)};{coming};60,50;R1;;",
        f"Z4;{late};{late};honderd;R1;;",
    ]
    given(page, "facturen.csv", csv(*rows))
    expect(page.get_by_text("honderd").first).to_be_visible()
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("€423.50")).to_be_visible()


def import_a_statement(visitor: Visitor, slug: str, today: date) -> None:
    """What names its invoice is booked, with its reason; the other payment waits."""
    page = visitor.go(f"/o/{slug}/import/")
    payments = [
        Payment(12_100, "Kwekerij Maanbrug", "Betaling factuur Z1"), Payment(24_200, "M. Vogel", "bedankt"),
    ]  # fmt: skip
    given(page, "bank.xml", statement(payments, on=today))
    expect(page.get_by_text("Booked by themselves: 1. Waiting for you: 1.")).to_be_visible()
    booked = page.get_by_role("row", name="Kwekerij Maanbrug")
    booked.get_by_text("Why?").click()
    expect(booked).to_contain_text("Invoice number Z1 is in the description and the amount fits.")


def place_a_payment_and_take_it_back(visitor: Visitor, slug: str) -> None:
    """In the drawer beside the list: search, fill in, book; then on its page, take it back, and set it aside."""
    page = visitor.go(f"/o/{slug}/bank/")
    page.get_by_role("link", name="M. Vogel").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Invoice number or customer").fill("vogelpark")
    drawer.get_by_role("button", name="Search").click()
    drawer.get_by_label("Amount for Z2").fill("242,00")
    drawer.get_by_role("button", name="Book on these invoices").click()
    expect(page.get_by_role("heading", name="Where it went")).to_be_visible()
    expect(page.get_by_role("link", name="Z2")).to_be_visible()
    page.get_by_text("Take the booking back").click()
    page.get_by_label("Why").fill("Is van een ander")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="What it may be for")).to_be_visible()
    # As long as it waits nobody is reminded whose it may be; it is somebody else's.
    page.locator("summary", has_text="Set aside").click()
    page.get_by_label("Why").fill("Is van een ander")
    page.get_by_role("button", name="Set aside").click()
    expect(page.get_by_text("The movement was set aside.")).to_be_visible()


def run_the_day(slug: str, today: date) -> None:
    organisation_id = organisations.by_slug_id(slug)
    assert organisation_id is not None
    with tenancy.within(organisation_id):
        done = daily_run.run_day(on=today, actor="system:worker")
        assert (done.emails, done.letters) == (1, 0)
        assert not tuple(verification.problems())


def read_the_message(visitor: Visitor, slug: str) -> None:
    """As a mail, as text and as a letter; and it stands on the time line of its invoice."""
    page = visitor.go(f"/o/{slug}/messages/")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Z2").click()
    drawer = page.locator("#drawer")
    expect(drawer.frame_locator("iframe.sheet").get_by_text("242,00").first).to_be_visible()
    drawer.get_by_role("link", name="Text", exact=True).click()
    expect(drawer.locator("pre")).to_contain_text("NL91 ABNA 0417 1643 00")
    drawer.get_by_role("navigation", name="Show as").get_by_role("link", name="PDF").click()
    picture = drawer.get_by_role("img", name="Page 1 of the letter")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 500
    drawer.get_by_role("link", name="Z2", exact=True).click()
    page.wait_for_url("**/invoices/*/")
    line = page.locator(".timeline")
    expect(line).to_contain_text("Message composed in test mode")
    expect(line).to_contain_text("Settlement of Z2 undone")


def test_the_main_job_from_an_empty_house_to_a_reminder(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.log_in("owner")
    slug = make_an_organisation(visitor)
    import_customers_and_invoices(visitor, slug, world.on)
    import_a_statement(visitor, slug, world.on)
    place_a_payment_and_take_it_back(visitor, slug)
    run_the_day(slug, world.on)
    read_the_message(visitor, slug)
    assert visitor.complaints == []


def full(world: World) -> dict[str, str]:
    """Let the small world have something on each of these pages, and return their addresses."""
    noon = datetime.combine(world.on, time(12), timezone(timedelta(hours=1)))
    payments = [
        Payment(159_950, "Bakkerij De Korenaar", "voor de facturen, zie mail van vorige week"),
        Payment(124_950, "Kwekerij Langenaam-Oosterhout van de Nieuwe Achterdijk", "Factuur 2026-0101"),
    ]
    with tenancy.within(world.organisation_id):
        daily_run.run_day(on=world.on, actor="system:worker", at=noon)
        cash_application.import_bank_file(
            name="bank.xml", content=statement(payments, on=world.on, odd=7), on=world.on, actor="cli"
        )
        (waits,) = bank.waiting_lines().lines
        (booked,) = bank.line_page(state=bank.LineState.BOOKED).lines
        message = messaging.message_page().lines[0]
    here = f"/o/{world.slug}/"
    return {
        "bank": f"{here}bank/",
        "line-waiting": f"{here}bank/{waits.id}/?q=2026",
        "line-booked": f"{here}bank/{booked.id}/",
        "statements": f"{here}bank/statements/",
        "messages": f"{here}messages/",
        "message": f"{here}messages/{message.id}/",
        "message-text": f"{here}messages/{message.id}/?as=text",
        "letter": f"{here}messages/{message.id}/?as=pdf",
        "flows": f"{here}flows/",
        "import": f"{here}import/",
        "mailbox": f"{here}mailbox/",
        **imports_of(world, here),
    }


def imports_of(world: World, here: str) -> dict[str, str]:
    """Return the addresses of an import to confirm, and of one whose columns are to be pointed out."""
    colleague = client_of(world.colleague)
    rows = ("A1;2026-11-01;2026-12-01;121,00;K-1001;;", "A2;2026-11-01;2026-12-01;honderd;K-1001;;")
    found = {}
    for name, content in (("preview", csv(*rows)), ("columns", b"Stuk;Hoeveel\r\nB1;80,00\r\n")):
        answer = colleague.post(
            f"{here}import/upload/", {"chosen": SimpleUploadedFile(f"{name}.csv", content)}
        )
        found[name] = answer["Location"]
    return found


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")]
)
def test_every_page_of_it_fits_and_can_be_read(
    visit: Visit, world: World, tmp_path: Path, width: int, scheme: str
) -> None:
    """No page is wider than its screen; axe finds nothing wrong (WCAG 2.2 AA); the console stays empty."""
    addresses = full(world)
    visitor = visit(width=width, scheme=scheme)
    page = visitor.log_in("owner")
    axe = Axe()
    for name, address in addresses.items():
        visitor.go(address)
        page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert visitor.overflow() <= 0, name
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": tags}, "iframes": False})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert visitor.complaints == [], name
