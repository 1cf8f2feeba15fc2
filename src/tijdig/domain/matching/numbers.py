"""Invoice numbers in free text, as they are written: what a payer wrote, and whether it can be this number.

A mention is *certain* when it cannot reasonably be anything else than the number of an invoice: long enough,
or said to be one ("factuur 12"). Numbers written with less care are in `nearness`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase
from typing import NamedTuple

from tijdig.domain.matching import texts
from tijdig.domain.matching.texts import Reading, compact

_LONGEST_NUMBER = 40
_LONGEST_PREFIX = 7
_MOST_WORDS = 4
# Digits from which a number stands on its own; Dutch postcodes have 4, German and French ones 5.
_DIGITS_ALONE = 6
_DIGITS_AFTER_PREFIX = 3
_DIGITS_OVER_A_LINE_BREAK = 8
_DIGITS_AS_WHOLE_TEXT = 5

_PREFIXES_THAT_SAY_INVOICE = frozenset(
    ("factuur", "factuurnr", "factuurnummer", "fact", "facture", "invoice", "inv", "rechnung", "nota", "nr", "no")
)  # fmt: skip
COUNTRIES = frozenset(("nl", "be", "lu", "de", "fr", "at", "ch", "gb", "es", "it"))
_DIGIT = re.compile(r"[0-9]")
_GAP = re.compile(r"[ \t\r\n]*[-/._ \t\r\n][ \t\r\n]*")
_TIGHT = frozenset("-._")
_TIES_LETTERS = _TIGHT | {"/"}
_DAY, _MONTH, _YEAR = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19[3-9]\d|20[0-3]\d)"
_LATELY = r"20[1-3]\d"
# Days of people now living; months and years of which somebody may still pay.
_DAY_LIKE = re.compile(rf"{_YEAR}{_MONTH}{_DAY}|{_DAY}{_MONTH}(?:{_YEAR}|[1-3]\d)")
_PERIOD_LIKE = re.compile(rf"{_LATELY}(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2]){_LATELY}|{_LATELY}{_LATELY}")


class Mention(NamedTuple):
    """What may be an invoice number: where it stands in the text and how it was written.

    `compact` is it without separators, `core` without the letters in front as well.
    """

    words: tuple[str, ...]
    compact: str
    core: str
    start: int
    end: int
    spaced: bool
    said: bool
    whole_text: bool

    @property
    def prefix(self) -> str:
        """The letters in front."""
        return self.compact[: len(self.compact) - len(self.core)]


@lru_cache(maxsize=65536)  # the numbers of a batch's items, each asked for a few times
def core(number: str) -> str:
    """Return `number` without separators and the letters in front, in lower case: what a payer copies.

    Every mention of a number has the number's core, so items can be looked up by it.
    """
    return compact(number).lstrip(ascii_lowercase)


@lru_cache(maxsize=8192)  # a batch of a file is read for its clues, and again to be matched
def mentions(text: str) -> tuple[Mention, ...]:
    """Return everything in `text` that may be an invoice number, dates and amounts and such left out."""
    reading = texts.read(text)
    if not reading.words:
        return ()
    found = []
    for first, last, spaced in _windows(reading):
        words = tuple([word.text for word in reading.words[first : last + 1]])
        joined = "".join(words)
        bare = joined.lstrip(ascii_lowercase)
        start, end = reading.words[first].start, reading.words[last].end
        alone = reading.is_whole(start, end)
        found.append(Mention(words, joined, bare, start, end, spaced, start in reading.said, alone))
    return tuple(found)


def _windows(reading: Reading) -> Iterator[tuple[int, int, bool]]:
    """Yield each run of up to four words that could be one number: first, last, and whether spaced.

    It begins with digits or with a short prefix, and ends with digits or with letters tied to them.
    """
    words, gaps = reading.words, reading.gaps
    for first, (word, _start, _end) in enumerate(words):
        has_digit = not word.isalpha()
        if not has_digit and (
            len(word) > _LONGEST_PREFIX or first + 1 == len(words) or words[first + 1][0].isalpha()
        ):
            continue
        if word in _PREFIXES_THAT_SAY_INVOICE and gaps[first] not in _TIES_LETTERS:
            continue  # what follows is said to be a number
        length, spaced = 0, False
        for last in range(first, min(len(words), first + _MOST_WORDS)):
            word = words[last][0]
            if last > first:
                gap = gaps[last - 1]
                if gap not in _TIES_LETTERS:
                    if not _GAP.fullmatch(gap):
                        break
                    spaced = True
                if word.isalpha():
                    if not has_digit or gap not in _TIES_LETTERS:
                        break
                else:
                    has_digit = True
            length += len(word)
            if length > _LONGEST_NUMBER:
                break
            if has_digit and not _part_of_more(reading, first, last):
                yield first, last, spaced


def _part_of_more(reading: Reading, first: int, last: int) -> bool:
    """Whether a hyphen or dot ties it to more digits, or to letters in front: then it is only a piece."""
    words, gaps = reading.words, reading.gaps
    if first > 0:
        tied_to, gap = words[first - 1][0], gaps[first - 1]
        if gap in _TIGHT and not tied_to.isalpha():
            return True
        if gap in _TIES_LETTERS and tied_to.isalpha() and words[first][0][0].isdigit():
            return True
    return last + 1 < len(words) and gaps[last] in _TIGHT and not words[last + 1][0].isalpha()


def may_be_certain(mention: Mention) -> bool:
    """Whether `mention` can be a certain one of any number at all; others need not be looked up."""
    digits = len(_DIGIT.findall(mention.core))
    if digits >= _DIGITS_ALONE:
        return True
    if mention.said or mention.whole_text:
        return digits > 0
    return bool(mention.prefix) and digits > 0


def is_certain(mention: Mention, number: str) -> bool:
    """Whether `mention` can only be the invoice `number`, whatever else the text may hold."""
    whole = compact(number)
    if not _same(mention, whole):
        return False
    digits = len(_DIGIT.findall(mention.core))
    full = mention.compact == whole
    as_written = full and texts.words_of(number) == mention.words
    if mention.spaced and not as_written and digits < _DIGITS_OVER_A_LINE_BREAK:
        return False
    prefix = mention.prefix
    if mention.said or not {prefix, mention.words[0]}.isdisjoint(_PREFIXES_THAT_SAY_INVOICE):
        return full or digits >= _DIGITS_ALONE or whole == mention.core
    if as_written and prefix and mention.whole_text:
        # Nothing else is there: in running text "A-1010" may be a postcode, alone it is what was asked for.
        return digits >= _DIGITS_AFTER_PREFIX
    if full and len(prefix) >= 2 and prefix not in COUNTRIES:
        return digits >= _DIGITS_AFTER_PREFIX
    if prefix == "" and is_date_like(mention.core):
        return False
    return digits >= _DIGITS_ALONE or (mention.whole_text and digits >= _DIGITS_AS_WHOLE_TEXT)


def is_said(mention: Mention) -> bool:
    """Whether it is said to be an invoice's: "factuur 12", "inv/12"."""
    return mention.said or mention.prefix in _PREFIXES_THAT_SAY_INVOICE


def is_long(mention: Mention) -> bool:
    """Whether it has too many digits for a house or a postcode, and is no date."""
    return len(_DIGIT.findall(mention.core)) >= _DIGITS_AS_WHOLE_TEXT and not is_date_like(mention.core)


def is_date_like(digits: str) -> bool:
    """Whether digits without separators may be a day, or a month or two years: "20261120", "112026"."""
    return is_day_like(digits) or _PERIOD_LIKE.fullmatch(digits) is not None


def is_day_like(digits: str) -> bool:
    """Whether digits without separators may be a day: "20261120", "201126"."""
    return _DAY_LIKE.fullmatch(digits) is not None


def _same(mention: Mention, whole: str) -> bool:
    """Whether they are equal, or equal but for letters in front that only one of them has."""
    if mention.compact == whole:
        return True
    if not mention.core or mention.core != whole.lstrip(ascii_lowercase):
        return False
    prefix = mention.prefix
    if mention.spaced and prefix:
        return False  # "rent 2026-42": a word before the number is no prefix of it
    return prefix == "" or whole == mention.core or prefix in _PREFIXES_THAT_SAY_INVOICE
