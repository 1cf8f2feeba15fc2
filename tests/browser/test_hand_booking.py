"""What a person does with a payment that does not fit by itself, in a real browser, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.banking.builders import Entry, bank_file, statement
from tests.browser.conftest import Visitor
from tests.interfaces.web_world import World
from tests.ledger.builders import a_credit, an_item, paid
from tijdig.banking import queries as bank
from tijdig.domain.ledger import CreditKind
from tijdig.infra import tenancy
from tijdig.organisations.operations import change_cash_policy
from tijdig.processes import cash_application

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_dollars_a_discount_and_a_credit_note(
    visit: Callable[..., Visitor], world: World, tmp_path: Path, width: int, scheme: str
) -> None:
    with tenancy.within(world.organisation_id):
        change_cash_policy(actor="cli", discount_basis_points=200, discount_days=8, discount_grace_days=2)
        an_item(world.customer, 12_000, number="2026-0042", currency="USD")
        entry = Entry("110.00", "2026-0042", original="120.00 USD", rate="1.0909", day=world.on)
        content = bank_file(statement([entry], day=world.on))
        cash_application.import_bank_file(name="x", content=content, on=world.on, actor="cli")
        [line] = bank.waiting_lines().lines
        item_id = an_item(world.customer, 121_000, issued=world.on - timedelta(days=6))
        paid(item_id, world.customer, 118_580, on=world.on)
        note = a_credit(world.customer, 8_000, kind=CreditKind.CREDIT_NOTE, on=world.on)
    colleague = visit(width=width, scheme=scheme)
    colleague.log_in("colleague")

    def look(name: str) -> None:
        colleague.page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert colleague.overflow() <= 0, name
        found = Axe().run(colleague.page, options={"runOnly": {"type": "tag", "values": TAGS}})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert colleague.complaints == [], name

    page = colleague.go(f"/o/{world.slug}/bank/{line.id}/")
    look("waiting")
    page.get_by_role("link", name="Book it in USD").click()
    page.wait_for_url("**/other-currency/")
    look("other-currency")
    page.get_by_role("button", name="Book it in USD").click()
    page.wait_for_url(f"**/bank/{line.id}/")
    look("booked")
    page = colleague.go(f"/o/{world.slug}/invoices/{item_id}/")
    look("discount")
    page.get_by_role("button", name="Give the discount").click()
    page.get_by_text("the invoice is settled").wait_for()
    page = colleague.go(f"/o/{world.slug}/customers/{world.customer}/credits/{note}/")
    page.get_by_text("Choose the invoices yourself").click()
    look("credit-note")
    page.get_by_label("Amount for 2026-0101").fill("80")
    page.get_by_role("button", name="Allocate").click()
    page.get_by_text("The money was allocated.").wait_for()
    look("credit-note-used")
