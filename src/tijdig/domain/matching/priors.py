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
        "REFERENCE": Prior(266_435, 266_435),
        "PAYMENT_ID": Prior(8_364, 8_364),
        "NUMBER": Prior(286_135, 286_137),
        "NEAR_NUMBER": Prior(59_136, 59_136),
        "SEVERAL_NAMED": Prior(45_292, 45_292),
        "CREDIT_NETTED": Prior(5_856, 5_857),
        "DISCOUNT": Prior(8_241, 8_241),
        "BANK_CHARGES": Prior(6_098, 6_098),
        "SMALL_DIFFERENCE": Prior(5_129, 5_129),
        "LUMP_SUM": Prior(6_095, 6_095),
        "WHOLE_BALANCE": Prior(8_005, 8_005),
        "PART_PAYMENT": Prior(20_362, 20_362),
        "OVERPAYMENT": Prior(9_774, 9_775),
        "CUSTOMER_NUMBER": Prior(5_209, 5_209),
        "KNOWN_PAYER": Prior(27_671, 27_671),
        "NAME_AND_AMOUNT": Prior(3_540, 3_546),
        "ONE_OF_SEVERAL": Prior(3_943, 6_608),
        "PERHAPS_CHARGES": Prior(0, 0),
        "COMES_TO_IT": Prior(3_335, 3_715),
        "NEAR_AND_FITS": Prior(0, 0),
        "PAYER_AND_FITS": Prior(1_504, 6_316),
        "PAYER_MISTYPED": Prior(987, 1_034),
        "NAMED_IN_PART": Prior(116, 1_488),
        "PAID_ALREADY": Prior(11_381, 19_170),
        "MISTYPED": Prior(1, 1_982),
        "NEAR_ONLY": Prior(173, 216),
        "ON_ACCOUNT": Prior(0, 0),
        "OLDEST_FIRST": Prior(4_953, 16_496),
        "AMOUNT_ONLY": Prior(13, 2_019),
    }
)
