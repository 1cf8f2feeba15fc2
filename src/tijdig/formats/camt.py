"""Bank statements in ISO 20022 XML: camt.053 (and .052, .054) of every version, with or without namespace.

One streaming pass with flat memory; elements are known by local name and place. Rules and their sources:
bank-formats.md §6, 7–13.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, cast

from lxml import etree

from tijdig.domain.documents import Rejected, Statement, StatementLine, whole_statements
from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats.camt_entries import (
    DETAIL,
    DETAIL_RARITIES,
    ENTRY,
    ENTRY_RARITIES,
    REFERENCES,
    TEXTS,
    TRANSPARENT,
    Account,
    Details,
    EntryInvalid,
    day_or_none,
    is_currency,
    lines,
    signed,
)
from tijdig.formats.shapes import NotAlone, Shapes

_CONTAINERS = ("{*}Stmt", "{*}Rpt", "{*}Ntfctn")
_OPENING = ("OPBD", "PRCD")
_CLOSING = "CLBD"
_BOOKED = (*_OPENING, _CLOSING)
_CHUNK = 32 * 1024
# An entry longer than so many chunks is a large batch: its children are read and freed as they come.
_MOST_QUIET = 16
_ENTRY_WIDTH = len(ENTRY)
_RARE_WIDTH = len(ENTRY_RARITIES)
_STATUS = 2
_DEFAULT_NAMESPACE = re.compile(
    rb"""(?<=\s)xmlns=(?:"urn:iso:std:iso:20022:[^"<]*"|'urn:iso:std:iso:20022:[^'<]*')"""
)


class CamtRefused(ValueError):
    """The file is no camt message that can be read whole: where it breaks, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


def read(source: IO[bytes]) -> Iterator[Statement]:
    """Yield the statements in `source`, each with its lines and rejected entries.

    Raises CamtRefused when the XML breaks off or is not well-formed.
    """
    return whole_statements(stream(source))


def stream(source: IO[bytes]) -> Iterator[StatementLine | Rejected | Statement]:
    """Yield lines and rejected entries as they are read, and after the last of a statement the statement.

    The statement comes without its lines; memory stays flat whatever the size. Raises CamtRefused as `read`.
    """
    reader = _Reader()
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}Ntry", "{*}Acct", *_CONTAINERS),
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    begun = False
    try:
        while chunk := source.read(_CHUNK):
            parser.feed(chunk if begun else _bare(chunk))
            begun = True
            for _, completed in parser.read_events():
                element = cast("etree._Element", completed)
                tag = element.tag
                if tag.endswith("Ntry"):
                    yield from reader.entry(element)
                    _let_go(element)
                elif tag.endswith("Acct"):
                    reader.begin(element.getparent())
                else:
                    yield reader.statement(element)
                    _let_go(element)
            reader.relieve()
        parser.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        problem = error.msg.partition(", line ")[0]
        raise CamtRefused(
            f"line {line}, column {column}", f"the file is cut off or damaged: {problem}"
        ) from error


def _bare(beginning: bytes) -> bytes:
    """Return the first bytes of a file without its default namespace, of the same length.

    Every tag would carry it, and none is known by it: without, reading takes a tenth less time.
    """
    return _DEFAULT_NAMESPACE.sub(lambda found: b" " * len(found.group()), beginning, count=1)


def _let_go(element: etree._Element) -> None:
    """Free an element that was read, and the emptied one of its kind before it."""
    element.clear()
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None and parent is not None and previous.tag == element.tag:
        parent.remove(previous)


class _Reader:
    """Turns the elements of one file, in their order, into lines and statements."""

    def __init__(self) -> None:
        self._entries = Shapes(
            single=(*ENTRY, *(_below("TxDtls", paths) for paths in DETAIL)),
            attributed=(ENTRY[0], _below("TxDtls", DETAIL[0])),
            attribute="Ccy",
            repeated=(_below("TxDtls", REFERENCES), _below("TxDtls", TEXTS)),
            rare=(*ENTRY_RARITIES, *(_below("TxDtls", paths) for paths in DETAIL_RARITIES)),
            transparent=TRANSPARENT,
            alone="TxDtls",
        )
        self._details = Shapes(
            single=DETAIL,
            attributed=DETAIL[:1],
            attribute="Ccy",
            repeated=(REFERENCES, TEXTS),
            rare=DETAIL_RARITIES,
            transparent=TRANSPARENT,
        )
        self._statements = 0
        self._account: Account | None = None
        self._open: etree._Element | None = None
        self._quiet = 0
        self._read: list[Details] = []

    def begin(self, statement: etree._Element | None) -> None:
        """Take note of the statement that is being read."""
        self._open = statement

    def relieve(self) -> None:
        """Free what is read of an entry that goes on and on: the children of a large batch."""
        self._quiet += 1
        if self._quiet > _MOST_QUIET and self._open is not None and len(self._open):
            self._harvest(list(self._open[-1].iter("{*}TxDtls"))[:-1])

    def _harvest(self, children: Sequence[etree._Element]) -> None:
        """Read children of a batch and take them out of the tree."""
        for child in children:
            values, (currency,), (references, texts), rare = self._details.pick(child)
            self._read.append(Details(values, currency, references, texts, rare))
            parent = child.getparent()
            if parent is not None:
                parent.remove(child)

    def entry(self, element: etree._Element) -> Sequence[StatementLine | Rejected]:
        """Return the lines of an entry: one, or those of its batch; none when it is not booked."""
        self._quiet = 0
        account = self._account
        if account is None:
            parent = element.getparent()
            account = self._account = self._opened(element if parent is None else parent)
        try:
            values, (currency, detail_currency), (references, texts), rare = self._entries.pick(element)
        except NotAlone:
            self._harvest(list(element.iter("{*}TxDtls")))
            values, (currency, detail_currency), (references, texts), rare = self._entries.pick(element)
        if self._read:
            details, self._read = self._read, []
        else:
            own = rare[_RARE_WIDTH:] if rare else ()
            details = [Details(values[_ENTRY_WIDTH:], detail_currency, references, texts, own)]
        account.entries += 1
        if values[_STATUS] not in ("BOOK", ""):
            return ()
        try:
            return lines(account, values[:_ENTRY_WIDTH], currency, details, rare[:_RARE_WIDTH])
        except (EntryInvalid, AmountInvalid) as error:
            where = f"{account.where}, entry {account.entries} (line {element.sourceline})"
            return (Rejected(where, str(error)),)

    def statement(self, element: etree._Element) -> Statement:
        """Return the statement that ends here, without its lines."""
        account = self._account or self._opened(element)
        self._account = self._open = None
        balances = _balances(element, account.currency)
        return Statement(
            account=account.number,
            id=_text(element, "Id"),
            currency=account.currency,
            sequence=_text(element, "ElctrncSeqNb") or _text(element, "LglSeqNb"),
            opening_balance=balances.opening,
            closing_balance=balances.closing,
            from_date=day_or_none(_text(element, "FrToDt/FrDtTm") or _text(element, "FrToDt/FrDt")),
            to_date=day_or_none(_text(element, "FrToDt/ToDtTm") or _text(element, "FrToDt/ToDt"))
            or balances.closing_day,
            entry_count=account.entries,
            net_booked=Money(account.net, account.currency) if account.currency else None,
            rejected=balances.rejected,
        )

    def _opened(self, statement: etree._Element) -> Account:
        """Begin a statement: its account, as far as the file says it before the first entry."""
        self._statements += 1
        number = ""
        for path in ("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN"):
            number = number or _text(statement, path)
        identity = _text(statement, "Id")
        where = f"statement {self._statements}" + (f" ({identity})" if identity else "")
        return Account(where, number.replace(" ", ""), _currency(statement))


def _currency(statement: etree._Element) -> str:
    """Return the account's currency: as stated, unless its booked balance or first entry is in another."""
    balances = (balance for balance in statement.iterfind("{*}Bal") if _code(balance) in _BOOKED)
    amounts = [*(balance.find("{*}Amt") for balance in balances), statement.find("{*}Ntry/{*}Amt")]
    currencies = [amount.get("Ccy", "") for amount in amounts if amount is not None]
    used = [currency for currency in currencies if is_currency(currency)]
    stated = _text(statement, "Acct/Ccy")
    if is_currency(stated) and (stated in used or not used):
        return stated
    return used[0] if used else ""


@dataclass(frozen=True, slots=True)
class _Balances:
    """The two booked balances of a statement, and those that could not be read."""

    opening: Money | None
    closing: Money | None
    closing_day: date | None
    rejected: tuple[Rejected, ...]


def _balances(statement: etree._Element, currency: str) -> _Balances:
    """Return opening (OPBD, else PRCD) and closing (CLBD): of several days the first and the last."""
    found: dict[str, list[tuple[date, Money]]] = {}
    rejected = []
    for balance in statement.iterfind("{*}Bal"):
        code = _code(balance)
        if code not in _BOOKED:
            continue
        amount = balance.find("{*}Amt")
        own_currency = amount.get("Ccy", "") if amount is not None else ""
        indicator = _text(balance, "CdtDbtInd") or "CRDT"
        day = day_or_none(_text(balance, "Dt/Dt") or _text(balance, "Dt/DtTm")) or date.min
        try:
            money = signed(_text(balance, "Amt"), indicator, own_currency or currency)
        except (EntryInvalid, AmountInvalid) as error:
            rejected.append(Rejected(f"balance {code} (line {balance.sourceline})", str(error)))
        else:
            found.setdefault(code, []).append((day, money))
    opening = next((found[code] for code in _OPENING if code in found), None)
    closing = found.get(_CLOSING)
    return _Balances(
        min(opening, key=_first)[1] if opening else None,
        max(reversed(closing), key=_first)[1] if closing else None,
        _last_day(closing),
        tuple(rejected),
    )


def _last_day(closing: Sequence[tuple[date, Money]] | None) -> date | None:
    """Return the last day that a closing balance is of; None where none says it."""
    last = max((day for day, _money in closing or ()), default=date.min)
    return None if last == date.min else last


def _code(balance: etree._Element) -> str:
    """Return what kind of balance it is (version 1 had the code without a choice around it)."""
    paths = ("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd")
    return next(filter(None, (_text(balance, path) for path in paths)), "")


def _first(dated: tuple[date, Money]) -> date:
    return dated[0]


def _below(parent: str, paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{parent}/{path}" for path in paths)


def _text(element: etree._Element, path: str) -> str:
    """Return the stripped text at a path of local names, "" where there is none."""
    return (element.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or "").strip()
