"""Clues in a transfer: the payment references and invoice numbers that items can be looked up by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tijdig.domain import references
from tijdig.domain.matching import numbers
from tijdig.domain.matching.facts import Transfer

# Shorter texts are a word or a day, never somebody's reference.
_SHORTEST_FREE_REFERENCE = 6
_LONGEST_REFERENCE = 35


@dataclass(frozen=True, slots=True)
class Clues:
    """What to look items up by: references as they may be stored, and cores of invoice numbers."""

    references: frozenset[str]
    cores: frozenset[str]


def gather_clues(transfers: Iterable[Transfer]) -> Clues:
    """Return the clues of a whole file at once, so that one look-up finds every item it names."""
    spellings: set[str] = set()
    cores: set[str] = set()
    for transfer in transfers:
        if transfer.amount_minor <= 0 or transfer.return_reason:
            continue
        for key in reference_keys(transfer):
            spellings.update(reference_spellings(key))
        for text in texts(transfer):
            cores.update(mention.core for mention in numbers.mentions(text) if mention.core)
    return Clues(frozenset(spellings), frozenset(cores))


def texts(transfer: Transfer) -> tuple[str, ...]:
    """Return the texts of a transfer in which a number may stand."""
    return tuple(text for text in (transfer.structured_reference, transfer.remittance) if text)


def reference_keys(transfer: Transfer) -> tuple[str, ...]:
    """Return the payment references a transfer carries, in normal form.

    The structured field counts whatever its form. In free text only what can be an OGM, RF or
    betalingskenmerk does, and a text that is nothing but a reference. None of them is trusted before an
    item with it is found.
    """
    return _keys(transfer.structured_reference, transfer.remittance)


@lru_cache(maxsize=8192)  # a batch of a file is read for its clues, and again to be matched
def _keys(structured: str, text: str) -> tuple[str, ...]:
    keys = [reference_key(structured)]
    whole = reference_key(text)
    if _SHORTEST_FREE_REFERENCE <= len(whole) <= _LONGEST_REFERENCE and any(c.isdigit() for c in whole):
        keys.append(whole)
    for place in (structured, text):
        keys.extend(candidate.value for candidate in references.candidates(place))
    return tuple(dict.fromkeys(key for key in keys if key))


def reference_key(reference: str) -> str:
    """Return the normal form two writings of one reference share."""
    return references.normalise(reference)


def reference_spellings(key: str) -> tuple[str, ...]:
    """Return the ways a reference may have been stored with its item."""
    spellings = [key]
    if references.is_ogm(key):
        spellings.append(references.print_ogm(key))
    if references.is_rf(key):
        spellings.append(" ".join(key[start : start + 4] for start in range(0, len(key), 4)))
    return tuple(spellings)
