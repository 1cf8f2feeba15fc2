"""Writing a payment order in euro for the bank: pain.001.001.09, and .03 for banks that are not there yet.

One block per execution date and account, counts and sums at both levels, ids of 35 characters at most, the
character set that every SEPA bank takes, and no addresses: what is not structured is refused from November
2026 (bank-formats.md §6, 24-25).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from xml.sax.saxutils import escape

from tijdig.domain.money import Money
from tijdig.domain.references import is_iban

_LONGEST_ID = 35
_LONGEST_NAME = 70
_LONGEST_TEXT = 140
_MOST_MINOR = 99_999_999_999
# What SEPA banks take everywhere (EPC217-08): Latin letters without accents, digits, and few signs.
_NOT_TAKEN = re.compile(r"[^0-9A-Za-z/\-?:().,'+ ]")
_ID = re.compile(r"[0-9A-Za-z\-?:().,'+](?:/?[0-9A-Za-z\-?:().,'+ ])*")
_WRITTEN_OTHERWISE = str.maketrans(
    {
        "&": "+", "ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Œ": "OE", "œ": "oe", "Ł": "L",
        "ł": "l", "Đ": "D", "đ": "d", "Þ": "Th", "þ": "th", "ð": "d", "ı": "i", "’": "'", "‘": "'", "“": "'",
        "”": "'", '"': "'", "`": "'", "–": "-", "—": "-", "_": "-", "@": "(at)", "€": "EUR", ";": ",",
        "[": "(", "]": ")", "{": "(", "}": ")", "!": ".", "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ",
    }
)  # fmt: skip


class Version(StrEnum):
    """A version of the message that banks take."""

    V09 = "pain.001.001.09"
    V03 = "pain.001.001.03"


class OrderInvalid(ValueError):
    """The payments cannot be ordered so; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """A payment to somebody, on a day, from an account of ours. Texts in any alphabet; ids in the bank's.

    `reference` is a structured one (RF); else `text` is what the payee reads.
    """

    end_to_end_id: str
    amount: Money
    name: str
    iban: str
    execution_date: date
    account: str
    text: str = ""
    reference: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What goes to the bank in one file. `account_bics` has the bank's code of own accounts, where known."""

    message_id: str
    created_at: datetime
    initiator: str
    transfers: tuple[CreditTransfer, ...]
    account_bics: Mapping[str, str] = field(default_factory=dict)


def write(order: PaymentOrder, version: Version = Version.V09) -> bytes:
    """Return the order as XML. Raises OrderInvalid for what no bank would take."""
    _check(order)
    total = _sum(order.transfers)
    created = order.created_at.replace(microsecond=0, tzinfo=None).isoformat()
    blocks = "".join(
        _block(order, number, day, account, tuple(group), version)
        for number, ((day, account), group) in enumerate(
            groupby(
                sorted(order.transfers, key=lambda one: (one.execution_date, one.account)),
                key=lambda one: (one.execution_date, one.account),
            ),
            1,
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">\n<CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{order.message_id}</MsgId><CreDtTm>{created}</CreDtTm>"
        f"<NbOfTxs>{len(order.transfers)}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<InitgPty>{_name(order.initiator)}</InitgPty></GrpHdr>\n"
        f"{blocks}</CstmrCdtTrfInitn>\n</Document>\n"
    ).encode()


def block_id(message_id: str, number: int) -> str:
    """Return the id of a block of an order, as a bank's reports name it."""
    return f"{message_id[: _LONGEST_ID - 4]}-{number}"


def transliterated(text: str, longest: int) -> str:
    """Return the text in the letters that every SEPA bank takes, cut to so many.

    Accents are dropped and ligatures written out; what has no such letter becomes a point.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_WRITTEN_OTHERWISE))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _NOT_TAKEN.sub(".", plain.translate(_WRITTEN_OTHERWISE))
    return " ".join(plain.split())[:longest].strip()


def _check(order: PaymentOrder) -> None:
    if not order.transfers:
        raise OrderInvalid("there is nothing to pay")
    for identity in (order.message_id, *(one.end_to_end_id for one in order.transfers)):
        if len(identity) > _LONGEST_ID or not _ID.fullmatch(identity):
            raise OrderInvalid(f"“{identity}” cannot be the id of a payment")
    ids = [one.end_to_end_id for one in order.transfers]
    if len(set(ids)) < len(ids):
        raise OrderInvalid("two payments have the same id")
    for one in order.transfers:
        if one.amount.currency != "EUR" or not 0 < one.amount.minor <= _MOST_MINOR:
            raise OrderInvalid(f"{one.amount.currency} {one.amount} cannot be paid in a SEPA order")
        for iban in (one.iban, one.account):
            if not is_iban(iban):
                raise OrderInvalid(f"“{iban}” is not an IBAN")
        if not transliterated(one.name, _LONGEST_NAME).strip(". "):
            raise OrderInvalid(f"“{one.name}” is no name that a bank can read")


def _sum(transfers: Sequence[CreditTransfer]) -> Money:
    return Money(sum(one.amount.minor for one in transfers), "EUR")


def _block(
    order: PaymentOrder,
    number: int,
    day: date,
    account: str,
    transfers: Sequence[CreditTransfer],
    version: Version,
) -> str:
    when = f"<Dt>{day}</Dt>" if version is Version.V09 else str(day)
    agent = _agent(order.account_bics.get(account, ""), version, empty=True)
    return (
        f"<PmtInf><PmtInfId>{block_id(order.message_id, number)}</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<BtchBookg>false</BtchBookg><NbOfTxs>{len(transfers)}</NbOfTxs><CtrlSum>{_sum(transfers)}</CtrlSum>"
        f"<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt>{when}</ReqdExctnDt>"
        f"<Dbtr>{_name(order.initiator)}</Dbtr><DbtrAcct><Id><IBAN>{_iban(account)}</IBAN></Id></DbtrAcct>"
        f"<DbtrAgt>{agent}</DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"
        f"{''.join(_transfer(one, version) for one in transfers)}</PmtInf>\n"
    )


def _transfer(one: CreditTransfer, version: Version) -> str:
    agent = _agent(one.bic, version, empty=False)
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{one.end_to_end_id}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{one.amount}</InstdAmt></Amt>'
        f"{f'<CdtrAgt>{agent}</CdtrAgt>' if agent else ''}<Cdtr>{_name(one.name)}</Cdtr>"
        f"<CdtrAcct><Id><IBAN>{_iban(one.iban)}</IBAN></Id></CdtrAcct>{_remittance(one)}</CdtTrfTxInf>\n"
    )


def _agent(bic: str, version: Version, *, empty: bool) -> str:
    """Return a bank by its code; within SEPA it may be left out where the standard lets it be."""
    if bic:
        tag = "BICFI" if version is Version.V09 else "BIC"
        return f"<FinInstnId><{tag}>{bic.replace(' ', '').upper()}</{tag}></FinInstnId>"
    return "<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>" if empty else ""


def _remittance(one: CreditTransfer) -> str:
    if one.reference:
        kind = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp>"
        reference = escape(one.reference.replace(" ", "").upper())
        return f"<RmtInf><Strd><CdtrRefInf>{kind}<Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>"
    text = transliterated(one.text, _LONGEST_TEXT)
    return f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf>" if text else ""


def _name(text: str) -> str:
    return f"<Nm>{escape(transliterated(text, _LONGEST_NAME))}</Nm>"


def _iban(text: str) -> str:
    return text.replace(" ", "").upper()
