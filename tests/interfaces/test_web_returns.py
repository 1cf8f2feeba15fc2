"""What came back and is not sure, on screen: a person says which payment it was, and may take that back."""

from __future__ import annotations

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.ledger.builders import an_item
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.processes import cash_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Two equal payments that booked themselves, and a return that could be of either."""
    world = make_world()
    with tenancy.within(world.organisation_id):
        for number in ("2026-5501", "2026-5502"):
            an_item(world.customer, 10_000, number=number)
        payments = [Entry("100.00", f"2026-550{place}", day=world.on) for place in (1, 2)]
        back = Entry("-100.00", return_code="MD06", day=world.on)
        for place, entries in enumerate((payments, [back])):
            content = bank_file(statement(entries, id=f"S{place}", day=world.on))
            cash_application.import_bank_file(name="x", content=content, on=world.on, actor="cli")
    return world


def lines(world: World) -> dict[str, LineView]:
    """The movements by what they say; the return says nothing."""
    with tenancy.within(world.organisation_id):
        return {line.remittance: line for line in bank.line_page().lines}


def open_of(world: World, number: str) -> int:
    with tenancy.within(world.organisation_id):
        return ledger.known_numbers([number])[number].open_minor


def test_a_person_says_which_payment_came_back_and_takes_it_back(world: World) -> None:
    colleague, found = client_of(world.colleague), lines(world)
    back = found[""]
    here = f"/o/{world.slug}/bank/{back.id}/"
    page = colleague.get(here).content.decode()
    assert "it could be one of several: choose which" in page
    assert "The payer claimed it back (MD06)" in page
    for number in ("2026-5501", "2026-5502"):
        assert f"{here}takes-back/{found[number].id}/" in page
    answer = colleague.post(f"{here}takes-back/{found['2026-5502'].id}/", follow=True)
    assert "its invoices are open again" in answer.content.decode()
    assert (open_of(world, "2026-5501"), open_of(world, "2026-5502")) == (0, 10_000)
    told = colleague.get(here).content.decode()
    assert "The payment it took back" in told
    assert f"/bank/{found['2026-5502'].id}/" in told
    assert "open again" in told
    assert (
        "of it came back on"
        in colleague.get(f"/o/{world.slug}/bank/{found['2026-5502'].id}/").content.decode()
    )
    refused = colleague.post(f"{here}takes-back/{found['2026-5501'].id}/")
    assert (refused.status_code, "dealt with" in refused.content.decode()) == (400, True)
    original = colleague.post(f"/o/{world.slug}/bank/{found['2026-5502'].id}/take-back/", {"reason": "x"})
    assert "take that return back first" in original.content.decode()
    assert colleague.post(f"{here}take-back/", {"reason": "the other one"}).status_code == 302
    assert open_of(world, "2026-5502") == 0
    assert lines(world)[""].state == LineState.WAITING


def test_a_reader_sees_what_it_may_be_and_decides_nothing(world: World) -> None:
    reader, found = client_of(world.reader), lines(world)
    here = f"/o/{world.slug}/bank/{found[''].id}/"
    assert "takes-back" not in reader.get(here).content.decode()
    assert reader.post(f"{here}takes-back/{found['2026-5501'].id}/").status_code == 403


def test_what_fits_nothing_says_so(world: World) -> None:
    with tenancy.within(world.organisation_id):
        entry = Entry("-5.00", return_code="AM04", iban="NL91ABNA0417164300", day=world.on)
        content = bank_file(statement([entry], id="S9", day=world.on))
        cash_application.import_bank_file(name="x", content=content, on=world.on, actor="cli")
        alone = max(bank.line_page().lines, key=lambda line: line.id)
    page = client_of(world.colleague).get(f"/o/{world.slug}/bank/{alone.id}/").content.decode()
    assert "No payment from this account" in page
