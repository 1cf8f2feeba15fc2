"""The audit trail: one hash chain per organisation, added to inside the transaction it tells of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection

from tijdig.infra import clock, tenancy
from tijdig.infra.models import AuditEntry, AuditHead


@dataclass(frozen=True, slots=True)
class AuditBreak:
    """A place where the chain does not hold, and what is wrong there."""

    sequence: int
    problem: str


def reserve() -> None:
    """Lock the end of the chain now, so that an entry can be added without waiting for others.

    For work that afterwards locks rows which others lock after they added their entry: everybody then waits
    in the same order, and nobody forever.
    """
    _head(tenancy.current_organisation_id())


def _head(organisation_id: int) -> tuple[int, str]:
    """Return the sequence and hash of the last entry, locked; the chain begins where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_HEAD, [organisation_id])
        found = cursor.fetchone()
        if found is None:
            cursor.execute(_BEGIN_CHAIN, [organisation_id])
            cursor.execute(_LOCK_HEAD, [organisation_id])
            found = cursor.fetchone()
        sequence, digest = found
        return sequence, digest


_LOCK_HEAD = "SELECT sequence, hash FROM infra_audithead WHERE organisation_id = %s FOR UPDATE"
_BEGIN_CHAIN = (
    "INSERT INTO infra_audithead (organisation_id, sequence, hash) VALUES (%s, 0, '') ON CONFLICT DO NOTHING"
)
_ADD_ENTRY = """
    WITH entry AS (
        INSERT INTO infra_auditentry
            (organisation_id, sequence, at, actor, action, subject, data, previous_hash, hash)
        VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s) RETURNING organisation_id, sequence, hash
    )
    UPDATE infra_audithead head SET sequence = entry.sequence, hash = entry.hash
    FROM entry WHERE head.organisation_id = entry.organisation_id
"""


def record(*, actor: str, action: str, subject: str = "", data: dict[str, Any] | None = None) -> None:
    """Add an entry to the chain of the organisation we are in.

    Call it last in an operation: it locks the end of the chain until the transaction ends. `actor` is
    "user:<id>", "cli" or "system:<process>"; `subject` is "<table>:<id>"; `data` holds plain JSON values, no
    personal data beyond ids and numbers.
    """
    organisation_id = tenancy.current_organisation_id()
    sequence, previous_hash = _head(organisation_id)
    entry = AuditEntry(
        organisation_id=organisation_id,
        sequence=sequence + 1,
        at=clock.now(),
        actor=actor,
        action=action,
        subject=subject,
        data=data or {},
        previous_hash=previous_hash,
    )
    entry.hash = entry_hash(entry)
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_ENTRY,
            [organisation_id, entry.sequence, entry.at, actor, action, subject, json.dumps(entry.data), previous_hash,
             entry.hash],
        )  # fmt: skip


def entry_hash(entry: AuditEntry) -> str:
    """Return the SHA-256 over the entry before it and everything this one says."""
    content = [
        entry.previous_hash,
        entry.organisation_id,
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.data,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def breaks() -> Iterator[AuditBreak]:
    """Yield each place where this organisation's chain does not hold; nothing when it is whole."""
    previous, expected = "", 1
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.sequence != expected:
            yield AuditBreak(expected, f"entry {expected} is missing")
        if entry.previous_hash != previous:
            yield AuditBreak(entry.sequence, "does not follow from the entry before it")
        if entry_hash(entry) != entry.hash:
            yield AuditBreak(entry.sequence, "has been changed after it was written")
        previous, expected = entry.hash, entry.sequence + 1
    head = AuditHead.objects.first()
    if head is not None and (head.sequence, head.hash) != (expected - 1, previous):
        yield AuditBreak(head.sequence, "the chain ends before its recorded end")


def entries(*, limit: int = 50, before: int | None = None, subject: str = "") -> tuple[AuditEntry, ...]:
    """Return the newest entries, newest first; `before` is the sequence to go on from."""
    found = AuditEntry.objects.order_by("-sequence")
    if before is not None:
        found = found.filter(sequence__lt=before)
    if subject:
        found = found.filter(subject=subject)
    return tuple(found[:limit])
