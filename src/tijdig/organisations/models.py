"""The creditor: organisation, its house style, its users and what they may do."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the name they log in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person who logs in. What they may do hangs on their memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=2, default="nl")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_staff = False
    is_superuser = False

    objects = UserManager()

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody has Django's own permissions; roles live in Membership."""
        return False

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002
        """Nobody has Django's own permissions; roles live in Membership."""
        return False


class Role(models.TextChoices):
    """What a member may do: a viewer reads, a controller works, an owner also changes settings and users."""

    OWNER = "OWNER"
    CONTROLLER = "CONTROLLER"
    VIEWER = "VIEWER"


class Mode(models.TextChoices):
    """In TEST everything is composed and nothing leaves the house."""

    TEST = "TEST"
    LIVE = "LIVE"


class Organisation(models.Model):
    """A creditor: one administration with its own customers, ledger and house style."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, default="NL")
    language = models.CharField(max_length=2, default="nl")
    timezone = models.CharField(max_length=50, default="Europe/Amsterdam")
    currency = models.CharField(max_length=3, default="EUR")
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.TEST)
    is_demo = models.BooleanField(default=False)
    payment_term_days = models.PositiveSmallIntegerField(default=30)
    daily_run_at = models.TimeField(default="07:00")
    followed_up_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.URLField(blank=True)
    iban = models.CharField(max_length=34, blank=True)
    bic = models.CharField(max_length=11, blank=True)
    vat_number = models.CharField(max_length=30, blank=True)
    legal_id = models.CharField(max_length=40, blank=True)

    logo = models.BinaryField(null=True, blank=True)
    logo_type = models.CharField(max_length=40, blank=True)
    colour = models.CharField(max_length=7, default="#1f5fbf")
    sender_name = models.CharField(max_length=100, blank=True)
    sender_email = models.EmailField(blank=True)
    tone = models.CharField(max_length=10, default="FRIENDLY")
    signature = models.CharField(max_length=200, blank=True)


class CashPolicy(models.Model):
    """How an organisation treats money that comes in. Amounts in minor units of its own currency.

    Without a row the defaults hold.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, primary_key=True)
    required_precision = models.PositiveIntegerField(default=999_000)
    """Of a million bookings by itself, how many must be right."""
    small_difference = models.PositiveIntegerField(default=5)
    """A shortage up to this is written off when the rest of the match is certain."""
    allocation_order = models.CharField(max_length=20, default="LAW")
    discount_basis_points = models.PositiveSmallIntegerField(default=0)
    discount_days = models.PositiveSmallIntegerField(default=0)
    discount_grace_days = models.PositiveSmallIntegerField(default=2)
    controller_write_off_limit = models.PositiveIntegerField(default=10_000)
    """What a controller may write off of one item; an owner has no limit."""
    hold_on_unapplied_money = models.BooleanField(default=True)
    """A customer whose money waits to be placed gets no reminder."""
    stale_after_days = models.PositiveSmallIntegerField(default=5)
    """Bank data older than this many days is stale; 0: never."""
    hold_when_stale = models.BooleanField(default=False)
    """Whether the daily run sends no reminders on stale bank data, or only warns."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(required_precision__lte=1_000_000),
                name="precision_is_a_share_of_a_million",
            ),
            models.CheckConstraint(
                condition=models.Q(discount_basis_points__lt=10_000), name="discount_is_less_than_everything"
            ),
        )


class Membership(models.Model):
    """That a user works for an organisation, and as what."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "user"), name="one_membership_per_user"),
        )
