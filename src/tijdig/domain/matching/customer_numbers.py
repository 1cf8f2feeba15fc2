"""Customer numbers in free text: what was written for one, how that may be stored, and whose it is.

A number is one when it is said to be ("klant 10078"), or when it has the letters that our own numbers have
("K10078", "k-10078"), as far as that can be no postcode. Letters and zeros in front may be left out where it is
said; one that could be two customers' is nobody's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from tijdig.domain.matching import texts
from tijdig.domain.matching.facts import Debtor

_MOST_PATTERNS = 12
_MOST_LETTERS = 6
_DIGITS_BEHIND_LETTERS = 3
_DIGITS_BEHIND_ONE_LETTER = 5
_TIES = frozenset(("", "-", ".", "/", " "))
# With these in front, four or five digits are a postcode.
_COUNTRIES = frozenset(
    ("a", "b", "d", "f", "i", "l", "at", "be", "ch", "de", "dk", "es", "fr", "it", "lu", "nl", "pl", "pt")
)
_PARTS = re.compile(r"([a-z]*)0*([0-9]+)")
_PATTERN = re.compile(r"([^0-9]*)([0-9]+)")
_LETTERS_AND_DIGITS = re.compile(r"([a-z]+)([0-9]+)")


class Said(NamedTuple):
    """What may be a customer's number, in lower case without separators; `told` when it is said to be one."""

    compact: str
    told: bool


class Pattern(NamedTuple):
    """How customer numbers look: what stands before the digits, and how many digits there are."""

    before: str
    width: int


@lru_cache(maxsize=8192)
def said_in(text: str) -> tuple[Said, ...]:
    """Return what may be customer numbers in a text, those that are said to be one first."""
    reading = texts.read(text)
    found = [Said(texts.compact(number), told=True) for number in reading.customers]
    words, gaps = reading.words, reading.gaps
    for place, (word, start, end) in enumerate(words):
        behind = words[place + 1] if place + 1 < len(words) else None
        if word.isalpha() and behind and behind.text.isdigit() and gaps[place] in _TIES:
            word, end = word + behind.text, behind.end
        parts = _LETTERS_AND_DIGITS.fullmatch(word)
        if parts and _is_no_postcode(parts[1], parts[2], whole=reading.is_whole(start, end)):
            found.append(Said(word, told=False))
    return tuple(dict.fromkeys(found))


def _is_no_postcode(letters: str, digits: str, *, whole: bool) -> bool:
    if len(letters) > _MOST_LETTERS or (letters in _COUNTRIES and len(digits) <= _DIGITS_BEHIND_ONE_LETTER):
        return whole and len(digits) >= _DIGITS_BEHIND_LETTERS
    return len(digits) >= (_DIGITS_BEHIND_LETTERS if len(letters) > 1 else _DIGITS_BEHIND_ONE_LETTER - 1)


def patterns_of(numbers: Iterable[str]) -> tuple[Pattern, ...]:
    """Return how these customer numbers look, the most usual first."""
    found = (_PATTERN.fullmatch(number) for number in numbers)
    counted = Counter(Pattern(one[1], len(one[2])) for one in found if one)
    return tuple(pattern for pattern, _times in counted.most_common(_MOST_PATTERNS))


def spellings(said: Collection[Said], patterns: Iterable[Pattern]) -> set[str]:
    """Return how what was said may be stored, where numbers look like these."""
    found = {
        spelling for one in said for spelling in (one.compact, one.compact.upper(), one.compact.capitalize())
    }
    for one in said:
        parts = _PARTS.fullmatch(one.compact)
        for pattern in patterns:
            if (
                parts
                and len(parts[2]) <= pattern.width
                and _may_be(one, parts[1], texts.compact(pattern.before))
            ):
                found.add(pattern.before + parts[2].zfill(pattern.width))
    return found


class CustomerNumbers:
    """The numbers of the customers at hand."""

    def __init__(self, debtors: Iterable[Debtor]) -> None:
        self._by_compact: dict[str, set[int]] = defaultdict(set)
        self._by_digits: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for debtor in debtors:
            compact = texts.compact(debtor.number)
            self._by_compact[compact].add(debtor.id)
            if parts := _PARTS.fullmatch(compact):
                self._by_digits[parts[2]].append((parts[1], debtor.id))

    def whose(self, said: Said) -> int | None:
        """Return the one customer whose number it is; None where it is nobody's or could be two customers'."""
        found = self._by_compact.get(said.compact, set())
        parts = _PARTS.fullmatch(said.compact)
        if not found and parts:
            found = {
                one for letters, one in self._by_digits.get(parts[2], ()) if _may_be(said, parts[1], letters)
            }
        return next(iter(found)) if len(found) == 1 else None


def _may_be(said: Said, letters: str, theirs: str) -> bool:
    """Whether the letters in front agree; they may be left out where it is said to be a customer's number."""
    return letters == theirs or (said.told and not letters)
