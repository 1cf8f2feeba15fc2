"""The queue: a job is there when its transaction commits, and is taken up again when its worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from tijdig.infra import clock, jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _an_empty_queue() -> None:
    """The queue's own tables are not emptied between tests."""
    with connection.cursor() as cursor:
        for table in ("events", "jobs", "workers"):
            cursor.execute(f"DELETE FROM procrastinate_{table}")


def queued() -> list[tuple[str, str]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "status"))


def given_to_a_worker(job_id: int, *, silent: timedelta) -> None:
    """Let a worker that last gave a sign of life so long ago be busy with this job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id",
            [clock.now() - silent],
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker_id, job_id],
        )


def test_a_job_is_there_when_the_transaction_commits() -> None:
    with transaction.atomic():
        job_id = jobs.enqueue("confirm_import", organisation_id=1, accepted=["a", "b"])
    job = ProcrastinateJob.objects.get(pk=job_id)
    assert (job.task_name, job.status) == ("confirm_import", "todo")
    assert job.args == {"organisation_id": 1, "accepted": ["a", "b"]}


def test_a_job_is_not_there_when_the_transaction_is_rolled_back() -> None:
    with transaction.atomic():
        jobs.enqueue("confirm_import", organisation_id=1)
        assert len(queued()) == 1
        transaction.set_rollback(True)
    assert queued() == []


def test_a_job_whose_worker_died_is_put_back() -> None:
    job_id = jobs.enqueue("confirm_import", organisation_id=1)
    given_to_a_worker(job_id, silent=timedelta(minutes=5))
    assert jobs.put_back_abandoned() == (job_id,)
    assert queued() == [("confirm_import", "todo")]
    assert jobs.put_back_abandoned() == ()


def test_a_job_that_is_worked_on_stays_with_its_worker() -> None:
    given_to_a_worker(jobs.enqueue("confirm_import", organisation_id=1), silent=timedelta(seconds=5))
    assert jobs.put_back_abandoned() == ()
    assert ProcrastinateWorker.objects.count() == 1


def test_what_the_clock_starts_is_left_to_the_clock() -> None:
    job_id = jobs.enqueue("go_round", timestamp=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET queueing_lock = 'go_round' WHERE id = %s", [job_id])
    given_to_a_worker(job_id, silent=timedelta(minutes=5))
    assert jobs.put_back_abandoned() == ()
