"""Who owes: the customer, how to reach them, and what people noted about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q

from tijdig.domain.parties import PartyKind

# The name without capitals and accents, compared byte by byte: one order on every server.
_NAME_KEY = Func(
    F("name"), template="lower(regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036f]', '', 'g'))"
)


class Customer(models.Model):
    """A party that is invoiced. `number` is the organisation's own debtor number."""

    organisation_id = models.BigIntegerField()
    number = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    name_key = models.GeneratedField(
        expression=_NAME_KEY, output_field=models.TextField(db_collation="C"), db_persist=True
    )
    kind = models.CharField(max_length=12, default=PartyKind.UNKNOWN)
    language = models.CharField(max_length=2, default="nl")
    contact_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)
    vat_number = models.CharField(max_length=30, blank=True)
    legal_id = models.CharField(max_length=40, blank=True)
    payment_term_days = models.PositiveSmallIntegerField(null=True, blank=True)
    preferred_channel = models.CharField(max_length=6, default="EMAIL")
    customer_since = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation_id", "number"), name="one_customer_per_number"),
            models.UniqueConstraint(fields=("organisation_id", "id"), name="customer_in_organisation"),
            models.CheckConstraint(condition=~Q(number=""), name="customer_has_a_number"),
        )
        indexes = (
            models.Index(fields=("organisation_id", "name_key", "id"), name="customer_by_name"),
            models.Index(
                fields=("organisation_id", "id"),
                condition=Q(email="") & (Q(street="") | Q(city="")),
                name="customers_without_address",
            ),
        )


class Note(models.Model):
    """What a person wrote down about a customer or one of their invoices: a call, a visit, a remark."""

    organisation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True, blank=True)
    text = models.TextField()
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("organisation_id", "customer_id", "-at"), name="notes_of_customer"),)
