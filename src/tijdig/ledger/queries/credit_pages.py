"""The list of payments, page by page, newest first: all, those since a day, or those with money left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tijdig.domain.ledger import CreditKind
from tijdig.ledger.queries.lookups import find_credits
from tijdig.ledger.queries.views import CreditView

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class CreditPage:
    """Some credits, and the mark of the next page ("" on the last)."""

    credits: tuple[CreditView, ...]
    after: str


def credit_page(
    *,
    left: bool = False,
    since: date | None = None,
    until: date | None = None,
    currency: str = "",
    after: str = "",
    limit: int = 50,
) -> CreditPage:
    """Return a page of payments that stand; with `left` of everything on account, whatever brought it.

    `since` and `until` are booking dates, included. A mark that cannot be read starts at the beginning.
    """
    conditions: list[str] = ["unallocated > 0" if left else f"kind = '{CreditKind.PAYMENT}' AND NOT reversed"]
    given: list[Any] = []
    mark = _read_mark(after)
    for condition, values in (
        ("booking_date >= %s", (since,) if since else ()),
        ("booking_date <= %s", (until,) if until else ()),
        ("currency = %s", (currency,) if currency else ()),
        ("(booking_date, id) < (%s, %s)", mark),
    ):
        if values:
            conditions.append(condition)
            given.extend(values)
    order = "ORDER BY booking_date DESC, id DESC LIMIT %s"
    found = tuple(find_credits(f"{' AND '.join(conditions)} {order}", [*given, limit + 1]))
    more = len(found) > limit
    found = found[:limit]
    return CreditPage(found, f"{found[-1].booking_date}.{found[-1].id}" if more else "")


def _read_mark(text: str) -> tuple[date, int] | tuple[()]:
    day, _dot, key = text.partition(".")
    try:
        return date.fromisoformat(day), min(int(key), _LARGEST_ID)
    except ValueError:
        return ()
