"""`:86:` in numbered subfields: ?00 to ?63, as German banks write them; with >, + or another sign elsewhere.

Three digits say what happened (the Geschäftsvorfallcode), 20–29 and 60–63 are the text, in it SEPA's own
codewords; 31 is the account, 32 and 33 the name. Sources: Anlage 3 of the DFÜ-Abkommen, field 86;
bank-formats.md §6.18. Triodos writes account, BIC and IBAN elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from tijdig.formats.mt940 import slash
from tijdig.formats.mt940.details import Details, given, marked_reference, one_line

_OPENS = re.compile(r"\s?([0-9]{3})?([^\w\s/:.,;()'-])[0-9]{2}")
_TEXT = (*map(str, range(20, 30)), "60", "61", "62", "63")
_FULL = 27
_words = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|BREF|RREF|SQTP|IBAN|BIC)\+"
).split
_words_with_colon = re.compile(r"\b(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC): ").split
_IS_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")
_IS_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2,5}\Z")
_REASON_IN_TEXT = re.compile(r"\b(?:AC|AG|AM|BE|ED|FF|MD|MS|RC|RR|SL|TM)[0-9]{2}\b")

# What came back: direct debits (108, 109, old 009), transfers (159, old 059), debits we took back (181, 184).
_CAME_BACK = frozenset({"009", "059", "108", "109", "159", "181", "184"})
_BATCHES = frozenset({"191", "192", "193", "194", "195", "196", "197", "198"})
# The key of a return (?34) as a reason of ISO 20022, where sources agree on it; another stays as it is.
_REASONS = {
    "901": "AC01", "902": "AC04", "903": "AC06", "904": "AG01", "906": "AM04", "907": "AM05",
    "909": "MD01", "910": "MD02", "912": "MD06", "913": "MD07", "914": "MS03", "915": "RC01",
}  # fmt: skip


def read(text: str, _credit: bool) -> Details | None:
    """Return what the subfields tell; None when the text opens with no code of three digits, nor with "?"."""
    opening = _OPENS.match(text)
    if opening is None or not (opening[1] or opening[2] == "?"):
        return None
    code, sign = opening[1] or "", opening[2]
    text = text.replace("\n", "")
    parts = _splitter(sign)(text)
    fields = _fields(parts[1::2], parts[2::2])
    if sign == ">":
        return _triodos(fields)
    body = _joined(fields, _TEXT)
    words = _sepa_words(body)
    found = Details(
        name=one_line(_joined(fields, ("32", "33"))).strip("/ "),
        account=(fields.get("31") or fields.get("38") or words.get("IBAN", "")).replace(" ", ""),
        remittance=one_line(words.get("SVWZ", "")) or fields.get("00", "").strip(),
        end_to_end_id=given(words.get("EREF", "")),
        mandate_id=given(words.get("MREF", "")),
    )
    found.reference = marked_reference(found.remittance)
    if code in _BATCHES and not found.end_to_end_id:
        found.batch = given(words.get("KREF", ""))
    _returned(found, code, fields)
    if "OAMT" in words or "COAM" in words:
        found.original, found.charges = words.get("OAMT", "").strip(), words.get("COAM", "").strip()
    if slash.has_amounts(body):
        slash.amounts(slash.codewords(body), found)
    return found


def _fields(numbers: Sequence[str], values: Sequence[str]) -> Mapping[str, str]:
    """Return the subfields by their numbers; one that stands there twice goes on."""
    fields = dict(zip(numbers, values, strict=True))
    if len(fields) < len(numbers):
        fields = {}
        for number, value in zip(numbers, values, strict=True):
            fields[number] = fields.get(number, "") + value
    return fields


@lru_cache(maxsize=32)
def _splitter(sign: str) -> Callable[[str], Sequence[str]]:
    return re.compile(rf"{re.escape(sign)}([0-6][0-9])").split


def _joined(fields: Mapping[str, str], numbers: Sequence[str]) -> str:
    """Return subfields that go on in each other; one that is not full ended at a space or a codeword."""
    whole = ""
    for number in numbers:
        if value := fields.get(number):
            whole += value if len(value) == _FULL or value[-1] == " " else f"{value} "
    return whole


def _sepa_words(body: str) -> Mapping[str, str]:
    """Return the SEPA codewords of the text; what has none is remittance (SVWZ)."""
    parts = _words(body)
    if len(parts) == 1:
        parts = _words_with_colon(body)
    words = dict(zip(parts[1::2], parts[2::2], strict=True))
    if "SVWZ" not in words:
        words["SVWZ"] = parts[0]
    return words


def _returned(found: Details, code: str, fields: Mapping[str, str]) -> None:
    """Note whether the entry takes back an earlier one, and why."""
    found.returned = code in _CAME_BACK or slash.came_back(fields.get("00", ""))
    if not found.returned:
        return
    key = fields.get("34", "").strip()[:3]
    in_text = _REASON_IN_TEXT.search(found.remittance)
    if in_text:
        found.return_reason = in_text[0]
    elif key.startswith("9"):
        found.return_reason = _REASONS.get(key, key)


def _triodos(fields: Mapping[str, str]) -> Details:
    """Return what Triodos tells: 10 is the other account, or 20 its BIC and 21 its IBAN."""
    account = fields.get("10", "").strip()
    texts = _TEXT
    if not account.strip("0") and _IS_BIC.match(fields.get("20", "").strip()):
        iban = fields.get("21", "").strip()
        account, texts = (iban, _TEXT[2:]) if _IS_IBAN.match(iban) else ("", _TEXT[1:])
    remittance = one_line(_joined(fields, texts))
    return Details(account=account, remittance=remittance, reference=marked_reference(remittance))
