"""Whether an account in a bank file is one of our own: generous to what may be, strict only to what is not.

Banks write the same account as an IBAN, as the number inside it, with leading zeros or without, behind the
number of the bank, or with the currency after it (bank-formats.md §6.17). A currency account has the same
number, so only the number counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Shorter ones are at the end of too many numbers to say anything.
_SHORTEST_END = 5
_CURRENCY_BEHIND = re.compile(r"(?<=[0-9])[A-Z]{3}$")
_NOT_IN_A_NUMBER = re.compile(r"[^0-9A-Z]+")


def account_number(account: str) -> str:
    """Return an account as it is compared: capitals and digits alone, without a currency behind it."""
    return _CURRENCY_BEHIND.sub("", _NOT_IN_A_NUMBER.sub("", account.upper()))


def is_own(account: str, known: Iterable[str]) -> bool:
    """Return whether an account is one of those that are known, or the number inside one.

    An account without a number is nobody else's.
    """
    if not account_number(account):
        return True
    return any(
        _are_one(one, other) for each in known for one in _numbers(account) for other in _numbers(each)
    )


def _numbers(account: str) -> set[str]:
    """Return the account, and the number behind that of its bank where both are written."""
    return {account_number(account), account_number(account.rpartition("/")[2])} - {""}


def _are_one(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    # Only a number alone can be inside another; two IBANs are equal or two.
    return len(short) >= _SHORTEST_END and short.isdigit() and long.endswith(short)


def strangers(accounts: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the accounts, each once and as they are written, that are none of those known; none where none is."""
    own = [each for each in known if account_number(each)]
    if not own:
        return ()
    return tuple(account for account in dict.fromkeys(accounts) if not is_own(account, own))
