"""The list of tasks: all of them, narrowed, page by page, and many done at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.interfaces.web_world import World, client_of, make_world
from tijdig.domain.reasons import Reason
from tijdig.infra import clock, tenancy
from tijdig.messaging import operations as messaging
from tijdig.messaging import queries as messages
from tijdig.messaging.operations import NewTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def _tasks(world: World, count: int, kind: str = "NO_ADDRESS") -> list[int]:
    with tenancy.within(world.organisation_id):
        reason = Reason("NO_ADDRESS")
        days = [world.on - timedelta(days=count - place) for place in range(count)]
        new = [NewTask(world.quiet_customer, kind, reason, due_date=day, item_id=None) for day in days]
        return list(messaging.add_tasks(new, at=clock.now(), actor="cli"))


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_task_can_be_reached_page_by_page(world: World, colleague: Client) -> None:
    ids = _tasks(world, 60)
    first = _page(colleague, f"/o/{world.slug}/tasks/")
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    both = first + _page(colleague, link)
    assert [key for key in ids if f'name="task" value="{key}"' not in both] == []
    assert first.count('name="task"') == 50


def test_the_list_narrows_by_kind_and_customer(world: World, colleague: Client) -> None:
    _tasks(world, 2)
    assert _page(colleague, f"/o/{world.slug}/tasks/?kind=NO_ADDRESS").count('name="task"') == 2
    assert "Nothing found" in _page(colleague, f"/o/{world.slug}/tasks/?kind=HAND_OVER")
    assert "Nothing found" in _page(colleague, f"/o/{world.slug}/tasks/?customer={world.customer}")
    assert colleague.get(f"/o/{world.slug}/tasks/?customer=987654321").status_code == 404


def test_a_mark_that_is_none_starts_at_the_beginning(world: World, colleague: Client) -> None:
    _tasks(world, 2)
    for mark in ("x", "2026-01-01", "2026-01-01.x", "never.1"):
        assert _page(colleague, f"/o/{world.slug}/tasks/?after={mark}").count('name="task"') == 2


def test_many_are_done_at_once_and_the_reader_stays_where_they_were(world: World, colleague: Client) -> None:
    ids = _tasks(world, 3)
    back = f"/o/{world.slug}/tasks/?kind=NO_ADDRESS"
    answer = colleague.post(
        f"/o/{world.slug}/tasks/done/", {"task": ids[:2], "outcome": "Gebeld", "back": back}, follow=True
    )
    assert answer.redirect_chain == [(back, 302)]
    assert "2 tasks are done." in answer.content.decode()
    with tenancy.within(world.organisation_id):
        assert [task.id for task in messages.task_page().tasks] == ids[2:]


def test_a_form_cannot_lead_away_from_here(world: World, colleague: Client) -> None:
    task = _tasks(world, 1)
    answer = colleague.post(
        f"/o/{world.slug}/tasks/done/", {"task": task, "outcome": "x", "back": "https://elders.example/"}
    )
    assert answer["Location"] == f"/o/{world.slug}/tasks/"


def test_a_viewer_reads_the_list_without_ticks(world: World) -> None:
    _tasks(world, 1)
    page = _page(client_of(world.reader), f"/o/{world.slug}/tasks/")
    assert "Wooncoöperatie" in page
    assert 'name="task"' not in page


def test_an_empty_list_says_what_comes_here(world: World, colleague: Client) -> None:
    assert "Nothing to decide" in _page(colleague, f"/o/{world.slug}/tasks/")
