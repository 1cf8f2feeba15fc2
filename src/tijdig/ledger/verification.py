"""Proving the ledger against its rows: every running figure follows, every reversal pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tijdig.infra import audit, tenancy
from tijdig.ledger.queries.lookups import fetch


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is wrong ("ledger_item:12"), and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Proven:
    """How many rows of each kind the proof covers."""

    items: int
    credits: int
    allocations: int
    audit_entries: int


# Each proof selects (where, what) of the rows that break it; none means it holds.
_PROOFS: Mapping[str, str] = MappingProxyType(
    {
        "open is the amount less the allocations": """
            SELECT 'ledger_item:' || i.id,
                   format('open is %%s, its rows say %%s', i.open, i.amount - coalesce(a.allocated, 0))
            FROM ledger_item i LEFT JOIN (
                SELECT item_id, sum(amount) AS allocated FROM ledger_allocation
                WHERE organisation_id = %(organisation)s GROUP BY item_id
            ) a ON a.item_id = i.id
            WHERE i.organisation_id = %(organisation)s AND i.open <> i.amount - coalesce(a.allocated, 0)""",
        "unallocated is the amount less the allocations": """
            SELECT 'ledger_credit:' || c.id,
                   format('unallocated is %%s, its rows say %%s', c.unallocated,
                          c.amount - coalesce(a.allocated, 0))
            FROM ledger_credit c LEFT JOIN (
                SELECT credit_id, sum(amount) AS allocated FROM ledger_allocation
                WHERE organisation_id = %(organisation)s GROUP BY credit_id
            ) a ON a.credit_id = c.id
            WHERE c.organisation_id = %(organisation)s
              AND c.unallocated <> c.amount - coalesce(a.allocated, 0)""",
        "figures stay within the amount": """
            SELECT 'ledger_item:' || id, format('open %%s is not between 0 and %%s', open, amount)
            FROM ledger_item WHERE organisation_id = %(organisation)s
              AND (amount <= 0 OR open < 0 OR open > amount)
            UNION ALL
            SELECT 'ledger_credit:' || id,
                   format('unallocated %%s is not between 0 and %%s', unallocated, amount)
            FROM ledger_credit WHERE organisation_id = %(organisation)s
              AND (amount <= 0 OR unallocated < 0 OR unallocated > amount)""",
        "an allocation joins an item and a credit of one currency and organisation": """
            SELECT 'ledger_allocation:' || a.id,
                   CASE WHEN i.id IS NULL THEN format('item %%s is not in this organisation', a.item_id)
                        WHEN c.id IS NULL THEN format('credit %%s is not in this organisation', a.credit_id)
                        ELSE format('settles %%s with %%s', i.currency, c.currency) END
            FROM ledger_allocation a
            LEFT JOIN ledger_item i ON i.id = a.item_id AND i.organisation_id = a.organisation_id
            LEFT JOIN ledger_credit c ON c.id = a.credit_id AND c.organisation_id = a.organisation_id
            WHERE a.organisation_id = %(organisation)s
              AND (i.id IS NULL OR c.id IS NULL OR i.currency <> c.currency)""",
        "a reversal pairs with one allocation exactly": """
            SELECT 'ledger_allocation:' || u.id,
                   CASE WHEN a.id IS NULL THEN format('undoes row %%s, which does not exist', u.reverses_id)
                        ELSE format('does not mirror row %%s, which it undoes', a.id) END
            FROM ledger_allocation u LEFT JOIN ledger_allocation a ON a.id = u.reverses_id
            WHERE u.organisation_id = %(organisation)s AND u.reverses_id IS NOT NULL
              AND (a.id IS NULL OR a.reverses_id IS NOT NULL OR u.id < a.id
                   OR (u.item_id, u.credit_id, u.amount) IS DISTINCT FROM (a.item_id, a.credit_id, -a.amount))
            UNION ALL
            SELECT 'ledger_allocation:' || id, 'is negative, yet undoes nothing'
            FROM ledger_allocation
            WHERE organisation_id = %(organisation)s AND reverses_id IS NULL AND amount <= 0
            UNION ALL
            SELECT 'ledger_allocation:' || min(id), format('undoes row %%s a second time', reverses_id)
            FROM ledger_allocation WHERE organisation_id = %(organisation)s AND reverses_id IS NOT NULL
            GROUP BY reverses_id HAVING count(*) > 1""",
        "an item is settled on the day of its last allocation": """
            SELECT 'ledger_item:' || i.id,
                   CASE WHEN i.open > 0 THEN format('is open, yet settled on %%s', i.settled_date)
                        WHEN i.settled_date IS NULL THEN 'has nothing open, yet is not settled'
                        ELSE format('was settled on %%s, its last row says %%s', i.settled_date,
                                    coalesce(a.on_date::text, 'nothing')) END
            FROM ledger_item i LEFT JOIN (
                SELECT DISTINCT ON (item_id) item_id, on_date FROM ledger_allocation
                WHERE organisation_id = %(organisation)s ORDER BY item_id, id DESC
            ) a ON a.item_id = i.id
            WHERE i.organisation_id = %(organisation)s
              AND i.settled_date IS DISTINCT FROM CASE WHEN i.open = 0 THEN a.on_date END""",
        "a reversed credit ends with its reversal": """
            SELECT 'ledger_credit:' || c.id,
                   CASE WHEN NOT c.reversed THEN 'has a reversal, yet is not reversed'
                        WHEN r.id IS NULL THEN 'is reversed, yet has no reversal'
                        WHEN (r.amount, r.currency) IS DISTINCT FROM (c.amount, c.currency)
                            THEN format('is reversed by item %%s for another amount', r.id)
                        ELSE 'was allocated after it was reversed' END
            FROM ledger_credit c
            LEFT JOIN ledger_item r ON r.reverses_credit_id = c.id AND r.organisation_id = c.organisation_id
            LEFT JOIN (
                SELECT DISTINCT ON (credit_id) credit_id, item_id, amount FROM ledger_allocation
                WHERE organisation_id = %(organisation)s ORDER BY credit_id, id DESC
            ) last ON last.credit_id = c.id
            WHERE c.organisation_id = %(organisation)s AND (c.reversed OR r.id IS NOT NULL)
              AND (NOT c.reversed OR r.id IS NULL OR last.item_id IS DISTINCT FROM r.id
                   OR (r.amount, r.currency, last.amount) IS DISTINCT FROM (c.amount, c.currency, c.amount))
            UNION ALL
            SELECT 'ledger_item:' || id, 'is a reversal of nothing, or reverses without being a reversal'
            FROM ledger_item WHERE organisation_id = %(organisation)s
              AND (kind = 'REVERSAL') <> (reverses_credit_id IS NOT NULL)
            UNION ALL
            SELECT 'ledger_item:' || r.id,
                   format('reverses credit %%s, which does not exist', r.reverses_credit_id)
            FROM ledger_item r LEFT JOIN ledger_credit c
                ON c.id = r.reverses_credit_id AND c.organisation_id = r.organisation_id
            WHERE r.organisation_id = %(organisation)s AND c.id IS NULL
              AND r.reverses_credit_id IS NOT NULL""",
        "what takes money out of a credit is settled from the start": """
            SELECT 'ledger_item:' || id, format('a %%s has %%s open, as if it were owed', kind, open)
            FROM ledger_item WHERE organisation_id = %(organisation)s
              AND kind NOT IN ('INVOICE', 'FEE', 'INTEREST') AND open <> 0""",
        "what moved to another customer is there, once": """
            SELECT 'ledger_item:' || o.id,
                   CASE WHEN m.id IS NULL THEN 'moved to another customer, where it is not'
                        WHEN o.released THEN format('was moved back, yet credit %%s stands', m.id)
                        ELSE format('moved as %%s, arrived as %%s', o.amount, m.amount) END
            FROM (
                SELECT i.id, i.amount, EXISTS (
                    SELECT FROM ledger_allocation a JOIN ledger_credit c ON c.id = a.credit_id
                    WHERE a.item_id = i.id AND a.organisation_id = i.organisation_id
                      AND c.kind = 'RELEASE') AS released
                FROM ledger_item i WHERE i.organisation_id = %(organisation)s AND i.kind = 'MOVED_OUT'
            ) o LEFT JOIN ledger_credit m ON m.organisation_id = %(organisation)s
                AND m.origin = 'moved:' || o.id AND NOT m.reversed
            WHERE (m.id IS NULL) <> o.released OR m.amount <> o.amount
            UNION ALL
            SELECT 'ledger_credit:' || c.id, 'came from another customer, where nothing left'
            FROM ledger_credit c WHERE c.organisation_id = %(organisation)s AND c.kind = 'MOVED_IN'
              AND NOT EXISTS (SELECT FROM ledger_item i WHERE i.organisation_id = c.organisation_id
                              AND i.kind = 'MOVED_OUT' AND c.origin = 'moved:' || i.id)""",
        "what was given beside a payment goes with it": """
            SELECT 'ledger_credit:' || b.id, format('was given beside credit %%s, which is gone', c.id)
            FROM ledger_credit b JOIN ledger_credit c ON c.id = b.beside_credit_id
            WHERE b.organisation_id = %(organisation)s AND c.reversed AND NOT b.reversed""",
        "a discount, write-off or cancellation leaves nothing on account": """
            SELECT 'ledger_credit:' || id,
                   format('a %%s has %%s left, as if it were money', kind, unallocated)
            FROM ledger_credit WHERE organisation_id = %(organisation)s
              AND kind IN ('DISCOUNT', 'WRITE_OFF', 'CANCELLATION', 'RELEASE') AND unallocated <> 0""",
        "a customer's balance is the sum of both sides": """
            SELECT 'customers_customer:' || customer_id,
                   format('the balance in %%s is %%s, its rows say %%s', currency, sum(shown), sum(booked))
            FROM (
                SELECT customer_id, currency, open AS shown, amount AS booked
                FROM ledger_item WHERE organisation_id = %(organisation)s
                UNION ALL
                SELECT customer_id, currency, -unallocated, -amount
                FROM ledger_credit WHERE organisation_id = %(organisation)s
                UNION ALL  -- what somebody else paid moves from one balance to the other
                SELECT i.customer_id, i.currency, 0, -a.amount
                FROM ledger_allocation a JOIN ledger_item i ON i.id = a.item_id
                JOIN ledger_credit c ON c.id = a.credit_id
                WHERE a.organisation_id = %(organisation)s AND c.customer_id <> i.customer_id
                UNION ALL
                SELECT c.customer_id, c.currency, 0, a.amount
                FROM ledger_allocation a JOIN ledger_item i ON i.id = a.item_id
                JOIN ledger_credit c ON c.id = a.credit_id
                WHERE a.organisation_id = %(organisation)s AND c.customer_id <> i.customer_id
            ) sides GROUP BY customer_id, currency HAVING sum(shown) <> sum(booked)""",
        "every row belongs to a customer of this organisation": """
            SELECT 'ledger_item:' || i.id, format('customer %%s is not in this organisation', i.customer_id)
            FROM ledger_item i LEFT JOIN customers_customer c
                ON c.id = i.customer_id AND c.organisation_id = i.organisation_id
            WHERE i.organisation_id = %(organisation)s AND c.id IS NULL
            UNION ALL
            SELECT 'ledger_credit:' || d.id, format('customer %%s is not in this organisation', d.customer_id)
            FROM ledger_credit d LEFT JOIN customers_customer c
                ON c.id = d.customer_id AND c.organisation_id = d.organisation_id
            WHERE d.organisation_id = %(organisation)s AND c.id IS NULL""",
    }
)


def problems() -> Iterator[Problem]:
    """Yield what is wrong with this organisation's ledger and audit trail; nothing when all is proven."""
    parameters = {"organisation": tenancy.current_organisation_id()}
    for proof in _PROOFS.values():
        for where, what in fetch(f"{proof} ORDER BY 1, 2", parameters):
            yield Problem(where, what)
    for found in audit.breaks():
        yield Problem(f"infra_auditentry:{found.sequence}", found.problem)


def proven() -> Proven:
    """Return how many rows of this organisation `problems` looks at."""
    counts = """
        SELECT (SELECT count(*) FROM ledger_item WHERE organisation_id = %(organisation)s),
               (SELECT count(*) FROM ledger_credit WHERE organisation_id = %(organisation)s),
               (SELECT count(*) FROM ledger_allocation WHERE organisation_id = %(organisation)s),
               (SELECT count(*) FROM infra_auditentry WHERE organisation_id = %(organisation)s)"""
    return Proven(*fetch(counts, {"organisation": tenancy.current_organisation_id()})[0])
