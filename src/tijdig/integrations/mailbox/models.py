"""The demonstration's post office: mail that would have left the house, kept to be read on a page."""

from __future__ import annotations

from django.db import models


class Mail(models.Model):
    """One mail, as its recipient would have had it."""

    organisation_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    sender = models.CharField(max_length=400)
    reply_to = models.CharField(max_length=254, blank=True)
    recipient = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    delivered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "message_id"), name="a_message_is_delivered_once"
            ),
        )
        indexes = (models.Index(fields=("organisation_id", "-id"), name="mail_newest_first"),)
