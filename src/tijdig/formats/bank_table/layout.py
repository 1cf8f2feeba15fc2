"""Which column of a bank's table holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """What a column can hold. Several columns may hold TEXT; they are read one after another."""

    BOOKING_DATE = "BOOKING_DATE"
    VALUE_DATE = "VALUE_DATE"
    AMOUNT = "AMOUNT"
    MONEY_IN = "MONEY_IN"
    MONEY_OUT = "MONEY_OUT"
    IN_OR_OUT = "IN_OR_OUT"
    CURRENCY = "CURRENCY"
    ACCOUNT = "ACCOUNT"
    NAME = "NAME"
    COUNTER_ACCOUNT = "COUNTER_ACCOUNT"
    TEXT = "TEXT"
    REFERENCE = "REFERENCE"
    END_TO_END_ID = "END_TO_END_ID"
    MANDATE_ID = "MANDATE_ID"
    BANK_REFERENCE = "BANK_REFERENCE"
    BALANCE_AFTER = "BALANCE_AFTER"
    RETURN_REASON = "RETURN_REASON"
    ORIGINAL_AMOUNT = "ORIGINAL_AMOUNT"
    ORIGINAL_CURRENCY = "ORIGINAL_CURRENCY"
    EXCHANGE_RATE = "EXCHANGE_RATE"


class LayoutInvalid(ValueError):
    """The columns that were pointed out cannot be read as movements; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a table holds, by its place from 0. Raises LayoutInvalid.

    `account` is whose movements they are where no column says so; `has_header` is False for a file that
    begins with a movement at once; `bank` names the bank whose layout it is, "" for one of a person.
    """

    columns: tuple[tuple[int, Holds], ...]
    account: str = ""
    has_header: bool = True
    bank: str = ""

    def __post_init__(self) -> None:
        held = [what for _place, what in self.columns]
        twice = {what for what in held if held.count(what) > 1 and what is not Holds.TEXT}
        if twice:
            raise LayoutInvalid(f"two columns were said to hold the same: {', '.join(sorted(twice))}")
        if Holds.BOOKING_DATE not in held:
            raise LayoutInvalid("point out the column with the date of each movement")
        if Holds.AMOUNT not in held and not {Holds.MONEY_IN, Holds.MONEY_OUT} <= set(held):
            raise LayoutInvalid("point out the column with the amount, or those with money in and money out")
        if Holds.AMOUNT in held and {Holds.MONEY_IN, Holds.MONEY_OUT} & set(held):
            raise LayoutInvalid(
                "point out one column with the amount, or two with money in and out, not both"
            )

    def place_of(self, what: Holds) -> int | None:
        """Return the place of the column that holds this, None where none does."""
        return next((place for place, held in self.columns if held is what), None)

    @property
    def texts(self) -> tuple[int, ...]:
        """The places of the columns with text, in their order."""
        return tuple(place for place, held in self.columns if held is Holds.TEXT)


def name_key(name: str) -> str:
    """Return a column's name in the form two writings of it share: small letters and digits only."""
    plain = unicodedata.normalize("NFKD", name.replace("\ufffd", "e")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def signature(header: Sequence[str]) -> str:
    """Return what tables of the same columns have in common; a saved layout is found by it."""
    return "|".join(map(name_key, header))[:1000]


def guess(header: Sequence[str]) -> tuple[tuple[int, Holds], ...]:
    """Return what the columns hold as far as their names tell, for a person to look at."""
    found: list[tuple[int, Holds]] = []
    taken: set[Holds] = set()
    for place, name in enumerate(header):
        what = _BY_NAME.get(name_key(name))
        if what is not None and (what is Holds.TEXT or what not in taken):
            taken.add(what)
            found.append((place, what))
    return tuple(found)


def _named(names: Mapping[Holds, str]) -> dict[str, Holds]:
    return {name_key(name): what for what, several in names.items() for name in several.split("|")}


# In Dutch, French, English and German, as banks write them.
_BY_NAME = _named(
    {
        Holds.BOOKING_DATE: "datum|boekdatum|boekingsdatum|transactiedatum|date|booking date|date comptable|"
        "date de comptabilisation|date d'execution|uitvoeringsdatum|buchungstag|buchungsdatum|transactiondate|"
        "boeking|started date|completed date|date operation",
        Holds.VALUE_DATE: "valutadatum|rentedatum|valuta datum|value date|date valeur|date de valeur|valutatag|"
        "wertstellung|interest date|interestdate|valuedate|datum valuta",
        Holds.AMOUNT: "bedrag|bedrag (eur)|amount|amount (eur)|montant|betrag|betrag (eur)|transactiebedrag|"
        "montant (eur)|bedrag eur|mutatiebedrag|transactieamount",
        Holds.MONEY_IN: "credit|bij|haben|bedrag bij|money in|inkomend",
        Holds.MONEY_OUT: "debet|debit|af|soll|bedrag af|money out|uitgaand|debiet",
        Holds.IN_OR_OUT: "af bij|af/bij|debit/credit|debet/credit|credit/debet|bij/af|d/c|c/d|soll/haben|"
        "creditdebet|debit credit",
        Holds.CURRENCY: "munt|valuta|currency|devise|wahrung|muntsoort|waehrung|mutatievaluta|munteenheid",
        Holds.ACCOUNT: "rekening|rekeningnummer|iban/bban|account|iban|compte|numero de compte|kontonummer|"
        "auftragskonto|rekeningnummer opdrachtgever|eigen rekening|accountnumber|konto|own account",
        Holds.NAME: "naam tegenpartij|naam / omschrijving|name / description|naam|name|counterparty|tegenpartij|"
        "nom contrepartie|nom de la contrepartie|beguenstigter/zahlungspflichtiger|tegenrekeninghouder|"
        "nom contrepartie contient|naam tegenpartij bevat|tegenrekeninghouder naam|nom|empfanger|partner name|"
        "contrepartie|naam van de tegenpartij|begunstigde|auftraggeber",
        Holds.COUNTER_ACCOUNT: "tegenrekening|counterparty account|tegenrekening iban/bban|rekening tegenpartij|"
        "rekeningnummer tegenpartij|compte contrepartie|tegenrekeningnummer|kontonummer/iban|partner iban|"
        "compte de la contrepartie|counterparty account number|naar rekening|tegenpartij iban|iban tegenpartij",
        Holds.TEXT: "mededelingen|notifications|omschrijving|omschrijving-1|omschrijving-2|omschrijving-3|"
        "description|verwendungszweck|communication|communications|mededeling|vrije mededeling|"
        "communication libre|mededeling 1|mededeling 2|mededeling 3|detail|details|libelle|transactiomschrijving|"
        "free communication|payment reference|memo|betreff",
        Holds.REFERENCE: "gestructureerde mededeling|communication structuree|betalingskenmerk|"
        "structured communication|betaalkenmerk|structured reference|kenmerk",
        Holds.END_TO_END_ID: "transactiereferentie|end-to-end|end to end id|kundenreferenz (end-to-end)|"
        "endtoendid|e2e",
        Holds.MANDATE_ID: "machtigingskenmerk|mandaat|mandate|mandatsreferenz|reference mandat|mandaatreferentie",
        Holds.BANK_REFERENCE: "volgnr|transactienummer|bankreferentie|transaction id|referentie|transactieid|"
        "volgnummer|numero de mouvement|transactiecode id",
        Holds.BALANCE_AFTER: "saldo na trn|saldo na mutatie|saldo|balance|resulting balance|solde|"
        "saldo na boeking|balance after",
        Holds.RETURN_REASON: "reden retour|return reason|motif du retour",
        Holds.ORIGINAL_AMOUNT: "oorspr bedrag|original amount|montant original",
        Holds.ORIGINAL_CURRENCY: "oorspr munt|original currency",
        Holds.EXCHANGE_RATE: "koers|exchange rate|wisselkoers|cours",
    }
)
