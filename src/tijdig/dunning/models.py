"""Following up: flows, how far each item is in one, what was done, and what is held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class FlowVersion(models.Model):
    """A published flow. It never changes; a change is a new version."""

    organisation_id = models.BigIntegerField()
    key = models.CharField(max_length=40)
    version = models.IntegerField()
    name = models.CharField(max_length=100)
    steps = models.JSONField()
    """As in domain.followup.Step: key, stage, kind, offset_days, required."""
    published_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "key", "version"), name="one_flow_per_version"
            ),
            models.UniqueConstraint(fields=("organisation_id", "id"), name="flow_in_organisation"),
        )


class FollowUp(models.Model):
    """How far an item is in its flow; without `next_action_date` nothing more is done (architecture D6)."""

    organisation_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    flow_version_id = models.BigIntegerField()
    steps_done = models.SmallIntegerField(default=0)
    last_step_date = models.DateField(null=True, blank=True)
    next_action_date = models.DateField(null=True, blank=True)
    reason = models.JSONField(default=dict)
    """The reason of the last decision."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation_id", "item_id"), name="one_follow_up_per_item"),
        )
        indexes = (
            models.Index(
                fields=("organisation_id", "next_action_date", "customer_id"),
                condition=Q(next_action_date__isnull=False),
                name="follow_ups_that_are_due",
            ),
        )


class Action(models.Model):
    """A step that was taken for an item, with its reason. `(follow-up, step)` happens once (architecture D7).

    Where its message was withdrawn before it left, the step is taken back: it counts as not taken.
    """

    organisation_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    flow_version_id = models.BigIntegerField()
    step_key = models.CharField(max_length=40)
    stage = models.CharField(max_length=14)
    on_date = models.DateField()
    reason = models.JSONField()
    message_id = models.BigIntegerField(null=True, blank=True)
    task_id = models.BigIntegerField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "item_id", "step_key"),
                condition=Q(taken_back_at__isnull=True),
                name="a_step_is_taken_once",
            ),
        )
        indexes = (models.Index(fields=("organisation_id", "item_id", "id"), name="actions_of_item"),)


class Hold(models.Model):
    """Follow-up put on hold, for a customer or for one item, with a reason and (if known) an end."""

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    actor = models.CharField(max_length=100)
    lifted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=("organisation_id", "customer_id"),
                condition=Q(lifted_at__isnull=True),
                name="holds_that_stand",
            ),
        )
