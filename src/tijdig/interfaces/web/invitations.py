"""Inviting somebody: a link, to their own address, with which they choose their password."""

from __future__ import annotations

from typing import NamedTuple

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tijdig.organisations import operations as organisations
from tijdig.organisations import queries
from tijdig.organisations.queries import OrganisationView


class Invitation(NamedTuple):
    """How an invited user comes in: by the e-mail that was sent, or by a link to hand over."""

    sent: bool
    link: str


def standing(user_id: int) -> Invitation:
    """Return how this user, who has no password yet, comes in.

    A link is shown only where the server cannot send e-mail, and never for somebody whom another
    organisation invited too: whoever holds it chooses the password of that account.
    """
    if settings.EMAIL_HOST:
        return Invitation(sent=True, link="")
    return Invitation(sent=False, link=_link(user_id) if may_get_a_link(user_id) else "")


def may_get_a_link(user_id: int) -> bool:
    """Return whether an owner may be shown a link with which this user chooses a password."""
    return not settings.EMAIL_HOST and len(queries.of_user(user_id)) == 1


def new_link(user_id: int, *, actor: str) -> str:
    """Return a link with which somebody who forgot their password chooses a new one; the trail tells it."""
    organisations.note_password_link(user_id=user_id, actor=actor)
    return _link(user_id)


def send(user_id: int, *, organisation: OrganisationView) -> None:
    """Send the invitation to the user's own address, where the server can send e-mail."""
    user = queries.user(user_id)
    if user is None or user.has_password or not settings.EMAIL_HOST:
        return
    with translation.override(user.language):
        subject = _("You are invited to %(organisation)s on Tijdig") % {"organisation": organisation.name}
        text = _(
            "Hello %(name)s,\n\nYou may work for %(organisation)s on Tijdig from now on. "
            "Choose your password here (the link works once, for three days):\n\n%(link)s\n"
        ) % {"name": user.name, "organisation": organisation.name, "link": _link(user_id)}
    send_mail(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [user.email])


def _link(user_id: int) -> str:
    user = get_user_model()._default_manager.get(pk=user_id)
    address = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return settings.PUBLIC_URL.rstrip("/") + address
