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
        "REFERENCE": Prior(269935, 269935),
        "PAYMENT_ID": Prior(5000, 5000),
        "NUMBER": Prior(289884, 289885),
        "NEAR_NUMBER": Prior(61939, 61940),
        "SEVERAL_NAMED": Prior(45953, 45953),
        "CREDIT_NETTED": Prior(6003, 6003),
        "DISCOUNT": Prior(8217, 8217),
        "BANK_CHARGES": Prior(6169, 6169),
        "SMALL_DIFFERENCE": Prior(5200, 5200),
        "LUMP_SUM": Prior(4941, 4941),
        "WHOLE_BALANCE": Prior(8046, 8047),
        "PART_PAYMENT": Prior(20434, 20435),
        "OVERPAYMENT": Prior(9730, 9732),
        "CUSTOMER_NUMBER": Prior(5370, 5370),
        "KNOWN_PAYER": Prior(28225, 28225),
        "NAME_AND_AMOUNT": Prior(4422, 4427),
        "ONE_OF_SEVERAL": Prior(4666, 8852),
        "PERHAPS_CHARGES": Prior(0, 0),
        "COMES_TO_IT": Prior(4674, 4853),
        "NEAR_AND_FITS": Prior(1, 1),
        "PAYER_AND_FITS": Prior(3536, 4225),
        "PAYER_MISTYPED": Prior(95, 130),
        "NAMED_IN_PART": Prior(104, 1600),
        "PAID_ALREADY": Prior(500, 501),
        "MISTYPED": Prior(1158, 1400),
        "NEAR_ONLY": Prior(210, 312),
        "OLDEST_FIRST": Prior(419, 11976),
        "AMOUNT_ONLY": Prior(9, 2104),
    }
)
