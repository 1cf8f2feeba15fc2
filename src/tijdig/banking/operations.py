"""Writing down what the bank says: statements and their movements, each once, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tijdig.banking.incoming import Incoming, Intake
from tijdig.banking.known_payers import PaidFor as PaidFor
from tijdig.banking.known_payers import PayerMissing as PayerMissing
from tijdig.banking.known_payers import forget_payer as forget_payer
from tijdig.banking.known_payers import learn_payers as learn_payers
from tijdig.banking.known_payers import refute_payers as refute_payers
from tijdig.banking.known_payers import unlearn_payers as unlearn_payers
from tijdig.banking.models import BankAccount, BankLine, BankStatement
from tijdig.banking.own_accounts import known_accounts
from tijdig.banking.states import LineState, as_arrays
from tijdig.banking.states import StateChange as StateChange
from tijdig.banking.table_layouts import saved_layout
from tijdig.banking.taken_back import day_of
from tijdig.banking.told_twice import set_aside_lumps
from tijdig.domain.documents import Rejected
from tijdig.domain.money import Money
from tijdig.domain.own_accounts import strangers
from tijdig.formats import detect
from tijdig.infra import audit, clock, files, statistics, tenancy
from tijdig.infra.readers_language import in_words

_REASONS_IN_A_REFUSAL = 3
_ACCOUNTS_IN_A_REFUSAL = 5


class BankFileRefused(ValueError):
    """The file cannot be taken in as bank statements; the message says why. Nothing of it is stored."""


class AccountUnknown(BankFileRefused):
    """The file is of `accounts` of which nobody said that they are ours; `known` are those that are."""

    def __init__(self, accounts: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            ngettext(
                "This file is of account %(accounts)s. Your own, as far as is known: %(known)s. Is that account "
                "yours too? Then say so when you import the file on the page Import, or by the command with "
                "--new-account.",
                "This file is of accounts %(accounts)s. Your own, as far as is known: %(known)s. Are those accounts "
                "yours too? Then say so when you import the file on the page Import, or by the command with "
                "--new-account.",
                len(accounts),
            )
            % {"accounts": _some(accounts), "known": _some(known)}
        )
        self.accounts = tuple(accounts)
        self.known = tuple(known)


class TakenBackBefore(BankFileRefused):
    """The file was here, and `statement_id` of it was taken back."""

    def __init__(self, name: str, statement_id: int, taken_back_at: datetime) -> None:
        super().__init__(
            _(
                "%(name)s was here before, and a statement of it was taken back on %(day)s. Take it in again on the "
                "page of that statement: Bank, Statements."
            )
            % {"name": name, "day": day_of(taken_back_at)}
        )
        self.statement_id = statement_id


def _some(accounts: Sequence[str]) -> str:
    """Return the first of these accounts as they are told."""
    shown = ", ".join(accounts[:_ACCOUNTS_IN_A_REFUSAL])
    return f"{shown}, …" if len(accounts) > _ACCOUNTS_IN_A_REFUSAL else shown


class LineMissing(LookupError):
    """There is no such movement in this organisation."""


@dataclass(frozen=True, slots=True)
class StatementOutcome:
    """What became of one statement of a file. `balance_difference` in minor units: 0 when it adds up."""

    id: int
    account: str
    number: str
    new_lines: int
    known_lines: int
    rejected: int
    balance_difference: int


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a bank file; `is_new` is False for a file that was taken in before."""

    file_id: int
    is_new: bool
    statements: tuple[StatementOutcome, ...]

    @property
    def new_lines(self) -> int:
        """How many movements were not known before."""
        return sum(statement.new_lines for statement in self.statements) if self.is_new else 0

    @property
    def known_lines(self) -> int:
        """How many movements were known already."""
        return sum(
            statement.known_lines if self.is_new else statement.known_lines + statement.new_lines
            for statement in self.statements
        )


@transaction.atomic
def record_file(
    *, name: str, content: bytes, actor: str, hold: bool = False, new_accounts: bool = False
) -> FileOutcome:
    """Keep a bank file and write down its statements and the movements not seen before.

    The same bytes a second time change nothing; a statement that overlaps an earlier one adds only what is
    new. With `hold` plain receipts of a new file are held back for the caller to write down (see held).
    Raises BankFileRefused when nothing in it can be read as a statement; AccountUnknown when it is of an
    account that is none of the known ones, unless a person said with `new_accounts` that it is theirs;
    TakenBackBefore when it was here, and was taken back.
    """
    stored, _ = files.keep(name=name, content=content)
    outcomes = _outcomes(stored.pk)
    if outcomes:
        _refuse_taken_back(stored.pk, name)
        return FileOutcome(stored.pk, False, outcomes)
    said_ours = _take_in(name, content, stored.pk, hold=hold, new_accounts=new_accounts)
    outcome = FileOutcome(stored.pk, True, _outcomes(stored.pk))
    audit.record(
        actor=actor,
        action="bank.file_recorded",
        subject=f"infra_storedfile:{stored.pk}",
        data={
            "statements": len(outcome.statements),
            "new_lines": outcome.new_lines,
            "known_lines": outcome.known_lines,
            **({"new_accounts": list(said_ours)} if said_ours else {}),
        },
    )
    return outcome


def _take_in(name: str, content: bytes, file_id: int, *, hold: bool, new_accounts: bool) -> tuple[str, ...]:
    """Write down the statements and movements of a file as they are read.

    Return the accounts that were said to be ours. Raises BankFileRefused; then the caller's transaction must
    not be kept.
    """
    intake = Intake()
    format_name = detect.bank_format(content)
    layout = None if format_name else saved_layout(content)
    try:
        intake.take(detect.bank_statements(name, content, layout))
    except detect.StatementsUnreadable as error:
        raise BankFileRefused(_nothing_readable([error.rejected])) from error
    _refuse_unreadable(intake.statements)
    known = known_accounts()
    unknown = strangers([statement.account[0] for statement in intake.statements], known)
    if unknown and not new_accounts:
        raise AccountUnknown(unknown, known)
    accounts = _accounts(intake.statements)
    account_ids = [accounts[each.account] for each in intake.statements]
    rows = BankStatement.objects.bulk_create(
        [
            _statement_row(each, account_id, file_id, format_name or "CSV")
            for each, account_id in zip(intake.statements, account_ids, strict=True)
        ]
    )
    new = intake.store([row.pk for row in rows], account_ids, format_name=format_name or "CSV", hold=hold)
    set_aside_lumps([row.pk for row in rows])
    for place, (row, each) in enumerate(zip(rows, intake.statements, strict=True)):
        row.new_lines, row.known_lines = new[place], each.lines - new[place]
    BankStatement.objects.bulk_update(rows, ["new_lines", "known_lines"], batch_size=1000)
    if sum(new.values()) >= statistics.MANY_ROWS:
        statistics.refresh()
    return unknown


def _refuse_unreadable(statements: Sequence[Incoming]) -> None:
    refused = [part for statement in statements for part in statement.rejected]
    if any(statement.read for statement in statements) or (statements and not refused):
        return
    raise BankFileRefused(_nothing_readable(refused) if refused else _("This file holds no bank statement."))


def _refuse_taken_back(file_id: int, name: str) -> None:
    found = BankStatement.objects.filter(file_id=file_id, taken_back_at__isnull=False).order_by("pk").first()
    if found is not None and found.taken_back_at is not None:
        raise TakenBackBefore(name, found.pk, found.taken_back_at)


def _nothing_readable(refused: Sequence[Rejected]) -> str:
    shown = "; ".join(
        f"{in_words(part.where)}: {in_words(part.reason)}" if part.where else in_words(part.reason)
        for part in refused[:_REASONS_IN_A_REFUSAL]
    )
    return _("Nothing in this file can be read as a bank statement. %(reasons)s") % {"reasons": shown}


def _accounts(statements: Sequence[Incoming]) -> dict[tuple[str, str], int]:
    """Return the id of each account the statements are of; new accounts are made.

    They are locked, so that two files of one account go in one after the other.
    """
    organisation_id = tenancy.current_organisation_id()
    wanted = sorted({statement.account for statement in statements})
    BankAccount.objects.bulk_create(
        [
            BankAccount(organisation_id=organisation_id, number=number, currency=currency)
            for number, currency in wanted
        ],
        ignore_conflicts=True,
    )
    numbers = [number for number, _ in wanted]
    found = (
        BankAccount.objects.select_for_update()
        .filter(number__in=numbers)
        .order_by("pk")
        .values_list("number", "currency", "id")
    )
    return {(number, currency): account_id for number, currency, account_id in found}


def _statement_row(incoming: Incoming, account_id: int, file_id: int, format_name: str) -> BankStatement:
    statement = incoming.statement
    net = _minor(statement.net_booked)
    if net is None:
        net = incoming.net
    opening, closing = _minor(statement.opening_balance), _minor(statement.closing_balance)
    return BankStatement(
        organisation_id=tenancy.current_organisation_id(),
        account_id=account_id,
        file_id=file_id,
        format=format_name,
        number=_text(statement.id, 100),
        sequence=_text(statement.sequence, 20),
        from_date=statement.from_date or incoming.first_day,
        to_date=statement.to_date or incoming.last_day,
        opening_balance=opening,
        closing_balance=closing,
        entry_count=statement.entry_count,
        net_booked=net,
        balance_difference=0 if opening is None or closing is None else closing - opening - net,
        rejected=[{"where": part.where, "reason": part.reason} for part in incoming.rejected],
        imported_at=clock.now(),
    )


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _text(text: str, longest: int) -> str:
    """Return `text` as a column of that width can hold it."""
    return text.replace("\x00", "")[:longest]


def _outcomes(file_id: int) -> tuple[StatementOutcome, ...]:
    found = (
        BankStatement.objects.filter(file_id=file_id)
        .annotate(account_number=F("account__number"))
        .order_by("id")
    )
    return tuple(
        StatementOutcome(
            id=row.pk,
            account=row.account_number,
            number=row.number,
            new_lines=row.new_lines,
            known_lines=row.known_lines,
            rejected=len(row.rejected),
            balance_difference=row.balance_difference,
        )
        for row in found
    )


@transaction.atomic
def lock_lines(line_ids: Collection[int]) -> dict[int, LineState]:
    """Lock these movements in id order until the transaction ends and return the state of each.

    Raises LineMissing when one does not exist.
    """
    found = (
        BankLine.objects.select_for_update()
        .filter(pk__any=line_ids)
        .order_by("pk")
        .values_list("pk", "state")
    )
    states = {line_id: LineState(state) for line_id, state in found}
    if len(states) != len(set(line_ids)):
        raise LineMissing(_("This bank line does not exist."))
    return states


@transaction.atomic
def set_line_states(changes: Sequence[StateChange]) -> Counter[LineState]:
    """Say what became of movements, in one statement; return how many went to each state.

    Lock them first. Who decided is in the audit trail of the process that calls this.
    """
    if not changes:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE banking_bankline l SET state = c.state, reason = c.reason,
                      likely_customer_ids = nullif(c.likely, '')::bigint[],
                      matcher = coalesce(nullif(c.matcher, ''), l.matcher)
               FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::text[], %s::text[])
                    AS c (id, state, reason, likely, matcher)
               WHERE l.id = c.id""",
            as_arrays(changes),
        )
    return Counter(change.state for change in changes)


@transaction.atomic
def set_likely_customers(line_id: int, customer_ids: Sequence[int]) -> None:
    """Say whose payment a movement that waits may be."""
    BankLine.objects.filter(pk=line_id, state=LineState.WAITING).update(
        likely_customer_ids=list(customer_ids) or None
    )
