"""Acts on organisations: making one, its settings, its users and their roles."""

from __future__ import annotations

from datetime import date, time
from typing import TypedDict, Unpack

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tijdig.infra import audit, tenancy
from tijdig.organisations import queries
from tijdig.organisations.checks import (
    TIMEZONES,
    SettingInvalid,
    checked,
    checked_cash_policy,
    checked_slug,
    is_reserved,
)
from tijdig.organisations.logo import checked_logo
from tijdig.organisations.models import CashPolicy, Membership, Organisation, User
from tijdig.organisations.models import Mode as Mode
from tijdig.organisations.models import Role as Role


class MoreSettings(TypedDict, total=False):
    """The settings of an organisation that have a default."""

    timezone: str
    currency: str
    payment_term_days: int
    daily_run_at: time
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
    colour: str
    sender_name: str
    sender_email: str
    tone: str
    signature: str


class Settings(MoreSettings, total=False):
    """The settings of an organisation that a user may change."""

    name: str
    country: str
    language: str


class CashSettings(TypedDict, total=False):
    """How money that comes in is treated, as far as a user changes it (see queries.CashPolicyView)."""

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


class EmailTaken(ValueError):
    """Somebody already logs in with this e-mail address."""


class PasswordTooWeak(ValueError):
    """The password is refused; the message says why."""


class AlreadyMember(ValueError):
    """The user already works for this organisation."""


class NotAMember(LookupError):
    """The user does not work for this organisation."""


class LastOwner(ValueError):
    """An organisation keeps at least one owner."""


class NotReadyForLive(ValueError):
    """Settings that every message needs are still empty; `missing` names them."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(_("Fill these settings first: %(names)s") % {"names": ", ".join(missing)})
        self.missing = missing


@transaction.atomic
def create_organisation(
    *,
    name: str,
    country: str,
    language: str,
    actor: str,
    slug: str = "",
    owner_id: int | None = None,
    is_demo: bool = False,
    **settings: Unpack[MoreSettings],
) -> int:
    """Make an organisation in test mode, with `owner_id` as its owner, and return its id.

    Without a slug it gets one from its name. Raises SettingInvalid for a setting that is refused.
    """
    values = checked({"name": name, "country": country, "language": language, **settings}, country=country)
    values.setdefault("timezone", TIMEZONES[str(values["country"])])
    values["slug"] = _free_slug(slug) if slug else _slug_from(str(values["name"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('organisations_organisation', 'id'))")
        organisation_id: int = cursor.fetchone()[0]
    with tenancy.within(organisation_id):
        try:
            with transaction.atomic():
                Organisation.objects.create(id=organisation_id, is_demo=is_demo, **values)
        except IntegrityError as error:  # another took the slug between our look and our insert
            raise _slug_taken(str(values["slug"])) from error
        if owner_id is not None:
            Membership.objects.create(organisation_id=organisation_id, user_id=owner_id, role=Role.OWNER)
        audit.record(
            actor=actor,
            action="organisation.created",
            subject=f"organisation:{organisation_id}",
            data={"slug": values["slug"], "owner": owner_id},
        )
    return organisation_id


def _slug_taken(slug: str) -> SettingInvalid:
    return SettingInvalid("slug", f"“{slug}” is already taken: choose another short name")


def _free_slug(slug: str) -> str:
    if queries.by_slug_id(checked_slug(slug)) is not None:
        raise _slug_taken(slug)
    return slug


def _slug_from(name: str) -> str:
    """Return a free slug made from a name; a number follows where it is taken or reserved."""
    base = slugify(name).replace("_", "-").strip("-")[:40].strip("-") or "organisation"
    base = "-".join(part for part in base.split("-") if part)
    slug, number = base, 1
    while is_reserved(slug) or queries.by_slug_id(slug) is not None:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def change_settings(*, actor: str, **settings: Unpack[Settings]) -> None:
    """Change settings of the organisation we are in. Raises SettingInvalid for the first that is refused.

    A live organisation cannot lose what its messages need (NotReadyForLive).
    """
    here = queries.current()
    values = checked(dict(settings), country=here.country)
    if "country" in values and "legal_id" not in values and here.legal_id:
        checked({"legal_id": here.legal_id}, country=str(values["country"]))
    changed = {field: value for field, value in values.items() if getattr(here, field) != value}
    if not changed:
        return
    Organisation.objects.filter(pk=here.id).update(**changed)
    if here.is_live:
        _check_ready()
    audit.record(
        actor=actor,
        action="organisation.settings_changed",
        subject=f"organisation:{here.id}",
        data={"fields": sorted(changed)},
    )


def _check_ready() -> None:
    missing = queries.missing_for_live()
    if missing:
        raise NotReadyForLive(missing)


@transaction.atomic
def change_cash_policy(*, actor: str, **settings: Unpack[CashSettings]) -> None:
    """Change how money that comes in is treated. Raises SettingInvalid for the first that is refused."""
    organisation_id = tenancy.current_organisation_id()
    known = queries.cash_policy()
    values = checked_cash_policy(dict(settings))
    changed = {name: value for name, value in values.items() if getattr(known, name) != value}
    if not changed:
        return
    CashPolicy.objects.update_or_create(pk=organisation_id, defaults=changed)
    audit.record(
        actor=actor,
        action="organisation.cash_policy_changed",
        subject=f"organisation:{organisation_id}",
        data=changed,
    )


@transaction.atomic
def set_mode(*, mode: Mode, actor: str) -> None:
    """Put the organisation we are in live or back in test. Raises NotReadyForLive."""
    here = queries.current()
    if here.mode == mode:
        return
    if mode == Mode.LIVE:
        _check_ready()
    Organisation.objects.filter(pk=here.id).update(mode=mode)
    audit.record(
        actor=actor,
        action="organisation.mode_changed",
        subject=f"organisation:{here.id}",
        data={"mode": mode.value},
    )


@transaction.atomic
def set_logo(*, content: bytes, actor: str) -> None:
    """Set the logo; empty bytes take it away. Raises logo.LogoInvalid."""
    organisation_id = tenancy.current_organisation_id()
    media_type = checked_logo(content) if content else ""
    Organisation.objects.filter(pk=organisation_id).update(logo=content or None, logo_type=media_type)
    audit.record(
        actor=actor,
        action="organisation.logo_changed",
        subject=f"organisation:{organisation_id}",
        data={"type": media_type, "size": len(content)},
    )


def set_followed_up_until(*, on: date) -> None:
    """Remember that follow-ups were run up to and including `on`; an earlier day changes nothing."""
    rows = Organisation.objects.filter(pk=tenancy.current_organisation_id())
    (rows.filter(followed_up_until__isnull=True) | rows.filter(followed_up_until__lt=on)).update(
        followed_up_until=on
    )


@transaction.atomic
def create_user(*, email: str, name: str, language: str, password: str | None = None) -> int:
    """Make a user and return their id; without a password they must set one by an invitation.

    Raises EmailTaken, PasswordTooWeak, SettingInvalid (no e-mail address, unknown language).
    """
    values = checked({"email": email, "language": language}, country="")
    if not values["email"]:
        raise SettingInvalid("email", _("Give an e-mail address"))
    user = User(email=str(values["email"]).lower(), name=name.strip()[:100], language=str(language))
    if password is not None:
        _check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken(_("Somebody already logs in with %(email)s") % {"email": user.email}) from error
    return user.pk


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(" ".join(error.messages)) from error


@transaction.atomic
def set_password(*, user_id: int, password: str) -> None:
    """Give a user a (new) password. Raises PasswordTooWeak."""
    user = User.objects.get(pk=user_id)
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def change_user(*, user_id: int, name: str, language: str) -> None:
    """Change how a user is called and the language they read. Raises SettingInvalid."""
    values = checked({"language": language}, country="")
    User.objects.filter(pk=user_id).update(name=name.strip()[:100], language=values["language"])


@transaction.atomic
def invite(*, email: str, name: str, language: str, role: Role, actor: str) -> int:
    """Add the person with this e-mail address as a member, making them a user where needed; return their id.

    Raises AlreadyMember, SettingInvalid.
    """
    found = queries.user_by_email(email)
    user_id = found.id if found else create_user(email=email, name=name, language=language)
    add_member(user_id=user_id, role=role, actor=actor)
    return user_id


@transaction.atomic
def add_member(*, user_id: int, role: Role, actor: str) -> None:
    """Let a user work for the organisation we are in. Raises AlreadyMember."""
    organisation_id = tenancy.current_organisation_id()
    try:
        with transaction.atomic():
            Membership.objects.create(organisation_id=organisation_id, user_id=user_id, role=role)
    except IntegrityError as error:
        raise AlreadyMember(_("This person already works here: change their role instead")) from error
    _record_member("member.added", user_id, role, actor)


@transaction.atomic
def change_role(*, user_id: int, role: Role, actor: str) -> None:
    """Change what a member may do. Raises NotAMember, LastOwner."""
    membership = _locked_membership(user_id)
    if membership.role == role:
        return
    _keep_an_owner(membership)
    Membership.objects.filter(pk=membership.pk).update(role=role)
    _record_member("member.role_changed", user_id, role, actor)


@transaction.atomic
def note_password_link(*, user_id: int, actor: str) -> None:
    """Write down that somebody made a link with which a member chooses a new password. Raises NotAMember."""
    _locked_membership(user_id)
    _record_member("member.link_made", user_id, None, actor)


@transaction.atomic
def remove_member(*, user_id: int, actor: str) -> None:
    """End a user's work for the organisation we are in; their account stays. Raises NotAMember, LastOwner."""
    membership = _locked_membership(user_id)
    _keep_an_owner(membership)
    Membership.objects.filter(pk=membership.pk).delete()
    _record_member("member.removed", user_id, None, actor)


def _locked_membership(user_id: int) -> Membership:
    """Lock all memberships, so that two owners cannot remove each other at once; return this user's."""
    rows = Membership.objects.filter(organisation_id=tenancy.current_organisation_id())
    found = {row.user_id: row for row in rows.select_for_update().order_by("pk")}
    if user_id not in found:
        raise NotAMember(_("This person does not work for the organisation"))
    return found[user_id]


def _keep_an_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER:
        return
    others = Membership.objects.filter(organisation_id=membership.organisation_id, role=Role.OWNER)
    if not others.exclude(pk=membership.pk).exists():
        raise LastOwner(_("An organisation needs an owner: make somebody else owner first"))


def _record_member(action: str, user_id: int, role: Role | None, actor: str) -> None:
    audit.record(
        actor=actor, action=action, subject=f"user:{user_id}", data={"role": role.value if role else ""}
    )
