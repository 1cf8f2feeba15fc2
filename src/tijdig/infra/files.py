"""Files as they came in: kept by hash, inside the transaction that used them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

from tijdig.infra import clock, tenancy
from tijdig.infra.models import StoredFile


def keep(*, name: str, content: bytes, content_type: str = "") -> tuple[StoredFile, bool]:
    """Keep these bytes; return the stored file and whether it is new to this organisation."""
    digest = hashlib.sha256(content).hexdigest()
    row = (
        tenancy.current_organisation_id(), digest, name[:255], content_type[:100], len(content), content, clock.now()
    )  # fmt: skip
    with _binary_cursor() as cursor:
        created = bool(cursor.execute(_KEEP, row).rowcount)
    return StoredFile.objects.defer("content").get(organisation_id=row[0], sha256=digest), created


_KEEP = """
    INSERT INTO infra_storedfile (organisation_id, sha256, name, content_type, size, content, received_at)
    VALUES (%s, %s, %s, %s, %s, %b, %s) ON CONFLICT (organisation_id, sha256) DO NOTHING
"""


def _binary_cursor() -> psycopg.Cursor[Any]:
    """Return a cursor that passes bytes as they are; as text a large file would be in memory many times over."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def keep_many(files: Sequence[tuple[str, bytes]]) -> tuple[int, ...]:
    """Keep these files (name, bytes) with two statements; return their ids in order."""
    organisation_id = tenancy.current_organisation_id()
    digests = [hashlib.sha256(content).hexdigest() for _name, content in files]
    rows = {
        digest: StoredFile(
            organisation_id=organisation_id,
            sha256=digest,
            name=name[:255],
            size=len(content),
            content=content,
            received_at=clock.now(),
        )
        for digest, (name, content) in zip(digests, files, strict=True)
    }
    StoredFile.objects.bulk_create(rows.values(), ignore_conflicts=True)
    ids = dict(StoredFile.objects.filter(sha256__in=rows).values_list("sha256", "id"))
    return tuple(ids[digest] for digest in digests)


def read(file_id: int) -> StoredFile:
    """Return a stored file with its bytes. Raises StoredFile.DoesNotExist for one of another organisation."""
    return StoredFile.objects.get(pk=file_id)


def content_of(file_id: int) -> bytes:
    """Return the bytes of a stored file. Raises StoredFile.DoesNotExist for one of another organisation."""
    with _binary_cursor() as cursor:
        found = cursor.execute(
            "SELECT content FROM infra_storedfile WHERE id = %s", [file_id], binary=True
        ).fetchone()
    if found is None:
        raise StoredFile.DoesNotExist(f"there is no stored file {file_id}")
    content: bytes = found[0]
    return content
