"""Invoices and credit notes as documents, and the imports they came in by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Invoice(models.Model):
    """A document that was sent to a customer, its amounts (minor units) as it states them.

    What is owed on it is its ledger item; where it takes from what is owed, its ledger credit. One that
    leaves nothing to pay has neither.
    """

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    type = models.CharField(max_length=11)
    type_code = models.CharField(max_length=4, default="380")
    number = models.CharField(max_length=100)
    issue_date = models.DateField()
    due_date = models.DateField()
    due_date_source = models.CharField(max_length=18)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    prepaid = models.BigIntegerField(default=0)
    payable = models.BigIntegerField()
    order_reference = models.CharField(max_length=140, blank=True)
    preceding_invoice = models.CharField(max_length=100, blank=True)
    description = models.CharField(max_length=300, blank=True)
    item_id = models.BigIntegerField(null=True, blank=True)
    credit_id = models.BigIntegerField(null=True, blank=True)
    file_id = models.BigIntegerField(null=True, blank=True)
    import_batch_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "type", "number"), name="one_invoice_per_number"
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation_id", "item_id"),
                name="invoice_of_item",
                condition=Q(item_id__isnull=False),
            ),
            models.Index(
                fields=("organisation_id", "credit_id"),
                name="invoice_of_credit",
                condition=Q(credit_id__isnull=False),
            ),
        )


class ImportState(models.TextChoices):
    """How far an import is."""

    UPLOADED = "UPLOADED"
    PREVIEWED = "PREVIEWED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ImportBatch(models.Model):
    """An import of customers or invoices: the file, how its columns were read, and what came of each row."""

    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    """CUSTOMERS or INVOICES."""
    source_format = models.CharField(max_length=10)
    """CSV, XLSX, UBL or ZIP."""
    name = models.CharField(max_length=255)
    file_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    mapping = models.JSONField(default=dict)
    """Field → column, as a person set it; empty: as the headers say."""
    accepted = models.JSONField(default=list)
    """Numbers of the documents that needed review and that a person accepted."""
    rows_total = models.IntegerField(default=0)
    rows_good = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    rejected = models.JSONField(default=list)
    """The first rejected rows, each with where and why; the file with all of them is made when asked for."""
    result = models.JSONField(default=dict)
    """What was stored: counts by what came of it."""
    message = models.CharField(max_length=300, blank=True)
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("organisation_id", "-id"), name="import_batches_newest_first"),)
