"""How far long work is: seen from outside while the work's own transaction is still open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tijdig.infra import progress, tenancy
from tijdig.infra.progress import Progress, Publisher

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def organisation() -> Iterator[None]:
    with tenancy.within(1):
        yield


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher("import:7")
    yield made
    made.close()


def test_nobody_told_anything() -> None:
    assert progress.read("import:7") is None


def test_it_is_seen_although_the_work_is_rolled_back(publisher: Publisher) -> None:
    with transaction.atomic():
        publisher("rows", 25, 100)
        transaction.set_rollback(True)
    found = progress.read("import:7")
    assert found == Progress("rows", 25, 100)
    assert found.percent == 25


def test_told_often_it_is_written_now_and_then_and_always_at_the_end(publisher: Publisher) -> None:
    publisher("rows", 1, 100)
    publisher("rows", 2, 100)
    assert progress.read("import:7") == Progress("rows", 1, 100)
    publisher("payments", 100, 100)
    assert progress.read("import:7") == Progress("payments", 100, 100)


def test_what_is_over_is_forgotten() -> None:
    publisher = Publisher("import:7")
    publisher("rows", 1, 100)
    publisher.close()
    assert progress.read("import:7") is None


def test_another_organisation_sees_nothing_of_it(publisher: Publisher) -> None:
    publisher("rows", 1, 100)
    with tenancy.within(2):
        assert progress.read("import:7") is None


def test_nothing_to_do_is_nothing_done() -> None:
    assert Progress("rows", 0, 0).percent == 0
