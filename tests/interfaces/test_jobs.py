"""The worker's jobs: the day at its hour, the trouble of one organisation, and large imports."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, make_world
from tests.processes.invoice_import.world import csv
from tijdig.infra import progress, tenancy
from tijdig.interfaces.worker import jobs
from tijdig.invoices import operations as import_operations
from tijdig.invoices import queries as invoices
from tijdig.ledger import queries as ledger
from tijdig.messaging import queries as messaging
from tijdig.organisations import queries as organisations
from tijdig.processes import cash_application, daily_run, invoice_import
from tijdig.processes.invoice_import import Upload

GOOD = "A1;2026-11-01;2026-12-01;121,00;K-1001;Bakkerij De Korenaar;"
HERE = ZoneInfo("Europe/Amsterdam")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HERE)


def composed(world: World) -> int:
    with tenancy.within(world.organisation_id):
        return len(messaging.message_page().lines)


def ran_until(organisation_id: int) -> date | None:
    with tenancy.within(organisation_id):
        return organisations.current().followed_up_until


@pytest.mark.django_db
def test_the_day_is_run_at_its_hour_once_and_not_before() -> None:
    world = make_world()
    with tenancy.within(world.organisation_id):
        hour = organisations.current().daily_run_at.hour
    jobs.serve_all(at=at(world.on, hour - 1, 59))
    assert ran_until(world.organisation_id) is None
    assert composed(world) == 0
    jobs.serve_all(at=at(world.on, hour))
    assert ran_until(world.organisation_id) == world.on
    assert composed(world) == 1
    with tenancy.within(world.organisation_id):
        (line,) = messaging.message_page().lines
    assert line.composed_at == at(world.on, hour)
    jobs.serve_all(at=at(world.on, hour + 3))
    assert composed(world) == 1
    jobs.serve_all(at=at(world.on + timedelta(days=1), hour))
    assert ran_until(world.organisation_id) == world.on + timedelta(days=1)


@pytest.mark.django_db
def test_one_organisations_trouble_does_not_keep_the_others_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world()
    real = daily_run.run_day

    def run_day(**named: object) -> object:
        if tenancy.current_organisation_id() == world.organisation_id:
            raise RuntimeError("the disk is full")
        return real(**named)

    monkeypatch.setattr(daily_run, "run_day", run_day)
    with caplog.at_level(logging.ERROR):
        jobs.serve_all(at=at(world.on, 23))
    assert ran_until(world.organisation_id) is None
    assert ran_until(world.other_id) == world.on
    assert f"organisation {world.organisation_id} could not be served" in caplog.text
    assert "the disk is full" in caplog.text


@pytest.mark.django_db
def test_the_round_serves_everybody_and_looks_for_dropped_work() -> None:
    world = make_world()
    jobs.go_round(timestamp=0)
    with pytest.raises(tenancy.OrganisationMissing):
        tenancy.current_organisation_id()
    assert ran_until(world.organisation_id) in (None, world.on)


def an_import(world: World, *rows: str) -> int:
    batch_id = invoice_import.receive(uploads=[Upload("facturen.csv", csv(*rows))], actor="user:1")
    invoice_import.preview(batch_id=batch_id, on=world.on)
    import_operations.queue_import(batch_id=batch_id)
    return batch_id


@pytest.mark.django_db
def test_the_day_is_run_on_old_bank_data_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    world = make_world()
    long_ago = world.on - timedelta(days=40)
    with tenancy.within(world.organisation_id):
        content = statement([Payment(100, "X", "?")], on=long_ago)
        cash_application.import_bank_file(name="b.xml", content=content, on=long_ago, actor="cli")
    with caplog.at_level(logging.WARNING):
        jobs.serve_all(at=at(world.on, 12))
    assert f"reach no further than {long_ago.isoformat()}" in caplog.text
    assert composed(world) == 1


def confirm(world: World, batch_id: int) -> None:
    jobs.confirm_import(organisation_id=world.organisation_id, batch_id=batch_id, actor="user:1", accepted=[])


@pytest.mark.django_db(transaction=True)
def test_a_large_import_is_stored_and_its_progress_forgotten() -> None:
    world = make_world()
    with tenancy.within(world.organisation_id):
        batch_id = an_import(world, GOOD)
    confirm(world, batch_id)
    confirm(world, batch_id)  # a job may be taken twice
    with tenancy.within(world.organisation_id):
        assert invoices.import_batch(batch_id).state == "DONE"
        assert set(ledger.known_numbers(["A1"])) == {"A1"}
        assert progress.read(f"import:{batch_id}") is None


@pytest.mark.django_db(transaction=True)
def test_an_import_that_cannot_be_stored_says_why() -> None:
    world = make_world()
    with tenancy.within(world.organisation_id):
        batch_id = an_import(world, GOOD)
        import_operations.set_import_reading(batch_id=batch_id, kind="INVOICES", mapping={})
    with pytest.raises(invoice_import.ColumnsMissing):
        confirm(world, batch_id)
    with tenancy.within(world.organisation_id):
        batch = invoices.import_batch(batch_id)
        assert batch.state == "FAILED"
        assert "Say which column holds" in batch.message
        assert progress.read(f"import:{batch_id}") is None
