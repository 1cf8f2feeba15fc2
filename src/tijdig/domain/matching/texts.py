"""Reading the free text of a payment: its words, and which of their digits mean something else.

Payers drop prefixes and separators, banks wrap lines in the middle of a number, and the same text holds
dates, amounts, telephone numbers, customer numbers and accounts. Those are hidden here, once for everybody
who looks for invoice numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tijdig.domain import references

LONGEST_TEXT = 2000
BARRIER = "|"
"""What a gap between two words holds where something was hidden."""

# The months in Dutch, French, English and German, short and in full; "Margaretha" is none.
_MONTHS = (
    "jan(?:uari|uary|uar|vier|v)?|feb(?:ruari|ruary|ruar)?|fevr?(?:ier)?|maart|mrt|march|mars?|marz|apr(?:il)?|"
    "avr(?:il)?|mei|may|mai|juni?|june|juin|juli?|july|juil(?:let)?|aug(?:ustus|ust)?|aout|sept?(?:ember|embre)?|"
    "o[kc]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember|embre)?"
)
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_ALONE, _NOT_IN_MORE = r"(?<![\w./-])", r"(?<![\w.,/-])"
_OVER = r"(?![\w]|[-/.]\d)"
# What digits at this place are when they are no number of an invoice.
_SOMETHING_ELSE = re.compile(
    "|".join(
        (
            # Full dates, and days of a named month.
            rf"{_ALONE}\d{{4}}([-/.]){_MONTH}\1{_DAY}{_OVER}",
            rf"{_ALONE}{_DAY}([-/.]){_MONTH}\2(?:\d{{4}}|\d{{2}}){_OVER}",
            rf"(?<!\w)\d{{1,2}}\.?\s+(?:{_MONTHS})(?![a-z])",
            # Times and percentages.
            r"(?<!\w)\d{1,2}:\d{2}(?::\d{2})?(?!\w)",
            r"(?<!\w)\d+(?:[.,]\d+)?\s*%",
            # Amounts: with a currency behind them, or with cents.
            rf"{_NOT_IN_MORE}\d+(?:[.,]\d{{3}})*(?:[.,]\d{{1,2}})?\s*(?:€|eur(?:o|os)?\b)",
            rf"{_NOT_IN_MORE}\d{{1,3}}(?:[. ]\d{{3}})*,\d{{2}}(?![\w]|[.,/-]\d)",
            rf"{_NOT_IN_MORE}\d+[.,]\d{{2}}(?![\w]|[.,/-]\d)",
        )
    )
)
_AFTER_CURRENCY = re.compile(r"\d+(?:[.,\s]\d{3})*(?:[.,]\d{1,2})?(?![\w]|[.,]\d)")
_CURRENCY_BEFORE = re.compile(r"(?:€|\beur(?:o|os)?)\s*$")
_AMOUNT_WITH_CURRENCY = re.compile(r"eur(?:o|os)?\d+(?:[.,]\d{3})*(?:[.,]\d{1,2})?(?![\w]|[.,]\d)")

# Words after which a number is a customer's, and those after which it is something else again.
_SAY_CUSTOMER = frozenset(
    ("klant", "klanten", "debiteur", "debiteuren", "debitor", "debitoren", "deb", "relatie", "lid", "customer", "cust",
     "client", "clients", "kunden", "kunde", "kd", "abonnee", "member", "mitglied", "mitglieds", "membre")
)  # fmt: skip
# Too short to be told from the letters of a number when they are written against it.
_NEVER_GLUED = frozenset(("deb", "kd", "cust"))
_SAY_SOMETHING_ELSE = _SAY_CUSTOMER | frozenset(
    ("polis", "tel", "telefoon", "phone", "mobiel", "gsm", "kvk", "btw", "tva", "vat", "bsn", "iban", "bic",
     "postbus", "kenteken", "pasvolgnr", "kaart", "card", "terminal", "transactie", "transaction", "machtiging",
     "mandaat", "mandate")
)  # fmt: skip
_SAY_NUMBER = ("nummer", "number", "numero", "num", "nr", "no", "n", "id", "code")
_SAID_NUMBER = re.compile(r"[a-z]{0,6}[\d./-]*\d\w*")
_ONLY_PUNCTUATION = re.compile(r"[\s.:#°]*")
_GLUED = re.compile(
    rf"((?:{'|'.join(sorted(_SAY_SOMETHING_ELSE - _NEVER_GLUED, key=len, reverse=True))}))(?:nummer|number|nr|no|id)?"
    r"([a-z]{0,6}\d\w*)"
)

# Words around a number that leave it all that was said.
_SAYS_NOTHING = frozenset(
    ("betaling", "betalen", "betaald", "betreft", "betr", "voldoening", "overboeking", "ref", "referentie", "reference",
     "kenmerk", "omschrijving", "mededeling", "bedankt", "dank", "u", "met", "vriendelijke", "groet", "groeten", "mvg",
     "van", "voor", "payment", "paid", "for", "of", "thanks", "thank", "thx", "you", "paiement", "paye", "virement",
     "reglement", "communication", "pour", "merci", "zahlung", "danke", "bezahlung", "uberweisung", "verwendungszweck",
     "fur", "doc", "document", "rekening", "f", "ons", "onze", "uw", "our", "your", "notre", "votre", "n", "v",
     "de", "het", "la", "le", "the")
)  # fmt: skip

# Words about paying what is owed that name nothing.
_SAYS_TO_PAY = frozenset(
    ("factuur", "facturen", "fact", "nota", "rekening", "facture", "factures", "invoice", "invoices", "rechnung",
     "rechnungen", "zie", "openstaand", "openstaande", "posten", "post", "saldo", "alles", "alle", "bedrag", "volledig",
     "open", "full", "total", "totaal", "tout", "toutes", "les", "mes", "mijn", "overzicht", "herinnering", "rappel",
     "offener", "offenen", "balance", "outstanding", "solde", "offen", "offene", "volgens", "afspraak", "bijgaand",
     "zoals", "nr", "en", "et", "and", "und", "dhr", "mevr", "hierbij")
)  # fmt: skip

_ACCOUNT = re.compile(r"\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?!\w)")
_SAYS_INVOICE = re.compile(
    r"(?<![a-z])(?:factuur|fakt|faktuur|fact|fac|facture|factura|rechnungs?|rg|re|invoice|inv|bill|nota|beleg|"
    r"facturen|factures|invoices|rechnungen|belege|declaratie|fnr|rnr)(?:nummer|nummers|nr|nrs|numero|number|s)?"
    r"(?![a-z])\.?\s*(?:-?\s*(?:nummers?|nrs?|no|nos|num|numero|number|numbers|n)\b)?[\s.:#°/-]*"
)
_SAYS_SEVERAL = re.compile(
    r"\be\.?a\b|\bu\.?\s?a\b|\betc\b|\bet autres\b|\band others?\b|\bund andere|\+\s*$|\bdiverse|\bmehrere\b|"
    r"\bplusieurs\b|\bseveral\b|\bverschillende\b|\bfacturen\b|\bfactures\b|\brechnungen\b|\binvoices\b"
)
_SAYS_ALL = re.compile(
    r"\bsaldo\b|\bsolde\b|\bbalance\b|\ball(?:e|es)? (?:openstaand|offen|open)|\balles\b|\boffenen? posten\b|"
    r"\btout\b|\btoutes\b"
)
_LINKS = frozenset(("en", "et", "and", "und"))
_GOES_ON = re.compile(r"^\s*(?:[,;+&/]|en|et|and|und)\s*$")
_GAP = re.compile(r"[ \t\r\n]*[-/._ \t\r\n][ \t\r\n]*")
# One letter for one letter: every word keeps its place.
_PLAIN = str.maketrans("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy")
_DIGIT = re.compile(r"[0-9]")
_WORD = re.compile(r"[a-z0-9]+")


class Word(NamedTuple):
    """A run of letters and digits, in lower case, and where it stands."""

    text: str
    start: int
    end: int


_new = tuple.__new__  # thrice as quick as Word(…), once for every word of every payment


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in words; `gaps[i]` is what stands between word i and the next, with BARRIER over what is hidden.

    `said` are the places where numbers start that are said to be an invoice's; `customers` the numbers said
    to be a customer's; `whole` is where all stands that says something: from where until where.
    """

    text: str
    words: tuple[Word, ...] = ()
    gaps: tuple[str, ...] = ()
    said: frozenset[int] = frozenset()
    customers: tuple[str, ...] = ()
    whole: tuple[int, int] = (0, 0)

    def is_whole(self, start: int, end: int) -> bool:
        """Whether nothing else that says something stands in the text."""
        return start <= self.whole[0] < self.whole[1] <= end


def compact(number: str) -> str:
    """Return `number` in lower case without anything but a–z and 0–9."""
    return "".join(_WORD.findall(number.lower()))


def words_of(number: str) -> tuple[str, ...]:
    """Return the runs of letters and digits of a number, in lower case."""
    return tuple(_WORD.findall(number.lower()))


def plain(text: str) -> str:
    """Return a text in lower case without accents, every letter in its place."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.translate(_PLAIN)


def says_nothing_else(text: str, name: Collection[str]) -> bool:
    """Whether a text, the words of a name aside, says no more than that something owed is paid."""
    said = set(_WORD.findall(plain(text)))
    return said <= _SAYS_NOTHING | _SAYS_TO_PAY | set(name)


def says_several(text: str) -> bool:
    """Whether a text says that it is for several invoices."""
    return _SAYS_SEVERAL.search(plain(text)) is not None


def says_all(text: str) -> bool:
    """Whether a text says that it is for all that is open."""
    return _SAYS_ALL.search(plain(text)) is not None


@lru_cache(maxsize=8192)  # a batch of a file is read for its clues, and again to be matched
def read(text: str) -> Reading:
    """Return the words of a text, dates, amounts and such left out; nothing of a text without digits."""
    shown = plain(text[:LONGEST_TEXT])
    if not _DIGIT.search(shown):
        return Reading(shown)
    if _ACCOUNT.search(shown):
        shown = _ACCOUNT.sub(_hide_account, shown)
    words: list[Word] = []
    gaps: list[str] = []
    customers: list[str] = []
    hidden_until = last_end = 0
    hides = False
    previous = before = ""
    for found in _WORD.finditer(shown):
        start, end = found.span()
        if start < hidden_until:
            if end <= hidden_until:
                continue
            start = hidden_until
        word = shown[start:end]
        if not word.isalpha():
            covered = _covered(shown, word, start, previous, before, last_end)
            if covered:
                hidden_until, customer = covered
                if customer:
                    customers.append(customer)
                hides, previous, before = True, "", ""
                if hidden_until >= end:
                    continue
                start, word = hidden_until, shown[hidden_until:end]
        if words:
            gap = shown[words[-1].end : start]
            gaps.append(BARRIER if hides else gap)
        words.append(_new(Word, (word, start, end)))
        before, previous, last_end, hides = previous, word, end, False
    telling = [word for word in words if word.text not in _SAYS_NOTHING]
    whole = (telling[0].start, telling[-1].end) if telling and not hidden_until else (0, 0)
    return Reading(shown, tuple(words), tuple(gaps), _said(shown, words), tuple(customers), whole)


def _covered(
    text: str, word: str, start: int, previous: str, before: str, last_end: int
) -> tuple[int, str] | None:
    """Return until where the digits here mean something else, and the customer's number if they are that."""
    if word[0].isdigit():
        found = _SOMETHING_ELSE.match(text, start)
        if found:
            return found.end(), ""
        if (
            ("eur" in text or "€" in text)
            and _CURRENCY_BEFORE.search(text, max(0, start - 8), start)
            and (found := _AFTER_CURRENCY.match(text, start))
        ):
            return found.end(), ""
    elif word.startswith("eur") and (found := _AMOUNT_WITH_CURRENCY.match(text, start)):
        return found.end(), ""
    elif glued := _GLUED.fullmatch(word):
        return start + len(word), glued[2] if glued[1] in _SAY_CUSTOMER else ""
    says = _says(previous, before)
    if says and _ONLY_PUNCTUATION.fullmatch(text, last_end, start):
        found = _SAID_NUMBER.match(text, start)
        if found:
            return found.end(), found[0] if says in _SAY_CUSTOMER else ""
    return None


def _says(previous: str, before: str) -> str:
    """Return the word that says what the number behind it is, "" when none does."""
    if previous in _SAY_SOMETHING_ELSE:
        return previous
    if previous in _SAY_NUMBER:
        return before if before in _SAY_SOMETHING_ELSE else ""
    for ending in _SAY_NUMBER:
        if previous.endswith(ending) and previous[: -len(ending)] in _SAY_SOMETHING_ELSE:
            return previous[: -len(ending)]
    return ""


def _said(text: str, words: list[Word]) -> frozenset[int]:
    """Return where numbers start that are said to be invoices', lists ("invoices 11, 12 and 13") included."""
    said = {found.end() for found in _SAYS_INVOICE.finditer(text)}
    if not said:
        return frozenset()
    goes_on_after = -1
    for word, start, end in words:
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
            return BARRIER * len(account) + found[0][len(account) :]
    return found[0]
