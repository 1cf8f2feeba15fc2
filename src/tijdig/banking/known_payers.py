"""Which accounts pay for which customers, learned from bookings that somebody, or the payer's own words, confirmed.

One account may pay for several customers and a customer may be paid for from several accounts. Own accounts, and
those that pay out what others paid (domain.collectors), are nobody's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tijdig.banking.models import KnownPayer as Row
from tijdig.banking.own_accounts import known_accounts
from tijdig.domain.collectors import MOST_CUSTOMERS
from tijdig.domain.matching.facts import KnownPayer
from tijdig.infra import audit, tenancy

# Shorter ones are a bank's own shorthand, never somebody's account.
_SHORTEST_ACCOUNT = 8
_LONGEST_ACCOUNT = 40


class PayerMissing(LookupError):
    """It is not known, or not any more, that this account pays for this customer."""


@dataclass(frozen=True, slots=True)
class PaidFor:
    """That an account paid for a customer on a day."""

    account: str
    customer_id: int
    on: date


@dataclass(frozen=True, slots=True)
class PayerView:
    """An account that paid for a customer: how often, how often that was taken back, first and last time.

    `customers` is how many it paid for in all.
    """

    id: int
    account: str
    customer_id: int
    confirmed: int
    refuted: int
    first_date: date
    last_date: date
    customers: int

    @property
    def stands(self) -> bool:
        """Whether a payment from this account is taken for one of this customer."""
        return self.confirmed > self.refuted and not self.collects

    @property
    def collects(self) -> bool:
        """Whether it pays for so many that it says nothing of who the customer is."""
        return self.customers > MOST_CUSTOMERS


def account_key(account: str) -> str:
    """Return an account number as it is compared: without spaces, in capitals; "" for what is none."""
    bare = "".join(account.split()).upper()[:_LONGEST_ACCOUNT]
    return bare if len(bare) >= _SHORTEST_ACCOUNT else ""


def known_payers(accounts: Iterable[str]) -> dict[str, tuple[KnownPayer, ...]]:
    """Return the customers each of these accounts is known to pay for, the most often first, by `account_key`.

    `confirmed` counts the bookings that stand. Accounts that collect for many are left out.
    """
    wanted = {key for account in accounts if (key := account_key(account))}
    if not wanted:
        return {}
    found: dict[str, tuple[KnownPayer, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT account, customer_id, confirmed - refuted FROM (
                   SELECT account, customer_id, confirmed, refuted, count(*) OVER (PARTITION BY account) AS customers
                   FROM banking_knownpayer WHERE organisation_id = %s AND account = ANY(%s)
               ) known WHERE customers <= %s AND confirmed > refuted
               ORDER BY account, confirmed - refuted DESC, customer_id""",
            [tenancy.current_organisation_id(), sorted(wanted), MOST_CUSTOMERS],
        )
        for account, customer_id, confirmed in cursor.fetchall():
            found[account] = (*found.get(account, ()), KnownPayer(account, customer_id, confirmed))
    return found


def payers_of(customer_id: int) -> tuple[PayerView, ...]:
    """Return the accounts that paid for a customer, the one of the last payment first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, account, customer_id, confirmed, refuted, first_date, last_date,
                      (SELECT count(*) FROM banking_knownpayer other
                       WHERE other.organisation_id = known.organisation_id AND other.account = known.account)
               FROM banking_knownpayer known WHERE organisation_id = %s AND customer_id = %s
               ORDER BY last_date DESC, id""",
            [tenancy.current_organisation_id(), customer_id],
        )
        return tuple(PayerView(*row) for row in cursor.fetchall())


@transaction.atomic
def learn_payers(seen: Iterable[PaidFor]) -> None:
    """Remember which accounts paid for whom, in a fixed number of statements; each counts as a booking.

    Own accounts are left out. Of an account that turns out to collect, no more is kept than it takes to tell.
    """
    own, told = _own_accounts(), _summed(seen)
    told = _as_far_as_it_tells({pair: found for pair, found in told.items() if pair[0] not in own})
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_LEARN, _columns(told))


@transaction.atomic
def refute_payers(seen: Iterable[PaidFor]) -> None:
    """Note that bookings by which an account would have paid for a customer were taken back.

    What was never learned is left out.
    """
    told = _summed(seen)
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_REFUTE, _columns(told))


@transaction.atomic
def unlearn_payers(seen: Iterable[PaidFor]) -> None:
    """Take back that bookings taught which account pays for whom, in a fixed number of statements.

    Unlike refute_payers this says nothing against them; one that nothing is known of any more is forgotten.
    """
    told = _summed(seen)
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(_UNLEARN, _columns(told))
        cursor.execute(_FORGET, _columns(told))


@transaction.atomic
def forget_payer(*, payer_id: int, customer_id: int, actor: str) -> None:
    """Forget that an account pays for this customer; a later booking may teach it again. Raises PayerMissing."""
    deleted, _tables = Row.objects.filter(pk=payer_id, customer_id=customer_id).delete()
    if not deleted:
        raise PayerMissing(_("This account was forgotten already."))
    audit.record(actor=actor, action="bank.payer_forgotten", subject=f"customers_customer:{customer_id}")


@dataclass(slots=True)
class _Told:
    """How often, and the first and last day."""

    times: int
    first: date
    last: date


def _summed(seen: Iterable[PaidFor]) -> dict[tuple[str, int], _Told]:
    """Return how often each account and customer were seen together, in order of both."""
    summed: dict[tuple[str, int], _Told] = {}
    for each, times in Counter(seen).items():
        if account := account_key(each.account):
            known = summed.setdefault((account, each.customer_id), _Told(0, each.on, each.on))
            known.times += times
            known.first, known.last = min(known.first, each.on), max(known.last, each.on)
    return dict(sorted(summed.items()))


def _as_far_as_it_tells(told: Mapping[tuple[str, int], _Told]) -> dict[tuple[str, int], _Told]:
    """Leave out what would only be further customers of an account that is known to collect."""
    with connection.cursor() as cursor:
        # Worked out here, not in SQL: the planner knows nothing of a new organisation and would go through all
        # of them for each.
        cursor.execute(
            "SELECT account, customer_id FROM banking_knownpayer WHERE organisation_id = %s AND account = ANY(%s)",
            [tenancy.current_organisation_id(), sorted({account for account, _customer in told})],
        )
        known: set[tuple[str, int]] = set(cursor.fetchall())
    customers = Counter(account for account, _customer in known)
    kept = {}
    for pair, found in told.items():
        if pair not in known:
            customers[pair[0]] += 1
        if pair in known or customers[pair[0]] <= MOST_CUSTOMERS + 1:
            kept[pair] = found
    return kept


def _columns(told: Mapping[tuple[str, int], _Told]) -> dict[str, Any]:
    return {
        "organisation": tenancy.current_organisation_id(),
        "accounts": [account for account, _customer in told],
        "customers": [customer_id for _account, customer_id in told],
        "times": [found.times for found in told.values()],
        "first": [found.first for found in told.values()],
        "last": [found.last for found in told.values()],
    }


def _own_accounts() -> set[str]:
    """Return the accounts of the organisation itself: money moved between them is nobody's payment."""
    return {account_key(number) for number in known_accounts()}


_LEARN = """
    INSERT INTO banking_knownpayer AS known
        (organisation_id, account, customer_id, confirmed, refuted, first_date, last_date)
    SELECT %(organisation)s, account, customer_id, times, 0, first_date, last_date
    FROM unnest(%(accounts)s::text[], %(customers)s::bigint[], %(times)s::int[], %(first)s::date[], %(last)s::date[])
         AS told (account, customer_id, times, first_date, last_date)
    ON CONFLICT (organisation_id, account, customer_id) DO UPDATE
    SET confirmed = known.confirmed + excluded.confirmed,
        first_date = least(known.first_date, excluded.first_date),
        last_date = greatest(known.last_date, excluded.last_date)
"""
_UNLEARN = """
    UPDATE banking_knownpayer known SET confirmed = greatest(known.confirmed - told.times, 0)
    FROM unnest(%(accounts)s::text[], %(customers)s::bigint[], %(times)s::int[]) AS told (account, customer_id, times)
    WHERE known.organisation_id = %(organisation)s AND known.account = told.account
      AND known.customer_id = told.customer_id
"""
_FORGET = """
    DELETE FROM banking_knownpayer known
    USING unnest(%(accounts)s::text[], %(customers)s::bigint[]) AS told (account, customer_id)
    WHERE known.organisation_id = %(organisation)s AND known.account = told.account
      AND known.customer_id = told.customer_id AND known.confirmed = 0 AND known.refuted = 0
"""
_REFUTE = """
    UPDATE banking_knownpayer known SET refuted = known.refuted + told.times
    FROM unnest(%(accounts)s::text[], %(customers)s::bigint[], %(times)s::int[]) AS told (account, customer_id, times)
    WHERE known.organisation_id = %(organisation)s AND known.account = told.account
      AND known.customer_id = told.customer_id
"""
