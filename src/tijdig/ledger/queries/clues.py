"""Finding the items a payment may be for: by reference, by number, by amount, by who owes; all for a whole batch.

Reversals are no invoices, and what is due to a customer is not theirs to pay: both are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger.queries.lookups import credits, fetch, items
from tijdig.ledger.queries.views import CreditView, ItemView


def items_by_clue(*, references: Collection[str], cores: Collection[str]) -> tuple[ItemView, ...]:
    """Return the items, open and settled, with one of these references (as stored) or number cores.

    A core is what `domain.matching.numbers.core` makes of a number.
    """
    ids = fetch(
        """SELECT id FROM ledger_item
           WHERE organisation_id = %(organisation)s AND open > 0 AND payment_reference <> ''
             AND payment_reference = ANY(%(references)s)
           UNION SELECT id FROM ledger_item
           WHERE organisation_id = %(organisation)s AND open = 0 AND payment_reference <> ''
             AND payment_reference = ANY(%(references)s)
           UNION SELECT id FROM ledger_item
           WHERE organisation_id = %(organisation)s AND number_core = ANY(%(cores)s)""",
        {
            "organisation": tenancy.current_organisation_id(),
            "references": [reference for reference in references if reference],
            "cores": [core for core in cores if core],
        },
    )
    return _payable(item_id for (item_id,) in ids)


def items_of_amount(minor: int, *, limit: int) -> tuple[ItemView, ...]:
    """Return at most `limit` items of this amount, or with this much open, the latest due first."""
    ids = fetch(
        """SELECT id FROM (
               (SELECT id, due_date FROM ledger_item
                WHERE organisation_id = %(organisation)s AND amount = %(minor)s AND kind <> 'REVERSAL'
                ORDER BY id DESC LIMIT %(most)s)
               UNION
               (SELECT id, due_date FROM ledger_item
                WHERE organisation_id = %(organisation)s AND open = %(minor)s AND open > 0
                  AND kind <> 'REVERSAL' ORDER BY id DESC LIMIT %(most)s)
           ) found ORDER BY due_date DESC, id DESC LIMIT %(limit)s""",
        {
            "organisation": tenancy.current_organisation_id(),
            "minor": minor,
            "limit": limit,
            "most": 10 * limit,
        },
    )
    found = items([item_id for (item_id,) in ids])
    return tuple(found[item_id] for (item_id,) in ids if found[item_id].kind.is_debt)


def open_items_by_tail(tails: Collection[str], *, limit: int) -> tuple[ItemView, ...]:
    """Return the open items whose number ends so, at most `limit` of each end.

    An end is what `domain.matching.nearness.tail_of` makes of a number.
    """
    wanted = sorted(tail for tail in tails if tail)
    if not wanted:
        return ()
    ids = fetch(
        """SELECT DISTINCT found.id FROM unnest(%(tails)s::text[]) AS wanted (tail)
           CROSS JOIN LATERAL (
               SELECT id FROM ledger_item
               WHERE organisation_id = %(organisation)s AND open > 0 AND number_tail = wanted.tail
               LIMIT %(most)s) AS found""",
        {"tails": wanted, "organisation": tenancy.current_organisation_id(), "most": limit},
    )
    return _payable(item_id for (item_id,) in ids)


def open_items_of_amounts(
    amounts: Collection[Money], *, limit: int
) -> tuple[tuple[ItemView, ...], frozenset[Money]]:
    """Return the open items on which exactly one of these amounts is open, at most `limit` of each.

    Also returns the amounts of which there are more.
    """
    if not amounts:
        return (), frozenset()
    wanted = sorted(amounts, key=lambda amount: (amount.currency, amount.minor))
    rows = fetch(
        """SELECT found.id, wanted.place FROM unnest(%(minor)s::bigint[], %(currencies)s::text[])
                  WITH ORDINALITY AS wanted (minor, currency, place)
           CROSS JOIN LATERAL (
               SELECT id FROM ledger_item
               WHERE organisation_id = %(organisation)s AND open > 0 AND open = wanted.minor
                 AND currency = wanted.currency
               ORDER BY id LIMIT %(most)s) AS found""",
        {
            "minor": [amount.minor for amount in wanted],
            "currencies": [amount.currency for amount in wanted],
            "organisation": tenancy.current_organisation_id(),
            "most": limit + 1,
        },
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for item_id, place in rows:
        found[place].append(item_id)
    common = frozenset(wanted[place - 1] for place, ids in found.items() if len(ids) > limit)
    return _payable(item_id for ids in found.values() for item_id in ids[:limit]), common


def open_numbers_of_amounts(amounts: Collection[Money], *, limit: int) -> dict[Money, tuple[str, ...]]:
    """Return the numbers of the open items on which exactly one of these amounts is open, by amount.

    An amount of which there are more than `limit` is left out.
    """
    wanted = list(amounts)
    rows = fetch(
        """SELECT wanted.place, array_agg(found.number)
           FROM unnest(%(minor)s::bigint[], %(currencies)s::text[])
                WITH ORDINALITY AS wanted (minor, currency, place)
           CROSS JOIN LATERAL (
               SELECT number FROM ledger_item
               WHERE organisation_id = %(organisation)s AND open > 0 AND open = wanted.minor
                 AND currency = wanted.currency
               LIMIT %(most)s) AS found
           GROUP BY wanted.place HAVING count(*) < %(most)s""",
        {
            "minor": [amount.minor for amount in wanted],
            "currencies": [amount.currency for amount in wanted],
            "organisation": tenancy.current_organisation_id(),
            "most": limit + 1,
        },
    )
    return {wanted[place - 1]: tuple(numbers) for place, numbers in rows}


def open_items_of_customers(
    customer_ids: Collection[int], *, limit: int
) -> tuple[tuple[ItemView, ...], frozenset[int]]:
    """Return what these customers owe, oldest due date first, at most `limit` items of each.

    Also returns the customers of whom that is all.
    """
    if not customer_ids:
        return (), frozenset()
    rows = fetch(
        """SELECT found.id, wanted.id FROM unnest(%(customers)s::bigint[]) AS wanted (id)
           CROSS JOIN LATERAL (
               SELECT id FROM ledger_item
               WHERE organisation_id = %(organisation)s AND open > 0 AND customer_id = wanted.id
               ORDER BY due_date, id LIMIT %(most)s) AS found""",
        {
            "customers": sorted(customer_ids),
            "organisation": tenancy.current_organisation_id(),
            "most": limit + 1,
        },
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for item_id, customer_id in rows:
        found[customer_id].append(item_id)
    whole = frozenset(one for one in customer_ids if len(found[one]) <= limit)
    return _payable(item_id for ids in found.values() for item_id in ids[:limit]), whole


def credits_left_of(customer_ids: Collection[int]) -> Mapping[int, CreditView]:
    """Return the credits of these customers of which something is left, by id."""
    if not customer_ids:
        return {}
    ids = fetch(
        """SELECT id FROM ledger_credit
           WHERE organisation_id = %s AND customer_id = ANY(%s) AND unallocated > 0""",
        [tenancy.current_organisation_id(), sorted(customer_ids)],
    )
    return credits([credit_id for (credit_id,) in ids]) if ids else {}


def _payable(item_ids: Iterable[int]) -> tuple[ItemView, ...]:
    wanted = list(item_ids)
    found = items(wanted).values() if wanted else ()
    return tuple(view for view in found if view.kind.is_debt)
