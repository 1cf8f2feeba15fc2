"""The audit trail: whole when it is, and saying where when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from tests.ledger.corrupting import corrupt
from tijdig.infra import audit, tenancy

HERE, ELSEWHERE = 101, 102


@pytest.fixture
def here(db: None) -> Iterator[None]:
    """An organisation that did five things."""
    with tenancy.within(HERE):
        for number in range(5):
            audit.record(
                actor="user:1", action="thing.done", subject=f"thing:{number}", data={"number": number}
            )
        yield


def test_entries_follow_each_other_and_the_chain_is_whole(here: None) -> None:
    entries = audit.entries()[::-1]
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]
    assert len({entry.hash for entry in entries}) == 5
    assert list(audit.breaks()) == []


def test_an_empty_chain_is_whole(db: None) -> None:
    with tenancy.within(HERE):
        assert list(audit.breaks()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("actor = 'user:2'", [(3, "has been changed after it was written")]),
        ("action = 'thing.undone'", [(3, "has been changed after it was written")]),
        ("subject = 'thing:9'", [(3, "has been changed after it was written")]),
        ("data = '{}'", [(3, "has been changed after it was written")]),
        ("at = at + interval '1 microsecond'", [(3, "has been changed after it was written")]),
        (
            "hash = repeat('0', 64)",
            [(3, "has been changed after it was written"), (4, "does not follow from the entry before it")],
        ),
        (
            "previous_hash = repeat('0', 64)",
            [(3, "does not follow from the entry before it"), (3, "has been changed after it was written")],
        ),
    ],
)
def test_a_changed_entry_is_found(here: None, change: str, expected: list[tuple[int, str]]) -> None:
    corrupt(f"UPDATE infra_auditentry SET {change} WHERE organisation_id = {HERE} AND sequence = 3")
    assert [(found.sequence, found.problem) for found in audit.breaks()] == expected


def test_a_removed_entry_is_found(here: None) -> None:
    corrupt(f"DELETE FROM infra_auditentry WHERE organisation_id = {HERE} AND sequence = 2")
    assert [(found.sequence, found.problem) for found in audit.breaks()] == [
        (2, "entry 2 is missing"),
        (3, "does not follow from the entry before it"),
    ]


def test_a_removed_end_is_found(here: None) -> None:
    corrupt(f"DELETE FROM infra_auditentry WHERE organisation_id = {HERE} AND sequence = 5")
    assert [found.problem for found in audit.breaks()] == ["the chain ends before its recorded end"]


def test_an_entry_from_another_chain_is_found(here: None) -> None:
    with tenancy.within(ELSEWHERE):
        audit.record(actor="user:1", action="thing.done")
        assert list(audit.breaks()) == []
    corrupt(
        f"UPDATE infra_auditentry SET organisation_id = {HERE}, sequence = 6"
        f" WHERE organisation_id = {ELSEWHERE}"
    )
    assert [found.sequence for found in audit.breaks()] == [6, 6, 5]


def test_the_application_can_neither_change_nor_remove_an_entry(here: None) -> None:
    for statement in ("UPDATE infra_auditentry SET actor = 'x'", "DELETE FROM infra_auditentry"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():  # noqa: SIM117
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_what_is_rolled_back_leaves_no_entry(here: None) -> None:
    with transaction.atomic():
        audit.record(actor="user:1", action="never.happened")
        transaction.set_rollback(True)
    audit.record(actor="user:1", action="did.happen")
    assert [entry.action for entry in audit.entries(limit=2)] == ["did.happen", "thing.done"]
    assert audit.entries(limit=1)[0].sequence == 6
    assert list(audit.breaks()) == []


def test_entries_are_read_newest_first_page_by_page_and_by_subject(here: None) -> None:
    first = audit.entries(limit=2)
    assert [entry.sequence for entry in first] == [5, 4]
    assert [entry.sequence for entry in audit.entries(limit=2, before=first[-1].sequence)] == [3, 2]
    assert [entry.data for entry in audit.entries(subject="thing:1")] == [{"number": 1}]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain_without_a_gap() -> None:
    ready = Barrier(4)

    def work(worker: int) -> None:
        try:
            with tenancy.within(HERE):
                ready.wait(timeout=20)
                for _ in range(10):
                    with transaction.atomic():
                        audit.record(actor=f"user:{worker}", action="thing.done")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with tenancy.within(HERE):
        assert [entry.sequence for entry in audit.entries(limit=100)] == list(range(40, 0, -1))
        assert list(audit.breaks()) == []
