"""The pages in a real browser: at a desk and on a phone, by keyboard, in the dark, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.interfaces.web_world import World
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import clock, tenancy
from tijdig.messaging import operations as messaging
from tijdig.messaging.operations import NewTask
from tijdig.processes import invoice_import

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Visitor]


def _pages(world: World) -> dict[str, str]:
    here = f"/o/{world.slug}/"
    return {
        "today": here,
        "customers": f"{here}customers/",
        "customer": f"{here}customers/{world.customer}/",
        "account": f"{here}customers/{world.customer}/account/",
        "insight": f"{here}insight/",
        "open-items": f"{here}insight/open-items/",
        "on-account": f"{here}insight/on-account/",
        "customer-form": f"{here}customers/new/",
        "invoices": f"{here}invoices/?status=ALL",
        "invoice": f"{here}invoices/{world.part_paid_item}/",
        "invoice-form": f"{here}invoices/new/",
        "settings": f"{here}settings/",
        "house-style": f"{here}settings/house-style/",
        "users": f"{here}settings/users/",
        "mode": f"{here}settings/mode/",
        "audit": f"{here}audit/",
        "search": f"{here}search/?q=korenaar",
        "me": "/me/",
        "new": "/new/",
        "second-factor": "/accounts/2fa/",
        "tasks": f"{here}tasks/",
        "payments": f"{here}payments/",
        "planned": f"{here}flows/planned/?on={world.on}&stage=REMINDER",
        "new-password": "/accounts/password/reset/",
    }


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_every_page_fits_can_be_read_and_complains_of_nothing(
    visit: Visit, world: World, tmp_path: Path, width: int, scheme: str
) -> None:
    """No page is wider than its screen; axe finds nothing wrong (WCAG 2.2 AA); the console stays empty."""
    visitor = visit(width=width, scheme=scheme)
    page = visitor.log_in("owner")
    axe = Axe()
    for name, path in _pages(world).items():
        visitor.go(path)
        page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert visitor.overflow() <= 0, name
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": tags}})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert visitor.complaints == [], name


def test_a_detail_opens_beside_its_list_and_gives_the_place_back(visit: Visit, world: World) -> None:
    page = visit().log_in("colleague")
    page.get_by_role("link", name="Invoices", exact=True).click()
    row = page.get_by_role("link", name="2026-0102")
    row.click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("heading", name="Invoice 2026-0102").wait_for()
    expect(page).to_have_url(re.compile(r"/invoices/$"))
    found = Axe().run(
        page, options={"runOnly": ["landmark-no-duplicate-banner", "landmark-unique", "region"]}
    )
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(row).to_be_focused()


def test_the_keyboard_alone_finds_and_opens_an_invoice(visit: Visit, world: World) -> None:
    page = visit().log_in("colleague")
    page.keyboard.press("/")
    page.keyboard.type("2026-0101")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/invoices/{world.overdue_item}/")
    expect(page.get_by_role("heading", name="Invoice 2026-0101")).to_be_visible()


def test_the_list_narrows_while_one_types(visit: Visit, world: World) -> None:
    page = visit().log_in("colleague")
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_label("Search in this list").press_sequentially("zonne")
    page.get_by_role("link", name="Bakkerij De Korenaar").wait_for(state="detached")
    expect(page.get_by_role("link", name="Wooncoöperatie")).to_be_visible()
    expect(page).to_have_url(re.compile("q=zonne"))


def test_the_house_style_shows_while_one_chooses(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.log_in("owner")
    page = visitor.go(f"/o/{world.slug}/settings/house-style/")
    page.get_by_label("Signed by").fill("Noor van de administratie")
    page.get_by_label("Colour").fill("#c2410c")
    preview = page.locator("#house-preview")
    expect(preview.get_by_text("Noor van de administratie")).to_be_visible()
    expect(preview.locator(".preview-bar")).to_have_css("background-color", "rgb(194, 65, 12)")
    assert visitor.complaints == []


def test_a_phone_opens_the_navigation(visit: Visit, world: World) -> None:
    page = visit(width=360).log_in("reader")
    link = page.get_by_role("link", name="Customers", exact=True)
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    link.click()
    page.wait_for_url("**/customers/")


@pytest.mark.parametrize("width", [360, 1440])
def test_without_scripts_the_work_goes_on(visit: Visit, world: World, width: int) -> None:
    """Search, a hold with its explanation, and lifting it: all by plain links and forms."""
    visitor = visit(width=width, scripts=False)
    page = visitor.log_in("colleague")
    page.get_by_label("Search everything").fill("K-1001")
    page.get_by_label("Search everything").press("Enter")
    page.wait_for_url(f"**/customers/{world.customer}/")
    page.get_by_text("Put follow-up on hold").click()
    page.get_by_label("Why").fill("Zoekt het uit")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_text("Follow-up is on hold.")).to_be_visible()
    page.get_by_role("button", name="Lift the hold").click()
    expect(page.get_by_text("Follow-up is on hold.")).to_be_hidden()


def test_many_tasks_are_ticked_and_done_at_once(visit: Visit, world: World) -> None:
    """The bar to act with comes when something is ticked, and ticking all ticks each."""
    with tenancy.within(world.organisation_id):
        reason = Reason("PERSON_SAID", {"text": "Vraagt om een regeling"})
        items = (world.overdue_item, world.part_paid_item)
        tasks = [
            NewTask(world.customer, "HAND_OVER", reason, due_date=world.on, item_id=item) for item in items
        ]
        messaging.add_tasks(tasks, at=clock.now(), actor="cli")
    visitor = visit(width=360)
    page = visitor.log_in("colleague")
    visitor.go(f"/o/{world.slug}/tasks/")
    outcome = page.get_by_label("What came of it")
    expect(outcome).to_be_hidden()
    page.locator("tbody input[type=checkbox]").first.check()
    expect(outcome).to_be_visible()
    assert visitor.overflow() <= 0
    page.locator("tbody input[type=checkbox]").nth(1).check()
    outcome.fill("Gebeld")
    page.get_by_role("button", name="Done").click()
    page.get_by_text("2 tasks are done.").wait_for()


def test_a_long_reference_is_read_whole_on_a_narrow_screen(visit: Visit, world: World) -> None:
    with tenancy.within(world.organisation_id):
        invoice_import.add_by_hand(
            customer_id=world.customer, number="2026-0888", issue_date=world.on, due_date=world.on,
            amount=Money(1210, "EUR"), reference="+++090/9337/55493+++", on=world.on, actor="cli",
        )  # fmt: skip
    visitor = visit(width=320)
    page = visitor.log_in("colleague")
    visitor.go(f"/o/{world.slug}/search/?q=2026-0888")
    cut = page.locator(".figures .mono").evaluate("place => place.scrollWidth - place.clientWidth")
    assert cut <= 0
    assert visitor.overflow() <= 0
