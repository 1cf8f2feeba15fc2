"""How far a refund is."""

from __future__ import annotations

from enum import StrEnum


class RefundState(StrEnum):
    """PROPOSED waits for a second person; ORDERED is in a file for the bank; the last four are the end of it."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    ORDERED = "ORDERED"
    PAID = "PAID"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"
    CAME_BACK = "CAME_BACK"

    @property
    def locks_money(self) -> bool:
        """Whether the money is set aside for it, or gone with it."""
        return self not in (RefundState.REJECTED, RefundState.REFUSED, RefundState.CAME_BACK)
