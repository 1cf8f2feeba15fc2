"""Questions about organisations, their users and roles, answered with frozen values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from django.db import connection

from tijdig.infra import tenancy
from tijdig.organisations.models import CashPolicy, Membership, Organisation, User
from tijdig.organisations.models import Mode as Mode
from tijdig.organisations.models import Role as Role


class OrganisationUnknown(LookupError):
    """There is no such organisation, or it is not ours to see."""


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation with its house style; everything but the logo's bytes (see `logo`)."""

    id: int
    slug: str
    name: str
    country: str
    language: str
    timezone: str
    currency: str
    mode: Mode
    is_demo: bool
    payment_term_days: int
    daily_run_at: time
    followed_up_until: date | None
    created_at: datetime
    street: str
    postcode: str
    city: str
    email: str
    phone: str
    website: str
    iban: str
    bic: str
    vat_number: str
    legal_id: str
    logo_type: str
    colour: str
    sender_name: str
    sender_email: str
    tone: str
    signature: str

    @property
    def is_live(self) -> bool:
        """Whether messages really leave the house."""
        return self.mode == Mode.LIVE


@dataclass(frozen=True, slots=True)
class UserView:
    """A person who logs in; `has_password` is False as long as an invitation has not been taken up."""

    id: int
    email: str
    name: str
    language: str
    is_active: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class MemberView:
    """A user with their role in the organisation we are in."""

    user: UserView
    role: Role


_COLUMNS = tuple(field.name for field in fields(OrganisationView))


def _view(row: Organisation) -> OrganisationView:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return OrganisationView(**(values | {"mode": Mode(row.mode)}))


def _user_view(user: User) -> UserView:
    return UserView(
        id=user.pk,
        email=user.email,
        name=user.name,
        language=user.language,
        is_active=user.is_active,
        has_password=user.has_usable_password(),
    )


@dataclass(frozen=True, slots=True)
class CashPolicyView:
    """How money that comes in is treated; amounts in minor units (see the model for each)."""

    required_precision: int
    small_difference: int
    allocation_order: str
    discount_basis_points: int
    discount_days: int
    discount_grace_days: int
    controller_write_off_limit: int
    hold_on_unapplied_money: bool
    stale_after_days: int
    hold_when_stale: bool


def cash_policy() -> CashPolicyView:
    """Return how the organisation we are in treats money that comes in; the defaults where it said nothing."""
    row = CashPolicy.objects.filter(pk=tenancy.current_organisation_id()).first() or CashPolicy()
    return CashPolicyView(**{field.name: getattr(row, field.name) for field in fields(CashPolicyView)})


def current() -> OrganisationView:
    """Return the organisation we are in. Raises OrganisationUnknown when it does not exist."""
    organisation_id = tenancy.current_organisation_id()
    row = Organisation.objects.only(*_COLUMNS).filter(pk=organisation_id).first()
    if row is None:
        raise OrganisationUnknown(f"there is no organisation with id {organisation_id}")
    return _view(row)


def by_slug_id(slug: str) -> int | None:
    """Return the id of the organisation with this slug; works outside of any organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tijdig_organisation_id(%s)", [slug])
        found: int | None = cursor.fetchone()[0]
    return found


def every() -> tuple[OrganisationView, ...]:
    """Return all organisations by name, for the command line and for work that goes round them all."""
    found = []
    for organisation_id in tenancy.organisation_ids():
        with tenancy.within(organisation_id):
            found.append(current())
    return tuple(sorted(found, key=lambda organisation: (organisation.name.lower(), organisation.id)))


def of_user(user_id: int) -> tuple[tuple[OrganisationView, Role], ...]:
    """Return the organisations this user works for, by name, each with their role there."""
    with tenancy.as_user(user_id):
        memberships = (
            Membership.objects.filter(user_id=user_id)
            .select_related("organisation")
            .defer("organisation__logo")
            .order_by("organisation__name", "organisation_id")
        )
        return tuple((_view(membership.organisation), Role(membership.role)) for membership in memberships)


def role_of(user_id: int) -> Role | None:
    """Return what this user is in the organisation we are in; None for a stranger or a closed account."""
    role = (
        Membership.objects.filter(
            organisation_id=tenancy.current_organisation_id(), user_id=user_id, user__is_active=True
        )
        .values_list("role", flat=True)
        .first()
    )
    return None if role is None else Role(role)


def members() -> tuple[MemberView, ...]:
    """Return the members of the organisation we are in, by name and e-mail address."""
    rows = (
        Membership.objects.filter(organisation_id=tenancy.current_organisation_id())
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    return tuple(MemberView(_user_view(row.user), Role(row.role)) for row in rows)


def logo() -> tuple[bytes, str] | None:
    """Return the logo's bytes and media type; None where there is none."""
    row = Organisation.objects.only("logo", "logo_type").get(pk=tenancy.current_organisation_id())
    return (bytes(row.logo), row.logo_type) if row.logo else None


def user(user_id: int) -> UserView | None:
    """Return a user; None where there is none with this id."""
    found = User.objects.filter(pk=user_id).first()
    return None if found is None else _user_view(found)


def user_by_email(email: str) -> UserView | None:
    """Return the user who logs in with this e-mail address; capitals do not matter."""
    found = User.objects.filter(email=email.strip().lower()).first()
    return None if found is None else _user_view(found)


def user_names(user_ids: Collection[int]) -> dict[int, str]:
    """Return what these users are called, by id: their name, or their e-mail address where they have none."""
    rows = User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name", "email")
    return {user_id: name or email for user_id, name, email in rows}


def missing_for_live() -> tuple[str, ...]:
    """Return the settings (field names) that must be filled before messages may leave; empty: ready.

    A message must say who asks, how to pay and where to answer; a letter needs a return address.
    """
    here = current()
    missing = [name for name in ("iban", "street", "postcode", "city") if not getattr(here, name)]
    if not (here.sender_email or here.email):
        missing.append("email")
    return tuple(missing)
