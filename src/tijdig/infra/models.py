"""Tables shared by every app: the hash-chained audit trail and the files as they came in."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One thing that was done, by whom, chained to the one before it. Never changed, never deleted."""

    organisation_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "sequence"), name="one_audit_entry_per_sequence"
            ),
        )


class AuditHead(models.Model):
    """The end of an organisation's audit chain; locked while an entry is added."""

    organisation_id = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")


class StoredFile(models.Model):
    """A file as it came in, by its hash; the same bytes are kept once per organisation."""

    organisation_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField()
    content = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation_id", "sha256"), name="one_stored_file_per_hash"),
        )
