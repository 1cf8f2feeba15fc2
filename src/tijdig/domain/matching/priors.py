"""How often each matcher is right, as measured on made-up traffic with known truth (docs/MATCHING.md).

The figures come from `python -m bench.matching --priors`; what an organisation's own people correct is weighed
in on top of them. A matcher without misses in so many cases is not thereby perfect: the estimate leaves room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prior:
    """Of so many answers so many were right."""

    right: int
    of: int

    @property
    def ppm(self) -> int:
        """Of a million answers, how many are expected to be right: (right + 1) / (of + 2), of Laplace."""
        return MILLION * (self.right + 1) // (self.of + 2)


PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        "REFERENCE": Prior(0, 0),
        "PAYMENT_ID": Prior(0, 0),
        "NUMBER": Prior(0, 0),
        "NEAR_NUMBER": Prior(0, 0),
        "SEVERAL_NAMED": Prior(0, 0),
        "CREDIT_NETTED": Prior(0, 0),
        "DISCOUNT": Prior(0, 0),
        "BANK_CHARGES": Prior(0, 0),
        "SMALL_DIFFERENCE": Prior(0, 0),
        "LUMP_SUM": Prior(0, 0),
        "WHOLE_BALANCE": Prior(0, 0),
        "PART_PAYMENT": Prior(0, 0),
        "OVERPAYMENT": Prior(0, 0),
        "CUSTOMER_NUMBER": Prior(0, 0),
        "KNOWN_PAYER": Prior(0, 0),
        "NAME_AND_AMOUNT": Prior(0, 0),
        "ONE_OF_SEVERAL": Prior(0, 0),
        "PERHAPS_CHARGES": Prior(0, 0),
        "COMES_TO_IT": Prior(0, 0),
        "NEAR_AND_FITS": Prior(0, 0),
        "PAYER_AND_FITS": Prior(0, 0),
        "NAMED_IN_PART": Prior(0, 0),
        "PAID_ALREADY": Prior(0, 0),
        "MISTYPED": Prior(0, 0),
        "NEAR_ONLY": Prior(0, 0),
        "OLDEST_FIRST": Prior(0, 0),
        "AMOUNT_ONLY": Prior(0, 0),
    }
)
