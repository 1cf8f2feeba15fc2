"""The page Flows: the steps as a time line, and what is planned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.interfaces.web_world import client_of, make_world
from tijdig.domain.followup import Stage
from tijdig.dunning import queries as dunning
from tijdig.infra import tenancy
from tijdig.processes import organisation_setup

pytestmark = pytest.mark.django_db


def test_the_preset_is_shown_as_a_time_line() -> None:
    world = make_world()
    page = client_of(world.reader).get(f"/o/{world.slug}/flows/").content.decode()
    line = page.split('class="flowline"')[1].split("</ol>")[0]
    moments = ["3 days before", "On the due date", "14 days after", "30 days after", "45 days after"]
    assert [line.index(moment) for moment in moments] == sorted(line.index(moment) for moment in moments)
    assert "3 invoices are followed by it" in page


def test_what_is_planned_is_counted_per_day_and_stage() -> None:
    """Two overdue invoices are due for their reminder today; the coming one gets its friendly notice."""
    world = make_world()
    ahead = dict(client_of(world.reader).get(f"/o/{world.slug}/flows/").context["ahead"])
    assert dict(ahead[world.on])[Stage.REMINDER] == 2
    assert all(world.on <= day <= world.on + timedelta(days=14) for day in ahead)


def test_a_house_without_invoices_has_nothing_planned() -> None:
    world = make_world()
    page = client_of(world.stranger).get(f"/o/{world.other_slug}/flows/").content.decode()
    assert "Nothing is planned" in page
    assert "0 invoices are followed by it" in page


def test_an_older_version_is_shown_while_it_is_followed() -> None:
    world = make_world()
    with tenancy.within(world.organisation_id):
        organisation_setup.publish_preset_flow(actor="cli")
    shown = client_of(world.reader).get(f"/o/{world.slug}/flows/").context["flows"]
    assert [each.is_newest for each in shown].count(True) == 1
    assert all(each.is_newest or each.followed for each in shown)


def test_each_figure_leads_to_its_invoices() -> None:
    world = make_world()
    client = client_of(world.reader)
    overview = client.get(f"/o/{world.slug}/flows/").content.decode()
    link = f"/o/{world.slug}/flows/planned/?on={world.on.isoformat()}&amp;stage=REMINDER"
    assert link in overview
    page = client.get(link.replace("&amp;", "&"))
    assert {item.number for item, _owner in page.context["rows"]} == {"2026-0101", "2026-0102"}
    for wrong in ("?on=x&stage=REMINDER", f"?on={world.on}&stage=NEVER", ""):
        assert client.get(f"/o/{world.slug}/flows/planned/{wrong}").status_code == 404


def test_the_lists_behind_the_figures_add_up_and_go_page_by_page() -> None:
    world = make_world()
    with tenancy.within(world.organisation_id):
        for each in dunning.upcoming(on=world.on, until=world.on + timedelta(days=30)):
            listed = dunning.planned(day=each.on, stage=each.stage, on=world.on)
            assert len(listed) == each.count
            first = listed[0].id
            assert dunning.planned(day=each.on, stage=each.stage, on=world.on, after=first) == listed[1:]
