"""Rows that go in together: what is undone, what is settled, and the items that take money out of credits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from tijdig.domain.ledger import ItemKind
from tijdig.domain.reasons import Reason
from tijdig.ledger.operations import rows
from tijdig.ledger.operations.rows import AllocationRow, Live, LockedCredit, LockedItem, Row, Settlement


class MoneyIsElsewhere(ValueError):
    """Money of the credit came back, is being paid back or became another customer's: take that back first."""


@dataclass(slots=True)
class Changes:
    """Gathered first, written in a fixed number of statements. All that it touches is locked."""

    rows: list[AllocationRow] = field(default_factory=list)
    _items: list[Row] = field(default_factory=list)
    _settling: list[tuple[int, int, Reason]] = field(default_factory=list)
    _reversed: set[int] = field(default_factory=set)

    def undo(self, live: Live, reason: Reason) -> None:
        """Undo an allocation that stands."""
        self.rows.append(AllocationRow(live.credit_id, live.item_id, -live.amount, reason, live.id))

    def settle(self, credit_id: int, item_id: int, amount: int, reason: Reason) -> None:
        """Settle so much of an item."""
        self.rows.append(AllocationRow(credit_id, item_id, amount, reason))

    def take_out(
        self,
        credit: LockedCredit,
        amount: int,
        *,
        kind: ItemKind,
        number: str,
        on: date,
        reason: Reason,
        reverses: bool = False,
    ) -> int:
        """Let an item of its own take so much of a credit; return its place among those that are made."""
        self._items.append(
            (credit.customer_id, kind, number or credit.number or f"#{credit.id}", credit.currency, amount, on, on,
             "", credit.id if reverses else None, None)
        )  # fmt: skip
        self._settling.append((credit.id, amount, reason))
        return len(self._items) - 1

    def reverse(self, credit: LockedCredit, live: Iterable[Live], *, on: date, reason: Reason) -> None:
        """Take a credit back whole: undo its allocations and set a REVERSAL item against all of it."""
        for each in live:
            self.undo(each, reason)
        self.take_out(
            credit, credit.amount, kind=ItemKind.REVERSAL, number="", on=on, reason=reason, reverses=True
        )
        self._reversed.add(credit.id)

    def write(self, *, on: date, actor: str) -> tuple[tuple[int, ...], Settlement]:
        """Add the rows; return the ids of the items that were made, and what that did to the others."""
        made = rows.insert_items(self._items, count=len(self._items))
        self.rows += [
            AllocationRow(credit_id, item_id, amount, reason)
            for item_id, (credit_id, amount, reason) in zip(made, self._settling, strict=True)
        ]
        settlement = rows.write_allocations(self.rows, on=on, actor=actor)
        if self._reversed:
            rows.mark_reversed(self._reversed)
        return made, without(made, settlement)


def without(item_ids: Collection[int], settlement: Settlement) -> Settlement:
    """Return the settlement as far as it is of other items."""
    left_out = set(item_ids)
    return replace(
        settlement,
        settled=tuple(found for found in settlement.settled if found not in left_out),
        reopened=tuple(found for found in settlement.reopened if found not in left_out),
        changed=tuple(found for found in settlement.changed if found not in left_out),
    )


def check_money_is_here(live: Iterable[Live], items: Mapping[int, LockedItem]) -> None:
    """Raise MoneyIsElsewhere when one of these allocations goes to an item that is no debt."""
    for each in live:
        kind = items[each.item_id].kind
        if kind is ItemKind.RETURNED:
            raise MoneyIsElsewhere(_("this payment came back; take that return back first"))
        if kind is ItemKind.REFUND_DUE:
            raise MoneyIsElsewhere(
                _("money of this payment is being paid back, or was; take back refund %(number)s first")
                % {"number": items[each.item_id].number}
            )
        if kind is ItemKind.MOVED_OUT:
            raise MoneyIsElsewhere(
                _("money of this payment was moved to another customer; move it back first")
            )
