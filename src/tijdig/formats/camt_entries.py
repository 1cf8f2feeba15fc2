"""The lines of one camt entry: its texts in, signed amounts and their details out.

Rules and their sources: bank-formats.md §6, 9–13.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from tijdig.domain.documents import StatementLine
from tijdig.domain.money import AmountInvalid, Money, exponent
from tijdig.formats.shapes import Rare

_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_NOISE = Decimal("0.000001")
_SAFE_DIGITS = 15
_LONGEST_SUMMARY = 1_000
# A shorter entry reference is a place in the statement, which the next statement uses again.
_SHORTEST_REFERENCE = 6

ENTRY = (
    ("Amt",),
    ("CdtDbtInd",),
    ("Sts/Cd", "Sts/Prtry", "Sts"),
    ("BookgDt/Dt", "BookgDt/DtTm"),
    ("ValDt/Dt", "ValDt/DtTm"),
    ("AcctSvcrRef",),
    ("NtryRef",),
    ("AddtlNtryInf",),
    ("Btch/PmtInfId", "Btch/MsgId"),
    ("Btch/NbOfTxs",),
    ("BkTxCd/Domn/Fmly/SubFmlyCd",),
)
DETAIL = (
    ("Amt", "AmtDtls/TxAmt/Amt"),
    ("CdtDbtInd",),
    ("Refs/AcctSvcrRef",),
    ("Refs/EndToEndId",),
    ("Refs/MndtId",),
    ("RltdPties/Dbtr/Nm", "RltdPties/UltmtDbtr/Nm"),
    ("RltdPties/DbtrAcct/Id/IBAN", "RltdPties/DbtrAcct/Id/Othr/Id", "RltdPties/DbtrAcct/Id/PrtryAcct/Id"),
    ("RltdPties/Cdtr/Nm", "RltdPties/UltmtCdtr/Nm"),
    ("RltdPties/CdtrAcct/Id/IBAN", "RltdPties/CdtrAcct/Id/Othr/Id", "RltdPties/CdtrAcct/Id/PrtryAcct/Id"),
    (
        "RtrInf/Rsn/Cd",
        "RtrInf/Rsn/Prtry",
        "RtrInf/RtrRsn/Cd",
        "RtrInf/RtrRsn/Prtry",
        "RtrInf/AddtlInf",
        "RtrInf",
    ),
    ("AddtlTxInf",),
)
REFERENCES = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef")
TEXTS = (
    "RmtInf/Ustrd",
    "RmtInf/Strd/RfrdDocInf/Nb",
    "RmtInf/Strd/RfrdDocInf/RfrdDocNb",
    "RmtInf/Strd/AddtlRmtInf",
)
_RATES = tuple(
    f"AmtDtls/{amount}/CcyXchg/XchgRate" for amount in ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt")
)
# What few entries have: amount as ordered, rate, charges as a total or one by one (Rcrd came with version 4).
_BESIDES = (
    ("AmtDtls/InstdAmt/Amt",),
    _RATES,
    ("Chrgs/TtlChrgsAndTaxAmt",),
    ("Chrgs/Amt", "Chrgs/Rcrd/Amt"),
)
ENTRY_RARITIES = (*_BESIDES, ("RvslInd",))
DETAIL_RARITIES = (*_BESIDES, ("RtrInf",), ("BkTxCd/Domn/Fmly/SubFmlyCd",))
# Families of a bank transaction code that take an earlier movement back, ours (IDDT) or one of us (RDDT):
# returned, reversed and recalled debits and transfers, unpaid cheques and cards (ISO 20022 external code list).
_TAKES_BACK = frozenset({"UPDD", "PRDD", "RCDD", "RRTN", "RPCR", "ARET", "UPCQ", "CQRV", "UPCT"})
# NtryDtls came with version 2, Pty with version 8.
TRANSPARENT = frozenset({"NtryDtls", "Pty"})


class EntryInvalid(ValueError):
    """One entry cannot be read; the message says why, in words for a user."""


@dataclass(slots=True)
class Account:
    """The statement being read: whose account it is, and the running figures."""

    where: str
    number: str
    currency: str
    entries: int = 0
    net: int = 0


@dataclass(slots=True)
class Details:
    """The texts of one TxDtls, in the order of DETAIL, and the currency of its amount."""

    values: Sequence[str]
    currency: str
    references: Sequence[str]
    texts: Sequence[str]
    rare: Rare = ()


@dataclass(slots=True)
class _Entry:
    """What all lines of one entry share."""

    account: Account
    amount: Money
    booking_date: date | None
    value_date: date | None
    reference: str
    additional: str
    place: int
    takes_back: bool
    rare: Rare


def lines(
    account: Account, texts: Sequence[str], currency: str, details: Sequence[Details], rare: Rare = ()
) -> Sequence[StatementLine]:
    """Return an entry's lines and count its amount; raises EntryInvalid or AmountInvalid.

    `texts` are those of ENTRY, `currency` that of its amount ("": the account's), `rare` ENTRY_RARITIES. Only
    CdtDbtInd gives the sign: RvslInd does not turn it, it says that an earlier movement is taken back
    (bank-formats.md §10). A batch becomes its children where they add up.
    """
    amount_text, indicator, _, booking, value, bank_reference, number, additional, batch, count, code = texts
    amount = signed(amount_text, indicator, currency or account.currency)
    account.currency = account.currency or amount.currency
    # Entries are in the account's currency by the standard's rule; some files write another code over them.
    if amount.currency == account.currency or exponent(amount.currency) == exponent(account.currency):
        account.net += amount.minor
    reference = bank_reference or (number if len(number.lstrip("0")) >= _SHORTEST_REFERENCE else "")
    takes_back = code in _TAKES_BACK or bool(rare and _says_yes(rare[-1]))
    entry = _Entry(
        account,
        amount,
        day(booking),
        day(value),
        reference,
        additional,
        account.entries - 1,
        takes_back,
        rare,
    )
    several = count.isdigit() and int(count[:9]) > 1
    if len(details) == 1 and not several:
        line = _line(entry, details[0], amount)
        return (_besides(line, entry.rare) if entry.rare else line,)
    name = batch or reference or f"{account.where}, entry {account.entries}"
    if len(details) > 1 and (amounts := _children(details, amount, indicator)):
        return [_line(entry, detail, part, name) for detail, part in zip(details, amounts, strict=True)]
    whole = _whole(entry, details) if len(details) != 1 else _line(entry, details[0], amount)
    return (replace(whole, batch=name, batch_incomplete=True),)


def _whole(entry: _Entry, details: Sequence[Details]) -> StatementLine:
    """Return the line of an entry that stays whole, with what its children say for a person to read."""
    parts = (text for detail in details[:50] for text in (*detail.references, *detail.texts) if text)
    return StatementLine(
        amount=entry.amount,
        booking_date=entry.booking_date,
        value_date=entry.value_date,
        remittance=" ".join(dict.fromkeys(parts))[:_LONGEST_SUMMARY] or entry.additional,
        bank_reference=entry.reference,
        returned=entry.takes_back,
        entry_index=entry.place,
    )


def _line(entry: _Entry, detail: Details, amount: Money, batch: str = "") -> StatementLine:
    """Return the line of one TxDtls. In a batch its own bank reference goes first, else the entry's."""
    (
        _, _, own_reference, end_to_end, mandate,
        debtor, debtor_account, creditor, creditor_account, returned, additional,
    ) = detail.values  # fmt: skip
    other, other_account, spare, spare_account = debtor, debtor_account, creditor, creditor_account
    if amount.minor < 0:
        other, other_account, spare, spare_account = creditor, creditor_account, debtor, debtor_account
    # A collection that came back names us where a payment names the other side.
    if (other_account and other_account == entry.account.number) or not (other or other_account):
        other, other_account = spare, spare_account
    references = detail.references
    texts = detail.texts
    if len(references) > 1:
        texts = [*texts, *references[1:]]
    remittance = texts[0] if len(texts) == 1 else " ".join(dict.fromkeys(text for text in texts if text))
    if not remittance or remittance in _NOT_GIVEN:
        remittance = "" if references else (additional or entry.additional)
    line = StatementLine(
        amount,
        entry.booking_date,
        entry.value_date,
        other,
        other_account.replace(" ", ""),
        references[0] if references else "",
        remittance,
        "" if end_to_end in _NOT_GIVEN else end_to_end,
        "" if mandate in _NOT_GIVEN else mandate,
        (own_reference or entry.reference) if batch else (entry.reference or own_reference),
        batch,
        False,
        entry.takes_back or bool(returned),
        returned,
        entry_index=entry.place,
    )
    return _besides(line, detail.rare) if detail.rare else line


def _says_yes(found: Sequence[tuple[str, str]]) -> bool:
    return any(text in ("true", "1") for text, _ in found)


def _besides(line: StatementLine, rare: Rare) -> StatementLine:
    """Return the line with what its rare places say, as far as it does not know better already."""
    ordered, rates, total, charges, *signs = rare
    amount, original, taken = line.amount, line.original_amount, line.charges
    if original is None and ordered:
        stated = _money(ordered[0], amount)
        if stated is not None:
            signed_as_booked = -stated if amount.minor < 0 else stated
            original = None if signed_as_booked == amount else signed_as_booked
    if taken is None:
        parts = [_money(each, amount) for each in total or charges]
        minor = sum(part.minor for part in parts if part is not None and part.currency == amount.currency)
        taken = Money(minor, amount.currency) if minor > 0 else None
    rate = next((text for text, _ in rates if text.strip("0").rstrip(".") not in ("", "1")), "")
    return replace(
        line,
        returned=line.returned or _takes_back(signs),
        original_amount=original,
        charges=taken,
        exchange_rate=line.exchange_rate or rate,
    )


def _takes_back(signs: Rare) -> bool:
    """Whether a payment of its own is one that came back: it has a reason, or a code that says so."""
    if len(signs) < 2:
        return False
    reasons, codes = signs
    return bool(reasons) or any(text in _TAKES_BACK for text, _ in codes)


def _money(found: tuple[str, str], like: Money) -> Money | None:
    """Return an amount beside the booked one, above zero, where it can be read."""
    text, currency = found
    try:
        money = signed(text, "CRDT", currency or like.currency)
    except (EntryInvalid, AmountInvalid):
        return None
    return money if money.minor > 0 else None


def _children(details: Sequence[Details], amount: Money, indicator: str) -> list[Money]:
    """Return the children's amounts, or none when they do not add up to their entry."""
    try:
        amounts = [
            signed(detail.values[0], detail.values[1] or indicator, detail.currency or amount.currency)
            for detail in details
        ]
    except (EntryInvalid, AmountInvalid):
        return []
    if any(part.currency != amount.currency for part in amounts):
        return []
    return amounts if sum(part.minor for part in amounts) == amount.minor else []


def signed(text: str, indicator: str, currency: str) -> Money:
    """Return the amount with its sign: DBIT is money out."""
    if indicator not in ("CRDT", "DBIT"):
        raise EntryInvalid(f"it says neither credit nor debit (CdtDbtInd is “{indicator}”)")
    if not is_currency(currency):
        raise EntryInvalid(f"“{currency}” is not a currency" if currency else "its amount has no currency")
    # The plain case first: it is nearly all of them.
    digits = text[:-3] + text[-2:] if text[-3:-2] == "." else ""
    if digits.isdigit() and digits.isascii() and len(digits) < _SAFE_DIGITS and exponent(currency) == 2:
        return Money(-int(digits) if indicator == "DBIT" else int(digits), currency)
    if not _AMOUNT.match(text):
        raise AmountInvalid(f"“{text}” is not an amount" if text else "it has no amount")
    amount = Money.of(_without_noise(text, currency), currency)
    return -amount if indicator == "DBIT" else amount


def _without_noise(text: str, currency: str) -> Decimal:
    """Return the amount without the noise of a sender's binary fractions (66.0000000000001)."""
    value = Decimal(text)
    if value.adjusted() > 15 or value.is_zero():
        return value
    rounded = round(value, exponent(currency))
    return rounded if abs(value - rounded) < _NOISE else value


@lru_cache(maxsize=100)
def is_currency(text: str) -> bool:
    """Whether `text` is written as a currency code."""
    return bool(_CURRENCY.match(text))


@lru_cache(maxsize=4096)
def day(text: str) -> date | None:
    """Return the date of an ISO date or date-time, None for no text. Raises EntryInvalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise EntryInvalid(f"“{text[:40]}” is not a date") from error


def day_or_none(text: str) -> date | None:
    """Return the date of an ISO date or date-time where it can be read."""
    try:
        return day(text)
    except EntryInvalid:
        return None
