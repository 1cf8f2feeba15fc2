"""The pages about money, with figures on them: at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World
from tijdig.banking import matcher_records
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.operations import PaidFor
from tijdig.infra import tenancy
from tijdig.processes import cash_application
from tijdig.processes.cash_application import learning

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Visitor]
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def _history(world: World) -> None:
    """A year of matching: one way with a stain on it, one that stopped, money that waits, who pays."""
    with tenancy.within(world.organisation_id):
        for way, booked in (("REFERENCE", 12_345), ("NUMBER", 2_800), ("SEVERAL_NAMED", 310)):
            matcher_records.count_bookings([(way, world.on)] * booked)
        payments = [
            Payment(124_950, "Bakkerij De Korenaar", "factuur 2026-0101"),
            Payment(12_345, "Bakkerij De Korenaar", "zomaar"),
        ]
        cash_application.import_bank_file(
            name="b.xml", content=statement(payments, on=world.on), on=world.on, actor="cli"
        )
        [wrong] = bank.line_page(state=bank.LineState.BOOKED).lines
        cash_application.unbook_line(line_id=wrong.id, text="verkeerd", on=world.on, actor="user:1")
        matcher_records.count_bookings([("DISCOUNT", world.on)] * 40)
        learning.note_turns(on=world.on - timedelta(days=30))
        banking.learn_payers(
            [PaidFor(f"NL{account:02}TEST0123456789", world.customer, world.on) for account in (11, 12)]
        )
        banking.refute_payers([PaidFor("NL12TEST0123456789", world.customer, world.on)])


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "light"), (1440, "dark")])
def test_pages_about_money_fit_and_can_be_read(
    visit: Visit, world: World, tmp_path: Path, width: int, scheme: str
) -> None:
    _history(world)
    here = f"/o/{world.slug}/"
    pages = {
        "matching": f"{here}bank/matching/",
        "corrected": f"{here}bank/?state=ALL&matcher=NUMBER&corrected=yes",
        "money-settings": f"{here}settings/money/",
        "settings": f"{here}settings/",
        "customer-money": f"{here}customers/{world.customer}/",
        "today-money": here,
    }
    visitor = visit(width=width, scheme=scheme)
    page = visitor.log_in("owner")
    axe = Axe()
    for name, path in pages.items():
        visitor.go(path)
        for act in page.locator(".table details.act summary").all():
            act.click()
        page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert visitor.overflow() <= 0, name
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": _TAGS}})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert visitor.complaints == [], name


def test_a_figure_leads_to_its_rows_and_back(visit: Visit, world: World) -> None:
    _history(world)
    visitor = visit()
    visitor.log_in("colleague")
    page = visitor.go(f"/o/{world.slug}/bank/")
    page.get_by_role("link", name="Matching", exact=True).click()
    row = page.locator("#NUMBER")
    row.get_by_role("link").nth(1).click()
    expect(page.get_by_text("and corrected by a person")).to_be_visible()
    expect(page.get_by_role("link", name="Bakkerij De Korenaar")).to_have_count(1)
    page.get_by_role("link", name="Back to matching").click()
    expect(page.get_by_role("heading", name="Matching", exact=True)).to_be_visible()
    assert visitor.complaints == []
