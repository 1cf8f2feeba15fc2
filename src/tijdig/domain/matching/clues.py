"""Clues in transfers: what items can be looked up by, first what is certain and then what is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tijdig.domain import references
from tijdig.domain.matching import customer_numbers, names, nearness, numbers
from tijdig.domain.matching.customer_numbers import Said
from tijdig.domain.matching.facts import Transfer

# Shorter texts are a word or a day, never somebody's reference.
_SHORTEST_FREE_REFERENCE = 6
_LONGEST_REFERENCE = 35
_SHORTEST_ACCOUNT = 5
_NO_ID = frozenset(("NOTPROVIDED", "NONREF", "NOTPROVIDEDNONREF", "NOREF", "NONE"))
_MAY_HOLD_A_REFERENCE = re.compile(
    r"\d{7}|\d{3}\s*[/ .-]\s*\d{4}\s*[/ .-]\s*\d{5}|\d{4}[ .-]\d{4}[ .-]\d{4}|[Rr][Ff]\s?\d\d"
)


@dataclass(frozen=True, slots=True)
class Clues:
    """What names an item for certain: references as they may be stored, and cores of invoice numbers."""

    references: frozenset[str]
    cores: frozenset[str]


@dataclass(frozen=True, slots=True)
class WideClues:
    """What else a payment may be recognised by.

    `tails` are ends of invoice numbers (see nearness.tail), `amounts` are (currency, minor units), `names` are
    how the payers' names begin, `customer_numbers` what may be one in the text.
    """

    tails: frozenset[str]
    amounts: frozenset[tuple[str, int]]
    accounts: frozenset[str]
    names: frozenset[str]
    customer_numbers: frozenset[Said]


def gather_clues(transfers: Iterable[Transfer]) -> Clues:
    """Return the clues of a whole file at once, so that one look-up finds every item it names."""
    spellings: set[str] = set()
    cores: set[str] = set()
    for transfer in transfers:
        if is_receipt(transfer):
            for key in reference_keys(transfer):
                spellings.update(reference_spellings(key))
            for text in texts_of(transfer):
                cores.update(m.core for m in numbers.mentions(text) if numbers.may_be_certain(m))
    return Clues(frozenset(spellings), frozenset(cores))


def gather_wide_clues(transfers: Iterable[Transfer]) -> WideClues:
    """Return what else to look for, for the transfers that name nothing that fits."""
    tails: set[str] = set()
    amounts: set[tuple[str, int]] = set()
    accounts: set[str] = set()
    beginnings: set[str] = set()
    customers: set[Said] = set()
    for transfer in transfers:
        if is_receipt(transfer):
            amounts.add((transfer.currency, transfer.amount_minor))
            beginnings.add(names.beginning(transfer.counterparty_name))
            accounts.add(account_of(transfer))
            for text in (*texts_of(transfer), payment_id(transfer)):
                tails |= nearness.keys(text)
            customers.update(said for text in texts_of(transfer) for said in customer_numbers.said_in(text))
    return WideClues(
        frozenset(tails),
        frozenset(amounts),
        frozenset(accounts - {""}),
        frozenset(beginnings - {""}),
        frozenset(customers),
    )


def is_receipt(transfer: Transfer) -> bool:
    """Whether money came in that somebody may have paid."""
    return transfer.amount_minor > 0 and not transfer.returned and not transfer.return_reason


def texts_of(transfer: Transfer) -> tuple[str, ...]:
    """Return the texts of a transfer in which a number may stand."""
    return tuple([text for text in (transfer.structured_reference, transfer.remittance) if text])


def account_of(transfer: Transfer) -> str:
    """Return the payer's account without spaces; "" where it is not told."""
    account = transfer.counterparty_account.replace(" ", "").upper()
    return account if len(account) >= _SHORTEST_ACCOUNT else ""


@lru_cache(maxsize=8192)
def _id_key(end_to_end_id: str) -> str:
    key = references.normalise(end_to_end_id)
    if len(key) < _SHORTEST_FREE_REFERENCE or key in _NO_ID or not any(c.isdigit() for c in key):
        return ""
    return key


def payment_id_key(transfer: Transfer) -> str:
    """Return the end-to-end id in normal form; "" where it says nothing (NOTPROVIDED and its kind)."""
    return _id_key(transfer.end_to_end_id) if transfer.end_to_end_id else ""


def payment_id(transfer: Transfer) -> str:
    """Return the end-to-end id as it was written; "" where it says nothing."""
    return transfer.end_to_end_id if payment_id_key(transfer) else ""


def reference_keys(transfer: Transfer) -> tuple[str, ...]:
    """Return the payment references a transfer carries, in normal form.

    The structured field counts whatever its form, and so does the end-to-end id. In free text only what can
    be an OGM, RF or betalingskenmerk does, and a text that is nothing but a reference. None of them is trusted
    before an item with it is found.
    """
    keys = text_keys(transfer.structured_reference, transfer.remittance)
    own = payment_id_key(transfer)
    return (*keys, own) if own and own not in keys else keys


@lru_cache(maxsize=8192)  # a batch of a file is read for its clues, and again to be matched
def text_keys(structured: str, text: str) -> tuple[str, ...]:
    """Return the references in the structured field and in the text, in normal form."""
    keys = [reference_key(structured)] if structured else []
    if _SHORTEST_FREE_REFERENCE <= len(text) <= 2 * _LONGEST_REFERENCE:
        whole = reference_key(text)
        if _SHORTEST_FREE_REFERENCE <= len(whole) <= _LONGEST_REFERENCE and any(c.isdigit() for c in whole):
            keys.append(whole)
    for place in (structured, text):
        if place and not (keys and place == keys[0]) and _MAY_HOLD_A_REFERENCE.search(place):
            keys.extend(candidate.value for candidate in references.candidates(place))
    return tuple(dict.fromkeys(key for key in keys if key))


@lru_cache(maxsize=65536)  # the references of a batch's items
def reference_key(reference: str) -> str:
    """Return the normal form two writings of one reference share."""
    return references.normalise(reference)


@lru_cache(maxsize=8192)
def reference_spellings(key: str) -> tuple[str, ...]:
    """Return the ways a reference may have been stored with its item."""
    spellings = [key]
    if len(key) == 12 and references.is_ogm(key):
        spellings.append(references.print_ogm(key))
    elif key.startswith("RF") and references.is_rf(key):
        spellings.append(" ".join(key[start : start + 4] for start in range(0, len(key), 4)))
    return tuple(spellings)


def is_checked(key: str) -> bool:
    """Whether a reference has check digits, so that a slip in it would have been noticed."""
    return (
        references.is_ogm(key)
        or references.is_rf(key)
        or (len(key) == 16 and references.is_betalingskenmerk(key))
    )
