"""Which accounts are known to be ours: those that statements came in for, and the one in the settings."""

from __future__ import annotations

from django.db import connection

from tijdig.infra import tenancy
from tijdig.organisations import queries as organisations


def known_accounts() -> tuple[str, ...]:
    """Return the numbers of the own accounts that are known, as they are written.

    An account whose statements were all taken back is not.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT number FROM banking_bankaccount account
               WHERE organisation_id = %s AND EXISTS (
                   SELECT FROM banking_bankstatement
                   WHERE account_id = account.id AND taken_back_at IS NULL)
               ORDER BY number""",
            [tenancy.current_organisation_id()],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    named = organisations.current().iban
    return tuple(dict.fromkeys(number for number in (named, *numbers) if number.strip()))
