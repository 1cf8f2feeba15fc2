"""One entry: its :61: and the text of its :86: in, a line with its sign and its two dates out.

`:61:` is a value date, perhaps a day of entry, a mark, perhaps a letter of the currency, an amount, a type, the
customer's reference, `//` and the bank's, and on the next line what is left (SWIFT MT940 field 61;
bank-formats.md §6.15).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tijdig.domain.documents import StatementLine
from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats.mt940 import dialects, slash
from tijdig.formats.mt940.details import Details, given, is_iban, one_line

_ENTRY = re.compile(
    r"""\s?([0-9]{6})([0-9]{4}|[ ]{4})?\s?
    ([REre]?[CDcd])[A-Za-z]?\s?
    ([0-9][0-9.,]*|,[0-9]+)\s?
    ((?!NONREF)[A-Za-z][A-Za-z0-9 ]{3})?
    ([^\n]*)(?:\n(.*))?""",
    re.VERBOSE | re.DOTALL,
)
# There is none, or it stands elsewhere: in the codeword of :86: that is named.
_ELSEWHERE = frozenset(
    {"", "NONREF", "NOTPROVIDED", "EREF", "PREF", "MARF", "KREF", "MREF", "KREF+", "EREF+", "MREF+"}
)
_ACCOUNT = re.compile(r"(?:[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}|P?[0-9]{7,10})\Z")
_ACCOUNT_AND_NAME = re.compile(r"(P?[0-9]{7,10}|NONREF) {2,}(\S.*)")
_AMOUNT = re.compile(r"([A-Z]{3})?\s?([0-9][0-9.,]*)")
_IN = frozenset({"C", "RD"})
_EXPECTED = frozenset({"EC", "ED"})
_SAFE_DIGITS = 15
_RETURNED_ITEM = "RTI"
_THIS_CENTURY_UNTIL = 80


class EntryInvalid(ValueError):
    """One entry cannot be read; the message says why, in words for a user."""


@dataclass(slots=True)
class Account:
    """The statement being read: whose account it is, and the running figures. `cents`: two decimals."""

    number: str = ""
    currency: str = ""
    cents: bool = True
    entries: int = 0
    net: int = 0


def line(account: Account, field: str, text: str) -> StatementLine | None:
    """Return the line of a :61: and its :86:, None for one that is only expected (MT942's EC and ED).

    Counts its amount. Raises EntryInvalid or AmountInvalid.
    """
    match = _ENTRY.match(field)
    if match is None:
        raise EntryInvalid(f"“{field.partition(chr(10))[0][:40]}” is not an entry")
    value_day, entry_day, mark, written, kind, own, extra = match.groups()
    mark = mark.upper()
    value_date, booking_date = days(value_day, entry_day)
    amount = signed(written, account, is_in=mark in _IN)
    if mark in _EXPECTED:
        return None
    account.net += amount.minor
    own, _, bank = own.partition("//")
    own = own.strip()
    found = dialects.details(text, amount.minor > 0) if text else Details()
    if extra and (extra[0] != "/" or slash.has_amounts(extra)):
        _extra(found, own, extra)
    if own not in _ELSEWHERE:
        _own_reference(found, own, account.number)
    if found.account == account.number:
        found.account = ""
    return StatementLine(
        amount,
        booking_date,
        value_date,
        found.name,
        found.account,
        found.reference,
        found.remittance,
        found.end_to_end_id,
        found.mandate_id,
        given(bank),
        found.batch,
        bool(found.batch),
        found.returned or mark[0] == "R" or (kind is not None and kind[1:] == _RETURNED_ITEM),
        found.return_reason,
        _money(found.original, account) if found.original else None,
        _money(found.charges, account) if found.charges else None,
        found.rate,
        account.entries - 1,
    )


def _extra(found: Details, own: str, extra: str) -> None:
    """Use the line below the references: codewords, the other account, its name, or text."""
    first = extra.partition("\n")[0].strip()
    if extra[0] == "/":
        slash.amounts(slash.codewords(extra.replace("\n", "")), found)
    elif _ACCOUNT.match(first):
        if not found.account and first.strip("0"):
            found.account = first
    elif not found.name and (own == found.account or is_iban(own)):
        found.name = first
    elif not found.remittance:
        found.remittance = one_line(extra)


def _own_reference(found: Details, own: str, account: str) -> None:
    """Use the customer's reference: it may be the other account (SNS), or that and its name (old Rabobank)."""
    if padded := _ACCOUNT_AND_NAME.match(own):
        found.account = found.account or (padded[1] if padded[1] != "NONREF" else "")
        found.name = found.name or one_line(padded[2])
    elif is_iban(own):
        found.account = found.account or own
    elif not (found.end_to_end_id or own.isalpha() or own in (found.account, account)):
        # Van Lanschot has the number of an old account here.
        found.end_to_end_id = "" if found.account and _ACCOUNT.match(own) else own


def signed(written: str, account: Account, *, is_in: bool) -> Money:
    """Return the amount with its sign: decimal comma, or point, or neither; zeros in front are nothing."""
    if not account.currency:
        raise EntryInvalid("its amount has no currency")
    # The plain case first: it is nearly all of them.
    digits = written[:-3] + written[-2:] if written[-3:-2] == "," else ""
    if account.cents and len(digits) <= _SAFE_DIGITS and digits.isdigit():
        return Money(int(digits) if is_in else -int(digits), account.currency)
    amount = Money.of(_plain(written), account.currency)
    return amount if is_in else -amount


def _plain(written: str) -> str:
    """Return an amount with a decimal point; the last comma or point is the decimal one and stands once."""
    place = max(written.rfind(","), written.rfind("."))
    if place < 0:
        return written
    if written.count(written[place]) > 1:
        raise AmountInvalid(f"“{written[:40]}” is not an amount")
    return f"{written[:place].replace(',', '').replace('.', '')}.{written[place + 1 :]}"


def _money(written: str, account: Account) -> Money | None:
    """Return an amount as ordered or taken off, above zero; None where it is not written as one."""
    match = _AMOUNT.match(written.strip())
    if match is None:
        return None
    try:
        return Money.of(_plain(match[2]), match[1] or account.currency) or None
    except AmountInvalid:
        return None


@lru_cache(maxsize=4096)
def days(value: str, entry: str | None) -> tuple[date, date]:
    """Return value date (YYMMDD) and booking date (MMDD, in the year nearest to it, else the value date).

    Raises EntryInvalid.
    """
    value_date = day(value)
    if not entry or not entry.strip("0 "):
        return value_date, value_date
    near = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        try:
            near.append(_date(year, entry))
        except ValueError:
            continue
    if not near:
        raise EntryInvalid(f"“{entry}” is not a date")
    return value_date, min(near, key=lambda day: abs(day - value_date))


def day(text: str) -> date:
    """Return the date of YYMMDD; raises EntryInvalid."""
    year = int(text[:2])
    try:
        return _date(year + (2000 if year < _THIS_CENTURY_UNTIL else 1900), text[2:])
    except ValueError as error:
        raise EntryInvalid(f"“{text}” is not a date") from error


def _date(year: int, month_and_day: str) -> date:
    """Return the date; the 29th and 30th of February, which interest has, is that month's last day."""
    month, number = int(month_and_day[:2]), int(month_and_day[2:])
    if month == 2 and number in (29, 30):
        number = min(number, calendar.monthrange(year, month)[1])
    return date(year, month, number)
