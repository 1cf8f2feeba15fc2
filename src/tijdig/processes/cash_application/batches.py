"""Matching movements and booking what is sure, some thousand at a time.

While the server writes what one batch settled, the texts of the next are read: what is fetched comes first in
each batch, and what is written is handed over without waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from tijdig.banking import held
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.line_rules import RuleView, rules_in_force
from tijdig.banking.operations import StateChange
from tijdig.banking.queries import LineView
from tijdig.banking.states import LEFT_TO_A_PERSON, LineState
from tijdig.domain.ledger import CreditKind
from tijdig.domain.matching import Clues, Match, MatchSettings, Proposal, Transfer, gather_clues
from tijdig.domain.reasons import Reason
from tijdig.infra.behind import writing_behind
from tijdig.ledger import operations as ledger
from tijdig.ledger.operations import AllocationRequest, NewCredit, Settlement
from tijdig.ledger.queries import ItemView
from tijdig.processes import reactions
from tijdig.processes.cash_application import learning
from tijdig.processes.cash_application.beside import differences, uses_of_credits
from tijdig.processes.cash_application.gathering import decide, origin_of, settings_now, transfer_of
from tijdig.processes.cash_application.setting_aside import set_aside

_LINES_AT_ONCE = 2000
_TRIES = 3
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


def match_and_book(
    line_ids: Sequence[int], *, held_ids: frozenset[int] = frozenset(), on: date, actor: str
) -> Booked:
    """Match these movements, of which some are still held back, and book what is sure. Raises TooBusy."""
    run = _Run(held_ids, settings_now(learning.trusted_matchers(on=on)), rules_in_force(), on, actor)
    batches = [line_ids[start : start + _LINES_AT_ONCE] for start in range(0, len(line_ids), _LINES_AT_ONCE)]
    done = Booked()
    with _not_in_a_circle(), writing_behind():
        lines = run.fetch(batches[0]) if batches else ()
        for following in (*batches[1:], ()):
            transfers = [transfer_of(line) for line in lines]
            clues = gather_clues(transfers)  # the server is still writing what came before
            upcoming = run.fetch(following)
            done += _apply(run, lines, transfers, clues)
            lines = upcoming
    reactions.after_settlement(settlement=Settlement(settled=tuple(run.settled)), on=on)
    return done


@contextmanager
def _not_in_a_circle() -> Iterator[None]:
    """Say that others were busy when PostgreSQL ended us because we waited for each other."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
            raise _too_busy() from error
        raise


def _too_busy() -> TooBusy:
    return TooBusy(_("Others were booking on the same invoices at the same moment. Please try again."))


@dataclass(slots=True)
class _Run:
    """What holds for all batches; `settled` gathers the items that were settled."""

    held_ids: frozenset[int]
    settings: MatchSettings
    rules: Sequence[RuleView]
    on: date
    actor: str
    settled: list[int] = field(default_factory=list)

    def fetch(self, line_ids: Sequence[int]) -> tuple[LineView, ...]:
        """Return those of these movements that wait for the matcher, locked, in order."""
        written = [line_id for line_id in line_ids if line_id not in self.held_ids]
        states = banking.lock_lines(written) if written else {}
        free = [line_id for line_id in written if states[line_id] == LineState.WAITING]
        found = bank.lines(free) if free else {}
        if len(written) < len(line_ids):
            found |= held.lines([line_id for line_id in line_ids if line_id in self.held_ids])
        return tuple(line for _id, line in sorted(found.items()) if not _is_left_to_a_person(line))


def _is_left_to_a_person(line: LineView) -> bool:
    return line.reason is not None and line.reason.code in LEFT_TO_A_PERSON


def _apply(run: _Run, lines: Sequence[LineView], transfers: Sequence[Transfer], clues: Clues) -> Booked:
    """Match and book a batch; begin again when somebody else booked on the same items meanwhile."""
    for _try in range(_TRIES):
        try:
            with transaction.atomic():
                return _match_and_book(run, lines, transfers, clues)
        except (ledger.ItemSettled, ledger.ItemOverpaid, ledger.CreditExhausted, ledger.CreditReversed):
            continue
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    raise _too_busy()


def _match_and_book(
    run: _Run, lines: Sequence[LineView], transfers: Sequence[Transfer], clues: Clues
) -> Booked:
    decided = decide(transfers, run.settings, payers_of=bank.known_payers, clues=clues)
    likely = learning.likely_customers(lines, decided.matches)
    changes = [
        _change(run, line, match, likely.get(line.id, ()))
        for line, match in zip(lines, decided.matches, strict=True)
    ]
    bookings = [
        (line, match.booking) for line, match in zip(lines, decided.matches, strict=True) if match.booking
    ]
    _book(run, bookings, decided.items)
    held.write_down([change for change in changes if change.line_id in run.held_ids])
    reasons = {line.id: line.reason for line in lines}
    banking.set_line_states(
        [
            change
            for change in changes
            if change.line_id not in run.held_ids
            and (
                change.state != LineState.WAITING
                or change.likely_customer_ids
                or reasons[change.line_id] != change.reason
            )
        ]
    )
    with connection.cursor() as cursor:  # not all at the end, while nothing else is to be done
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    counts = Counter(change.state for change in changes)
    return Booked(counts[LineState.BOOKED], counts[LineState.WAITING], counts[LineState.IGNORED])


def _change(run: _Run, line: LineView, match: Match, likely: tuple[int, ...]) -> StateChange:
    if match.booking is not None:
        matcher = learning.matcher_of(match.booking)
        return StateChange(line.id, LineState.BOOKED, match.reason, matcher=matcher)
    if match.reason.code in _IGNORED_BY_ITSELF:
        return StateChange(line.id, LineState.IGNORED, match.reason)
    # What the payer's own words settle is booked, whatever a rule says of others like it.
    by_rule = set_aside(run.rules, replace(line, reason=match.reason))
    return by_rule or StateChange(line.id, LineState.WAITING, match.reason, likely)


def _book(run: _Run, bookings: Sequence[tuple[LineView, Proposal]], items: Mapping[int, ItemView]) -> None:
    """Add the credits of all lines and settle their items, in a fixed number of statements."""
    if not bookings:
        return
    learning.booked_by_itself(bookings, items.values())
    customer_of = {item.id: item.customer_id for item in items.values()}
    payments = dict(zip(ledger.new_credit_ids(len(bookings)), bookings, strict=True))
    beside_them = [
        (line, *difference)
        for credit_id, (line, booking) in payments.items()
        for difference in differences(line, booking, customer_of, payment_id=credit_id)
    ]
    given = dict(zip(ledger.new_credit_ids(len(beside_them)), beside_them, strict=True))
    requests: list[AllocationRequest] = []

    def add(
        line: LineView, credit_id: int, item_id: int, amount: int, why: Reason, *, for_others: bool = False
    ) -> None:
        # The day the money came is the day it counts, whenever the file was taken in.
        day = max(line.booking_date, items[item_id].issue_date)
        requests.append(AllocationRequest(credit_id, item_id, amount, why, day, for_others))

    for credit_id, (line, booking) in payments.items():
        for_others = any(customer_of[share.item_id] != booking.customer_id for share in booking.shares)
        for share in booking.shares:
            add(line, credit_id, share.item_id, share.amount_minor, booking.reason, for_others=for_others)
        for used in uses_of_credits(line, booking):
            add(line, used.credit_id, used.item_id, used.amount_minor, used.reason)
    for credit_id, (line, credit, item_id) in given.items():
        add(line, credit_id, item_id, credit.amount_minor, credit.reason)
    credits = {credit_id: _payment(line, booking) for credit_id, (line, booking) in payments.items()}
    credits |= {credit_id: credit for credit_id, (_line, credit, _item) in given.items()}
    run.settled += ledger.add_and_allocate(credits, requests, on=run.on, actor=run.actor).settled


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
