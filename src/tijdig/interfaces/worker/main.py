"""The worker process: takes jobs from the queue until it is told to stop."""

from __future__ import annotations

import os


def main() -> None:
    """Run until SIGTERM or SIGINT; a job under way is finished first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tijdig.config.settings")
    import django

    django.setup()
    from tijdig.infra import database

    database.start()  # an embedded server stays up until the worker has finished
    from procrastinate.contrib.django import app, connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    worker = app.with_connector(PsycopgConnector(kwargs=connector_params()))
    worker.run_worker(name="tijdig", concurrency=1, delete_jobs="successful", shutdown_graceful_timeout=20)
