"""How often each matcher is right, as measured on made-up traffic with known truth (docs/MATCHING.md).

The figures come from `python -m bench.matching --priors --seeds 40` of 2026-12-01; what an organisation's own
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
        "REFERENCE": Prior(258_161, 258_161),
        "PAYMENT_ID": Prior(8_173, 8_173),
        "NUMBER": Prior(276_097, 276_103),
        "NEAR_NUMBER": Prior(57_499, 57_499),
        "SEVERAL_NAMED": Prior(43_748, 43_748),
        "CREDIT_NETTED": Prior(5_653, 5_653),
        "DISCOUNT": Prior(7_962, 7_962),
        "BANK_CHARGES": Prior(6_016, 6_016),
        "SMALL_DIFFERENCE": Prior(4_910, 4_910),
        "LUMP_SUM": Prior(6_621, 6_621),
        "WHOLE_BALANCE": Prior(10_455, 10_455),
        "PART_PAYMENT": Prior(19_581, 19_581),
        "OVERPAYMENT": Prior(9_369, 9_369),
        "CUSTOMER_NUMBER": Prior(4_777, 4_777),
        "KNOWN_PAYER": Prior(28_343, 28_343),
        "NAME_AND_AMOUNT": Prior(6_728, 6_729),
        "ONE_OF_SEVERAL": Prior(7_249, 13_089),
        "PERHAPS_CHARGES": Prior(0, 0),
        "COMES_TO_IT": Prior(3_142, 3_524),
        "NEAR_AND_FITS": Prior(0, 0),
        "PAYER_AND_FITS": Prior(105, 150),
        "PAYER_MISTYPED": Prior(4_523, 5_825),
        "NAMED_IN_PART": Prior(5_040, 6_446),
        "PAID_ALREADY": Prior(10_872, 12_927),
        "MISTYPED": Prior(1, 23),
        "NEAR_ONLY": Prior(273, 297),
        "ON_ACCOUNT": Prior(0, 1_586),
        "OLDEST_FIRST": Prior(7_734, 20_130),
        "AMOUNT_ONLY": Prior(19, 3_546),
    }
)
