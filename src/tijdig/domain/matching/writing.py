"""What stands in a text that may be an invoice number written with little care: digits in groups, tied or broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from tijdig.domain.matching import texts
from tijdig.domain.matching.texts import Reading

_MOST_GROUPS = 4
_LONGEST = 40
_DIGITS_MENDED = 5
# Banks cut texts off at 35 or 140 characters, or at lines of 65.
_WIDTHS = (35, 65)
_MAPPED_LETTERS = str.maketrans("oilsb", "01158")
# Letters in front of digits may be a prefix or digits themselves: "VL26" or "l26".
_LOOKS_LIKE_DIGITS = (re.compile(r"([a-z]*?)([0-9oilsb]+)"), re.compile(r"([a-z]*)([0-9][0-9oilsb]*)"))
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[oilsb]+(?=[0-9])")
_LOOK_ALIKE = re.compile(r"[oilsb]")
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|[0-9]+")
_YEAR = re.compile(r"20[0-9]{2}")
_TIES = frozenset(("-", ".", "_", "/", ""))
_SPACE = re.compile(r"[ \t\r\n]+")
_RANGE = re.compile(r"\s*(?:t/m|tm|t\.m\.?|tot|tot en met|through|thru|to|until|bis|a|au)\s*|\s+[-–]\s+")
SAYS_INVOICE = frozenset(
    ("f", "fa", "factuur", "factuurnr", "factuurnummer", "fact", "facture", "invoice", "inv", "rechnung", "re", "rg",
     "nota", "nr", "no", "n")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Digits as they stand in a text, in groups tied to each other.

    `beside` are the groups that stand alone before and behind it; `broken` says that a space is inside, `cut` that
    the text ends here where banks cut texts off.
    """

    prefix: str
    groups: tuple[str, ...]
    start: int
    end: int
    said: bool
    whole: bool
    beside: tuple[str, ...] = ()
    broken: bool = False
    cut: bool = False

    @property
    def digits(self) -> str:
        """All its digits."""
        return "".join(self.groups)


@lru_cache(maxsize=4096)
def written(text: str) -> tuple[Written, ...]:
    """Return what may be a number, written with little care, in `text`."""
    reading = texts.read(text)
    runs = tuple(_runs(reading))
    alone = [run.groups[0] if len(run.groups) == 1 else "" for run in runs]
    found: list[Written] = []
    for place, run in enumerate(runs):
        before = alone[place - 1] if place and _touch(reading, runs[place - 1], run) else ""
        behind = alone[place + 1] if place + 1 < len(runs) and _touch(reading, run, runs[place + 1]) else ""
        beside = tuple(group for group in (before, behind) if group)
        found.append(replace(run, beside=beside))
        if place + 1 < len(runs) and _touch(reading, run, runs[place + 1]):
            found.extend(_over_a_break(run, runs[place + 1], reading))
    for first, last in _tied(reading):
        found.extend(_with_letters_for_digits(reading, first, last))
    return tuple(found)


def _tied(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield the places of the first and last of words that are tied together."""
    gaps, place = reading.gaps, 0
    while place < len(reading.words):
        last = place
        while last < len(gaps) and gaps[last] in _TIES:
            last += 1
        yield place, last
        place = last + 1


def _runs(reading: Reading) -> Iterator[Written]:
    """Yield the words with digits, those that are tied together as one."""
    words, gaps = reading.words, reading.gaps
    for place, last in _tied(reading):
        parts = [part for word in words[place : last + 1] for part in _LETTERS_OR_DIGITS.findall(word.text)]
        groups = tuple(part for part in parts if part[0].isdigit())
        if groups and len(groups) <= _MOST_GROUPS and words[last].end - words[place].start <= _LONGEST:
            prefix = parts[0] if parts[0].isalpha() else ""
            loose = not prefix and place > 0 and _SPACE.fullmatch(gaps[place - 1])
            if loose and words[place - 1].text.isalpha() and len(words[place - 1].text) <= 3:
                prefix = words[place - 1].text + " "
            yield _between(reading, place, last, prefix, groups)


def _between(reading: Reading, first: int, last: int, prefix: str, groups: tuple[str, ...]) -> Written:
    """Return what stands from one word to another, read as these groups."""
    words = reading.words[first : last + 1]
    start, end, length = words[0].start, words[-1].end, len(reading.text)
    said = any(word.start in reading.said for word in words)
    said = said or prefix.strip() in SAYS_INVOICE - {"f", "n", "no"}
    cut = end == length and any(length % width == 0 for width in _WIDTHS)
    return Written(prefix, groups, start, end, said, reading.is_whole(start, end), cut=cut)


def _touch(reading: Reading, run: Written, following: Written) -> bool:
    """Whether only space is between them."""
    return _SPACE.fullmatch(reading.text, run.end, following.start) is not None


def _over_a_break(run: Written, following: Written, reading: Reading) -> Iterator[Written]:
    """Yield the two as one number: broken inside a group, or between groups."""
    letters = following.prefix
    if len(run.groups) + len(following.groups) > _MOST_GROUPS + 1 or " " in letters or len(letters) > 1:
        return
    side_by_side = (*run.groups, *following.groups)
    inside = (*run.groups[:-1], run.groups[-1] + following.groups[0], *following.groups[1:])
    whole = reading.is_whole(run.start, following.end)
    for groups in (side_by_side,) if letters else (inside, side_by_side):
        yield replace(run, groups=groups, end=following.end, whole=whole, broken=True, cut=following.cut)


def _with_letters_for_digits(reading: Reading, first: int, last: int) -> Iterator[Written]:
    """Yield tied words with digits for the letters that look like them: "2O26-OO42", "1l7", "26A0O42"."""
    parts = [word.text for word in reading.words[first : last + 1]]
    if not any(_LOOK_ALIKE.search(part) for part in parts):
        return
    readings = {(parts[0], tuple(parts[1:]))} if parts[0].isalpha() and len(parts) > 1 else set()
    for pattern in _LOOKS_LIKE_DIGITS:
        if not readings or not parts[0].isalpha():
            found = pattern.fullmatch(parts[0])
            readings |= {(found[1], (found[2], *parts[1:]))} if found else set()
    for prefix, numbers in sorted(readings):
        joined = "".join(numbers)
        mixed = not joined.isdigit() and sum(c.isdigit() for c in joined) >= 2 and len(joined) >= 3
        if mixed and all(map(_maps, numbers)):
            groups = tuple(part.translate(_MAPPED_LETTERS) for part in numbers)
            yield _between(reading, first, last, prefix, groups)
    mended = [_BETWEEN_DIGITS.sub(_as_digits, part) for part in parts]
    pieces = [piece for part in mended for piece in _LETTERS_OR_DIGITS.findall(part)]
    groups = tuple(piece for piece in pieces if piece[0].isdigit())
    if mended != parts and sum(map(len, groups)) >= _DIGITS_MENDED and len(groups) <= _MOST_GROUPS:
        yield _between(reading, first, last, pieces[0] if pieces[0].isalpha() else "", groups)


def _as_digits(found: re.Match[str]) -> str:
    return found[0].translate(_MAPPED_LETTERS)


def _maps(part: str) -> bool:
    return not part.translate(_MAPPED_LETTERS).strip("0123456789")


def ranges(text: str) -> tuple[tuple[Written, Written], ...]:
    """Return the first and last number of each range that is named: "101 t/m 104"."""
    runs = list(_runs(texts.read(text)))
    lowered = texts.read(text).text
    found = [
        (first, last) for first, last in pairwise(runs) if _RANGE.fullmatch(lowered, first.end, last.start)
    ]
    found.extend(
        (replace(run, groups=run.groups[:1]), replace(run, groups=run.groups[1:]))
        for run in runs
        if run.said
        and len(run.groups) == 2
        and len(run.groups[0]) == len(run.groups[1])
        and not _YEAR.fullmatch(run.groups[0])
    )
    return tuple(found)
