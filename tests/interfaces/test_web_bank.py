"""The pages Bank: what waits, booking it by hand in every way, taking it back, and the statements."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineState, LineView
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.processes import cash_application

pytestmark = pytest.mark.django_db

PUZZLE = Payment(159_950, "De Korenaar", "voor de facturen")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def take_in(world: World, *payments: Payment, number: str = "1", opening: int = 0, odd: int = 0) -> None:
    content = statement(payments, on=world.on, number=number, opening=opening, odd=odd)
    with tenancy.within(world.organisation_id):
        cash_application.import_bank_file(
            name=f"bank {number}.xml", content=content, on=world.on, actor="cli"
        )


def waiting(world: World, payment: Payment = PUZZLE) -> LineView:
    """Take a payment in that nobody can place by rule, and return its line."""
    take_in(world, payment)
    with tenancy.within(world.organisation_id):
        (line,) = bank.waiting_lines().lines
    return line


def line_of(world: World, line_id: int) -> LineView:
    with tenancy.within(world.organisation_id):
        line = bank.line(line_id)
        assert not tuple(verification.problems())
    assert line is not None
    return line


def open_of(world: World, item_id: int) -> int:
    with tenancy.within(world.organisation_id):
        item = ledger.item(item_id)
    assert item is not None
    return item.open_minor


def here(world: World, line: LineView, act: str = "") -> str:
    return f"/o/{world.slug}/bank/{line.id}/{act}"


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_waits_is_booked_from_the_list_where_one_likely_answer_is_all_of_it(
    world: World, colleague: Client
) -> None:
    line = waiting(world, Payment(124_950, "Bakkerij De Korenaar", "zie bijlage"))
    shown = colleague.get(f"/o/{world.slug}/bank/")
    [(_line, likely, shares)] = shown.context["rows"]
    assert likely is not None
    assert "The payer&#x27;s name is that of customer Bakkerij De Korenaar." in shown.content.decode()
    reader = client_of(world.reader).get(f"/o/{world.slug}/bank/").content.decode()
    assert (here(world, line, "book/") in shown.content.decode(), here(world, line, "book/") in reader) == (
        True,
        False,
    )
    amounts = {f"item-{item.id}": str(Money(share.amount_minor, "EUR")) for item, share in shares}
    done = colleague.post(here(world, line, "book/"), {"from": "list", **amounts}, follow=True)
    assert done.redirect_chain[-1][0] == f"/o/{world.slug}/bank/"
    assert line_of(world, line.id).state == LineState.BOOKED


def test_the_list_begins_with_what_waits_and_says_why(world: World, colleague: Client) -> None:
    take_in(world, PUZZLE, Payment(124_950, "Bakkerij De Korenaar", "Factuur 2026-0101"))
    first = colleague.get(f"/o/{world.slug}/bank/")
    assert [line.remittance for line, *_ in first.context["rows"]] == ["voor de facturen"]
    assert "1 movement waits" in first.content.decode()
    booked = colleague.get(f"/o/{world.slug}/bank/?state=BOOKED")
    assert [line.remittance for line, *_ in booked.context["rows"]] == ["Factuur 2026-0101"]
    assert "Invoice number 2026-0101 is in the description and the amount fits." in booked.content.decode()


@pytest.mark.parametrize(("search", "found"), [("korenaar", 1), ("1599,50", 1), ("nobody", 0)])
def test_the_list_can_be_searched(world: World, colleague: Client, search: str, found: int) -> None:
    waiting(world)
    answer = colleague.get(f"/o/{world.slug}/bank/", {"q": search})
    assert len(answer.context["rows"]) == found
    assert ("Nothing found" in answer.content.decode()) is not bool(found)


def test_nothing_waiting_is_good_news_with_a_next_step(world: World, colleague: Client) -> None:
    page = page_of(colleague, f"/o/{world.slug}/bank/")
    assert "Nothing waits" in page
    assert f"/o/{world.slug}/import/" in page


def test_a_proposal_is_booked_with_one_press(world: World, colleague: Client) -> None:
    line = waiting(world)
    answer = colleague.get(here(world, line))
    each, shares, left = answer.context["proposals"][0]
    assert each.customer.id == world.customer
    assert left == 0
    sent = {f"item-{item.id}": f"{share.amount_minor / 100:.2f}" for item, share in shares}
    page = answer.content.decode()
    assert all(f'name="{name}"' in page for name in sent)
    assert colleague.post(here(world, line, "book/"), sent).status_code == 302
    assert line_of(world, line.id).state is LineState.BOOKED
    assert (open_of(world, world.overdue_item), open_of(world, world.part_paid_item)) == (0, 0)


def test_several_invoices_a_part_and_the_rest_on_account(world: World, colleague: Client) -> None:
    line = waiting(world)
    found = colleague.get(here(world, line), {"q": "2026-01"})
    assert {row.item.id for row in found.context["found"]} >= {world.overdue_item, world.part_paid_item}
    typed = {f"item-{world.overdue_item}": "1.249,50", f"item-{world.part_paid_item}": "100"}
    assert colleague.post(here(world, line, "book/"), typed).status_code == 302
    assert (open_of(world, world.overdue_item), open_of(world, world.part_paid_item)) == (0, 25_000)
    page = page_of(colleague, here(world, line))
    assert "Left on account" in page
    assert "€250.00" in page


def test_what_is_left_can_be_put_on_an_invoice_later(world: World, colleague: Client) -> None:
    line = waiting(world)
    colleague.post(here(world, line, "on-account/"), {"customer": str(world.customer)})
    assert open_of(world, world.overdue_item) == 124_950
    typed = {f"item-{world.overdue_item}": "1249,50"}
    assert colleague.post(here(world, line, "allocate/"), typed).status_code == 302
    assert open_of(world, world.overdue_item) == 0
    assert line_of(world, line.id).state is LineState.BOOKED


def test_one_customer_can_pay_for_another(world: World, colleague: Client) -> None:
    line = waiting(world)
    typed = {f"item-{world.overdue_item}": "100", f"item-{world.coming_item}": "100", "q": "2026-01"}
    refused = colleague.post(here(world, line, "book/"), typed)
    assert refused.status_code == 400
    page = refused.content.decode()
    assert "which customer paid" in page
    assert len(re.findall('<input[^>]* value="100"', page)) == 2  # what was typed stays
    assert f'<option value="{world.quiet_customer}">' in page
    meant = colleague.post(here(world, line, "book/"), {**typed, "customer": str(world.customer)})
    assert meant.status_code == 302
    assert open_of(world, world.coming_item) == 123_456_789 - 10_000


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Fill in first"),
        ({"item-{overdue}": "veel"}, "Write an amount"),
        ({"item-{overdue}": "1.599,51"}, "more than the payment"),
        ({"item-{overdue}": "1.300,00"}, "open"),
        ({"item-{overdue}": "-5"}, "more than zero"),
        ({"item-999999": "5"}, "customer paid"),
        ({"item-99999999999999999999": "5"}, "Fill in first"),
        ({"item-{paid}": "5"}, "settled already"),
    ],
)
def test_what_cannot_be_booked_is_refused_in_words(
    world: World, colleague: Client, typed: dict[str, str], said: str
) -> None:
    line = waiting(world)
    ids = {"overdue": world.overdue_item, "paid": world.paid_item}
    answer = colleague.post(
        here(world, line, "book/"), {name.format(**ids): value for name, value in typed.items()}
    )
    assert answer.status_code == 400
    assert said in answer.content.decode().split('role="alert">')[1].split("</p>")[0]
    assert line_of(world, line.id).state is LineState.WAITING


@pytest.mark.parametrize("customer", ["", "999999", "x", "99999999999999999999"])
def test_money_goes_on_account_of_somebody(world: World, colleague: Client, customer: str) -> None:
    line = waiting(world)
    answer = colleague.post(here(world, line, "on-account/"), {"customer": customer})
    assert answer.status_code == 400
    assert "Choose the customer" in answer.content.decode()


def test_two_at_once_book_once(world: World, colleague: Client) -> None:
    line = waiting(world)
    typed = {f"item-{world.overdue_item}": "1249,50"}
    colleague.post(here(world, line, "book/"), typed)
    second = client_of(world.owner).post(here(world, line, "book/"), typed)
    assert second.status_code == 400
    assert "already" in second.content.decode()


def test_a_booking_is_taken_back_by_reversing_and_can_be_booked_again(
    world: World, colleague: Client
) -> None:
    line = waiting(world)
    typed = {f"item-{world.overdue_item}": "1249,50"}
    colleague.post(here(world, line, "book/"), typed)
    assert colleague.post(here(world, line, "take-back/"), {}).status_code == 400
    assert colleague.post(here(world, line, "take-back/"), {"reason": "Verkeerde klant"}).status_code == 302
    assert line_of(world, line.id).state is LineState.WAITING
    assert open_of(world, world.overdue_item) == 124_950
    assert colleague.post(here(world, line, "book/"), typed).status_code == 302
    assert open_of(world, world.overdue_item) == 0
    assert "2026-0101" in page_of(colleague, here(world, line))


def test_setting_aside_takes_a_reason_and_can_be_taken_back(world: World, colleague: Client) -> None:
    line = waiting(world)
    assert colleague.post(here(world, line, "set-aside/"), {}).status_code == 400
    colleague.post(here(world, line, "set-aside/"), {"reason": "Lening van de bank"})
    assert line_of(world, line.id).state is LineState.IGNORED
    assert "Lening van de bank" in page_of(colleague, here(world, line))
    colleague.post(here(world, line, "bring-back/"))
    assert line_of(world, line.id).state is LineState.WAITING
    again = colleague.post(here(world, line, "bring-back/"))
    assert again.status_code == 400


def test_money_out_is_not_booked_on_invoices(world: World, colleague: Client) -> None:
    take_in(world, Payment(-5_000, "Verhuurder Wolkenrand", "Huur"))
    answer = colleague.get(f"/o/{world.slug}/bank/?state=ALL")
    [(line, *_)] = answer.context["rows"]
    page = page_of(colleague, here(world, line))
    assert "Book" not in page.split("<main")[1].split("What the bank says")[0]
    refused = colleague.post(here(world, line, "book/"), {f"item-{world.overdue_item}": "50"})
    assert refused.status_code == 400


def test_a_statement_that_does_not_add_up_or_misses_one_before_says_so(
    world: World, colleague: Client
) -> None:
    take_in(world, PUZZLE, number="1", opening=100, odd=7)
    take_in(world, Payment(500, "S. Vink", "hoi"), number="3", opening=900_000)
    page = page_of(colleague, f"/o/{world.slug}/bank/statements/")
    for word in ("Does not add up", "€0.07", "Gap before it"):
        assert word in page


def test_the_file_comes_back_as_it_came_in(world: World, colleague: Client) -> None:
    take_in(world, PUZZLE)
    (found,) = colleague.get(f"/o/{world.slug}/bank/statements/").context["statements"]
    answer = colleague.get(f"/o/{world.slug}/bank/statements/{found.id}/file/")
    assert answer.content == statement([PUZZLE], on=world.on)
    assert answer["Content-Disposition"] == 'attachment; filename="bank_1.xml"'
    only = colleague.get(f"/o/{world.slug}/bank/?statement={found.id}")
    assert len(only.context["rows"]) == 1


@pytest.mark.parametrize("address", ["999/", "statements/999/file/", "?statement=999", "?statement=x"])
def test_what_is_not_there_is_not_found(world: World, colleague: Client, address: str) -> None:
    assert colleague.get(f"/o/{world.slug}/bank/{address}").status_code == 404


def test_another_house_sees_and_touches_nothing(world: World) -> None:
    line = waiting(world)
    stranger = client_of(world.stranger)
    there = f"/o/{world.other_slug}/bank/{line.id}/"
    assert stranger.get(there).status_code == 404
    for act in ("book", "on-account", "allocate", "set-aside", "bring-back", "take-back"):
        answer = stranger.post(f"{there}{act}/", {"reason": "x", "customer": str(world.customer)})
        assert answer.status_code == 404, act
    assert line_of(world, line.id).state is LineState.WAITING


def test_a_viewer_sees_the_money_and_no_buttons(world: World) -> None:
    line = waiting(world)
    page = page_of(client_of(world.reader), here(world, line)).split("<main")[1]
    assert "What it may be for" in page
    assert "<form" not in page


PAYOUT = Payment(48_120, "Stichting Uitbetaling", "uitbetaling week 46")


def test_a_movement_that_is_not_ours_can_be_set_aside_for_good(world: World, colleague: Client) -> None:
    line = waiting(world, PAYOUT)
    take_in(world, Payment(9_900, "Stichting Uitbetaling", "uitbetaling week 47"), number="2")
    said = {"reason": "betaalprovider", "again": "NAME"}
    page = colleague.post(here(world, line, "set-aside/"), said, follow=True).content.decode()
    assert "1 other movement that waited was set aside too." in page
    take_in(world, Payment(7_700, "Stichting Uitbetaling", "uitbetaling week 48"), number="3")
    with tenancy.within(world.organisation_id):
        assert bank.waiting_lines().lines == ()
    rules = colleague.get(f"/o/{world.slug}/bank/rules/")
    [rule] = rules.context["rules"]
    assert (rule.why, rule.applied) == ("betaalprovider", 2)
    aside = page_of(colleague, f"/o/{world.slug}/bank/?state=IGNORED")
    assert "Your rule sets these aside: betaalprovider" in aside
    assert colleague.post(f"/o/{world.slug}/bank/rules/{rule.id}/end/").status_code == 302
    take_in(world, Payment(6_600, "Stichting Uitbetaling", "uitbetaling week 49"), number="4")
    with tenancy.within(world.organisation_id):
        assert len(bank.waiting_lines().lines) == 1


def test_a_certain_payment_is_booked_whatever_a_rule_says(world: World, colleague: Client) -> None:
    line = waiting(world, Payment(1_00, "Bakkerij De Korenaar", "zomaar"))
    colleague.post(here(world, line, "set-aside/"), {"reason": "fooi", "again": "NAME"})
    take_in(world, Payment(124_950, "Bakkerij De Korenaar", "Factuur 2026-0101"), number="2")
    assert open_of(world, world.overdue_item) == 0


def test_a_rule_about_too_little_is_refused_and_nothing_is_set_aside(world: World, colleague: Client) -> None:
    line = waiting(world, Payment(1_00, "", "zomaar"))
    answer = colleague.post(here(world, line, "set-aside/"), {"reason": "fooi", "again": "NAME"})
    assert answer.status_code == 400
    assert "Say which account" in answer.content.decode()
    assert line_of(world, line.id).state is LineState.WAITING


def test_after_one_is_dealt_with_the_next_that_waits_is_shown(world: World, colleague: Client) -> None:
    first = waiting(world)
    take_in(world, Payment(5_00, "Iemand", "raadsel"), number="2")
    answer = colleague.post(here(world, first, "set-aside/"), {"reason": "nee"})
    with tenancy.within(world.organisation_id):
        (following,) = bank.waiting_lines().lines
    assert answer.url == here(world, following)
