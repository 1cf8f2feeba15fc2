"""Making the demonstration, and making it anew. One that was broken off is made anew."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from tijdig.infra import clock, database, tenancy
from tijdig.organisations import operations as organisations
from tijdig.organisations import queries
from tijdig.processes import organisation_setup
from tijdig.processes.demonstration import play
from tijdig.processes.demonstration.cast import CREDITORS, Creditor
from tijdig.processes.demonstration.story import DAYS, tell

ACTOR = "system:demonstration"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Login:
    """A way into the demonstration."""

    email: str
    password: str
    role: str


LOGINS = (
    Login("eigenaar@tijdig.example", "rekening-betaald", "OWNER"),
    Login("controller@tijdig.example", "rekening-betaald", "CONTROLLER"),
    Login("kijker@tijdig.example", "rekening-betaald", "VIEWER"),
)


def make_if_missing(*, progress: Progress) -> bool:
    """Make the demonstration's organisations that are not there; return whether any was made.

    One that was broken off half-way is made anew. `progress` is called from other processes: a function of a
    module, nothing that cannot travel.
    """
    missing = [creditor for creditor in CREDITORS if not _is_whole(creditor)]
    if missing:
        _remove([creditor.slug for creditor in missing])
        users = tuple(_user(login) for login in LOGINS)
        _make_all(missing, users, progress)
    return bool(missing)


def reset(*, progress: Progress) -> None:
    """Throw the demonstration's organisations away and make them anew, ending today."""
    _remove([creditor.slug for creditor in CREDITORS])
    make_if_missing(progress=progress)


def _is_whole(creditor: Creditor) -> bool:
    """Return whether a creditor is there and lived to the day it was made."""
    organisation_id = queries.by_slug_id(creditor.slug)
    if organisation_id is None:
        return False
    with tenancy.within(organisation_id):
        made = queries.current()
    made_on = made.created_at.astimezone(ZoneInfo(creditor.timezone)).date()
    return made.followed_up_until is not None and made.followed_up_until >= made_on


def _make_all(creditors: Sequence[Creditor], users: tuple[int, ...], progress: Progress) -> None:
    """Make each creditor in a process of its own."""
    connection.close()
    context = multiprocessing.get_context("fork")  # Django is set up already, and no thread runs yet
    with ProcessPoolExecutor(len(creditors), mp_context=context) as processes:
        made = [processes.submit(make, creditor, users=users, progress=progress) for creditor in creditors]
        for each in made:
            each.result()


def make(creditor: Creditor, *, users: tuple[int, ...], progress: Progress, days: int = DAYS) -> int:
    """Make one creditor that lived `days` until today, and return the organisation's id.

    `users` are an owner, a controller and a viewer.
    """
    owner, controller, viewer = users
    organisation_id = organisation_setup.create(
        name=creditor.name, slug=creditor.slug, country=creditor.country, language=creditor.language,
        timezone=creditor.timezone, street=creditor.street, postcode=creditor.postcode, city=creditor.city,
        email=creditor.email, phone=creditor.phone, iban=creditor.iban, bic=creditor.bic,
        colour=creditor.colour, sender_name=creditor.name, signature="Team debiteuren",
        owner_id=owner, is_demo=True, actor=ACTOR,
    )  # fmt: skip
    with tenancy.within(organisation_id):
        organisations.add_member(user_id=controller, role=organisations.Role.CONTROLLER, actor=ACTOR)
        organisations.add_member(user_id=viewer, role=organisations.Role.VIEWER, actor=ACTOR)
        organisations.set_mode(mode=organisations.Mode.LIVE, actor=ACTOR)
        story = tell(creditor, last_day=clock.today(creditor.timezone), days=days)
        play.live_through(story, user=f"user:{controller}", progress=progress)
    return organisation_id


def _user(login: Login) -> int:
    known = queries.user_by_email(login.email)
    if known is not None:
        return known.id
    name = login.email.split("@")[0].capitalize()
    return organisations.create_user(email=login.email, name=name, language="nl", password=login.password)


def _remove(slugs: Sequence[str]) -> None:
    """Delete every row of these organisations, as the owner of the tables; constraints are held at the end."""
    ids = [found for slug in slugs if (found := queries.by_slug_id(slug)) is not None]
    if not ids:
        return
    with database.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT quote_ident(table_name) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'organisation_id'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table} WHERE organisation_id = ANY(%s)", [ids])  # noqa: S608
        cursor.execute("DELETE FROM organisations_organisation WHERE id = ANY(%s)", [ids])
