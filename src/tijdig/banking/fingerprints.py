"""Telling movements apart: the same one in two statements is one, two equal ones in one statement are two.

No field of a bank file is a key by itself: references are missing, shared by a batch or set by the payer
(bank-formats.md §6.3, 6.4). So everything that stays the same in every statement counts, and which of
several equal ones it is. Equal movements are counted from the start in each statement, so that a statement
that overlaps another is recognised; but on in a statement that goes on where the one before it ended, for
then they are others.
"""

from __future__ import annotations

import hashlib
from datetime import date

from tijdig.domain.documents import Statement, StatementLine


def likeness(line: StatementLine, *, booked_on: date) -> str:
    """Return what equal movements of one account have in common (64 hexadecimal characters)."""
    parts = (
        line.amount.currency,
        booked_on.isoformat(),
        str(line.amount.minor),
        line.bank_reference,
        line.counterparty_iban,
        line.counterparty_name,
        line.structured_reference,
        line.remittance,
        line.end_to_end_id,
        line.mandate_id,
    )
    return hashlib.sha256(
        "\x1f".join([" ".join(part.upper().split()) for part in parts]).encode()
    ).hexdigest()


def goes_on(before: Statement, after: Statement) -> bool:
    """Whether `after` starts from the balance `before` ended with, and is not another copy of it."""
    return (
        before.account == after.account
        and before.currency == after.currency
        and before.id != after.id
        and before.opening_balance != before.closing_balance
        and before.closing_balance is not None
        and before.closing_balance == after.opening_balance
    )


# Of the columns `account`, `likeness` and `occurrence` (1 for the first of equal ones).
FINGERPRINT = "encode(sha256(convert_to(account || likeness || occurrence, 'UTF8')), 'hex')"
