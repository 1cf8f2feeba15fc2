"""How often each matcher is right, as measured on made-up traffic with known truth (docs/MATCHING.md).

The figures come from `python -m bench.matching --priors --seeds 40` of 2026-11-25; what an organisation's own
people correct is weighed in on top of them. A matcher without misses in so many cases is not thereby perfect: the
estimate leaves room.
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
        "REFERENCE": Prior(263_092, 263_092),
        "PAYMENT_ID": Prior(8_301, 8_301),
        "NUMBER": Prior(281_097, 281_100),
        "NEAR_NUMBER": Prior(58_254, 58_254),
        "SEVERAL_NAMED": Prior(44_826, 44_826),
        "CREDIT_NETTED": Prior(5_899, 5_899),
        "DISCOUNT": Prior(7_936, 7_936),
        "BANK_CHARGES": Prior(6_237, 6_237),
        "SMALL_DIFFERENCE": Prior(5_043, 5_043),
        "LUMP_SUM": Prior(5_967, 5_967),
        "WHOLE_BALANCE": Prior(7_882, 7_882),
        "PART_PAYMENT": Prior(19_998, 19_998),
        "OVERPAYMENT": Prior(9_749, 9_749),
        "CUSTOMER_NUMBER": Prior(4_901, 4_901),
        "KNOWN_PAYER": Prior(28_951, 28_951),
        "NAME_AND_AMOUNT": Prior(6_970, 6_970),
        "ONE_OF_SEVERAL": Prior(6_085, 11_220),
        "PERHAPS_CHARGES": Prior(0, 0),
        "COMES_TO_IT": Prior(3_359, 3_761),
        "NEAR_AND_FITS": Prior(0, 0),
        "PAYER_AND_FITS": Prior(118, 156),
        "PAYER_MISTYPED": Prior(5_902, 8_335),
        "NAMED_IN_PART": Prior(5_114, 6_499),
        "PAID_ALREADY": Prior(9_909, 11_787),
        "MISTYPED": Prior(0, 16),
        "NEAR_ONLY": Prior(281, 349),
        "ON_ACCOUNT": Prior(0, 1_649),
        "OLDEST_FIRST": Prior(7_496, 14_680),
        "AMOUNT_ONLY": Prior(22, 3_663),
    }
)
