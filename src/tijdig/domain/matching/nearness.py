"""Invoice numbers written with less care: zeros and prefixes left out, other separators, letters for digits.

A number is compared by its groups of digits without leading zeros: "2026-00042" is (2026, 42), and so are
"42/2026", "F2026.42" and "2O26-OO42". What was written must be the whole number, or the end of it that tells
it from others. A *strong* likeness can hardly be anything but the number of an invoice; a weak one may be a
house number, and says something only beside a payer and an amount that fit. In between is what is *likely* a
number: it says something beside the payer alone, whatever the amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from tijdig.domain.matching import texts
from tijdig.domain.matching.numbers import COUNTRIES, is_date_like, is_day_like
from tijdig.domain.matching.writing import SAYS_INVOICE, Written, ranges, written

__all__ = [
    "Nearness",
    "Written",
    "goes_on",
    "is_mistyped",
    "is_of_the_series",
    "keys",
    "keys_here",
    "keys_of",
    "keys_of_number",
    "nearness",
    "ranges",
    "tail",
    "tail_of",
    "within",
    "written",
]

_DIGITS_ALONE = 6
_DIGITS_SAID = 5
_DIGITS_LIKELY = 5
_DIGITS_OF_AN_END = 3
_DIGITS_OF_A_HINT = 2
_DIGITS_AFTER_PREFIX = 2
_DIGITS_OVER_A_BREAK = 6
_DIGITS_MISTYPED = 4
_WIDEST_RANGE = 50
_YEAR = re.compile(r"20[0-9]{2}")
_YEAR_IN_FRONT = re.compile(r"(20[0-9]{2})([0-9]{3,})")
_SHORT_YEAR_IN_FRONT = re.compile(r"[2-4][0-9]([0-9]{4,6})")
_SHORT_YEAR = re.compile(r"[2-4][0-9]")


class Nearness(IntEnum):
    """How surely what was written is a number."""

    NONE = 0
    HINT = 1
    LIKELY = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Numeral:
    """An invoice number in parts: the letters in front, and its groups of digits without leading zeros."""

    prefix: str
    groups: tuple[str, ...]
    digits: str
    """All its digits, as they stand there."""


@lru_cache(maxsize=65536)
def numeral(number: str) -> Numeral:
    """Return an invoice number in parts."""
    lowered = number.lower()
    groups = re.findall(r"[0-9]+", lowered)
    first = re.search(r"[0-9]", lowered)
    prefix = texts.compact(lowered[: first.start()]) if first else ""
    return Numeral(prefix, _plain(tuple(groups)), "".join(groups))


@lru_cache(maxsize=65536)
def _plain(groups: tuple[str, ...]) -> tuple[str, ...]:
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


def keys_here(one: Written) -> frozenset[str]:
    """Return the keys by which items at hand are found: those of `keys_of`, and all groups together."""
    groups = _plain(one.groups)
    return keys_of(one) | {"-".join(groups)} if len(groups) > 1 else keys_of(one)


@lru_cache(maxsize=65536)
def keys_of_number(number: str) -> frozenset[str]:
    """Return the keys of a number at hand: its tail, all its groups together, and what is left without a year."""
    groups = numeral(number).groups
    keys = {tail_of(number), _without_year(groups)}
    if len(groups) > 1:
        keys.add("-".join(groups))
    return frozenset(keys - {""})


def _without_year(groups: tuple[str, ...]) -> str:
    """Return the number without a short year: "42" of 26000042 and of 0042/26; "" where there is none."""
    if len(groups) == 1 and (short := _SHORT_YEAR_IN_FRONT.fullmatch(groups[0])):
        return short[1].lstrip("0")
    if len(groups) == 2 and _SHORT_YEAR.fullmatch(groups[1]) and not _YEAR.fullmatch(groups[0]):
        return groups[0]
    return ""


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
    if len(groups) == 1 and not one.broken and groups[0] == _without_year(item.groups):
        return _nearness_without_year(one)
    if one.broken or len(groups) >= len(item.groups) or not _same(groups, item.groups[-len(groups) :]):
        return Nearness.NONE
    return _nearness_of_the_end(one, item, groups)


def _nearness_of_all(one: Written, item: Numeral) -> Nearness:
    digits = len(one.digits.lstrip("0"))
    if _has_prefix(one, item) and digits >= _DIGITS_AFTER_PREFIX:
        return Nearness.STRONG
    if one.broken and digits < _DIGITS_OVER_A_BREAK:
        return Nearness.LIKELY if one.said and digits >= _DIGITS_LIKELY else Nearness.HINT
    if one.said and (not one.broken or digits >= _DIGITS_SAID):
        return Nearness.STRONG
    if is_day_like(one.digits) and one.digits == item.digits:
        return Nearness.LIKELY
    if is_date_like(one.digits) or digits < _DIGITS_OF_A_HINT:
        return Nearness.HINT
    if digits >= _DIGITS_ALONE or (one.whole and digits >= _DIGITS_ALONE - 2):
        return Nearness.STRONG
    return Nearness.LIKELY if digits >= _DIGITS_LIKELY else Nearness.HINT


def _nearness_without_year(one: Written) -> Nearness:
    digits = len(one.digits)
    if is_date_like(one.digits) or _YEAR.fullmatch(one.digits):
        return Nearness.HINT
    if one.said or (one.whole and digits >= _DIGITS_OF_AN_END) or digits >= _DIGITS_LIKELY:
        return Nearness.LIKELY
    return Nearness.HINT if digits >= _DIGITS_OF_AN_END else Nearness.NONE


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
    if (
        one.whole
        and digits >= _DIGITS_OF_AN_END
        and not is_date_like(one.digits)
        and not _YEAR.fullmatch(one.digits)
    ):
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
    if not prefix or prefix.endswith(" ") or prefix == item.prefix or prefix in SAYS_INVOICE:
        return True
    if prefix.endswith(item.prefix) and prefix[: len(prefix) - len(item.prefix)] in SAYS_INVOICE:
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
    """Whether "260042" was written for 2026-0042 or 26.0042, or "26-42" for 26000042."""
    if len(one.groups) == 2 and len(item.groups) == 1:
        rest = _without_year(item.groups)
        return bool(rest) and _plain(one.groups) == (item.groups[0][:2], rest)
    if len(one.groups) != 1 or len(item.groups) != 2:
        return False
    short = item.groups[0][-2:] if _is_year(item.groups[0], item.groups[0][-2:]) else ""
    found = _SHORT_YEAR_IN_FRONT.fullmatch(one.digits)
    return (
        bool(short and found)
        and one.digits.startswith(short)
        and one.digits[2:].lstrip("0") == item.groups[1]
    )


def is_of_the_series(one: Written, number: str) -> bool:
    """Whether what was written can be another number of the same series: the same but for its last group."""
    item, groups = numeral(number), _plain(one.groups)
    if (
        one.broken
        or len(groups) != len(item.groups)
        or one.prefix.strip() not in ("", item.prefix, *SAYS_INVOICE)
    ):
        return False
    if len(groups) == 1:
        known = item.prefix == one.prefix.strip() != "" or groups[0][0] == item.groups[0][0]
        alike = known and len(one.digits) == len(item.digits) >= _DIGITS_MISTYPED
    else:
        alike = _same(groups[:-1], item.groups[:-1]) or (
            bool(_without_year(item.groups)) and groups[1] == item.groups[1]
        )
    return alike and (one.said or one.whole or not is_date_like(one.digits))


def goes_on(one: Written, number: str, first: str) -> bool:
    """Whether what was written is the last group of `number`, the rest being as in `first`, which stands in full."""
    item, before = numeral(number), numeral(first)
    same = item.prefix == before.prefix and item.groups[:-1] == before.groups[:-1]
    tied = bool(one.prefix) and not one.prefix.endswith(" ")
    return same and not tied and _plain(one.groups) == item.groups[-1:]


def is_mistyped(one: Written, number: str) -> bool:
    """Whether one digit differs, is missing or is too many, or two changed places, or its end was cut off."""
    item = numeral(number)
    if one.cut and item.digits != one.digits and item.digits.startswith(one.digits):
        return True
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


def within(first: str, last: str, number: str) -> bool:
    """Whether an invoice number lies between two others of its own series, those included."""
    low, high, mine = numeral(first), numeral(last), numeral(number)
    if not (
        low.prefix == high.prefix == mine.prefix and low.groups[:-1] == high.groups[:-1] == mine.groups[:-1]
    ):
        return False
    begin, end = int(low.groups[-1]), int(high.groups[-1])
    return begin < end <= begin + _WIDEST_RANGE and begin <= int(mine.groups[-1]) <= end
