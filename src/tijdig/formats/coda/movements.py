"""The lines of one CODA movement: its records in, signed amounts and their details out.

A movement (detail number 0000) is what was booked. The details under it are either the payments of a batch,
which become the lines, or what a single payment is made of: its gross amount, charges, tax. Details can have
details of their own, opened and closed by a globalisation code (bank-formats.md §6, 21).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from tijdig.domain.documents import StatementLine
from tijdig.domain.money import AmountInvalid, Money, exponent
from tijdig.formats.coda.communications import Told, given, told
from tijdig.formats.coda.records import Movement

_GROSS = "100"
# Type of a transaction code: totals of the customer and of the bank, and what their details have.
_TOTALS = frozenset("12")
_ONE_WITH_DETAILS = "3"
_OF_A_TOTAL = frozenset("567")
_OF_ONE = frozenset("89")
# Categories of a detail that are a charge or the tax on it (annex II of the standard).
_CHARGES = frozenset(
    f"{category:03}"
    for categories in (
        range(3, 18), range(19, 24), (25, 26, 27, 29), range(31, 48), (49, 53, 61, 72, 73, 74),
        range(200, 215), range(400, 408),
    )
    for category in categories
)  # fmt: skip
# Family and operation of what takes an earlier movement back.
_TAKES_BACK = frozenset(
    {
        "0154", "0160", "0162",  # transfer that could not be done, circular cheque, postal order
        "0309", "0338", "0360", "0362", "4307", "4362",  # vouchers and cheques
        "0503", "0505", "0554", "0556", "0558",  # direct debits
        "0705", "0707", "4705", "4707",  # commercial paper
    }
)  # fmt: skip
_CORRECTIONS = frozenset({"49", "99"})
_LONGEST_SUMMARY = 1_000
_MOST_SUMMED_UP = 50
_FIRST_CENTURY_YEAR = 80


class MovementInvalid(ValueError):
    """One movement cannot be read; the message says why, in words for a user."""


@dataclass(slots=True)
class Account:
    """The statement being read: whose account it is, and the running figures in minor units.

    `thousandths` of a unit make one minor unit: the file writes three decimals whatever the currency.
    """

    where: str
    number: str
    currency: str
    thousandths: int = 10
    entries: int = 0
    net: int = 0


@dataclass(slots=True)
class _Entry:
    """What all lines of one movement share."""

    account: Account
    booking_date: date | None
    value_date: date | None
    reference: str
    text: str
    place: int


def opened(where: str, number: str, currency: str) -> Account:
    """Return the account of a statement that begins."""
    return Account(where, number, currency, 10 ** (3 - exponent(currency)))


def lines(account: Account, movements: Sequence[Movement]) -> Sequence[StatementLine]:
    """Return the lines of a movement and the details under it, and count its amount.

    Raises MovementInvalid or AmountInvalid.
    """
    movement = movements[0]
    first = movement.first
    minor = signed(first[31], first[32:47], account)
    account.net += minor
    booked, valued = day(first[115:121]), day(first[47:53])
    entry = _Entry(account, booked or valued, valued, first[10:31].strip(), "", account.entries - 1)
    if len(movements) == 1:
        line = _line(entry, movement, told(movement), minor)
        return (line,) if first[53] not in _TOTALS else (_whole(entry, movement, line),)
    return _with_details(entry, movements, minor)


def _with_details(
    entry: _Entry, movements: Sequence[Movement], minor: int, batch: str = ""
) -> list[StatementLine]:
    """Return the lines of a movement that has details: one each where they are payments that add up."""
    movement, details = movements[0], movements[1:]
    said = told(movement)
    kinds = {detail.first[53] for detail in details}
    if (movement.first[53] == _ONE_WITH_DETAILS and not kinds & _OF_A_TOTAL) or kinds <= _OF_ONE:
        return [_made_up(entry, movement, details, said, minor, batch)]
    groups = _grouped(movement, details)
    amounts = _amounts(entry.account, groups, minor)
    if not amounts:
        groups = _by_type(details)
        amounts = _amounts(entry.account, groups, minor)
    if not amounts:
        summary = [part for detail in details[:_MOST_SUMMED_UP] if (part := _summary(told(detail)))]
        said.texts += summary
        line = _line(entry, movement, said, minor, batch)
        return [_whole(entry, movement, replace(line, remittance=line.remittance[:_LONGEST_SUMMARY]))]
    if len(groups) > 1:
        batch = batch or _name(entry, movement)
    entry.text = said.text or entry.text
    found: list[StatementLine] = []
    for group, amount in zip(groups, amounts, strict=True):
        if len(group) == 1:
            found.append(_line(entry, group[0], told(group[0]), amount, batch))
        else:
            found += _with_details(entry, group, amount, batch)
    return found


def _grouped(movement: Movement, details: Sequence[Movement]) -> list[list[Movement]]:
    """Return the details straight under a movement, each with the details under it.

    A globalisation code above the movement's own opens a level at its first record and closes it at its last;
    a detail of a detail (type 9) belongs to the one before it even where no code says so.
    """
    own = movement.first[124]
    groups: list[list[Movement]] = []
    levels: list[str] = []
    for detail in details:
        code = detail.first[124]
        if levels:
            groups[-1].append(detail)
            if code == levels[-1]:
                levels.pop()
            elif levels[-1] < code <= "9":
                levels.append(code)
        elif groups and detail.first[53] == "9":
            groups[-1].append(detail)
        else:
            groups.append([detail])
            if max(own, "0") < code <= "9":
                levels.append(code)
    return groups


def _by_type(details: Sequence[Movement]) -> list[list[Movement]]:
    """Return the details of a total, told by their types alone, where the globalisation codes are wrong."""
    groups: list[list[Movement]] = []
    for detail in details:
        if groups and detail.first[53] in _OF_ONE:
            groups[-1].append(detail)
        else:
            groups.append([detail])
    return groups


def _amounts(account: Account, groups: Sequence[Sequence[Movement]], minor: int) -> list[int]:
    """Return the amounts of the details, or none when they do not add up to their movement."""
    try:
        amounts = [signed(group[0].first[31], group[0].first[32:47], account) for group in groups]
    except (MovementInvalid, AmountInvalid):
        return []
    return amounts if sum(amounts) == minor else []


def _made_up(
    entry: _Entry, movement: Movement, details: Sequence[Movement], said: Told, minor: int, batch: str
) -> StatementLine:
    """Return the line of a single payment whose details say what it is made of."""
    account = entry.account
    groups = [[detail] for detail in details]
    amounts = _amounts(account, groups, minor)
    if not amounts:
        groups = _grouped(movement, details)
        amounts = _amounts(account, groups, minor)
    for detail in details[:_MOST_SUMMED_UP]:
        said.take(told(detail))
    second = next((each.second for each in (movement, *details) if each.second), "")
    third = next((each.third for each in (movement, *details) if each.third), "")
    line = _line(entry, Movement(movement.line, movement.first, second, third), said, minor, batch)
    taken = gross = 0
    for group, amount in zip(groups, amounts, strict=False):
        category = group[0].first[58:61]
        if category in _CHARGES:
            taken -= amount
        elif category == _GROSS:
            gross += amount
    if taken > 0:
        line = replace(line, charges=Money(taken, account.currency))
    if gross and gross != minor and line.original_amount is None:
        line = replace(line, original_amount=Money(gross, account.currency))
    return line


def _whole(entry: _Entry, movement: Movement, line: StatementLine) -> StatementLine:
    """Return the line of a total that stays whole: its payments are not in the file, or do not add up."""
    return replace(line, batch=line.batch or _name(entry, movement), batch_incomplete=True)


def _summary(said: Told) -> str:
    return " ".join(filter(None, (said.reference, said.text)))


def _name(entry: _Entry, movement: Movement) -> str:
    """Return what a batch is called: the customer's reference, the bank's, or its place."""
    account = entry.account
    return given(movement.second[63:98]) or entry.reference or f"{account.where}, entry {account.entries}"


def _line(entry: _Entry, movement: Movement, said: Told, minor: int, batch: str = "") -> StatementLine:
    """Return the line of one movement or payment."""
    first, second, third = movement.first, movement.second, movement.third
    account = entry.account
    code = first[54:58]
    reason = said.reason
    currency = account.currency
    return StatementLine(
        Money(minor, currency),
        entry.booking_date,
        entry.value_date,
        _name_of(third, said),
        _account(third) if third else "",
        said.reference,
        said.text or ("" if said.reference else entry.text),
        given(second[63:98]),
        said.mandate,
        first[10:31].strip() or entry.reference,
        batch,
        False,
        said.returned or code in _TAKES_BACK or code[2:] in _CORRECTIONS,
        reason,
        _original(said, minor, account) if said.gross else None,
        None,
        said.rate,
        entry.place,
    )


def _name_of(third: str, said: Told) -> str:
    """Return the other side's name; the information record has it in full where record 2.3 has its start."""
    name = third[47:82].strip()
    return said.name if said.name.startswith(name) else name


def _account(third: str) -> str:
    """Return the other side's account: twelve digits in the Belgian form of old, else up to 34 characters."""
    number = third[10:22].strip() if third[22] == " " else third[10:44].replace(" ", "")
    return number if number.strip("0") else ""


def _original(said: Told, minor: int, account: Account) -> Money | None:
    """Return the amount as it was ordered, signed as the line, where it differs from what was booked."""
    currency = said.gross_currency if said.gross_currency.isalpha() else account.currency
    try:
        amount = signed("1" if minor < 0 else "0", said.gross, opened("", "", currency))
    except (MovementInvalid, AmountInvalid):
        return None
    return Money(amount, currency) if amount and (amount, currency) != (minor, account.currency) else None


def signed(sign: str, digits: str, account: Account) -> int:
    """Return an amount in minor units with its sign: 1 is money out. Raises MovementInvalid or AmountInvalid."""
    if not (digits.isdigit() and digits.isascii()):
        digits = digits.strip()
        raise AmountInvalid(f"“{digits}” is not an amount" if digits else "it has no amount")
    minor, rest = divmod(int(digits), account.thousandths)
    if rest:
        raise AmountInvalid(f"“{_decimal(digits)}” has more decimals than {account.currency} has")
    if sign == "0":
        return minor
    if sign != "1":
        raise MovementInvalid(f"it says neither credit nor debit (the sign is “{sign}”)")
    return -minor


def _decimal(digits: str) -> str:
    return f"{int(digits[:-3])}.{digits[-3:]}"


@lru_cache(maxsize=4096)
def day(text: str) -> date | None:
    """Return the date of DDMMYY, None for blanks or zeros. Raises MovementInvalid."""
    if not text.strip(" 0"):
        return None
    try:
        if not (text.isdigit() and text.isascii()):
            raise ValueError(text)
        year = int(text[4:])
        return date(year + (1900 if year >= _FIRST_CENTURY_YEAR else 2000), int(text[2:4]), int(text[:2]))
    except ValueError as error:
        raise MovementInvalid(f"“{text.strip()}” is not a date") from error
