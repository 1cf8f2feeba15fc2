"""Taking a statement back whole, and taking it in again: everything or nothing, in one transaction.

Reversing rows undo what was booked; nothing is deleted. Its movements are set aside with it. What other
statements tell too counts there from then on. The file was wrong, not the matches: nothing is held against a
matcher or a payer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking import reading_again, taken_back
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.banking.told_twice import set_aside_lumps
from tijdig.domain.ledger import ItemKind
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.infra.bulk import many_objects
from tijdig.infra.readers_language import amount_in_words, day_in_words
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import Settlement
from tijdig.ledger.queries import AllocationView
from tijdig.payments.queries import ReturnView
from tijdig.processes import reactions, returns
from tijdig.processes.cash_application import learning
from tijdig.processes.cash_application.batches import Booked
from tijdig.processes.cash_application.gathering import origin_of
from tijdig.processes.cash_application.importing import apply_again, one_at_a_time
from tijdig.processes.cash_application.withdrawing import withdraw

_LINES_AT_ONCE = 2000
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Blocked:
    """A movement that cannot be taken back, and why; what to do first is in it."""

    line: LineView
    why: str


class StatementStays(ValueError):
    """Some movements cannot be taken back, so nothing was; `blocked` are they."""

    def __init__(self, blocked: Sequence[Blocked]) -> None:
        shown = "; ".join(
            f"{amount_in_words(each.line.amount)}, {each.line.counterparty_name or '–'}, "
            f"{day_in_words(each.line.booking_date)}: {each.why}"
            for each in blocked[:_SHOWN]
        )
        rest = _(", and %(count)s more") % {"count": len(blocked) - _SHOWN} if len(blocked) > _SHOWN else ""
        super().__init__(
            ngettext(
                "Nothing was taken back, because %(count)s movement cannot be: %(which)s.",
                "Nothing was taken back, because %(count)s movements cannot be: %(which)s.",
                len(blocked),
            )
            % {"count": len(blocked), "which": f"{shown}{rest}"}
        )
        self.blocked = tuple(blocked)


@dataclass(slots=True)
class TakenBack:
    """What was taken back: how many booked payments and how much money, returns, refunds, and movements in all.

    `money` in minor units by currency.
    """

    payments: int = 0
    returns: int = 0
    refunds: int = 0
    movements: int = 0
    money: Counter[str] = field(default_factory=Counter)
    settlement: Settlement = field(default_factory=Settlement)
    blocked: dict[int, str] = field(default_factory=dict)
    standing: list[ReturnView] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)

    @property
    def amounts(self) -> tuple[Money, ...]:
        """How much money, per currency."""
        return tuple(Money(minor, currency) for currency, minor in sorted(self.money.items()))


@transaction.atomic
def take_statements_back(*, statement_ids: Collection[int], on: date, actor: str) -> TakenBack:
    """Take statements back whole: their payments by reversing rows, all their movements set aside.

    Invoices are open again and followed up from where they stood. What other statements tell too counts there
    now. Raises StatementMissing, StatementTakenBack, StatementStays, FileReadsOtherwise, TooBusy.
    """
    one_at_a_time()
    audit.reserve()
    taken_back.mark_taken_back(statement_ids, actor=actor)
    line_ids, done = taken_back.standing_lines(statement_ids), TakenBack()
    reason = Reason("STATEMENT_TAKEN_BACK")
    with many_objects():
        for batch in _batches(line_ids):
            _withdraw(done, batch, going=frozenset(line_ids), on=on, reason=reason, actor=actor)
        for batch in _batches(line_ids):
            _take_bookings_back(done, batch, on=on, reason=reason, actor=actor)
    if done.blocked:
        lines = bank.lines(done.blocked.keys())
        raise StatementStays([Blocked(lines[line_id], why) for line_id, why in sorted(done.blocked.items())])
    for start in range(0, len(done.standing), _LINES_AT_ONCE):
        part = done.standing[start : start + _LINES_AT_ONCE]
        done.settlement += returns.settle_again(part, on=on, reason=reason, actor=actor)
    done.movements = len(line_ids)
    reactions.after_settlement(settlement=done.settlement, on=on)
    _let_others_tell(statement_ids, done.waiting, on=on, actor=actor)
    _record("bank.statement_taken_back", statement_ids, done, actor=actor)
    return done


def _batches(line_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(line_ids), _LINES_AT_ONCE):
        yield line_ids[start : start + _LINES_AT_ONCE]


def _withdraw(
    done: TakenBack, line_ids: Sequence[int], *, going: frozenset[int], on: date, reason: Reason, actor: str
) -> None:
    """Lock some of the movements and undo what they told of returns and refunds."""
    banking.lock_lines(line_ids)
    found = withdraw(line_ids, going=going, on=on, reason=reason, actor=actor)
    done.returns += found.returns
    done.refunds += found.refunds
    done.blocked |= found.blocked
    done.standing += found.standing
    done.waiting |= found.waiting


def _take_bookings_back(
    done: TakenBack, line_ids: Sequence[int], *, on: date, reason: Reason, actor: str
) -> None:
    """Reverse the payments that some of the movements were booked as, and set all of them aside."""
    lines = [line for line in bank.lines(line_ids).values() if line.state == LineState.BOOKED]
    line_of = {origin_of(line.id): line for line in lines}
    credits = ledger_queries.credits_by_origin(line_of.keys())
    booked = [(line_of[origin], credit) for origin, credit in credits.items()]
    gone = ledger_queries.gone_from([credit.id for credit in credits.values()])
    done.blocked |= {line.id: _why_not(*gone[credit.id]) for line, credit in booked if credit.id in gone}
    if done.blocked:
        return
    used_with = {line.id: _credits_used(line) for line in lines}
    ids = {credit.id for credit in credits.values()}
    uses = ledger_queries.allocations_of_credits(ids.union(*used_with.values()))
    standing = [use for use in uses if use.can_be_undone]
    learning.forget_bookings(booked, [use for use in standing if use.credit_id in ids])
    done.settlement += ledger.reverse_credits(
        ids,
        used={
            use.id: use.credit_id for use in standing if use.credit_id not in ids and _is_with(use, used_with)
        },
        on=on,
        reason=reason,
        actor=actor,
    )
    taken_back.retire(line_ids)
    done.payments += len(booked)
    for _line, credit in booked:
        done.money[credit.currency] += credit.amount_minor


def _why_not(kind: ItemKind, number: str) -> str:
    if kind is ItemKind.RETURNED:
        return _("it came back since; take back first the statement, or the movement, that says so")
    if kind is ItemKind.REFUND_DUE:
        return _("money of it is paid back by refund %(number)s, or is to be; take that back first") % {
            "number": number
        }
    return _("money of it was moved to another customer; move it back first")


def _credits_used(line: LineView) -> frozenset[int]:
    """Return the credits of the customer that were used with a payment."""
    used = str(line.reason.facts.get("credit_ids", "")) if line.reason else ""
    return frozenset(int(credit_id) for credit_id in used.split(",") if credit_id)


def _is_with(use: AllocationView, used_with: dict[int, frozenset[int]]) -> bool:
    """Whether an allocation of a credit was made with the payment of one of these movements."""
    line_id = use.reason.facts.get("line") if use.reason else None
    return isinstance(line_id, int) and use.credit_id in used_with.get(line_id, ())


def _let_others_tell(
    statement_ids: Collection[int], waiting: Collection[int], *, on: date, actor: str
) -> None:
    """Let count what other statements told of the same days and was known by these; match it, and what waits again."""
    overlapping = taken_back.that_overlap(statement_ids)
    reading_again.read_again(overlapping)
    lumps = taken_back.let_lumps_wait(statement_ids)
    if lumps:
        set_aside_lumps(sorted(lumps))
    of_waiting = {line.statement_id for line in bank.lines(waiting).values()} if waiting else set()
    apply_again(sorted({*overlapping, *lumps, *of_waiting}), on=on, actor=actor)


@transaction.atomic
def take_statements_in_again(*, statement_ids: Collection[int], on: date, actor: str) -> Booked:
    """Let statements that were taken back count again: their movements wait, and are matched as at import.

    What another statement tells by now stays there. Raises StatementMissing, StatementStands,
    FileReadsOtherwise, TooBusy.
    """
    one_at_a_time()
    audit.reserve()
    taken_back.mark_standing(statement_ids)
    with many_objects():
        reading_again.read_again(statement_ids)
        done = apply_again(sorted(statement_ids), on=on, actor=actor)
    data = {"statements": sorted(statement_ids), "booked": done.booked, "waiting": done.waiting}
    audit.record(
        actor=actor, action="bank.statement_taken_in_again", subject=_subject(statement_ids), data=data
    )
    return done


def _record(action: str, statement_ids: Collection[int], done: TakenBack, *, actor: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=_subject(statement_ids),
        data={
            "statements": sorted(statement_ids),
            "movements": done.movements,
            "payments": done.payments,
            "totals_minor": dict(done.money),
            "returns": done.returns,
            "refunds": done.refunds,
        },
    )


def _subject(statement_ids: Collection[int]) -> str:
    return f"banking_bankstatement:{min(statement_ids)}"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What taking statements back would do: booked payments and their money, returns and refunds, what waits."""

    payments: int
    money: tuple[Money, ...]
    others: int
    """Movements by which money went out that were booked: what they took back or paid."""
    waiting: int
    movements: int


def foresee(statement_ids: Collection[int]) -> Foreseen:
    """Return what taking these statements back would do, in figures."""
    sums = bank.standing_sums(statement_ids)
    booked = [each for each in sums if each.state == LineState.BOOKED]
    return Foreseen(
        payments=sum(each.count for each in booked if each.is_in),
        money=tuple(each.amount for each in booked if each.is_in),
        others=sum(each.count for each in booked if not each.is_in),
        waiting=sum(each.count for each in sums if each.state == LineState.WAITING),
        movements=sum(each.count for each in sums),
    )
