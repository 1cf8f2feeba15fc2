"""On a movement that waits, a person says which refund at the bank it paid."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.banking.builders import Entry, bank_file, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.ledger.builders import a_credit
from tijdig.banking import queries as bank
from tijdig.banking.states import LineState
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.organisations.queries import Role
from tijdig.payments import queries
from tijdig.payments.queries import RefundState
from tijdig.processes import cash_application, refunds

pytestmark = pytest.mark.django_db
IBAN = "NL44RABO0123456789"


@pytest.fixture
def world() -> World:
    """A refund that was recognised when it left, and whose booking a person took back."""
    world = make_world()
    colleague, owner = f"user:{world.colleague}", f"user:{world.owner}"
    at = datetime.combine(world.on, time(9), ZoneInfo("Europe/Amsterdam"))
    with tenancy.within(world.organisation_id):
        a_credit(world.customer, 12_300)
        refund_id = refunds.propose(
            customer_id=world.customer, amount=Money(12_300, "EUR"), iban=IBAN, holder="", why="x",
            on=world.on, actor=colleague,
        )  # fmt: skip
        refunds.approve(refund_id=refund_id, actor=owner, role=Role.OWNER)
        refunds.order(refund_ids=(refund_id,), execution_date=world.on, at=at, actor=owner)
        content = bank_file(statement([Entry("-123.00", iban=IBAN, day=world.on)], day=world.on))
        cash_application.import_bank_file(name="x", content=content, on=world.on, actor="cli")
        [line] = bank.line_page().lines
        assert line.state == LineState.BOOKED
        cash_application.unbook_line(line_id=line.id, on=world.on, actor=colleague)
    return world


def there(world: World) -> tuple[str, int]:
    """The address of the movement, and the refund."""
    with tenancy.within(world.organisation_id):
        [line] = bank.line_page().lines
        [refund] = queries.refund_page().refunds
    return f"/o/{world.slug}/bank/{line.id}/", refund.id


def states(world: World) -> tuple[LineState, RefundState]:
    with tenancy.within(world.organisation_id):
        [line] = bank.line_page().lines
        [refund] = queries.refund_page().refunds
    return line.state, refund.state


def test_a_refund_is_paid_again_after_its_booking_was_taken_back(world: World) -> None:
    colleague, (here, refund_id) = client_of(world.colleague), there(world)
    for _time in range(2):
        page = colleague.get(here).content.decode()
        assert f'action="{here}pays/{refund_id}/"' in page
        assert f"It pays refund TB-{refund_id}" in page
        assert "No payment from this account" not in page
        answer = colleague.post(f"{here}pays/{refund_id}/", follow=True)
        assert "The refund was paid by this movement." in answer.content.decode()
        assert states(world) == (LineState.BOOKED, RefundState.PAID)
        assert "The refund it belongs to" in colleague.get(here).content.decode()
        assert colleague.post(f"{here}take-back/", {"reason": "not this one"}).status_code == 302
        assert states(world) == (LineState.WAITING, RefundState.ORDERED)


def test_who_comes_second_reads_that_it_was_dealt_with(world: World) -> None:
    (here, refund_id), owner = there(world), client_of(world.owner)
    assert client_of(world.colleague).post(f"{here}pays/{refund_id}/").status_code == 302
    refused = owner.post(f"{here}pays/{refund_id}/")
    assert (refused.status_code, "dealt with this movement already" in refused.content.decode()) == (
        400,
        True,
    )
    assert owner.post(f"{here}take-back/", {"reason": "x"}).status_code == 302
    with tenancy.within(world.organisation_id):
        refunds.say_refused(
            refund_id=refund_id, text="AC04", on=world.on, actor="user:1", role=Role.CONTROLLER
        )
    refused = owner.post(f"{here}pays/{refund_id}/")
    assert (refused.status_code, f"TB-{refund_id} already" in refused.content.decode()) == (400, True)
    page = owner.get(here).content.decode()
    assert "/pays/" not in page
    assert "No payment from this account" in page
    assert states(world) == (LineState.WAITING, RefundState.REFUSED)


def test_a_reader_sees_the_refund_and_decides_nothing(world: World) -> None:
    reader, (here, refund_id) = client_of(world.reader), there(world)
    page = reader.get(here).content.decode()
    assert f"TB-{refund_id}" in page
    assert "/pays/" not in page
    assert reader.post(f"{here}pays/{refund_id}/").status_code == 403
    assert states(world) == (LineState.WAITING, RefundState.ORDERED)


def test_another_organisation_and_what_does_not_exist_are_not_found(world: World) -> None:
    stranger, (here, refund_id) = client_of(world.stranger), there(world)
    elsewhere = here.replace(world.slug, world.other_slug)
    assert stranger.post(f"{here}pays/{refund_id}/").status_code == 404
    assert stranger.post(f"{elsewhere}pays/{refund_id}/").status_code == 404
    colleague = client_of(world.colleague)
    assert colleague.post(f"{here}pays/987654321/").status_code == 404
    colleague.get(f"{here}pays/{refund_id}/")
    assert states(world) == (LineState.WAITING, RefundState.ORDERED)
