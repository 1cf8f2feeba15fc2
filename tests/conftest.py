"""The test database: a PostgreSQL of the tests' own, used as the application's role, like in production."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings as examples

_RUN = os.environ.setdefault("TIJDIG_TEST_RUN", str(os.getpid()))
_HOME = Path(tempfile.gettempdir()) / f"tijdig-tests-{_RUN}"
os.environ["TIJDIG_HOME"] = str(_HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tijdig.config.settings")

# By hand every run searches with examples of its own; the full check says the same of the same code twice. Neither
# minds a machine that is slow for a moment.
examples.register_profile("searching", deadline=None)
examples.register_profile("steady", deadline=None, derandomize=True)
examples.load_profile("steady" if os.environ.get("TIJDIG_SKIP_NOTHING") == "1" else "searching")

TODAY = date(2026, 11, 20)


def pytest_configure(config: pytest.Config) -> None:
    """Remove the leftovers of a run that was killed."""
    if not hasattr(config, "workerinput"):
        _HOME.mkdir(parents=True, exist_ok=True)
        _HOME.chmod(0o755)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server with the last process and take its folder away."""
    from tijdig.infra import embedded_postgres

    embedded_postgres.release(_HOME)
    if not hasattr(config, "workerinput"):
        embedded_postgres.wait_until_stopped(_HOME)
        shutil.rmtree(_HOME, ignore_errors=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under TIJDIG_SKIP_NOTHING (the full check) a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("TIJDIG_SKIP_NOTHING") == "1" and reporter and reporter.stats.get("skipped"):
        for report in reporter.stats["skipped"]:
            reporter.write_line(f"skipped: {report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    """Refusals are in the reader's language; unless a test says otherwise, the reader is English."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the server and make the database as its owner."""
    from django.conf import settings
    from django.db import connection

    from tijdig.infra import database, embedded_postgres

    settings.HOME = _HOME  # settings were read before this file, maybe with another home
    if not os.environ.get("DATABASE_URL"):
        connection.settings_dict["HOST"] = str(embedded_postgres.socket_folder(_HOME))
    database.start(durable=False)
    connection.settings_dict["OPTIONS"].pop("options", None)
    connection.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Go on as the application's role, which owns nothing; row-level security holds in every test."""
    from django.db import connection

    from tijdig.infra.tenancy import APPLICATION_ROLE

    options = connection.settings_dict["OPTIONS"]
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            # Django empties tables between tests that commit.
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE}")
            cursor.execute(f"GRANT INSERT, UPDATE, DELETE ON django_migrations TO {APPLICATION_ROLE}")
        options["options"] = f"-c role={APPLICATION_ROLE}"
        connection.close()
        yield
        connection.close()
        options.pop("options", None)


@pytest.fixture
def today() -> date:
    """The day the tests play on, unless they move it."""
    return TODAY
