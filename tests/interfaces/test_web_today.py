"""Today: the money, the work list with its reasons, the first steps, and doing a task."""

from __future__ import annotations

from datetime import timedelta

import pytest

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


def _task(world: World) -> int:
    with tenancy.within(world.organisation_id):
        reason = Reason("PERSON_SAID", {"text": "Vraagt om een regeling"})
        messaging.add_tasks(
            [NewTask(world.customer, "HAND_OVER", reason, due_date=world.on, item_id=world.overdue_item)],
            at=clock.now(), actor="cli",
        )  # fmt: skip
        return messages.task_page().tasks[0].id


def test_the_figures_lead_to_their_rows(world: World) -> None:
    page = client_of(world.colleague).get(f"/o/{world.slug}/").content.decode()
    assert "€1,234,567.89" in page
    assert "€1,599.50" in page
    assert f'href="/o/{world.slug}/invoices/?status=OVERDUE"' in page


def test_the_ageing_chart_has_its_table_behind_it(world: World) -> None:
    page = client_of(world.colleague).get(f"/o/{world.slug}/").content.decode()
    chart = page.split('<figure class="chart">')[1].split("</figure>")[0]
    assert chart.count("<rect") == 3
    assert "31–60 days late" in chart
    assert "€1,236,167.39" in chart


def test_each_row_of_work_says_why_and_leads_there(world: World) -> None:
    _task(world)
    page = client_of(world.colleague).get(f"/o/{world.slug}/").content.decode()
    work = page.split('class="work"')[1]
    assert "Vraagt om een regeling" in work
    assert f"/o/{world.slug}/invoices/{world.overdue_item}/" in work


def test_a_task_is_done_with_what_came_of_it(world: World) -> None:
    task_id = _task(world)
    client = client_of(world.colleague)
    client.post(f"/o/{world.slug}/tasks/done/", {"task": task_id, "outcome": "Regeling van drie keer"})
    assert "Vraagt om een regeling" not in client.get(f"/o/{world.slug}/").content.decode()
    timeline = client.get(f"/o/{world.slug}/customers/{world.customer}/").content.decode()
    assert "Regeling van drie keer" in timeline


def test_a_task_takes_an_outcome_and_is_done_once(world: World) -> None:
    task_id = _task(world)
    client = client_of(world.colleague)
    address = f"/o/{world.slug}/tasks/done/"
    assert "few words" in client.post(address, {"task": task_id}, follow=True).content.decode()
    assert "Tick the tasks" in client.post(address, {"outcome": "x"}, follow=True).content.decode()
    assert "Vraagt om een regeling" in client.get(f"/o/{world.slug}/").content.decode()
    client.post(address, {"task": task_id, "outcome": "x"})
    again = client.post(address, {"task": task_id, "outcome": "y"}, follow=True)
    assert "toast-error" in again.content.decode()


def test_the_tasks_of_a_customer_are_one_line_and_done_together(world: World) -> None:
    _task(world)
    with tenancy.within(world.organisation_id):
        reason = Reason("PERSON_SAID", {"text": "Ook deze"})
        messaging.add_tasks(
            [NewTask(world.customer, "HAND_OVER", reason, due_date=world.on, item_id=world.part_paid_item)],
            at=clock.now(), actor="cli",
        )  # fmt: skip
    page = client_of(world.colleague).get(f"/o/{world.slug}/").content.decode()
    work = page.split('class="work"')[1].split("</ul>")[0]
    assert work.count("<li>") == 1
    assert "2 invoices · 45 days late" in work
    assert "€1,599.50" in work
    assert work.count('name="task"') == 2
    assert f'href="/o/{world.slug}/tasks/"' in page


def test_how_late_it_is_is_told_as_of_today(world: World) -> None:
    with tenancy.within(world.organisation_id):
        facts = {"days_late": 2, "due_date": (world.on - timedelta(days=45)).isoformat()}
        messaging.add_tasks(
            [NewTask(world.customer, "HAND_OVER", Reason("STEP_HAND_OVER", facts),
                     due_date=world.on - timedelta(days=43), item_id=world.overdue_item)],
            at=clock.now(), actor="cli",
        )  # fmt: skip
    work = client_of(world.colleague).get(f"/o/{world.slug}/").content.decode().split('class="work"')[1]
    assert "Hand over? · 45 days late" in work
    assert "waits since" in work
    assert "is 2 days" not in work


def test_a_viewer_sees_the_work_and_no_button(world: World) -> None:
    _task(world)
    page = client_of(world.reader).get(f"/o/{world.slug}/").content.decode()
    assert "Vraagt om een regeling" in page
    assert "/done/" not in page


def test_an_empty_house_begins_with_its_first_steps(world: World) -> None:
    page = client_of(world.stranger).get(f"/o/{world.other_slug}/").content.decode()
    assert "Welcome to Atelier Lumière" in page
    assert f"/o/{world.other_slug}/settings/house-style/" in page
