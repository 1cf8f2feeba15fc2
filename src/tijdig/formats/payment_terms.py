"""Payment terms in words: the number of days, where the words leave no doubt."""

from __future__ import annotations

import re

LONGEST_TERM = 180

_DAYS = r"(?:days?|dagen|dag|jours?|tagen?|dagar|dager|dage)"
_ANY_DAYS = re.compile(rf"\d+\s*(?:\w+\s+)?{_DAYS}\b", re.IGNORECASE)
# Words that make a term conditional: a discount for the quick, the end of a month.
_DOUBT = re.compile(
    r"discount|korting|contant|escompte|remise|skonto|rabat|if paid|indien betaald"
    r"|end of|einde|ultimo|fin (?:de|du) mois|monatsende|lopende|delivery|levering|livraison|lieferung",
    re.IGNORECASE,
)
_TERM = re.compile(
    rf"""
    (?:(?:please\ pay|to\ be\ paid|payable|payment(?:\ terms?)?|terms?|due|net
        |te\ betalen|gelieve\ te\ betalen|betaling(?:stermijn|sconditie|scondities)?|betaaltermijn|netto
        |paiement|à\ payer|payable|délai\ de\ paiement|conditions\ de\ paiement
        |zahlbar|zahlung|zahlungsziel|zahlungsbedingungen?|betalningsvillkor|betalingsbetingelser)
       (?:\ due)? \s*[:,-]?\s*)?
    (?:(?:net|netto|within|in|binnen(?:\ de)?|over|dans(?:\ les)?|sous|endéans(?:\ les)?|à
        |innerhalb(?:\ von)?|innert|inom|innen|een\ termijn\ van|une\ période\ de|un\ délai\ de)\s+)*
    (?P<days>\d{{1,3}}) \s* (?:calendar|kalender|kalenderdagen|calendaires)? \s* {_DAYS} (?:\ calendaires)?
    (?:\s*[,-]?\s*(?:net|netto|nets))?
    (?:\s+(?:after|from|of|following|na|vanaf|après|à\ compter\ de|à\ partir\ de|de|date|nach|ab|från
        |efter|etter|fra)
       (?:\ (?:the|de|la|het|receipt\ of|ontvangst\ van))?
       \ ?(?:date\ (?:of|de)\ (?:the\ |la\ )?)?(?:d['’])?(?:e\ )?
       (?:invoice|credit\ note|factuur|creditnota|facture|rechnung|faktura)?s?-?\ ?
       (?:date|datum|erhalt|dato)?)?
    \s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def days_of(text: str) -> int | None:
    """Return the days of a plain term ("30 days", "Betaling binnen 14 dagen na factuurdatum"), else None.

    None where the words name several terms, a discount, the end of a month, or anything else that makes the
    day uncertain: a wrong due date is worse than asking.
    """
    if _DOUBT.search(text) or len(_ANY_DAYS.findall(text)) != 1:
        return None
    for sentence in re.split(r"[.;\n]+", text):
        match = _TERM.match(" ".join(sentence.split()))
        if match and 0 < int(match["days"]) <= LONGEST_TERM:
            return int(match["days"])
    return None
