"""The jobs a worker takes from the queue. Each can be repeated: what was done is not done again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from procrastinate.contrib.django import app

from tijdig.infra import clock, jobs, progress, tenancy
from tijdig.invoices import operations as import_operations
from tijdig.invoices import queries as invoices
from tijdig.organisations import queries as organisations
from tijdig.processes import blocks, daily_run, invoice_import, sending, watched_folder

_log = logging.getLogger(__name__)
ACTOR = "system:worker"


@app.periodic(cron="*/5 * * * *")
@app.task(name="go_round", queueing_lock="go_round")
def go_round(timestamp: int) -> None:
    """Every five minutes: run the day where its hour has come, send what waits, take up what was dropped."""
    serve_all(at=clock.now())
    jobs.put_back_abandoned()


def serve_all(*, at: datetime) -> None:
    """Serve every organisation; the trouble of one must not keep the others waiting."""
    for organisation_id in tenancy.organisation_ids():
        try:
            serve(organisation_id=organisation_id, at=at)
        except Exception:
            _log.exception("organisation %s could not be served", organisation_id)


def serve(*, organisation_id: int, at: datetime) -> None:
    """Run the day of one organisation if its hour has come, then send what waits."""
    with tenancy.within(organisation_id):
        organisation = organisations.current()
        here = at.astimezone(ZoneInfo(organisation.timezone))
        # What came in goes before what goes out: nobody is reminded of what a file in the folder pays.
        _look_in_folder(organisation.slug, on=here.date(), at=at)
        ran_until = organisation.followed_up_until
        if here.time() >= organisation.daily_run_at and (ran_until is None or ran_until < here.date()):
            if (stale := blocks.stale_bank_data(here.date())) is not None:
                _log.warning("%s: %s", organisation.slug, stale)
            daily_run.run_day(on=here.date(), actor=ACTOR, at=at)
        sending.send_waiting(at=at)


def _look_in_folder(slug: str, *, on: date, at: datetime) -> None:
    done = watched_folder.take_in(
        settings.WATCHED_FOLDER / slug, largest=settings.LARGEST_UPLOAD, on=on, at=at, actor=ACTOR
    )
    if done.refused:
        _log.warning("%s bank files in the folder of %s were refused", done.refused, slug)


@app.task(name="confirm_import")
def confirm_import(organisation_id: int, batch_id: int, actor: str, accepted: Sequence[str]) -> None:
    """Store the good rows of a large import; what it says on the way is read by the page that waits."""
    with tenancy.within(organisation_id), translation.override(_language_of(actor)):
        publisher = progress.Publisher(f"import:{batch_id}")
        try:
            publisher("rows", 0, invoices.import_batch(batch_id).rows_total)
            invoice_import.confirm(
                batch_id=batch_id,
                on=clock.today(organisations.current().timezone),
                actor=actor,
                accept_reviewed=tuple(accepted),
                progress=publisher,
            )
        except import_operations.ImportIsOver:
            _log.info("import %s of organisation %s was over already", batch_id, organisation_id)
        finally:
            publisher.close()


def _language_of(actor: str) -> str:
    """Return the language of who asked for it: what is left out is stored in their words."""
    kind, _colon, key = actor.partition(":")
    found = organisations.user(int(key)) if kind == "user" and key.isdigit() else None
    return found.language if found else "en"
