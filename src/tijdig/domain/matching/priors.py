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
        "REFERENCE": Prior(263_092, 263_092),
        "PAYMENT_ID": Prior(8_301, 8_301),
        "NUMBER": Prior(281_089, 281_092),
        "NEAR_NUMBER": Prior(58_242, 58_242),
        "SEVERAL_NAMED": Prior(44_826, 44_826),
        "CREDIT_NETTED": Prior(5_899, 5_899),
        "DISCOUNT": Prior(7_936, 7_936),
        "BANK_CHARGES": Prior(6_237, 6_237),
        "SMALL_DIFFERENCE": Prior(5_043, 5_043),
        "LUMP_SUM": Prior(5_965, 5_965),
        "WHOLE_BALANCE": Prior(7_882, 7_882),
        "PART_PAYMENT": Prior(19_997, 19_997),
        "OVERPAYMENT": Prior(9_749, 9_749),
        "CUSTOMER_NUMBER": Prior(4_901, 4_901),
        "KNOWN_PAYER": Prior(23_878, 23_878),
        "NAME_AND_AMOUNT": Prior(6_138, 6_138),
        "ONE_OF_SEVERAL": Prior(11_898, 14_875),
        "PERHAPS_CHARGES": Prior(0, 0),
        "COMES_TO_IT": Prior(3_361, 3_686),
        "NEAR_AND_FITS": Prior(0, 0),
        "PAYER_AND_FITS": Prior(1_766, 5_885),
        "PAYER_MISTYPED": Prior(394, 450),
        "NAMED_IN_PART": Prior(5_177, 8_551),
        "PAID_ALREADY": Prior(10_935, 18_713),
        "MISTYPED": Prior(0, 19),
        "NEAR_ONLY": Prior(286, 356),
        "ON_ACCOUNT": Prior(0, 1_628),
        "OLDEST_FIRST": Prior(5_663, 10_254),
        "AMOUNT_ONLY": Prior(22, 3_644),
    }
)
