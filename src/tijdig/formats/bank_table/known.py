"""The tables of banks whose columns are known, recognised by their header or, where there is none, by shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tijdig.formats.bank_table.layout import Holds, Layout, LayoutInvalid, guess, name_key

# Columns that only this bank's table has, all of them there; what they hold follows from their names.
_BANKS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (bank, frozenset(map(name_key, names.split("|"))))
    for bank, names in (
        ("ING", "datum|naam / omschrijving|rekening|tegenrekening|af bij|mededelingen"),
        ("ING", "date|name / description|account|counterparty|debit/credit|notifications"),
        ("Rabobank", "iban/bban|volgnr|rentedatum|saldo na trn|naam tegenpartij"),
        ("ABN AMRO", "rekeningnummer|muntsoort|transactiedatum|rentedatum|transactiebedrag|omschrijving"),
        ("ABN AMRO", "accountnumber|mutationcode|transactiondate|valuedate|amount|description"),
        ("Knab", "rekeningnummer|transactiedatum|valutacode|creditdebet|tegenrekeningnummer"),
        ("bunq", "date|interest date|amount|account|counterparty|name|description"),
        ("KBC", "rekeningnummer|afschriftnummer|munt|naam tegenpartij|gestructureerde mededeling"),
        ("KBC", "numero de compte|numero d'extrait|devise|communication structuree"),
        ("Belfius", "rekening|boekingsdatum|rekeninguittrekselnummer|rekening tegenpartij|mededelingen"),
        ("Belfius", "compte|date de comptabilisation|numero d'extrait|compte contrepartie|communications"),
        ("BNP Paribas Fortis", "volgnummer|uitvoeringsdatum|valutadatum|bedrag|valuta rekening"),
        ("ING België", "rekeningnummer|rekening tegenpartij|omzetnummer|boekingsdatum|valutadatum"),
        ("SNS, ASN, RegioBank", "boekingsdatum|opdrachtgeversrekening|tegenrekeningnummer|valutasoort saldo"),
    )
)
_MORE_NAMES: dict[str, dict[str, Holds]] = {
    "bunq": {"account": Holds.ACCOUNT, "counterparty": Holds.COUNTER_ACCOUNT, "name": Holds.NAME},
    "ING": {"counterparty": Holds.COUNTER_ACCOUNT},
    "Knab": {"valutacode": Holds.CURRENCY},
    "KBC": {"rubrieknaam": Holds.TEXT, "omschrijving": Holds.TEXT, "naam": Holds.TEXT, "nom": Holds.TEXT},
    "BNP Paribas Fortis": {
        "rekeningnummer": Holds.ACCOUNT,
        "valutarekening": Holds.CURRENCY,
        "tegenpartij": Holds.COUNTER_ACCOUNT,
        "naamvandetegenpartij": Holds.NAME,
    },
    "SNS, ASN, RegioBank": {
        "opdrachtgeversrekening": Holds.ACCOUNT,
        "valutasoortmutatie": Holds.CURRENCY,
        "transactiebedrag": Holds.AMOUNT,
        "naamtegenrekening": Holds.NAME,
    },
}
# Names that would hold something of their own, were they not of this bank.
_NOT_HERE: dict[str, frozenset[str]] = {
    "KBC": frozenset({"credit", "debet", "debit", "naam", "nom"}),
    "ABN AMRO": frozenset({"beginsaldo", "eindsaldo"}),
}
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}|\d{6,12}")
_COMPACT_DAY = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_DAY = re.compile(r"\d{2}-\d{2}-20\d\d")
_AMOUNT = re.compile(r"[+-]?[\d.]*\d,\d\d")


def recognise(header: Sequence[str]) -> Layout | None:
    """Return the layout of a table whose first filled row is `header`, where it is a known bank's; else None."""
    keys = [name_key(name) for name in header]
    for bank, needed in _BANKS:
        if needed <= set(keys):
            return _layout(bank, header, keys)
    return _without_header(header)


def _layout(bank: str, header: Sequence[str], keys: Sequence[str]) -> Layout | None:
    own, hidden = _MORE_NAMES.get(bank, {}), _NOT_HERE.get(bank, frozenset())
    columns = {place: what for place, what in guess(header) if keys[place] not in hidden}
    for place, key in enumerate(keys):
        if key in own:
            columns = {p: w for p, w in columns.items() if w is not own[key] or w is Holds.TEXT}
            columns[place] = own[key]
    try:
        return Layout(tuple(sorted(columns.items())), bank=bank)
    except LayoutInvalid:
        return None


def _without_header(first: Sequence[str]) -> Layout | None:
    """Return the layout of a table that begins with a movement: ABN AMRO's TAB file, Triodos' CSV."""
    cells = [cell.strip() for cell in first]
    if len(cells) == 8 and _ACCOUNT.fullmatch(cells[0]) and _COMPACT_DAY.fullmatch(cells[2]):
        held = (Holds.ACCOUNT, Holds.CURRENCY, Holds.BOOKING_DATE, None, Holds.BALANCE_AFTER, Holds.VALUE_DATE,
                Holds.AMOUNT, Holds.TEXT)  # fmt: skip
        return Layout(_placed(held), has_header=False, bank="ABN AMRO")
    if (
        len(cells) == 9
        and _DAY.fullmatch(cells[0])
        and _ACCOUNT.fullmatch(cells[1])
        and _AMOUNT.fullmatch(cells[2])
        and cells[3].lower() in ("credit", "debet", "debit")
    ):
        triodos = (Holds.BOOKING_DATE, Holds.ACCOUNT, Holds.AMOUNT, Holds.IN_OR_OUT, Holds.NAME,
                   Holds.COUNTER_ACCOUNT, None, Holds.TEXT, Holds.BALANCE_AFTER)  # fmt: skip
        return Layout(_placed(triodos), has_header=False, bank="Triodos")
    return None


def _placed(held: Sequence[Holds | None]) -> tuple[tuple[int, Holds], ...]:
    return tuple((place, what) for place, what in enumerate(held) if what is not None)
