"""Which bank's way of writing a `:86:` is in, told by its form alone: a file may hold several.

To add one: a function that reads it, or returns None for a text that is not in it, and its name below (the first
that reads wins).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tijdig.formats.mt940 import dutch, slash, subfields
from tijdig.formats.mt940.details import Details, is_iban, marked_reference, one_line

_DIALECTS: tuple[Callable[[str, bool], Details | None], ...] = (
    slash.read,
    subfields.read,
    dutch.padded,
    dutch.sns,
    dutch.giro,
    dutch.knab,
    dutch.old_ing,
)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")
# Where banks write the other account; further on it is the payer who writes one.
_FIRST_WORDS = 90
# The words banks begin with when they take an entry back; further on they may be the payer's.
_CAME_BACK = re.compile(
    r"(?:RUECKLASTSCHRIFT|RÜCKLASTSCHRIFT|RETOURE|STORNO|TERUGBOEKING|ONBETAALDE (?:EUROPESE )?DOMICILIERING"
    r"|TERUGBETALING (?:EUROPESE )?DOMICILIERING|RETOUR (?:EUROPESE )?DOMICILIERING|DOMICILIATION (?:EUROPEENNE )?"
    r"(?:IMPAYEE|RETOURNEE)|RETOUR (?:DE )?DOMICILIATION|REVERSAL|RETURN(?:ED)? (?:OF )?DIRECT DEBIT)\b",
    re.IGNORECASE,
)


def details(text: str, credit: bool) -> Details:
    """Return what a :86: tells, its lines divided by "\\n"; `credit` says whether money came in."""
    text = text.rstrip()
    for read in _DIALECTS:
        found = read(text, credit)
        if found is not None:
            return found
    return _free(text)


def _free(text: str) -> Details:
    """Return what text without a form tells: Belgian banks and all others."""
    whole = one_line(text)
    return Details(
        account=_first_iban(whole[:_FIRST_WORDS]),
        remittance=whole,
        reference=marked_reference(text),
        returned=bool(_CAME_BACK.match(whole)),
    )


def _first_iban(text: str) -> str:
    for match in _IBAN.finditer(text):
        written = match[0].replace(" ", "")
        for length in range(15, min(len(written), 34) + 1):
            if is_iban(written[:length]):
                return written[:length]
    return ""
