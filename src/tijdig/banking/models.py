"""Own bank accounts, their statements, and each movement on them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from tijdig.banking.states import LineState


class BankAccount(models.Model):
    """An account of the organisation, named by its IBAN (or the bank's own number)."""

    organisation_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "number", "currency"), name="one_account_per_number"
            ),
        )


class BankStatement(models.Model):
    """A statement as the bank sent it. Balances in minor units, null where the file holds none."""

    organisation_id = models.BigIntegerField()
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT)
    file_id = models.BigIntegerField()
    format = models.CharField(max_length=20, blank=True)
    """The kind of file it came in ("camt.053"); the same movement may be told by several kinds."""
    number = models.CharField(max_length=100, blank=True)
    sequence = models.CharField(max_length=20, blank=True)
    from_date = models.DateField(null=True, blank=True)
    to_date = models.DateField(null=True, blank=True)
    opening_balance = models.BigIntegerField(null=True, blank=True)
    closing_balance = models.BigIntegerField(null=True, blank=True)
    entry_count = models.IntegerField(default=0)
    net_booked = models.BigIntegerField(default=0)
    new_lines = models.IntegerField(default=0)
    known_lines = models.IntegerField(default=0)
    balance_difference = models.BigIntegerField(default=0)
    rejected = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    """Since when nothing of it counts; it may be taken in again (see standing)."""
    taken_back_by = models.CharField(max_length=100, blank=True, db_default="")

    class Meta:
        indexes = (
            models.Index(fields=("organisation_id", "-id"), name="statements_newest_first"),
            models.Index(fields=("organisation_id", "file_id"), name="statements_of_file"),
            models.Index(fields=("account", "to_date"), name="statements_of_account"),
        )


class TableLayout(models.Model):
    """What the columns of a bank's table hold, as a person pointed it out once."""

    organisation_id = models.BigIntegerField()
    signature = models.CharField(max_length=1000)
    """The names of its columns; every file with the same ones is read alike."""
    columns = models.JSONField()
    account = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "signature"), name="one_layout_per_kind_of_table"
            ),
        )


class LineRule(models.Model):
    """Which movements are set aside by themselves, as a person said once (see domain.line_rules)."""

    organisation_id = models.BigIntegerField()
    account = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=140, blank=True)
    only_in = models.BooleanField(null=True, blank=True)
    why = models.CharField(max_length=300)
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    """Since when it is not applied any more; what it did stays readable."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(account="", name="", text=""), name="a_rule_is_about_something"
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation_id", "id"), condition=Q(ended_at__isnull=True), name="rules_in_force"
            ),
        )


class BankLine(models.Model):
    """One movement; `amount` signed in minor units, positive is money in."""

    organisation_id = models.BigIntegerField()
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT)
    fingerprint = models.CharField(max_length=90)
    """What tells it apart (see fingerprints); behind it its id, as long as its statement does not count."""
    position = models.IntegerField()
    booking_date = models.DateField()
    value_date = models.DateField(null=True, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    counterparty_name = models.CharField(max_length=200, blank=True)
    counterparty_iban = models.CharField(max_length=40, blank=True)
    structured_reference = models.CharField(max_length=140, blank=True)
    remittance = models.TextField(blank=True)
    end_to_end_id = models.CharField(max_length=140, blank=True)
    mandate_id = models.CharField(max_length=140, blank=True)
    bank_reference = models.CharField(max_length=140, blank=True)
    batch = models.CharField(max_length=140, blank=True)
    batch_incomplete = models.BooleanField(default=False)
    """A batch kept whole, because its payments do not add up to it."""
    returned = models.BooleanField(default=False)
    """Whether it takes back an earlier movement."""
    return_reason = models.CharField(max_length=140, blank=True)
    original_amount = models.BigIntegerField(null=True, blank=True)
    """As it was ordered, in minor units of `original_currency`, where the file tells it."""
    original_currency = models.CharField(max_length=3, blank=True)
    charges = models.BigIntegerField(null=True, blank=True)
    """What banks took off it, or on a return added to it, in minor units of `currency`."""
    exchange_rate = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=7, default=LineState.WAITING.value)
    reason = models.JSONField(default=dict)
    """Why it is in this state: how it was matched, or why it waits."""
    matcher = models.CharField(max_length=40, blank=True, db_default="")
    """The matcher that booked it by itself, also after a person took that back."""
    corrected_date = models.DateField(null=True, blank=True)
    """When a person first took back or moved what the matcher had booked."""
    likely_customer_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)
    """Whose payment it may be, as long as it waits: they are not reminded meanwhile."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation_id", "fingerprint"), name="one_line_per_movement"),
            models.UniqueConstraint(fields=("organisation_id", "id"), name="line_in_organisation"),
        )
        indexes = (
            models.Index(fields=("organisation_id", "-booking_date", "-id"), name="lines_newest_first"),
            models.Index(
                fields=("organisation_id", "booking_date", "id"),
                condition=Q(state="WAITING"),
                name="lines_that_wait",
            ),
            # What a return may name its payment by.
            models.Index(
                fields=("organisation_id", "end_to_end_id"),
                condition=Q(amount__gt=0) & ~Q(end_to_end_id=""),
                name="receipts_by_end_to_end_id",
            ),
            models.Index(
                fields=("organisation_id", "bank_reference"),
                condition=Q(amount__gt=0) & ~Q(bank_reference=""),
                name="receipts_by_bank_reference",
            ),
            models.Index(
                fields=("organisation_id", "mandate_id"),
                condition=Q(amount__gt=0) & ~Q(mandate_id=""),
                name="receipts_by_mandate",
            ),
            models.Index(
                fields=("organisation_id", "counterparty_iban", "amount"),
                condition=Q(amount__gt=0) & ~Q(counterparty_iban=""),
                name="receipts_by_account_and_amount",
            ),
            models.Index(
                fields=("organisation_id", "matcher", "booking_date", "id"),
                condition=~Q(matcher=""),
                name="lines_by_matcher",
            ),
            models.Index(
                fields=("organisation_id", "matcher", "booking_date", "id"),
                condition=Q(corrected_date__isnull=False),
                name="lines_that_were_corrected",
            ),
        )


class KnownPayer(models.Model):
    """That an account paid for a customer: in so many bookings, of which so many were taken back."""

    organisation_id = models.BigIntegerField()
    account = models.CharField(max_length=40)
    customer_id = models.BigIntegerField()
    confirmed = models.IntegerField(default=0)
    refuted = models.IntegerField(default=0)
    first_date = models.DateField()
    last_date = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "account", "customer_id"), name="one_row_per_payer_and_customer"
            ),
            models.CheckConstraint(
                condition=Q(confirmed__gte=0, refuted__gte=0), name="a_payer_is_counted_up_only"
            ),
        )
        indexes = (models.Index(fields=("organisation_id", "customer_id"), name="payers_of_customer"),)


class MatcherMonth(models.Model):
    """How a matcher did with the payments of a month, named by its first day.

    Of what was `corrected`, an owner chose to overlook `forgiven`.
    """

    organisation_id = models.BigIntegerField()
    matcher = models.CharField(max_length=40)
    month = models.DateField()
    booked = models.IntegerField(default=0)
    corrected = models.IntegerField(default=0)
    forgiven = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "matcher", "month"), name="one_record_per_matcher_and_month"
            ),
            models.CheckConstraint(
                condition=Q(booked__gte=0, corrected__gte=0, forgiven__gte=0, forgiven__lte=F("corrected")),
                name="only_corrections_are_forgiven",
            ),
        )


class MatcherTurn(models.Model):
    """That a matcher stopped booking by itself, or went on; the newest row tells how it is."""

    organisation_id = models.BigIntegerField()
    matcher = models.CharField(max_length=40)
    books = models.BooleanField()
    on_date = models.DateField()
    reason = models.JSONField()
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(fields=("organisation_id", "matcher", "-id"), name="turns_of_matcher"),)
