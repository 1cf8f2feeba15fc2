"""Where a SEPA payment can go: the countries of the schemes, by the first two letters of an IBAN.

Source: European Payments Council, EPC409-09 "EPC List of SEPA Scheme Countries", as it stood on `LIST_OF`: 41
countries, and Gibraltar with letters of its own. Other territories have the letters of their country: Jersey,
Guernsey and the Isle of Man those of GB, the French overseas ones those of FR, the Åland Islands those of FI.
"""

from __future__ import annotations

from datetime import date

LIST_OF = date(2025, 5, 22)
"""The day of the list: the EPC's board took Serbia in. Kosovo (XK) has IBANs, and is not on it."""

_EUROPEAN_UNION = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
_OTHERS = ("AD", "CH", "GB", "GI", "IS", "LI", "MC", "NO", "SM", "VA")
# Taken in by the EPC's board in November 2024 (AL, ME), on 6 March 2025 (MD, MK) and on 22 May 2025 (RS); their
# banks take part since October 2025, those of Serbia since May 2026 at the earliest.
_LATEST = ("AL", "MD", "ME", "MK", "RS")

COUNTRIES = frozenset((*_EUROPEAN_UNION, *_OTHERS, *_LATEST))


def is_within(iban: str) -> bool:
    """Whether a SEPA payment can go to this account, as far as its country tells; spaces are allowed."""
    return "".join(iban.split()).upper()[:2] in COUNTRIES
