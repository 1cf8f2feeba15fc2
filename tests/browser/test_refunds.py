"""Refunds in a real browser: proposed by one person, approved by another, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World
from tests.ledger.builders import an_item, paid
from tijdig.banking import queries as bank
from tijdig.infra import tenancy
from tijdig.processes import cash_application

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark"), (1440, "light")])
def test_two_people_send_money_back(
    visit: Callable[..., Visitor], world: World, tmp_path: Path, width: int, scheme: str
) -> None:
    with tenancy.within(world.organisation_id):
        payments = [
            Payment(123_456_789, "Wooncoöperatie", "dubbel betaald"),
            Payment(5_000, "Bakkerij", "te veel"),
        ]
        content = statement(payments, on=world.on)
        cash_application.import_bank_file(name="bank.xml", content=content, on=world.on, actor="cli")
        cents = an_item(world.customer, 10_000, number="2026-0777")
        paid(cents, world.customer, 9_997, on=world.on)
        for line, customer in zip(
            bank.line_page().lines, (world.customer, world.quiet_customer), strict=True
        ):
            cash_application.leave_on_account(line_id=line.id, customer_id=customer, on=world.on, actor="cli")
    colleague, owner = visit(width=width, scheme=scheme), visit(width=width, scheme=scheme)
    colleague.log_in("colleague")

    def look(visitor: Visitor, name: str) -> None:
        visitor.page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert visitor.overflow() <= 0, name
        found = Axe().run(visitor.page, options={"runOnly": {"type": "tag", "values": TAGS}})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert visitor.complaints == [], name

    def propose(customer: int, name: str) -> Page:
        page = colleague.go(f"/o/{world.slug}/customers/{customer}/")
        href = (
            page.locator("#on-account")
            .locator("xpath=ancestor::section")
            .locator("a[data-row]")
            .get_attribute("href")
        )
        colleague.go(str(href))
        look(colleague, f"credit-{name}")
        page.get_by_role("link", name="Pay back").click()
        page.get_by_label("To account (IBAN)").fill("NL44 RABO 0123 4567 89")
        page.get_by_label("Why it goes back").fill("Paid twice, asked for it by telephone on Tuesday")
        look(colleague, f"new-{name}")
        page.get_by_role("button", name="Propose the refund").click()
        page.wait_for_url("**/refunds/*/")
        look(colleague, f"own-{name}")
        return page

    propose(world.customer, "small")
    propose(world.quiet_customer, "large")
    owner.log_in("owner")
    page = owner.go(f"/o/{world.slug}/refunds/")
    look(owner, "to-approve")
    for _ in range(2):
        page.goto(owner.address + f"/o/{world.slug}/refunds/?state=PROPOSED")
        href = page.locator("a[data-row]").first.get_attribute("href")
        page.goto(owner.address + str(href))
        page.get_by_role("button", name="Approve").click()
        page.wait_for_load_state()
    page.goto(owner.address + f"/o/{world.slug}/refunds/?state=APPROVED")
    look(owner, "to-pay")
    page.get_by_role("button", name="Make the bank's file").click()
    page.wait_for_url("**/refunds/?state=ORDERED")
    look(owner, "at-the-bank")
    with page.expect_download() as download:
        page.get_by_role("link", name="TIJDIG-REFUNDS-").click()
    assert b"<NbOfTxs>2</NbOfTxs>" in Path(download.value.path()).read_bytes()
    page.goto(owner.address + f"/o/{world.slug}/refunds/?state=ALL")
    look(owner, "all")
    page.goto(owner.address + f"/o/{world.slug}/invoices/small-differences/")
    look(owner, "small-differences")
