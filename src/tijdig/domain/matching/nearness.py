"""Invoice numbers written with less care: zeros and prefixes left out, other separators, letters for digits.

A number is compared by its groups of digits without leading zeros: "2026-00042" is (2026, 42), and so are
"42/2026", "F2026.42" and "2O26-OO42". What was written must be the whole number, or the end of it that tells
it from others. A *strong* likeness can hardly be anything but the number of an invoice; a weak one may be a
house number, and says something only beside a payer and an amount that fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from tijdig.domain.matching import texts
from tijdig.domain.matching.numbers import COUNTRIES, is_date_like
from tijdig.domain.matching.texts import Reading

_MOST_GROUPS = 4
_LONGEST = 40
_DIGITS_ALONE = 6
_DIGITS_SAID = 5
_DIGITS_OF_A_HINT = 2
_DIGITS_AFTER_PREFIX = 2
_DIGITS_OVER_A_BREAK = 6
_DIGITS_MISTYPED = 4
_WIDEST_RANGE = 50
_MAPPED_LETTERS = str.maketrans("oilsb", "01158")
_LOOKS_LIKE_DIGITS = re.compile(r"([a-z]*?)([0-9oilsb]+)")
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|[0-9]+")
_YEAR = re.compile(r"20[0-9]{2}")
_YEAR_IN_FRONT = re.compile(r"(20[0-9]{2})([0-9]{3,})")
_SHORT_YEAR_IN_FRONT = re.compile(r"[2-4][0-9]([0-9]{4,6})")
_TIES = frozenset(("-", ".", "_", "/", ""))
_SPACE = re.compile(r"[ \t\r\n]+")
_RANGE = re.compile(r"\s*(?:t/m|tm|t\.m\.?|tot|tot en met|through|thru|to|until|bis|à|au)\s*|\s+[-–]\s+")
_SAYS_INVOICE = frozenset(
    ("f", "fa", "factuur", "factuurnr", "factuurnummer", "fact", "facture", "invoice", "inv", "rechnung", "re", "rg",
     "nota", "nr", "no", "n")
)  # fmt: skip


class Nearness(IntEnum):
    """How surely what was written is a number."""

    NONE = 0
    HINT = 1
    STRONG = 2


@dataclass(frozen=True, slots=True)
class Numeral:
    """An invoice number in parts: the letters in front, and its groups of digits without leading zeros."""

    prefix: str
    groups: tuple[str, ...]
    digits: str
    """All its digits, as they stand there."""


@dataclass(frozen=True, slots=True)
class Written:
    """Digits as they stand in a text, in groups tied to each other.

    `beside` are the groups that stand alone before and behind it; `broken` says that a space is inside.
    """

    prefix: str
    groups: tuple[str, ...]
    start: int
    end: int
    said: bool
    whole: bool
    beside: tuple[str, ...] = ()
    broken: bool = False

    @property
    def digits(self) -> str:
        """All its digits."""
        return "".join(self.groups)


@lru_cache(maxsize=65536)
def numeral(number: str) -> Numeral:
    """Return an invoice number in parts."""
    lowered = number.lower()
    groups = re.findall(r"[0-9]+", lowered)
    first = re.search(r"[0-9]", lowered)
    prefix = texts.compact(lowered[: first.start()]) if first else ""
    return Numeral(prefix, _plain(groups), "".join(groups))


def _plain(groups: Iterable[str]) -> tuple[str, ...]:
    """Return groups without leading zeros, a year that is written against the last one set apart."""
    parts = list(groups)
    if parts and (year := _YEAR_IN_FRONT.fullmatch(parts[-1])):
        parts[-1:] = year.groups()
    return tuple(part.lstrip("0") or "0" for part in parts)


def tail(groups: tuple[str, ...]) -> str:
    """Return the key by which a number is looked up: its last group, without year and zeros.

    A single digit behind two other groups is taken with the group before it. The same in SQL is in the ledger's
    migration 0020.
    """
    if not groups:
        return ""
    last = groups[-1]
    if len(groups) > 2 and len(last) == 1:
        last = groups[-2] + last
    if year := _YEAR_IN_FRONT.fullmatch(last):
        last = year[2]
    return last.lstrip("0")


def tail_of(number: str) -> str:
    """Return the key of a stored number."""
    return tail(tuple(re.findall(r"[0-9]+", number)))


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
        found.append(_with(run, beside=beside))
        if place + 1 < len(runs) and _touch(reading, run, runs[place + 1]):
            found.extend(_over_a_break(run, runs[place + 1], reading))
    found.extend(
        _with(one, groups=tuple(part.translate(_MAPPED_LETTERS) for part in parts), prefix=prefix)
        for one, prefix, parts in _letters_for_digits(reading)
    )
    return tuple(found)


def _with(
    run: Written, *, beside: tuple[str, ...] = (), groups: tuple[str, ...] = (), prefix: str | None = None
) -> Written:
    return Written(
        run.prefix if prefix is None else prefix, groups or run.groups, run.start, run.end, run.said, run.whole, beside,
        run.broken,
    )  # fmt: skip


def _runs(reading: Reading) -> Iterator[Written]:
    """Yield the words with digits, those that are tied together as one."""
    words, gaps = reading.words, reading.gaps
    place = 0
    while place < len(words):
        last = place
        while last + 1 < len(words) and gaps[last] in _TIES:
            last += 1
        parts = [part for word in words[place : last + 1] for part in _LETTERS_OR_DIGITS.findall(word.text)]
        groups = tuple(part for part in parts if part[0].isdigit())
        start, end = words[place].start, words[last].end
        if groups and len(groups) <= _MOST_GROUPS and end - start <= _LONGEST:
            prefix = parts[0] if parts[0].isalpha() else ""
            loose = not prefix and place > 0 and _SPACE.fullmatch(gaps[place - 1])
            if loose and words[place - 1].text.isalpha() and len(words[place - 1].text) <= 3:
                prefix = words[place - 1].text + " "
            said = any(word.start in reading.said for word in words[place : last + 1])
            said = said or prefix.strip() in _SAYS_INVOICE - {"f", "n", "no"}
            whole = reading.is_whole(start, end)
            yield Written(prefix, groups, start, end, said, whole)
        place = last + 1


def _touch(reading: Reading, run: Written, following: Written) -> bool:
    """Whether only space is between them."""
    return _SPACE.fullmatch(reading.text, run.end, following.start) is not None


def _over_a_break(run: Written, following: Written, reading: Reading) -> Iterator[Written]:
    """Yield the two as one number: broken inside a group, or between groups."""
    if following.prefix.strip() or len(run.groups) + len(following.groups) > _MOST_GROUPS + 1:
        return
    whole = reading.is_whole(run.start, following.end)
    for groups in (
        (*run.groups[:-1], run.groups[-1] + following.groups[0], *following.groups[1:]),
        (*run.groups, *following.groups),
    ):
        yield Written(run.prefix, groups, run.start, following.end, run.said, whole, broken=True)


def _letters_for_digits(reading: Reading) -> Iterator[tuple[Written, str, tuple[str, ...]]]:
    """Yield the words in which letters stand for digits they look like: "2O26-OO42", "1l7"."""
    words, gaps = reading.words, reading.gaps
    place = 0
    while place < len(words):
        last = place
        while last + 1 < len(words) and gaps[last] in _TIES:
            last += 1
        parts = [word.text for word in words[place : last + 1]]
        if parts[0].isalpha() and len(parts) > 1:
            prefix, numbers = parts[0], parts[1:]
        else:
            found = _LOOKS_LIKE_DIGITS.fullmatch(parts[0])
            prefix, numbers = (found[1], [found[2], *parts[1:]]) if found else ("", [])
        joined = "".join(numbers)
        mixed = (
            any(c.isalpha() for c in joined) and sum(c.isdigit() for c in joined) >= 2 and len(joined) >= 3
        )
        if mixed and all(map(_maps, numbers)):
            start, end = words[place].start, words[last].end
            said = any(word.start in reading.said for word in words[place : last + 1])
            whole = reading.is_whole(start, end)
            yield Written("", tuple(numbers), start, end, said, whole), prefix, tuple(numbers)
        place = last + 1


def _maps(part: str) -> bool:
    return not part.translate(_MAPPED_LETTERS).strip("0123456789")


def keys(text: str) -> frozenset[str]:
    """Return the keys by which the numbers that `text` may mean are looked up."""
    return frozenset().union(*map(keys_of, written(text))) if text else frozenset()


def keys_of(one: Written) -> frozenset[str]:
    """Return the keys by which the numbers that `one` may have been written for are looked up."""
    groups = one.groups
    least = 1 if one.said or len(groups) > 1 else _DIGITS_OF_A_HINT
    candidates = [tail(groups), tail((one.digits,))]
    if len(groups) == 2:
        candidates.append(tail(groups[:1]))
    if len(groups) == 1 and (short := _SHORT_YEAR_IN_FRONT.fullmatch(groups[0])):
        candidates.append(short[1].lstrip("0"))
    return frozenset(key for key in candidates if len(key) >= least)


def nearness(one: Written, number: str) -> Nearness:
    """Return how surely `one` was written for the invoice `number`."""
    item = numeral(number)
    if not item.groups or not _prefix_allows(one, item):
        return Nearness.NONE
    groups = _plain(one.groups)
    full = _same(groups, item.groups) or _joined(one.digits, item.digits) or _with_short_year(one, item)
    if not full and len(groups) == 2 == len(item.groups) and _same(groups[::-1], item.groups):
        full = bool(_YEAR.fullmatch(item.groups[0])) or len(groups[1]) > 1
    if full:
        return _nearness_of_all(one, item)
    if one.broken or len(groups) >= len(item.groups) or not _same(groups, item.groups[-len(groups) :]):
        return Nearness.NONE
    return _nearness_of_the_end(one, item, groups)


def _nearness_of_all(one: Written, item: Numeral) -> Nearness:
    digits = len(one.digits.lstrip("0"))
    if _has_prefix(one, item) and digits >= _DIGITS_AFTER_PREFIX:
        return Nearness.STRONG
    if one.broken and digits < _DIGITS_OVER_A_BREAK:
        return Nearness.HINT
    if one.said and (not one.broken or digits >= _DIGITS_SAID):
        return Nearness.STRONG
    if is_date_like(one.digits) or digits < _DIGITS_OF_A_HINT:
        return Nearness.HINT
    if digits >= _DIGITS_ALONE or (one.whole and digits >= _DIGITS_ALONE - 2):
        return Nearness.STRONG
    return Nearness.HINT


def _nearness_of_the_end(one: Written, item: Numeral, groups: tuple[str, ...]) -> Nearness:
    """Return what the end of a number is worth: more when its year stands beside it, nothing beside another."""
    year = item.groups[0] if len(item.groups) > 1 else ""
    if _YEAR.fullmatch(year):
        beside = [group for group in one.beside if _YEAR.fullmatch(group) or group == year[2:]]
        if any(_is_year(group, year) for group in beside):
            return Nearness.STRONG
        if beside:
            return Nearness.NONE
    digits = sum(map(len, groups))
    if one.said or (_has_prefix(one, item) and digits >= _DIGITS_AFTER_PREFIX):
        return Nearness.STRONG
    if digits >= _DIGITS_ALONE and not is_date_like(one.digits):
        return Nearness.STRONG
    if one.whole and digits >= 3 and not is_date_like(one.digits) and not _YEAR.fullmatch(one.digits):
        return Nearness.STRONG
    return Nearness.HINT if digits >= _DIGITS_OF_A_HINT else Nearness.NONE


def _has_prefix(one: Written, item: Numeral) -> bool:
    """Whether the letters in front are there, and can hardly be those of a postcode."""
    if not item.prefix or one.prefix.strip() != item.prefix:
        return False
    return one.whole or (len(item.prefix) >= 2 and item.prefix not in COUNTRIES)


def _prefix_allows(one: Written, item: Numeral) -> bool:
    """Whether the letters in front are the number's own, or say nothing."""
    prefix = one.prefix
    if not prefix or prefix.endswith(" ") or prefix == item.prefix or prefix in _SAYS_INVOICE:
        return True
    if prefix.endswith(item.prefix) and prefix[: len(prefix) - len(item.prefix)] in _SAYS_INVOICE:
        return True
    return not item.prefix and len(one.digits) >= _DIGITS_ALONE


def _same(groups: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether groups are the same; a year that is not the last may be written short."""
    if len(groups) != len(others):
        return False
    *first, last = zip(groups, others, strict=True)
    return last[0] == last[1] and all(a == b or _is_year(a, b) for a, b in first)


def _is_year(group: str, year: str) -> bool:
    """Whether two groups are one year, either written short."""
    long, short = (group, year) if len(group) > len(year) else (year, group)
    return group == year or (bool(_YEAR.fullmatch(long)) and long[2:] == short)


def _joined(digits: str, others: str) -> bool:
    """Whether all digits are the same, however grouped; zeros in front aside."""
    return digits.lstrip("0") == others.lstrip("0")


def _with_short_year(one: Written, item: Numeral) -> bool:
    """Whether "260042" was written for 2026-0042 or 26.0042, or the other way round."""
    if len(one.groups) != 1 or len(item.groups) != 2:
        return False
    short = item.groups[0][-2:] if _is_year(item.groups[0], item.groups[0][-2:]) else ""
    found = _SHORT_YEAR_IN_FRONT.fullmatch(one.digits)
    return (
        bool(short and found)
        and one.digits.startswith(short)
        and one.digits[2:].lstrip("0") == item.groups[1]
    )


def is_mistyped(one: Written, number: str) -> bool:
    """Whether one digit differs, is missing or is too many, or two neighbours changed places."""
    item = numeral(number)
    if not _prefix_allows(one, item) or _same(_plain(one.groups), item.groups):
        return False
    pairs = [(one.digits, item.digits)]
    if item.groups and len(_plain(one.groups)) == 1 < len(item.groups):
        pairs.append((_plain(one.groups)[0], item.groups[-1]))
    return any(
        min(len(a), len(b)) >= _DIGITS_MISTYPED and a.lstrip("0") != b.lstrip("0") and _one_slip(a, b)
        for a, b in pairs
    )


def _one_slip(written: str, meant: str) -> bool:
    if abs(len(written) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(written), len(meant)) and written[start] == meant[start]:
        start += 1
    one, other = written[start:], meant[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other or other[1:] == one


def ranges(text: str) -> tuple[tuple[Written, Written], ...]:
    """Return the first and last number of each range that is named: "101 t/m 104"."""
    runs = list(_runs(texts.read(text)))
    lowered = texts.read(text).text
    found = [
        (first, last) for first, last in pairwise(runs) if _RANGE.fullmatch(lowered, first.end, last.start)
    ]
    found.extend(
        (_with(run, groups=run.groups[:1]), _with(run, groups=run.groups[1:]))
        for run in runs
        if run.said
        and len(run.groups) == 2
        and len(run.groups[0]) == len(run.groups[1])
        and not _YEAR.fullmatch(run.groups[0])
    )
    return tuple(found)


def within(first: str, last: str, number: str) -> bool:
    """Whether an invoice number lies between two others of its own series, those included."""
    low, high, mine = numeral(first), numeral(last), numeral(number)
    if not (
        low.prefix == high.prefix == mine.prefix and low.groups[:-1] == high.groups[:-1] == mine.groups[:-1]
    ):
        return False
    begin, end = int(low.groups[-1]), int(high.groups[-1])
    return begin < end <= begin + _WIDEST_RANGE and begin <= int(mine.groups[-1]) <= end
