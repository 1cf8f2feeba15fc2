"""Taking in a bank file: record, match, book, and stop asking for what is paid, in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from tijdig.banking import held, originals
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.queries import StatementView
from tijdig.banking.states import LineState
from tijdig.formats import pain002
from tijdig.infra import audit, tenancy
from tijdig.infra.bulk import many_objects
from tijdig.processes import returns
from tijdig.processes.cash_application import status_reports
from tijdig.processes.cash_application.batches import Booked, match_and_book
from tijdig.processes.returns import Heard

# Names the lock that lets one file at a time be applied in an organisation.
_APPLYING = 7_042_001


@dataclass(frozen=True, slots=True)
class BankImport:
    """What a bank file brought. `statements` carry their flags; counts are of movements.

    `is_new` is False for a file that was taken in before: then nothing changed.
    """

    file_id: int
    is_new: bool
    statements: tuple[StatementView, ...]
    new_lines: int
    booked: int
    waiting: int
    ignored: int
    already_known: int
    rejected: int
    heard: Heard | None = None
    """Of a status report (pain.002), which holds no movements: what came of it."""


@transaction.atomic
def import_bank_file(
    *, name: str, content: bytes, on: date, actor: str, new_accounts: bool = False
) -> BankImport:
    """Take in a bank file and book what is sure; everything or, on a refusal, nothing.

    Raises banking.operations.BankFileRefused when nothing in it can be read, and AccountUnknown, one of them,
    for an account that is none of the known ones unless somebody said with `new_accounts` that it is; TooBusy.
    """
    one_at_a_time()
    if pain002.looks_like(content):
        file_id, heard = status_reports.take_in(name=name, content=content, on=on, actor=actor)
        is_new = heard is not None
        return BankImport(file_id, is_new, (), 0, 0, 0, 0, 0, 0, heard=heard or Heard(0, 0, 0, 0))
    with many_objects():
        outcome = banking.record_file(
            name=name, content=content, actor=actor, hold=True, new_accounts=new_accounts
        )
        done = Booked()
        if outcome.is_new:
            statement_ids = [statement.id for statement in outcome.statements]
            done = _apply(statement_ids, held_ids=held.ids(), on=on, actor=actor)
            held.let_go()
    statements = bank.statements_of_file(outcome.file_id)
    return BankImport(
        file_id=outcome.file_id,
        is_new=outcome.is_new,
        statements=statements,
        new_lines=outcome.new_lines,
        booked=done.booked,
        waiting=done.waiting,
        ignored=done.ignored,
        already_known=outcome.known_lines,
        rejected=sum(len(statement.rejected) for statement in statements),
    )


@transaction.atomic
def apply_waiting(*, on: date, actor: str) -> Booked:
    """Match the movements that wait once more, after new invoices came in; return what became of them.

    What a person took back stays with the person. Raises TooBusy.
    """
    one_at_a_time()
    return _apply(None, on=on, actor=actor)


def apply_again(statement_ids: Collection[int], *, on: date, actor: str) -> Booked:
    """Match what waits of these statements as at import; and look once more at returns that wait for a payment.

    The caller called one_at_a_time before. Raises TooBusy.
    """
    return _apply(statement_ids, on=on, actor=actor)


def one_at_a_time() -> None:
    """Wait until no other file is being applied in this organisation, and hold others off until we commit.

    Large files take many batches; two at once would lock items in a circle.
    """
    with connection.cursor() as cursor:
        organisation_id = tenancy.current_organisation_id()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_APPLYING, organisation_id % 2**31])


def _apply(
    statement_ids: Collection[int] | None, *, held_ids: Collection[int] = (), on: date, actor: str
) -> Booked:
    written_ids = bank.waiting_ids(statement_ids=statement_ids)
    back = returns.before_matching(written_ids, statement_ids=statement_ids, on=on, actor=actor)
    line_ids = sorted((*written_ids, *held_ids))
    to_match = [line_id for line_id in line_ids if line_id not in back.decided]
    done = match_and_book(to_match, held_ids=frozenset(held_ids), on=on, actor=actor)
    late = returns.after_matching(back.deferred, on=on, actor=actor)
    if late.reopened:  # what came back may have been paid again
        again = set(bank.waiting_ids(statement_ids=statement_ids)) - back.decided - late.decided
        match_and_book(sorted(again), on=on, actor=actor)
    if back.decided or late.decided:
        states = originals.states_of(line_ids)
        done = Booked(states[LineState.BOOKED], states[LineState.WAITING], states[LineState.IGNORED])
    if done.booked:
        audit.record(
            actor=actor, action="cash.applied", data={"booked": done.booked, "waiting": done.waiting}
        )
    return done
