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


PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        "REFERENCE": Prior(60_000, 60_000),
        "NUMBER": Prior(60_000, 60_000),
        "SEVERAL_NAMED": Prior(20_000, 20_000),
    }
)
