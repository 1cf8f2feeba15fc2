"""Which open items a payment is for: clues in the transfer, facts about items, and a table of matchers."""

from tijdig.domain.matching.clues import gather_clues, reference_key, reference_spellings
from tijdig.domain.matching.deciding import match_all
from tijdig.domain.matching.facts import (
    KnownPayer,
    Match,
    MatcherRecord,
    OpenItem,
    Proposal,
    Share,
    Transfer,
)
from tijdig.domain.matching.numbers import numbers_hinted

__all__ = [
    "KnownPayer",
    "Match",
    "MatcherRecord",
    "OpenItem",
    "Proposal",
    "Share",
    "Transfer",
    "gather_clues",
    "match_all",
    "numbers_hinted",
    "reference_key",
    "reference_spellings",
]
