"""Taking in a bank file: record, match, book, and stop asking for what is paid, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from tijdig.banking import operations as banking
from tijdig.banking import originals
from tijdig.banking import queries as bank
from tijdig.banking.operations import StateChange
from tijdig.banking.queries import LineView, StatementView
from tijdig.banking.states import LEFT_TO_A_PERSON, LineState
from tijdig.domain.ledger import CreditKind
from tijdig.domain.matching import Match, MatchSettings, Proposal
from tijdig.formats import pain002
from tijdig.infra import audit, tenancy
from tijdig.infra.bulk import many_objects
from tijdig.ledger import operations as ledger
from tijdig.ledger.operations import AllocationRequest, NewCredit, Settlement
from tijdig.ledger.queries import ItemView
from tijdig.processes import reactions, returns
from tijdig.processes.cash_application import learning, status_reports
from tijdig.processes.cash_application.beside import differences, uses_of_credits
from tijdig.processes.cash_application.gathering import decide, origin_of, settings_now, transfer_of
from tijdig.processes.cash_application.setting_aside import apply_rules
from tijdig.processes.returns import Heard

_LINES_AT_ONCE = 2000
_TRIES = 3
# Names the lock that lets one file at a time be applied in an organisation.
_APPLYING = 7_042_001

# Movements that are nobody's receipt need no person; what came back does.
_IGNORED_BY_ITSELF = frozenset({"MONEY_OUT", "NO_MONEY_MOVED"})


class TooBusy(RuntimeError):
    """Others kept booking on the same invoices at the same moment; trying again will do."""


@dataclass(frozen=True, slots=True)
class Booked:
    """How many movements were booked, wait for a person, and need nobody."""

    booked: int = 0
    waiting: int = 0
    ignored: int = 0

    def __add__(self, other: Booked) -> Booked:
        return Booked(self.booked + other.booked, self.waiting + other.waiting, self.ignored + other.ignored)


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
        outcome = banking.record_file(name=name, content=content, actor=actor, new_accounts=new_accounts)
        statement_ids = [statement.id for statement in outcome.statements]
        done = _apply(statement_ids, on=on, actor=actor) if outcome.is_new else Booked()
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


def _apply(statement_ids: Collection[int] | None, *, on: date, actor: str) -> Booked:
    line_ids = bank.waiting_ids(statement_ids=statement_ids)
    back = returns.before_matching(line_ids, statement_ids=statement_ids, on=on, actor=actor)
    done = _match([line_id for line_id in line_ids if line_id not in back.decided], on=on, actor=actor)
    late = returns.after_matching(back.deferred, on=on, actor=actor)
    if late.reopened:  # what came back may have been paid again
        again = set(bank.waiting_ids(statement_ids=statement_ids)) - back.decided - late.decided
        _match(sorted(again), on=on, actor=actor)
    if back.decided or late.decided:
        states = originals.states_of(line_ids)
        done = Booked(states[LineState.BOOKED], states[LineState.WAITING], states[LineState.IGNORED])
    if done.booked:
        audit.record(
            actor=actor, action="cash.applied", data={"booked": done.booked, "waiting": done.waiting}
        )
    return done


def _match(line_ids: Sequence[int], *, on: date, actor: str) -> Booked:
    done, settings = Booked(), settings_now(learning.trusted_matchers(on=on))
    for start in range(0, len(line_ids), _LINES_AT_ONCE):
        done += _apply_batch(line_ids[start : start + _LINES_AT_ONCE], settings, on=on, actor=actor)
    return done


def _apply_batch(line_ids: Sequence[int], settings: MatchSettings, *, on: date, actor: str) -> Booked:
    """Match and book some lines; begin again when somebody else booked on the same items meanwhile."""
    states = banking.lock_lines(line_ids)
    free = [line_id for line_id in line_ids if states[line_id] == LineState.WAITING]
    lines = [line for line in bank.lines(free).values() if not _is_left_to_a_person(line)]
    for _try in range(_TRIES):
        try:
            with transaction.atomic():
                return _match_and_book(lines, settings, on=on, actor=actor)
        except (ledger.ItemSettled, ledger.ItemOverpaid, ledger.CreditExhausted, ledger.CreditReversed):
            continue
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    raise TooBusy(_("Others were booking on the same invoices at the same moment. Please try again."))


def _is_left_to_a_person(line: LineView) -> bool:
    return line.reason is not None and line.reason.code in LEFT_TO_A_PERSON


def _match_and_book(lines: Sequence[LineView], settings: MatchSettings, *, on: date, actor: str) -> Booked:
    decided = decide([transfer_of(line) for line in lines], settings, payers_of=bank.known_payers)
    matches = decided.matches
    _book(
        [(line, match.booking) for line, match in zip(lines, matches, strict=True) if match.booking],
        decided.items,
        on=on,
        actor=actor,
    )
    likely = learning.likely_customers(lines, matches)
    changes = [_change(match, likely.get(match.transfer_id, ())) for match in matches]
    known = {line.id: line.reason for line in lines}
    counts = banking.set_line_states(
        [
            change
            for change in changes
            if change.state != LineState.WAITING
            or change.likely_customer_ids
            or known[change.line_id] != change.reason
        ]
    )
    waiting = {change.line_id: change.reason for change in changes if change.state == LineState.WAITING}
    # What the payer's own words settle is booked, whatever a rule says of others like it.
    by_rule = apply_rules([replace(line, reason=waiting[line.id]) for line in lines if line.id in waiting])
    return Booked(
        counts[LineState.BOOKED], len(waiting.keys() - by_rule), counts[LineState.IGNORED] + len(by_rule)
    )


def _change(match: Match, likely: tuple[int, ...]) -> StateChange:
    if match.booking is not None:
        matcher = learning.matcher_of(match.booking)
        return StateChange(match.transfer_id, LineState.BOOKED, match.reason, matcher=matcher)
    if match.reason.code in _IGNORED_BY_ITSELF:
        return StateChange(match.transfer_id, LineState.IGNORED, match.reason)
    return StateChange(match.transfer_id, LineState.WAITING, match.reason, likely)


def _book(
    bookings: Sequence[tuple[LineView, Proposal]], items: Mapping[int, ItemView], *, on: date, actor: str
) -> None:
    """Add the credits of all lines and settle their items, in a fixed number of statements per booking day."""
    if not bookings:
        return
    customer_of = {item.id: item.customer_id for item in items.values()}
    credit_ids = ledger.add_credits([_payment(line, booking) for line, booking in bookings], actor=actor)
    beside_them = [
        (line, *difference)
        for credit_id, (line, booking) in zip(credit_ids, bookings, strict=True)
        for difference in differences(line, booking, customer_of, payment_id=credit_id)
    ]
    difference_ids = ledger.add_credits([credit for _, credit, _ in beside_them], actor=actor)
    by_day: dict[tuple[date, bool], list[AllocationRequest]] = defaultdict(list)

    def add(line: LineView, request: AllocationRequest, *, for_others: bool) -> None:
        # The day the money came is the day it counts, whenever the file was taken in.
        by_day[max(line.booking_date, items[request.item_id].issue_date), for_others].append(request)

    for credit_id, (line, booking) in zip(credit_ids, bookings, strict=True):
        for_others = any(customer_of[share.item_id] != booking.customer_id for share in booking.shares)
        for share in booking.shares:
            request = AllocationRequest(credit_id, share.item_id, share.amount_minor, booking.reason)
            add(line, request, for_others=for_others)
        for request in uses_of_credits(line, booking):
            add(line, request, for_others=False)
    for credit_id, (line, credit, item_id) in zip(difference_ids, beside_them, strict=True):
        request = AllocationRequest(credit_id, item_id, credit.amount_minor, credit.reason)
        add(line, request, for_others=False)
    settlement = Settlement()
    for (day, for_others), requests in sorted(by_day.items()):
        settlement += ledger.allocate_many(requests, on=day, actor=actor, across_customers=for_others)
    reactions.after_settlement(settlement=settlement, on=on)
    learning.booked_by_itself(bookings, items.values())


def _payment(line: LineView, booking: Proposal) -> NewCredit:
    return NewCredit(
        customer_id=booking.customer_id,
        kind=CreditKind.PAYMENT,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        booking_date=line.booking_date,
        reason=booking.reason,
        origin=origin_of(line.id),
    )
