"""Money on its way back: what the bank returned, and what is paid back to customers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tijdig.payments.states import RefundState


class Return(models.Model):
    """That a payment came back, whole or in part; it counts once, however often it is told.

    Amounts in minor units of `currency`. Without a credit, the payment was not booked when it came back.
    """

    organisation_id = models.BigIntegerField()
    line_id = models.BigIntegerField()
    """The movement by which the payment had come in."""
    credit_id = models.BigIntegerField(null=True, blank=True)
    item_id = models.BigIntegerField(null=True, blank=True)
    """The ledger's item that took the money."""
    on_date = models.DateField()
    amount = models.BigIntegerField()
    charges = models.BigIntegerField(default=0)
    """What banks took on top; nobody's debt by itself."""
    currency = models.CharField(max_length=3)
    code = models.CharField(max_length=140, blank=True)
    loosened = models.JSONField(default=list)
    """What was taken off which items: [item, amount, kind of credit, reason]."""
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation_id", "id"), name="return_in_organisation"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, charges__gte=0), name="a_return_is_of_something"
            ),
        )
        indexes = (
            models.Index(fields=("organisation_id", "line_id"), name="returns_of_line"),
            models.Index(
                fields=("organisation_id", "credit_id"),
                condition=Q(credit_id__isnull=False),
                name="returns_of_credit",
            ),
        )


class ReturnTelling(models.Model):
    """That something told of a return: a movement ("bank:12"), or a status report ("pain.002:…")."""

    organisation_id = models.BigIntegerField()
    return_id = models.BigIntegerField()
    source = models.CharField(max_length=200)
    statement = models.CharField(max_length=80, blank=True)
    """What it was told in; there, two are two."""
    bank_reference = models.CharField(max_length=140, blank=True)
    counts = models.BooleanField()
    """Whether it is the one that counted."""
    withdrawn = models.BooleanField(default=False)
    """Whether its statement was taken back: then it tells nothing, and where it counted, nothing came back."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "return_id"), condition=Q(counts=True), name="a_return_counts_once"
            ),
        )
        indexes = (
            models.Index(fields=("organisation_id", "return_id"), name="tellings_of_return"),
            models.Index(fields=("organisation_id", "source"), name="tellings_by_source"),
            models.Index(
                fields=("organisation_id", "bank_reference"),
                condition=~Q(bank_reference=""),
                name="tellings_by_bank_reference",
            ),
        )


class RefundFile(models.Model):
    """A payment order (pain.001) of approved refunds, as it was made for the bank."""

    organisation_id = models.BigIntegerField()
    file_id = models.BigIntegerField()
    message_id = models.CharField(max_length=35)
    version = models.CharField(max_length=20)
    account = models.CharField(max_length=34)
    execution_date = models.DateField()
    count = models.IntegerField()
    total = models.BigIntegerField()
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation_id", "id"), name="refund_file_in_organisation"),
            models.UniqueConstraint(fields=("organisation_id", "message_id"), name="one_order_per_message"),
        )


class Refund(models.Model):
    """Money of a customer that is paid back. The amount (minor units) is locked in the ledger from the start.

    Who, where to and how much never change; a second person decides.
    """

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    message = models.CharField(max_length=140, blank=True)
    """What the customer reads on their statement."""
    why = models.CharField(max_length=300, blank=True)
    end_to_end_id = models.CharField(max_length=35)
    state = models.CharField(max_length=9, default=RefundState.PROPOSED.value)
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    order_id = models.BigIntegerField(null=True, blank=True)
    paid_line_id = models.BigIntegerField(null=True, blank=True)
    """The movement by which it left the account."""
    returned_line_id = models.BigIntegerField(null=True, blank=True)
    """The movement by which it came back."""
    outcome = models.JSONField(default=dict)
    """Why it ended as it did."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "end_to_end_id"), name="one_refund_per_end_to_end_id"
            ),
            models.UniqueConstraint(fields=("organisation_id", "item_id"), name="one_refund_per_item"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_refund_is_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=("PROPOSED", "REJECTED"))
                | ~Q(decided_by=F("proposed_by")) & ~Q(decided_by=""),
                name="somebody_else_approves_a_refund",
            ),
            models.CheckConstraint(
                condition=Q(order_id__isnull=False) | ~Q(state="ORDERED"),
                name="an_ordered_refund_is_in_a_file",
            ),
        )
        indexes = (
            models.Index(fields=("organisation_id", "-id"), name="refunds_newest_first"),
            models.Index(
                fields=("organisation_id", "state"),
                condition=Q(state__in=("PROPOSED", "APPROVED", "ORDERED")),
                name="refunds_under_way",
            ),
            models.Index(fields=("organisation_id", "customer_id"), name="refunds_of_customer"),
        )
