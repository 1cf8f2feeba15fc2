"""Which holds stand on a day, for many customers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from tijdig.dunning.models import Hold


class StandingHolds:
    """The holds that stand on a day, asked for by customer and item."""

    def __init__(self, by_customer: Mapping[int, Sequence[Hold]]) -> None:
        self._by_customer = by_customer

    def of(self, *, customer_id: int, item_id: int) -> tuple[date, str] | None:
        """Return until when (date.max: open end) and why the item is held; None when it is not.

        Of several holds the one that ends last counts.
        """
        concerned = [
            (hold.until_date or date.max, hold.reason)
            for hold in self._by_customer.get(customer_id, ())
            if hold.item_id is None or hold.item_id == item_id
        ]
        return max(concerned, default=None)


def standing(*, customer_ids: Collection[int], on: date) -> QuerySet[Hold]:
    """Return the holds that stand on `on` for these customers and their items, oldest first."""
    found = Hold.objects.filter(customer_id__in=list(customer_ids), lifted_at__isnull=True, from_date__lte=on)
    return found.filter(Q(until_date__isnull=True) | Q(until_date__gte=on)).order_by("id")


def holds_on(*, customer_ids: Collection[int], on: date) -> StandingHolds:
    """Return the holds that stand on `on` for these customers and their items, ready to be asked."""
    found: dict[int, list[Hold]] = defaultdict(list)
    for hold in standing(customer_ids=customer_ids, on=on):
        found[hold.customer_id].append(hold)
    return StandingHolds(found)
