"""The append-only ledger: what is owed, what settles it, and which settles which.

Rows are added, never changed; a correction is a reversing row. Only the running figures (`open`,
`unallocated`, `settled_date`, `reversed`) move, in the same transaction as the rows they follow from.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now

_OPEN = Q(open__gt=0)
_SETTLED = Q(open=0)


def _text(function: str, text: models.Expression | str, *arguments: str) -> Func:
    """Return a call of one of PostgreSQL's functions of texts."""
    return Func(text, *map(Value, arguments), function=function, output_field=models.TextField())


# The same as tijdig.domain.matching.numbers.core.
_CORE = _text(
    "ltrim",
    _text("regexp_replace", Lower("number"), "[^0-9a-z]", "", "g"),
    "abcdefghijklmnopqrstuvwxyz",
)
# The same as tijdig.domain.matching.nearness.tail_of.
_TAIL = _text(
    "ltrim",
    _text(
        "regexp_replace",
        _text(
            "substring",
            _text("regexp_replace", "number", r"([0-9][^0-9]+[0-9]+)[^0-9]+([0-9])[^0-9]*$", r"\1\2"),
            "([0-9]+)[^0-9]*$",
        ),
        "^20[0-9]{2}([0-9]{3,})$",
        r"\1",
    ),
    "0",
)


class Item(models.Model):
    """An open item: an amount a customer owes. Amounts in minor units of `currency`."""

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    number = models.CharField(max_length=100)
    number_key = models.GeneratedField(
        expression=Lower("number"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    """In small letters and byte order; a column, as behind the wall no index on lower(number) is used."""
    number_core = models.GeneratedField(
        expression=_CORE, output_field=models.TextField(db_collation="C"), db_persist=True
    )
    """What a payer copies of it (domain.matching.numbers.core)."""
    number_tail = models.GeneratedField(
        expression=_TAIL, output_field=models.TextField(db_collation="C", null=True), db_persist=True
    )
    """Its end, without year and zeros (domain.matching.nearness.tail_of); null where it has no digit."""
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    open = models.BigIntegerField()
    issue_date = models.DateField()
    due_date = models.DateField()
    payment_reference = models.CharField(max_length=140, blank=True)
    settled_date = models.DateField(null=True, blank=True)
    reverses_credit_id = models.BigIntegerField(null=True, blank=True)
    about_item_id = models.BigIntegerField(null=True, blank=True)
    """Of costs and interest: the invoice they are on; together they are one debt."""
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="item_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(open__gte=0, open__lte=F("amount")), name="item_open_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(open=0, settled_date__isnull=False) | Q(open__gt=0, settled_date__isnull=True),
                name="item_is_settled_when_nothing_is_open",
            ),
            models.UniqueConstraint(fields=("organisation_id", "id"), name="item_in_organisation"),
            models.UniqueConstraint(
                fields=("organisation_id", "number"),
                condition=Q(kind="INVOICE"),
                name="one_item_per_invoice_number",
            ),
            models.UniqueConstraint(
                fields=("reverses_credit_id",),
                condition=Q(reverses_credit_id__isnull=False),
                name="a_credit_is_reversed_once",
            ),
            models.CheckConstraint(
                condition=Q(about_item_id__isnull=True) | Q(kind__in=("FEE", "INTEREST")),
                name="only_costs_and_interest_are_about_an_item",
            ),
        )
        # Lists are paged by keyset over open or settled items; a list of both merges the two. The due date at
        # the end of an index lets a list of what is overdue be read from the index alone.
        indexes = (
            models.Index(
                fields=("organisation_id", "due_date", "id"), condition=_OPEN, name="open_items_by_due_date"
            ),
            models.Index(
                fields=("organisation_id", "due_date", "id"),
                condition=_SETTLED,
                name="settled_items_by_due_date",
            ),
            models.Index(
                fields=("organisation_id", "issue_date", "id", "due_date"),
                condition=_OPEN,
                name="open_items_by_issue_date",
            ),
            models.Index(
                fields=("organisation_id", "issue_date", "id"),
                condition=_SETTLED,
                name="settled_items_by_issue_date",
            ),
            models.Index(
                fields=("organisation_id", "number_key", "id", "due_date"),
                condition=_OPEN,
                name="open_items_by_number",
            ),
            models.Index(
                fields=("organisation_id", "number_key", "id"),
                condition=_SETTLED,
                name="settled_items_by_number",
            ),
            models.Index(fields=("organisation_id", "amount", "id"), name="items_by_amount"),
            models.Index(fields=("organisation_id", "open", "id"), name="items_by_open_amount"),
            models.Index(
                fields=("organisation_id", "customer_id", "due_date", "id"), name="items_of_customer"
            ),
            models.Index(
                fields=("organisation_id", "customer_id", "due_date", "id"),
                condition=_OPEN,
                name="open_items_of_customer",
            ),
            models.Index(
                fields=("organisation_id", "payment_reference"),
                condition=_OPEN & ~Q(payment_reference=""),
                name="open_items_by_reference",
            ),
            models.Index(
                fields=("organisation_id", "payment_reference"),
                condition=_SETTLED & ~Q(payment_reference=""),
                name="settled_items_by_reference",
            ),
            models.Index(fields=("organisation_id", "number_core"), name="items_by_number_core"),
            models.Index(
                fields=("organisation_id", "number_tail"), condition=_OPEN, name="open_items_by_number_tail"
            ),
        )


class Credit(models.Model):
    """Something that settles items: a payment, a credit note, a write-off. Amounts in minor units."""

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    number = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    unallocated = models.BigIntegerField()
    booking_date = models.DateField()
    origin = models.CharField(max_length=60, blank=True)
    """Where it came from, as "<table>:<id>"; a source books once."""
    reason = models.JSONField(default=dict)
    actor = models.CharField(max_length=100)
    reversed = models.BooleanField(default=False)
    beside_credit_id = models.BigIntegerField(null=True, blank=True)
    """The payment it was given with; it goes when that goes."""
    left_on_account_date = models.DateField(null=True, blank=True)
    """Since when somebody knowingly leaves what is left of it on account."""
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(unallocated__gte=0, unallocated__lte=F("amount")),
                name="credit_unallocated_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(reversed=False) | Q(unallocated=0), name="reversed_credit_has_nothing_left"
            ),
            models.UniqueConstraint(fields=("organisation_id", "id"), name="credit_in_organisation"),
            models.UniqueConstraint(
                fields=("organisation_id", "origin"),
                condition=Q(reversed=False) & ~Q(origin=""),
                name="a_source_books_once",
            ),
            models.CheckConstraint(
                condition=Q(beside_credit_id__isnull=True) | Q(kind__in=("DISCOUNT", "WRITE_OFF")),
                name="only_a_discount_or_write_off_stands_beside",
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation_id", "beside_credit_id"),
                condition=Q(beside_credit_id__isnull=False),
                name="credits_beside",
            ),
            models.Index(
                fields=("organisation_id", "customer_id", "booking_date"), name="credits_of_customer"
            ),
            models.Index(fields=("organisation_id", "booking_date", "id"), name="credits_by_date"),
            models.Index(
                fields=("organisation_id", "booking_date", "id"),
                condition=Q(unallocated__gt=0),
                name="credits_with_money_left",
            ),
            models.Index(
                fields=("organisation_id", "customer_id", "id"),
                condition=Q(unallocated__gt=0),
                name="credits_left_of_customer",
            ),
            # A source that was booked, taken back and booked anew: see queries/as_of.py.
            models.Index(
                fields=("organisation_id", "origin"),
                condition=Q(reversed=True) & ~Q(origin=""),
                name="reversed_credits_by_origin",
            ),
        )


class Allocation(models.Model):
    """That part of a credit settled part of an item. Undone by a row with the opposite amount."""

    organisation_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    credit_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    on_date = models.DateField()
    reason = models.JSONField()
    actor = models.CharField(max_length=100)
    reverses_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses_id__isnull=True)
                | Q(amount__lt=0, reverses_id__isnull=False),
                name="only_a_reversal_is_negative",
            ),
            models.UniqueConstraint(
                fields=("reverses_id",),
                condition=Q(reverses_id__isnull=False),
                name="an_allocation_is_reversed_once",
            ),
        )
        indexes = (
            models.Index(fields=("organisation_id", "item_id"), name="allocations_of_item"),
            models.Index(fields=("organisation_id", "credit_id"), name="allocations_of_credit"),
            models.Index(fields=("organisation_id", "on_date"), name="allocations_by_day"),
        )
