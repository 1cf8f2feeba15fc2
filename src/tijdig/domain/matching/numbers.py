"""Invoice numbers in free text: what a payer wrote, and whether it can be this number.

Payers drop prefixes and separators, banks wrap lines in the middle of a number, and the same text holds
dates, amounts, telephone numbers and accounts. A mention is *certain* when it cannot reasonably be any of
those: long enough, or said to be an invoice number ("factuur 12").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

from tijdig.domain import references

_LONGEST_TEXT = 2000
_LONGEST_NUMBER = 40
_MOST_CHUNKS = 4
# Digits from which a number stands on its own; Dutch postcodes have 4, German and French ones 5.
_DIGITS_ALONE = 6
_DIGITS_AFTER_PREFIX = 3
_DIGITS_OVER_A_LINE_BREAK = 8
_DIGITS_AS_WHOLE_TEXT = 5
_DIGITS_OF_A_HINT = 2

# The first letters of the months in Dutch, French, English and German.
_MONTHS = (
    "jan|feb|fév|maa|mrt|mar|mär|apr|avr|mei|may|mai|jun|jui|jul|aug|aou|aoû|sep|okt|oct|nov|dec|déc|dez"
)
_NOT_NUMBERS = re.compile(
    "|".join(
        (
            # Full dates, and days of a named month.
            r"(?<![\w./-])\d{4}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?![\w]|[-/.]\d)",
            r"(?<![\w./-])(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\2(?:\d{4}|\d{2})(?![\w]|[-/.]\d)",
            rf"(?<!\w)\d{{1,2}}\.?\s+(?:{_MONTHS})\w*",
            # Times and percentages.
            r"(?<!\w)\d{1,2}:\d{2}(?::\d{2})?(?!\w)",
            r"(?<!\w)\d+(?:[.,]\d+)?\s*%",
            # Amounts: with a currency, or with cents.
            r"(?:€|\beur(?:o|os)?\b)\s*\d+(?:[.,\s]\d{3})*(?:[.,]\d{1,2})?(?![\w]|[.,]\d)",
            r"(?<![\w.,/-])\d+(?:[.,]\d{3})*(?:[.,]\d{1,2})?\s*(?:€|eur(?:o|os)?\b)",
            r"(?<![\w.,/-])\d{1,3}(?:[. ]\d{3})*,\d{2}(?![\w]|[.,/-]\d)",
            r"(?<![\w.,/-])\d+[.,]\d{2}(?![\w]|[.,/-]\d)",
            # Numbers said to be something else.
            r"\b(?:klant|debiteur|relatie|lid|polis|customer|client|kunden|abonnee|tel|telefoon|phone|mobiel|gsm|"
            r"kvk|btw|tva|vat|bsn|iban|bic|postbus|kenteken|pasvolgnr|kaart|card|terminal|transactie|"
            r"transaction|machtiging|mandaat|mandate)"
            r"(?:nummer|nr|no|number|numéro|id)?[\s.:#°]*(?:(?:nummer|nr|no|number)[\s.:#°]*)?[a-z]{0,6}[\d./-]*\d\w*",
        )
    )
)
_ACCOUNT = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?!\w)")
_SAYS_INVOICE = re.compile(
    r"(?<![a-z])(?:factuur|fakt|faktuur|fact|facture|factura|rechnung|rg|invoice|inv|nota|facturen|factures|"
    r"invoices|rechnungen|declaratie)(?:nummer|nummers|nr|nrs|numéro|number|s)?(?![a-z])\.?\s*"
    r"(?:(?:nummers?|nrs?|no|nos|num|numéro|number|numbers|n)\b)?[\s.:#°-]*"
)
_LINKS = frozenset(("en", "et", "and", "und"))
_GOES_ON = re.compile(r"^\s*(?:[,;+&/]|en|et|and|und)\s*$")
_PREFIXES_THAT_SAY_INVOICE = frozenset(
    (
        "factuur",
        "factuurnr",
        "factuurnummer",
        "fact",
        "facture",
        "invoice",
        "inv",
        "rechnung",
        "nota",
        "nr",
        "no",
    )
)
_COUNTRIES = frozenset(("nl", "be", "lu", "de", "fr", "at", "ch", "gb", "es", "it"))
_DIGIT = re.compile(r"[0-9]")
_CHUNK = re.compile(r"[a-z0-9]+")
_GAP = re.compile(r"[ \t\r\n]*[-/._ \t\r\n][ \t\r\n]*")
_TIGHT = frozenset("-._")
_TIES_LETTERS = _TIGHT | {"/"}
_BARRIER = "|"
_DATE_LIKE = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}(?:0?[1-9]|1[0-2])"
    r"|(?:0?[1-9]|1[0-2])(?:19|20)\d{2}"
    r"|(?:19|20)\d{2}(?:19|20)\d{2}"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """What may be an invoice number: where it stands in the text and how it was written."""

    chunks: tuple[str, ...]
    compact: str
    """The mention without separators."""
    core: str
    """The mention without separators and without the letters in front."""
    start: int
    end: int
    spaced: bool
    said: bool
    whole_text: bool

    @property
    def prefix(self) -> str:
        """The letters in front."""
        return self.compact[: len(self.compact) - len(self.core)]


def compact(number: str) -> str:
    """Return `number` in lower case without anything but a–z and 0–9."""
    return "".join(_CHUNK.findall(number.lower()))


def core(number: str) -> str:
    """Return `number` as `compact`, without the letters in front: what a payer always copies.

    Every mention of a number has the number's core, so items can be looked up by it.
    """
    return compact(number).lstrip(ascii_lowercase)


@lru_cache(maxsize=8192)  # a batch of a file is read for its clues, and again to be matched
def mentions(text: str) -> tuple[Mention, ...]:
    """Return everything in `text` that may be an invoice number, dates and amounts and such left out."""
    shown = text[:_LONGEST_TEXT].lower()
    if not _DIGIT.search(shown):
        return ()
    masked = _NOT_NUMBERS.sub(lambda found: _BARRIER * len(found[0]), _ACCOUNT.sub(_hide_account, shown))
    chunks = [(found[0], found.start(), found.end()) for found in _CHUNK.finditer(masked)]
    gaps = [masked[chunks[i][2] : chunks[i + 1][1]] for i in range(len(chunks) - 1)]
    said = _said(masked, chunks)
    whole = masked.strip(" .,;:#")
    found = []
    for words, start, end, spaced in _windows(chunks, gaps):
        joined = "".join(words)
        bare = joined.lstrip(ascii_lowercase)
        alone = whole == masked[start:end]
        found.append(Mention(words, joined, bare, start, end, spaced, start in said, alone))
    return tuple(found)


def _said(text: str, chunks: list[tuple[str, int, int]]) -> frozenset[int]:
    """Return where numbers start that are said to be invoices', lists ("invoices 11, 12 and 13") included."""
    said = {found.end() for found in _SAYS_INVOICE.finditer(text)}
    if not said:
        return frozenset()
    goes_on_after = -1
    for word, start, end in chunks:
        if start in said or (goes_on_after >= 0 and _GOES_ON.match(text[goes_on_after:start])):
            said.add(start)
            goes_on_after = end
        elif goes_on_after >= 0 and _GAP.fullmatch(text[goes_on_after:start]) and not word.isalpha():
            goes_on_after = end
        elif word not in _LINKS:
            goes_on_after = -1
    return frozenset(said)


def _hide_account(found: re.Match[str]) -> str:
    """Hide the IBAN that `found` starts with; words behind it may look like more groups of four."""
    words = found[0].split(" ")
    for end in range(len(words), 0, -1):
        account = " ".join(words[:end])
        if references.is_iban(account):
            return _BARRIER * len(account) + found[0][len(account) :]
    return found[0]


def _windows(
    chunks: list[tuple[str, int, int]], gaps: list[str]
) -> Iterator[tuple[tuple[str, ...], int, int, bool]]:
    """Yield each run of up to four chunks that could be one number: its words, place, and whether spaced."""
    for first in range(len(chunks)):
        has_digit, length, spaced = False, 0, False
        for last in range(first, min(len(chunks), first + _MOST_CHUNKS)):
            if last > first:
                gap = gaps[last - 1]
                if not _GAP.fullmatch(gap):
                    break
                spaced = spaced or gap not in _TIES_LETTERS
            word = chunks[last][0]
            length += len(word)
            has_digit = has_digit or not word.isalpha()
            if length > _LONGEST_NUMBER:
                break
            if has_digit and not _part_of_more(chunks, gaps, first, last):
                words = tuple(word for word, _, _ in chunks[first : last + 1])
                yield words, chunks[first][1], chunks[last][2], spaced


def _part_of_more(chunks: list[tuple[str, int, int]], gaps: list[str], first: int, last: int) -> bool:
    """Whether a hyphen or dot ties it to more digits, or to letters in front: then it is only a piece."""
    word = chunks[first][0]
    if first > 0:
        tied_to = chunks[first - 1][0]
        if gaps[first - 1] in _TIGHT and any(c.isdigit() for c in tied_to):
            return True
        if gaps[first - 1] in _TIES_LETTERS and tied_to.isalpha() and word[0].isdigit():
            return True
    return last + 1 < len(chunks) and gaps[last] in _TIGHT and any(c.isdigit() for c in chunks[last + 1][0])


def is_certain(mention: Mention, number: str) -> bool:
    """Whether `mention` can only be the invoice `number`, whatever else the text may hold."""
    if not _same(mention, number):
        return False
    digits = sum(c.isdigit() for c in mention.core)
    full = mention.compact == compact(number)
    as_written = tuple(_CHUNK.findall(number.lower())) == mention.chunks
    if mention.spaced and not as_written and digits < _DIGITS_OVER_A_LINE_BREAK:
        return False
    prefix = mention.prefix
    if mention.said or not {prefix, mention.chunks[0]}.isdisjoint(_PREFIXES_THAT_SAY_INVOICE):
        return full or digits >= _DIGITS_ALONE or compact(number) == mention.core
    if full and as_written and prefix and mention.whole_text:
        # Nothing else is there: in running text "A-1010" may be a postcode, alone it is what was asked for.
        return digits >= _DIGITS_AFTER_PREFIX
    if full and len(prefix) >= 2 and prefix not in _COUNTRIES:
        return digits >= _DIGITS_AFTER_PREFIX
    if prefix == "" and _DATE_LIKE.fullmatch(mention.core):
        return False
    return digits >= _DIGITS_ALONE or (mention.whole_text and digits >= _DIGITS_AS_WHOLE_TEXT)


def numbers_hinted(text: str) -> Callable[[str], bool]:
    """Return whether a number may be meant in `text`: enough to show it to a person, not to book."""
    vague = [
        mention for mention in mentions(text) if sum(map(str.isdigit, mention.core)) >= _DIGITS_OF_A_HINT
    ]
    return lambda number: any(_same(mention, number) for mention in vague)


def _same(mention: Mention, number: str) -> bool:
    """Whether they are equal, or equal but for letters in front that only one of them has."""
    whole = compact(number)
    if mention.compact == whole:
        return True
    if not mention.core or mention.core != whole.lstrip(ascii_lowercase):
        return False
    prefix = mention.prefix
    if mention.spaced and prefix:
        return False  # "rent 2026-42": a word before the number is no prefix of it
    return prefix == "" or whole == mention.core or prefix in _PREFIXES_THAT_SAY_INVOICE
