"""The pages Invoices: list, one invoice, adding by hand, undoing, writing off, holding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.dunning import queries as dunning
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def _numbers(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [item.number for item, _owner, _state in answer.context["rows"]]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["2026-0101", "2026-0102", "2026-0104"]),
        ("status=OVERDUE", ["2026-0101", "2026-0102"]),
        ("status=PAID", ["2026-0103"]),
        ("status=ALL&sort=-amount", ["2026-0104", "2026-0101", "2026-0102", "2026-0103"]),
        ("status=ALL&q=2026-0103", ["2026-0103"]),
        ("status=ALL&q=zonneveld", ["2026-0104"]),
    ],
)
def test_the_list_narrows_and_sorts(world: World, colleague: Client, query: str, numbers: list[str]) -> None:
    assert _numbers(colleague, f"/o/{world.slug}/invoices/?{query}") == numbers


def test_the_list_of_one_customer(world: World, colleague: Client) -> None:
    address = f"/o/{world.slug}/invoices/?customer="
    assert _numbers(colleague, f"{address}{world.quiet_customer}") == ["2026-0104"]
    assert colleague.get(f"{address}99999").status_code == 404


def test_a_status_is_the_same_word_everywhere(world: World, colleague: Client) -> None:
    states = {
        world.overdue_item: "Overdue", world.part_paid_item: "Overdue", world.paid_item: "Paid",
        world.coming_item: "Not due yet",
    }  # fmt: skip
    for item_id, word in states.items():
        page = colleague.get(f"/o/{world.slug}/invoices/{item_id}/").content.decode()
        assert word in page.split("</h1>")[1].split("</div>")[0]


def test_the_page_says_the_next_step_when_and_why(world: World, colleague: Client) -> None:
    page = colleague.get(f"/o/{world.slug}/invoices/{world.overdue_item}/").content.decode()
    assert "Reminder" in page
    assert "Followed up since it was added." in page


def test_undoing_adds_a_reversing_row_and_opens_the_invoice(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/invoices/{world.part_paid_item}/"
    colleague.post(f"{here}undo/{world.allocation}/", {"reason": "Verkeerde klant"})
    with tenancy.within(world.organisation_id):
        item = ledger.item(world.part_paid_item)
        rows = ledger.allocations_of_item(world.part_paid_item)
        assert not tuple(verification.problems())
    assert item is not None
    assert item.open_minor == item.amount_minor
    assert [row.amount_minor for row in rows] == [25_000, -25_000]
    page = colleague.get(here).content.decode()
    assert "Verkeerde klant" in page
    assert f"undo/{world.allocation}/" not in page


def test_undoing_twice_is_refused_in_words(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/invoices/{world.part_paid_item}/"
    colleague.post(f"{here}undo/{world.allocation}/", {"reason": "x"})
    answer = colleague.post(f"{here}undo/{world.allocation}/", {"reason": "x"}, follow=True)
    assert "undone already" in answer.content.decode()


def test_undoing_takes_a_reason_and_the_right_invoice(world: World, colleague: Client) -> None:
    wrong = f"/o/{world.slug}/invoices/{world.overdue_item}/undo/{world.allocation}/"
    assert colleague.post(wrong, {"reason": "x"}).status_code == 404
    without = f"/o/{world.slug}/invoices/{world.part_paid_item}/undo/{world.allocation}/"
    assert colleague.post(without, {}).status_code == 400


def test_writing_off_the_rest_settles_it_and_ends_the_follow_up(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/invoices/{world.part_paid_item}/"
    answer = colleague.post(
        f"{here}write-off/", {"amount": "350,00", "why": "GOODWILL", "reason": "Coulance"}
    )
    assert answer.context["write_off_form"].errors["amount"], "a controller's limit is 100.00 an invoice"
    owner = client_of(world.owner)
    answer = owner.post(f"{here}write-off/", {"amount": "350,00", "why": "OTHER"})
    assert answer.context["write_off_form"].errors["reason"]
    answer = owner.post(f"{here}write-off/", {"amount": "350,00", "why": "GOODWILL"})
    assert answer.status_code == 302
    with tenancy.within(world.organisation_id):
        item = ledger.item(world.part_paid_item)
        follow_up = dunning.follow_up_of(world.part_paid_item)
    assert item is not None
    assert item.settled_date == world.on
    assert follow_up is not None
    assert follow_up.next_action_date is None


@pytest.mark.parametrize("amount", ["350,01", "0", "-5", "veel"])
def test_writing_off_too_much_or_nothing_is_refused(world: World, colleague: Client, amount: str) -> None:
    here = f"/o/{world.slug}/invoices/{world.part_paid_item}/write-off/"
    answer = colleague.post(here, {"amount": amount, "why": "GOODWILL", "reason": "x"})
    assert answer.status_code == 400
    assert answer.context["write_off_form"].errors["amount"]


def test_one_invoice_on_hold_leaves_the_others_alone(world: World, colleague: Client) -> None:
    colleague.post(f"/o/{world.slug}/invoices/{world.overdue_item}/hold/", {"reason": "Klopt niet"})
    with tenancy.within(world.organisation_id):
        assert dunning.due_count(world.on) == 1
    assert "Klopt niet" in colleague.get(f"/o/{world.slug}/invoices/{world.overdue_item}/").content.decode()
    assert (
        "Klopt niet"
        not in colleague.get(f"/o/{world.slug}/invoices/{world.part_paid_item}/").content.decode()
    )


def _typed(world: World, **changed: str) -> dict[str, str]:
    return {
        "customer_number": "K-1001", "number": "2026-0200", "issue_date": world.on.isoformat(),
        "due_date": (world.on + timedelta(days=30)).isoformat(), "amount": "1.210,00", **changed,
    }  # fmt: skip


def test_an_invoice_is_added_by_hand_and_followed_up(world: World, colleague: Client) -> None:
    answer = colleague.post(f"/o/{world.slug}/invoices/new/", _typed(world))
    assert answer.status_code == 302
    with tenancy.within(world.organisation_id):
        item = ledger.known_numbers(["2026-0200"])["2026-0200"]
        assert dunning.follow_up_of(item.id) is not None
    assert (item.amount_minor, item.customer_id) == (121_000, world.customer)
    assert answer["Location"] == f"/o/{world.slug}/invoices/{item.id}/"


def test_a_credit_note_is_added_by_an_amount_below_zero(world: World, colleague: Client) -> None:
    answer = colleague.post(f"/o/{world.slug}/invoices/new/", _typed(world, amount="-50,00"))
    assert answer["Location"] == f"/o/{world.slug}/customers/{world.customer}/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer_number", "K-9999"),
        ("number", "2026-0101"),
        ("amount", "0"),
        ("due_date", "2020-01-01"),
        ("issue_date", "yesterday"),
    ],
)
def test_what_cannot_be_an_invoice_is_refused_at_its_field(
    world: World, colleague: Client, field: str, value: str
) -> None:
    answer = colleague.post(f"/o/{world.slug}/invoices/new/", _typed(world, **{field: value}))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_an_invoice_that_does_not_exist_is_not_found(world: World, colleague: Client) -> None:
    assert colleague.get(f"/o/{world.slug}/invoices/999999/").status_code == 404


def test_a_customer_is_chosen_by_name_or_number(world: World, colleague: Client) -> None:
    options = colleague.get(f"/o/{world.slug}/customers/suggest/?customer_number=koren").content.decode()
    assert '<option value="K-1001">Bakkerij De Korenaar, Utrecht</option>' in options
    assert colleague.get(f"/o/{world.slug}/customers/suggest/?customer_number=").content.strip() == b""
    typed = {"number": "2026-0500", "issue_date": world.on.isoformat(), "amount": "12,50"}
    address = f"/o/{world.slug}/invoices/new/"
    assert 'list="known-customers"' in colleague.get(address).content.decode()
    made = colleague.post(address, {**typed, "customer_number": "korenaar"})
    assert made.status_code == 302
    unclear = colleague.post(address, {**typed, "number": "2026-0501", "customer_number": "niemand"})
    assert "No customer has this number" in unclear.content.decode()


def test_a_payment_and_its_allocation_tell_their_reason_once(world: World, colleague: Client) -> None:
    page = colleague.get(f"/o/{world.slug}/invoices/{world.paid_item}/").content.decode()
    timeline = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    assert timeline.count("Booked by hand.") <= 1
