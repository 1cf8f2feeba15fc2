"""Whose statements go in by themselves: those of accounts that are known, and the first of all."""

from __future__ import annotations

import pytest

from tests.banking.builders import ACCOUNT, Entry, bank_file, statement
from tijdig.banking import queries
from tijdig.banking.operations import AccountUnknown, FileOutcome, record_file
from tijdig.banking.own_accounts import known_accounts
from tijdig.infra import audit
from tijdig.infra.models import StoredFile
from tijdig.organisations.operations import change_settings

pytestmark = pytest.mark.django_db
THEIRS = "NL20INGB0001234567"


def take_in(
    account: str, *, id: str = "S1", currency: str = "EUR", new_accounts: bool = False
) -> FileOutcome:
    content = bank_file(statement([Entry("1.00", id)], id=id, account=account))
    content = content.replace(b"EUR", currency.encode())
    return record_file(name=f"{id}.xml", content=content, actor="user:1", new_accounts=new_accounts)


def test_the_first_account_is_taken_in_and_a_second_is_asked_about(organisation: int) -> None:
    assert known_accounts() == ()
    assert take_in(ACCOUNT).new_lines == 1
    with pytest.raises(AccountUnknown) as refused:
        take_in(THEIRS, id="S2")
    assert (refused.value.accounts, refused.value.known) == ((THEIRS,), (ACCOUNT,))
    assert str(refused.value).startswith(
        f"This file is of account {THEIRS}. Your own, as far as is known: {ACCOUNT}."
    )
    assert len(queries.line_page().lines) == 1
    assert not StoredFile.objects.filter(name="S2.xml").exists()


def test_the_account_in_the_settings_is_known_before_any_statement(organisation: int) -> None:
    change_settings(actor="user:1", iban=THEIRS)
    with pytest.raises(AccountUnknown):
        take_in(ACCOUNT)
    assert take_in(THEIRS).new_lines == 1


def test_one_said_to_be_ours_goes_in_and_stays_known_and_the_trail_says_so(organisation: int) -> None:
    take_in(ACCOUNT)
    take_in(THEIRS, id="S2", new_accounts=True)
    assert audit.entries(limit=1)[0].data["new_accounts"] == [THEIRS]
    assert take_in(THEIRS, id="S3").new_lines == 1
    assert known_accounts() == (THEIRS, ACCOUNT)


def test_a_currency_account_of_one_number_is_known(organisation: int) -> None:
    take_in(ACCOUNT)
    take_in(ACCOUNT, id="S2", currency="USD")
    assert {each.currency for each in queries.accounts()} == {"EUR", "USD"}


def test_a_file_with_one_account_of_ours_and_one_that_is_not_is_refused_whole(organisation: int) -> None:
    take_in(ACCOUNT)
    both = bank_file(statement([Entry("2.00")], id="S2"), statement([Entry("3.00")], id="T", account=THEIRS))
    with pytest.raises(AccountUnknown) as refused:
        record_file(name="both.xml", content=both, actor="user:1")
    assert refused.value.accounts == (THEIRS,)
    assert len(queries.line_page().lines) == 1
