"""Finding the items a payment may be for: by reference, by the core of a number, by amount."""

from __future__ import annotations

from collections.abc import Collection

from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger.queries.lookups import fetch, items
from tijdig.ledger.queries.views import ItemView


def items_by_clue(*, references: Collection[str], cores: Collection[str]) -> tuple[ItemView, ...]:
    """Return the items, open and settled, with one of these references (as stored) or number cores.

    A core is what `domain.matching.numbers.core` makes of a number. What is no debt is left out.
    """
    ids = fetch(
        """SELECT id FROM ledger_item
           WHERE organisation_id = %(organisation)s AND open > 0 AND payment_reference <> ''
             AND payment_reference = ANY(%(references)s)
           UNION SELECT id FROM ledger_item
           WHERE organisation_id = %(organisation)s AND open = 0 AND payment_reference <> ''
             AND payment_reference = ANY(%(references)s)
           UNION SELECT tijdig_items_by_number_core(%(cores)s)""",
        {
            "organisation": tenancy.current_organisation_id(),
            "references": [reference for reference in references if reference],
            "cores": [core for core in cores if core],
        },
    )
    found = items([item_id for (item_id,) in ids]).values()
    return tuple(view for view in found if view.kind.is_debt)


def open_items_of_amount(amount: Money, *, limit: int) -> tuple[ItemView, ...]:
    """Return at most `limit` items on which exactly this is open, oldest due date first."""
    ids = fetch(
        """SELECT id FROM ledger_item
           WHERE organisation_id = %s AND open > 0 AND open = %s AND currency = %s AND kind <> 'REVERSAL'
           ORDER BY due_date, id LIMIT %s""",
        [tenancy.current_organisation_id(), amount.minor, amount.currency, limit],
    )
    found = items([item_id for (item_id,) in ids])
    return tuple(found[item_id] for (item_id,) in ids)
