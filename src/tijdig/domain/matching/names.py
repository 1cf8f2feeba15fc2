"""Whether a payer's name is that of a customer: titles and legal forms aside, initials and all.

How alike two words are is asked of a function from outside; what makes two people of one family different
people is decided here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tijdig.domain.matching.facts import Likeness

IS = 0.92
"""From here on it is the customer's name, however it was written."""
LIKE = 0.80
"""From here on it may well be the customer: enough to agree with what else is known."""

_CONFLICT = 0.55
_INITIAL_FITS = 0.87
_SHORTEST_SURNAME = 3
_CUT_AT = 30
_BEGINS = 24
_SHORTEST_BEGINNING = 6
_WORD = re.compile(r"[a-z0-9]+")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
_NO_PART_OF_A_NAME = frozenset(
    ("bv", "nv", "vof", "srl", "sprl", "bvba", "gmbh", "ltd", "sarl", "asbl", "vzw", "cvba", "cv", "sa", "stichting",
     "ag", "kg", "inc", "llc", "holding", "group", "groep", "mevr", "mevrouw", "mw", "dhr", "heer", "hr", "mme", "mr",
     "mrs", "ms", "fam", "familie", "eo", "cj", "of", "en", "and", "et", "und", "the", "van", "den", "der", "de", "het",
     "ten", "ter", "te", "des", "du", "la", "le", "les", "vd", "von", "zu", "t")
)  # fmt: skip


@lru_cache(maxsize=65536)
def significant(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell it from others, without accents, in lower case."""
    plain = _DOTTED.sub(lambda found: _together(found[0]), _plain(name))
    words = _WORD.findall(plain)
    kept = tuple(word for word in words if word not in _NO_PART_OF_A_NAME)
    return kept or tuple(words)


def _together(dotted: str) -> str:
    """Return "b.v." as one word, and the initials "j.p." as words."""
    joined = dotted.replace(".", "")
    return joined + " " if joined in _NO_PART_OF_A_NAME else dotted.replace(".", " ")


def alikeness(payer: str, customer: str, likeness: Likeness) -> float:
    """Return how surely the two are one, from 0 to 1; 0 where either is empty."""
    if payer == customer and payer:
        return 1.0
    mine, theirs = significant(payer), significant(customer)
    if not mine or not theirs:
        return 0.0
    one, other = _in_order(mine), _in_order(theirs)
    if one == other:
        return 1.0
    if len(payer) >= _CUT_AT and len(payer) < len(customer) and _starts(mine, theirs):
        return 0.95
    return _by_words(mine, theirs, likeness(one, other), likeness)


@lru_cache(maxsize=65536)
def _in_order(words: tuple[str, ...]) -> str:
    return " ".join(sorted(words))


def _starts(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether a name that was cut off is the beginning of the other."""
    return " ".join(theirs).startswith(" ".join(mine))


def _by_words(mine: tuple[str, ...], theirs: tuple[str, ...], score: float, likeness: Likeness) -> float:
    """Lower the score where words contradict each other, raise it where one is short for the other."""
    common = {word for word in mine if word in theirs}
    if not any(len(word) >= _SHORTEST_SURNAME for word in common):
        return score
    rest, others = [w for w in mine if w not in common], [w for w in theirs if w not in common]
    if not rest or not others:
        return max(score, LIKE)
    if not any(_fit(a, b, likeness) for a in rest for b in others):
        return min(score, _CONFLICT)
    return max(score, _INITIAL_FITS if score >= _CONFLICT else LIKE)


def _fit(one: str, other: str, likeness: Likeness) -> bool:
    """Whether two words can be one: an initial and its name, a word cut short, a slip of the pen."""
    if one.isdigit() or other.isdigit():
        return one == other
    if one[0] == other[0] and (len(one) == 1 or len(other) == 1):
        return True
    if min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)):
        return True
    return min(len(one), len(other)) >= 4 and likeness(one, other) >= 0.8


def beginning(name: str) -> str:
    """Return how the customer's name begins when this is it: without accents, in lower case; "" of a short one.

    The legal form at the end is left out, and what is past the length that banks keep.
    """
    words = _plain(name).split()
    while len(words) > 1 and "".join(_WORD.findall(words[-1])) in _NO_PART_OF_A_NAME:
        words.pop()
    begins = " ".join(words)[:_BEGINS]
    return begins if len(begins) >= _SHORTEST_BEGINNING else ""


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
