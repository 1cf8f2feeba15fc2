"""In a real browser: a file of an unknown account is said to be ours; a statement is taken back, and in again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_another_account_is_said_to_be_ours_and_its_statement_taken_back_and_in_again(
    visit: Callable[..., Visitor], world: World, tmp_path: Path, width: int, scheme: str
) -> None:
    def look(name: str) -> None:
        visitor.page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert visitor.overflow() <= 0, name
        found = Axe().run(visitor.page, options={"runOnly": {"type": "tag", "values": TAGS}})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    payments = [Payment(124_950, "Bakkerij De Korenaar", "factuur 2026-0101"), Payment(7_700, "S. Vink", "x")]
    theirs = tmp_path / "theirs.xml"
    theirs.write_bytes(statement(payments, on=world.on).replace(b"NL91ABNA0417164300", b"NL20INGB0001234567"))
    visitor = visit(width=width, scheme=scheme)
    page = visitor.log_in("colleague")
    visitor.go(f"/o/{world.slug}/import/")
    page.get_by_label("Files", exact=True).set_input_files(str(theirs))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Is this account yours?")).to_be_visible()
    look("asked")
    page.get_by_role("button", name="This account is ours: take it in").click()
    page.get_by_role("link", name="About this statement").click()
    page.get_by_text("Take this statement back").click()
    expect(page.get_by_text("Booked payments, undone by reversing entries")).to_be_visible()
    look("foreseen")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("nothing of it counts")).to_be_visible()
    look("taken-back")
    page.get_by_role("button", name="Take it in again").click()
    expect(page.get_by_text("Take this statement back")).to_be_visible()
    expect(page.get_by_text("It was taken in again.")).to_be_visible()
