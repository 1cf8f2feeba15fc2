"""The pages Customers: list, one customer, and what a person does there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.customers import queries as customers
from tijdig.customers.operations import create_customer
from tijdig.dunning import queries as dunning
from tijdig.infra import tenancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_what_each_owes(world: World, colleague: Client) -> None:
    page = _page(colleague, f"/o/{world.slug}/customers/")
    assert "Bakkerij De Korenaar" in page
    assert page.count("€1,599.50") == 2  # open, and all of it overdue
    assert "€1,234,567.89" in page
    assert "2 customers" in page


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("q=koren", "Korenaar", "Zonneveld"),
        ("kind=COMPANY", "Korenaar", "Zonneveld"),
        ("language=fr", "Zonneveld", "Korenaar"),
        ("email=no", "Zonneveld", "Korenaar"),
        ("email=none", "Zonneveld", "Korenaar"),
    ],
)
def test_the_list_narrows(world: World, colleague: Client, query: str, there: str, absent: str) -> None:
    page = _page(colleague, f"/o/{world.slug}/customers/?{query}")
    assert there in page
    assert absent not in page
    assert "1 customer<" in page


def test_a_search_that_finds_nothing_says_what_to_do(world: World, colleague: Client) -> None:
    assert "Nothing found" in _page(colleague, f"/o/{world.slug}/customers/?q=nobodyatall")


def test_a_long_list_has_pages_that_lead_on_and_back(world: World, colleague: Client) -> None:
    with tenancy.within(world.organisation_id):
        for number in range(60):
            create_customer(number=f"N{number:03}", name=f"Aannemer {number:03}", actor="cli")
    first = colleague.get(f"/o/{world.slug}/customers/")
    second = colleague.get(first.context["listing"].next_link)
    assert "Aannemer 049" in first.content.decode()
    assert "Aannemer 050" in second.content.decode()
    assert "Aannemer 049" not in second.content.decode()
    back = colleague.get(second.context["listing"].previous_link)
    assert [row.customer.id for row in back.context["rows"]] == [
        row.customer.id for row in first.context["rows"]
    ]


def test_a_page_of_a_customer_that_is_gone_is_not_found(world: World, colleague: Client) -> None:
    assert colleague.get(f"/o/{world.slug}/customers/?after=999999").status_code == 404
    assert colleague.get(f"/o/{world.slug}/customers/999999/").status_code == 404


def test_the_page_shows_figures_habits_and_the_whole_history(world: World, colleague: Client) -> None:
    page = _page(colleague, f"/o/{world.slug}/customers/{world.customer}/")
    for words in ("€1,599.50", "30 days late", "2026-0101", "Payment received", "factuur@korenaar.example"):
        assert words in page
    assert page.index("Belt altijd") < page.index("Invoice 2026-0101")


def test_in_the_drawer_only_the_content_comes(world: World, colleague: Client) -> None:
    address = f"/o/{world.slug}/customers/{world.customer}/"
    answer = colleague.get(address, headers={"HX-Request": "true", "HX-Target": "drawer-body"})
    assert "Bakkerij De Korenaar" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_customer_that_cannot_be_reached_says_so(world: World, colleague: Client) -> None:
    page = _page(colleague, f"/o/{world.slug}/customers/{world.quiet_customer}/")
    assert "nothing can be sent" in page


def test_a_viewer_sees_no_acts(world: World) -> None:
    page = _page(client_of(world.reader), f"/o/{world.slug}/customers/{world.customer}/")
    assert 'method="post"' not in page.split("<main")[1].split("</main>")[0]


def _customer_values(**changed: str) -> dict[str, str]:
    return {
        "name": "Nieuw Leven BV", "number": "K-2000", "kind": "COMPANY", "language": "nl",
        "preferred_channel": "EMAIL", "country": "NL", **changed,
    }  # fmt: skip


def test_a_customer_is_added_and_changed(world: World, colleague: Client) -> None:
    made = colleague.post(f"/o/{world.slug}/customers/new/", _customer_values(payment_term_days="14"))
    assert made.status_code == 302
    changed = colleague.post(
        f"{made['Location']}edit/", _customer_values(name="Nieuwer Leven BV", city="Gent")
    )
    assert changed["Location"] == made["Location"]
    with tenancy.within(world.organisation_id):
        customer = customers.get(customers.by_numbers(["K-2000"])["K-2000"])
    assert (customer.name, customer.city, customer.payment_term_days) == ("Nieuwer Leven BV", "Gent", None)


def test_a_number_that_is_taken_is_refused_at_its_field(world: World, colleague: Client) -> None:
    answer = colleague.post(f"/o/{world.slug}/customers/new/", _customer_values(number="K-1001"))
    assert answer.status_code == 200
    assert "K-1001" in str(answer.context["form"].errors["number"])


def test_a_note_is_kept_with_who_wrote_it(world: World, colleague: Client) -> None:
    colleague.post(f"/o/{world.slug}/customers/{world.customer}/notes/", {"text": "<i>Gebeld</i>"})
    page = _page(colleague, f"/o/{world.slug}/customers/{world.customer}/")
    assert "&lt;i&gt;Gebeld&lt;/i&gt;" in page
    assert "The note was added." in page


def test_an_empty_note_is_refused_on_the_page(world: World, colleague: Client) -> None:
    answer = colleague.post(f"/o/{world.slug}/customers/{world.customer}/notes/", {"text": "  "})
    assert answer.status_code == 400
    assert answer.context["note_form"].errors


def test_a_hold_is_placed_shown_and_lifted(world: World, colleague: Client) -> None:
    here = f"/o/{world.slug}/customers/{world.customer}/"
    until = world.on + timedelta(days=14)
    colleague.post(f"{here}hold/", {"reason": "Zoekt iets uit", "until": until.isoformat()})
    assert "Zoekt iets uit" in _page(colleague, here)
    with tenancy.within(world.organisation_id):
        (hold,) = dunning.holds_of(world.customer, on=world.on)
        assert hold.until_date == until
        assert dunning.due_count(world.on) == 0
    colleague.post(f"{here}holds/{hold.id}/lift/")
    assert "Zoekt iets uit" not in _page(colleague, here).split("timeline-title")[0]
    assert colleague.post(f"{here}holds/{hold.id}/lift/").status_code == 404


def test_a_hold_in_the_past_is_refused(world: World, colleague: Client) -> None:
    until = (world.on - timedelta(days=1)).isoformat()
    answer = colleague.post(
        f"/o/{world.slug}/customers/{world.customer}/hold/", {"reason": "x", "until": until}
    )
    assert answer.status_code == 400
    assert "before it begins" in answer.content.decode()


def test_a_timeline_place_that_was_made_up_is_not_found(world: World, colleague: Client) -> None:
    assert colleague.get(f"/o/{world.slug}/customers/{world.customer}/?after=evil").status_code == 404
