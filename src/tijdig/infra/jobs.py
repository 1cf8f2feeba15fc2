"""Work for later: put on the queue inside the business transaction, taken by a worker (architecture D8)."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from tijdig.infra import clock

# A worker tells it is alive every ten seconds; one that was silent for so long is gone.
_SILENT_SECONDS = 60
_ABANDONED = """
    SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND job.queueing_lock IS NULL
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
    ORDER BY job.id
"""


def enqueue(name: str, **arguments: int | str | list[str]) -> int:
    """Put the job `name` (as registered in interfaces.worker.jobs) on the queue; return its id.

    The job exists when the surrounding transaction commits, and not before. A job runs at least once: it must
    bear being repeated.
    """
    job_id: int = app.configure_task(name, task_kwargs=dict(arguments)).defer()
    return job_id


def put_back_abandoned() -> tuple[int, ...]:
    """Put the jobs of workers that died under them back on the queue; return their ids.

    Jobs that the clock starts come again by themselves; they are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ABANDONED, [_SILENT_SECONDS])
        ids = tuple(row[0] for row in cursor.fetchall())
    for job_id in ids:
        app.job_manager.retry_job_by_id(job_id=job_id, retry_at=clock.now())
    return ids
