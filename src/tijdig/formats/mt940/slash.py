"""`:86:` in codewords between slashes: ABN AMRO, ING, Rabobank, Knab, bunq, Triodos, Van Lanschot and others.

A value may hold slashes, so only known codewords divide it. Sources: bank-formats.md §6.18; the banks' format
descriptions (Rabobank MT940 Structured, ING Structured MT940, ABN AMRO SWIFT MT940).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from tijdig.formats.mt940.details import Details, given, marked_reference, one_line, unwrapped

_PARTIES = ("ORDP", "BENM", "ULTD", "ULTC", "ULTB")
_WORDS = (
    *_PARTIES,
    *("TRTP", "RTYP", "TRCD", "RTRN", "PREF", "EREF", "MARF", "CSID", "CNTP", "REMI", "PURP", "SUBJ"),
    *("IBAN", "BBAN", "BIC", "NAME", "ADDR", "ACCW", "ISDT", "NRTX", "PIND", "INIT", "SVCL", "BREF", "IREF"),
    *("EXCH", "OCMT", "OAMT", "CHGS", "CHGS1", "CHGS2", "CHRG", "SUM"),
)
_AMOUNTS = frozenset({"EXCH", "OCMT", "OAMT", "CHGS", "CHGS1", "CHGS2", "CHRG"})
_words = re.compile(rf"/({'|'.join(sorted(_WORDS, key=len, reverse=True))}|(?<=//)ID)/").split
_OPENS = re.compile(r"\s*/[A-Z\n]{2,6}[0-9]?/")
_KNOWN = re.compile(rf"/(?:{'|'.join(_WORDS)})/")
_ISSUED = re.compile(r"ISSUER:\s*(\w+)\s*REF:\s*([\w ]+)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9 -]{6,34}\Z")
_CAME_BACK = re.compile(
    r"R(?:UE|Ü)CKLASTSCHRIFT|TERUGBOEKING|TERUGGEBOEKT|NIET UITGEVOERD|STORN"
    r"|RETOUR|RETURN|REVERSAL|REJECT|REFUND|REFUSAL"
)
_Said = Mapping[str, str]


def read(text: str, credit: bool) -> Details | None:
    """Return what the codewords tell; None when the text opens with none, or holds none that is known.

    Of two parties the other one is the payer of a credit.
    """
    if not (_OPENS.match(text) and (_KNOWN.search(text) or _KNOWN.search(text.replace("\n", "")))):
        return None
    parts = _words(unwrapped(text))
    words, values = parts[1::2], parts[2::2]
    said: _Said = dict(zip(words, values, strict=True))
    if len(said) != len(words):
        said = _of_parties(words, values, credit)
    name, account = _counterparty(said)
    remittance, reference = _remittance(said.get("REMI", ""), text)
    kind = (said.get("TRTP") or said.get("RTYP") or "").strip("/ ")
    if not (remittance or reference):
        remittance = one_line(parts[0]) or kind
        if not remittance and _AMOUNTS.issuperset(said):
            remittance = one_line(text)
    found = Details(
        name,
        account,
        remittance,
        reference,
        given(said["EREF"]) if "EREF" in said else "",
        given(said["MARF"]) if "MARF" in said else "",
        _batch(said) if "PREF" in said and "EREF" not in said else "",
        kind != "" and ("RTYP" in said or came_back(kind)),
    )
    if "RTRN" in said:
        found.returned = True
        found.return_reason = said["RTRN"].strip("/ ").partition("/")[0].strip()
    if not _AMOUNTS.isdisjoint(said):
        amounts(said, found)
    return found


def has_amounts(text: str) -> bool:
    """Whether a text holds a codeword of an amount."""
    return "/OCMT/" in text or "/CHGS" in text or "/OAMT/" in text or "/EXCH/" in text


def amounts(said: _Said, found: Details) -> None:
    """Note the amount as it was ordered, what was taken off it, and the rate."""
    found.original = _first(said, "OCMT", "OAMT") or found.original
    found.charges = _first(said, "CHGS", "CHGS1", "CHGS2", "CHRG") or found.charges
    found.rate = _first(said, "EXCH") or found.rate


def codewords(text: str) -> _Said:
    """Return the values of the known codewords in a text."""
    parts = _words(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _batch(said: _Said) -> str:
    """Return the name of the batch; one of a single payment is none."""
    return "" if said.get("NRTX", "").strip("/ ") in ("0", "1") else given(said["PREF"])


def _first(said: _Said, *words: str) -> str:
    return next((value for word in words if (value := said.get(word, "").strip("/ ").partition("/")[0])), "")


def _of_parties(words: Sequence[str], values: Sequence[str], credit: bool) -> _Said:
    """Return the first value of each codeword that has one, of the parties that of the other side."""
    said: dict[str, str] = {}
    by_party: dict[str, dict[str, str]] = {}
    party = ""
    for word, value in zip(words, values, strict=True):
        if word in _PARTIES:
            party = word
        if party and word in (party, "NAME", "IBAN", "BBAN", "BIC", "ADDR", "ID"):
            by_party.setdefault(party, {}).setdefault(word, value)
        elif not said.get(word, "").strip("/ "):
            said[word] = value
            party = ""
    other = ("ORDP", "ULTD") if credit else ("BENM", "ULTC", "ULTB")
    chosen = next((by_party[each] for each in (*other, *_PARTIES) if each in by_party), {})
    return {**chosen, **said}


def _counterparty(said: _Said) -> tuple[str, str]:
    """Return name and account of the other side."""
    if "CNTP" in said:
        # account/BIC/name/city/: a slash more is one in the name.
        parts = said["CNTP"].split("/")
        return one_line("/".join(parts[2 : max(len(parts) - 2, 3)])).strip("/ "), parts[0].strip()
    name = said.get("NAME")
    account = said.get("IBAN") or said.get("BBAN") or said.get("ACCW", "").partition(",")[0]
    if name is None:
        name = said.get("ORDP") or said.get("BENM") or ""
        first, _, rest = name.strip("/ ").partition("/")
        if rest and not account and _NUMBER.match(first):
            account, name = first, rest.partition("/")[0]
    return one_line(name.strip("/")), account.strip("/ ").replace(" ", "")


def _remittance(value: str, text: str) -> tuple[str, str]:
    """Return remittance and structured reference of a REMI value.

    `USTD//text/`, `STRD/CUR/reference/`, `ISSUER: CUR REF: reference`, or just text.
    """
    if value.startswith("USTD/"):
        value = value[5:]
    elif value.startswith("STRD/"):
        _, _, reference = value[5:].partition("/")
        return "", reference.strip("/ ").replace(" ", "")
    elif value[:7].upper() == "ISSUER:" and (issued := _ISSUED.match(value)):
        return "", issued[2].replace(" ", "")
    value = one_line(value.strip("/ "))
    return value, marked_reference(text)


@lru_cache(maxsize=256)
def came_back(kind: str) -> bool:
    """Whether the bank's name of a kind of entry says that it takes back an earlier one."""
    return bool(_CAME_BACK.search(kind.upper()))
