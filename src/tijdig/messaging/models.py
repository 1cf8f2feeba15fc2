"""What is said to customers, kept as it was sent, and what waits for a person to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class MessageState(models.TextChoices):
    """How far a message is. TEST: composed in test mode, it never leaves the house."""

    WAITING = "WAITING"
    SENDING = "SENDING"
    SENT = "SENT"
    WITHDRAWN = "WITHDRAWN"
    FAILED = "FAILED"
    TEST = "TEST"


class Message(models.Model):
    """One message to one customer, exactly as it was (or will be) sent."""

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    channel = models.CharField(max_length=6)
    state = models.CharField(max_length=9, choices=MessageState.choices)
    stage = models.CharField(max_length=14)
    template = models.CharField(max_length=60)
    """Key, language and version of the words: "REMINDER/nl/1"."""
    language = models.CharField(max_length=2)
    on_date = models.DateField()
    """The day of the run it belongs to; one message per customer, day and channel."""
    recipient = models.CharField(max_length=300)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    """The figures the words were made from: items, amounts, total, reference, account."""
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    composed_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    transport_id = models.CharField(max_length=250, blank=True)
    outcome_reason = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "customer_id", "on_date", "channel"),
                condition=~Q(state="WITHDRAWN"),
                name="one_message_per_customer_day_channel",
            ),
            models.UniqueConstraint(fields=("organisation_id", "id"), name="message_in_organisation"),
        )
        indexes = (
            models.Index(fields=("organisation_id", "-id"), name="messages_newest_first"),
            models.Index(fields=("organisation_id", "customer_id", "-id"), name="messages_of_customer"),
            models.Index(
                fields=("organisation_id", "state", "id"),
                condition=~Q(state="SENT"),
                name="messages_not_sent",
            ),
        )


class MessageItem(models.Model):
    """That a message speaks of an item, and what was open on it then."""

    organisation_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    stage = models.CharField(max_length=14)
    open_then = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("message_id", "item_id"), name="an_item_is_once_in_a_message"),
        )
        indexes = (models.Index(fields=("organisation_id", "item_id"), name="messages_of_item"),)


class Task(models.Model):
    """One row on the work list: what a person should do, and why."""

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=30)
    reason = models.JSONField()
    due_date = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=100, blank=True)
    outcome = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "kind", "item_id"),
                condition=Q(done_at__isnull=True, item_id__isnull=False),
                name="one_open_task_per_kind_and_item",
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation_id", "due_date", "id"),
                condition=Q(done_at__isnull=True),
                name="tasks_to_do",
            ),
            models.Index(fields=("organisation_id", "customer_id"), name="tasks_of_customer"),
        )
