"""Money that came back: the payment it takes back is found, its invoices are open again, and it counts once.

Gather what a movement may take back, decide (`domain.returns`), apply in sets. What is not sure waits for a
person, who says which payment it is or takes a return back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.banking import operations as banking
from tijdig.banking import originals, taken_back
from tijdig.banking import queries as bank
from tijdig.banking.operations import StateChange
from tijdig.banking.originals import origin_of
from tijdig.banking.queries import LineView
from tijdig.banking.states import LEFT_TO_A_PERSON, LineState
from tijdig.domain.ledger import CreditKind
from tijdig.domain.reasons import Reason
from tijdig.domain.returns import (
    DECEASED,
    CameBack,
    Decision,
    Earlier,
    Telling,
    Verdict,
    decide_all,
    meaning_of,
)
from tijdig.dunning import operations as dunning
from tijdig.infra import audit
from tijdig.ledger import operations as ledger
from tijdig.ledger import queries as ledger_queries
from tijdig.ledger.operations import Forgiven, Loosened, Outgoing, Settlement
from tijdig.ledger.queries import CreditView
from tijdig.payments import operations as payments
from tijdig.payments import queries as payment_queries
from tijdig.payments.operations import NewReturn, Told
from tijdig.payments.queries import ReturnView
from tijdig.processes import reactions, refunds
from tijdig.processes.refunds import StatusTold

_LINES_AT_ONCE = 1000
_TAKES_OUT = (Verdict.TAKE_BACK, Verdict.TAKE_OUT_BOTH)


class ReturnMissing(LookupError):
    """This movement took no payment back, or that has been taken back already."""


class CannotTakeBack(ValueError):
    """The movement cannot take back that payment; the message says why."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of movements that may take a payment back: those that need no matching any more.

    `deferred` name a payment that is not tried yet. `reopened` says whether items are open again.
    """

    decided: frozenset[int] = frozenset()
    deferred: frozenset[int] = frozenset()
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """A telling with what told it, and the decision on it."""

    telling: Telling
    told: Told
    decision: Decision
    line: LineView | None = None


@transaction.atomic
def before_matching(
    line_ids: Collection[int], *, statement_ids: Collection[int] | None, on: date, actor: str
) -> Taken:
    """Take back what the movements of these statements (or all that wait) say came back; in sets.

    Our own refunds are recognised. What may mean one of `line_ids`, which have not been matched yet, is
    deferred: both may be in one file. Leave what is decided or deferred out of the matching.
    """
    waiting = originals.returns_that_wait(statement_ids=statement_ids)
    taken = _take_back(waiting, untried=frozenset(line_ids), last=False, on=on, actor=actor)
    return replace(taken, decided=taken.decided | taken.deferred)


@transaction.atomic
def after_matching(deferred: Collection[int], *, on: date, actor: str) -> Taken:
    """Take back what was deferred, and what waited for a payment that only came in now; in sets.

    Of that, money that went out and takes nothing back is set aside.
    """
    waiting = {*deferred, *originals.returns_that_wait()}
    return _take_back(waiting, untried=frozenset(), last=True, on=on, actor=actor)


def _take_back(
    line_ids: Collection[int], *, untried: frozenset[int], last: bool, on: date, actor: str
) -> Taken:
    ordered, taken = sorted(line_ids), Taken()
    for start in range(0, len(ordered), _LINES_AT_ONCE):
        batch = ordered[start : start + _LINES_AT_ONCE]
        done = _take_back_batch(batch, untried=untried, last=last, on=on, actor=actor)
        taken = Taken(
            taken.decided | done.decided, taken.deferred | done.deferred, taken.reopened or done.reopened
        )
    return taken


def _take_back_batch(
    line_ids: Sequence[int], *, untried: frozenset[int], last: bool, on: date, actor: str
) -> Taken:
    audit.reserve()
    states = banking.lock_lines(line_ids)
    waiting = bank.lines([line_id for line_id in line_ids if states[line_id] == LineState.WAITING])
    lines = [line for line in waiting.values() if not _is_left_to_a_person(line)]
    ours = refunds.recognise(lines, on=on, actor=actor)
    banking.set_line_states(list(ours.values()))
    outgoing = [line for line in lines if line.id not in ours and line.amount.minor < 0]
    receipts = originals.receipts_they_may_take_back(outgoing) if outgoing else ()
    deferred = _deferred(outgoing, receipts, untried)
    now = [line for line in outgoing if line.id not in deferred]
    tellings = [_telling(line) for line in now]
    earlier = _earlier(receipts, tellings)
    decisions = decide_all(tellings, earlier.payments.values())
    cases = [
        _Case(telling, _told_by(line), earlier.checked(decision), line)
        for line, telling, decision in zip(now, tellings, decisions, strict=True)
    ]
    settlement = _apply(cases, earlier, on=on, actor=actor)
    _set_states(cases, last=last)
    decided = {
        each.line.id
        for each in cases
        if each.line and (last or each.decision.verdict is not Verdict.NO_RETURN)
    }
    out = {each.decision.line_id for each in cases if each.decision.verdict is Verdict.TAKE_OUT_BOTH}
    return Taken(frozenset({*ours, *decided, *out}), deferred, bool(settlement.reopened))


def _is_left_to_a_person(line: LineView) -> bool:
    return line.reason is not None and line.reason.code in LEFT_TO_A_PERSON


def _deferred(
    outgoing: Sequence[LineView], receipts: Sequence[LineView], untried: frozenset[int]
) -> frozenset[int]:
    """Return the movements that may mean a payment which waits for its turn in this very import."""
    ids, accounts = set(), set()
    for receipt in receipts:
        if receipt.id in untried:
            ids |= {
                ("id", receipt.end_to_end_id),
                ("mark", receipt.bank_reference),
                ("mandate", receipt.mandate_id),
            }
            accounts.add(receipt.counterparty_iban)
    return frozenset(
        line.id
        for line in outgoing
        if ids & ({("id", line.end_to_end_id), ("mark", line.bank_reference), ("mandate", line.mandate_id)}
                  - {("id", ""), ("mark", ""), ("mandate", "")})
        or (line.counterparty_iban and line.counterparty_iban in accounts)
    )  # fmt: skip


def _telling(line: LineView) -> Telling:
    original = line.original_amount
    same = original is not None and original.currency == line.amount.currency
    return Telling(
        id=line.id,
        on=line.booking_date,
        amount_minor=-line.amount.minor,
        currency=line.amount.currency,
        is_return=line.returned or bool(line.return_reason),
        code=line.return_reason,
        original_minor=abs(original.minor) if original is not None and same else None,
        charges_minor=line.charges.minor if line.charges else None,
        end_to_end_id=line.end_to_end_id,
        mandate_id=line.mandate_id,
        bank_reference=line.bank_reference,
        account=line.counterparty_iban,
        statement=f"statement:{line.statement_id}",
    )


def _told_by(line: LineView) -> Told:
    return Told(origin_of(line.id), f"statement:{line.statement_id}", line.bank_reference)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The payments that may have come back, with their credits, by the movement they came in by."""

    payments: Mapping[int, Earlier]
    credits: Mapping[int, CreditView]

    def checked(self, decision: Decision) -> Decision:
        """Return the decision; a part of a payment booked in another currency is left to a person."""
        credit = self.credits.get(decision.line_id)
        if decision.verdict is not Verdict.TAKE_BACK or credit is None:
            return decision
        paid = self.payments[decision.line_id]
        if credit.currency == paid.currency or decision.amount_minor == paid.amount_minor:
            return decision
        facts = {"day": paid.on.isoformat(), "currency": credit.currency, "open": str(credit.amount)}
        return Decision(Verdict.WAITS, Reason("RETURN_DOES_NOT_FIT", facts))

    def outgoing(self, decision: Decision) -> int:
        """Return what leaves the credit, in its own minor units."""
        credit = self.credits[decision.line_id]
        same = credit.currency == self.payments[decision.line_id].currency
        return decision.amount_minor if same else credit.amount_minor


def _earlier(receipts: Sequence[LineView], tellings: Sequence[Telling]) -> _Gathered:
    """Lock the payments that may be meant, and return what is known of each."""
    marks = payment_queries.lines_told_under({telling.bank_reference for telling in tellings})
    marks -= taken_back.retired(marks) if marks else marks
    known = {line.id: line for line in receipts}
    known |= bank.lines(marks - known.keys()) if marks - known.keys() else {}
    states = banking.lock_lines(known.keys())
    origins = {origin_of(line_id): line_id for line_id in known}
    by_origin = ledger_queries.credits_by_origin(origins.keys())
    credits = {origins[origin]: credit for origin, credit in by_origin.items()}
    elsewhere = ledger_queries.elsewhere_of([credit.id for credit in credits.values()])
    came_back = {
        line_id: [each for each in told if not each.is_withdrawn]
        for line_id, told in payment_queries.returns_of_lines(known.keys()).items()
    }
    found = {}
    for line_id, line in known.items():
        credit = credits.get(line_id)
        if credit is None and states[line_id] == LineState.BOOKED:
            continue  # a refund of ours that came back: no payment of a customer
        found[line_id] = _as_earlier(line, credit, came_back.get(line_id, ()), elsewhere)
    return _Gathered(found, credits)


def _as_earlier(
    line: LineView, credit: CreditView | None, returns: Iterable[ReturnView], elsewhere: Mapping[int, int]
) -> Earlier:
    same = credit is not None and credit.currency == line.amount.currency
    return Earlier(
        line_id=line.id,
        on=line.booking_date,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        is_booked=credit is not None,
        on_account_minor=credit.unallocated_minor if credit is not None and same else 0,
        end_to_end_id=line.end_to_end_id,
        mandate_id=line.mandate_id,
        bank_reference=line.bank_reference,
        account=line.counterparty_iban,
        elsewhere_minor=elsewhere.get(credit.id, 0) if credit is not None else 0,
        came_back=tuple(_as_came_back(each) for each in returns),
    )


def _as_came_back(one: ReturnView) -> CameBack:
    return CameBack(
        one.id,
        one.on_date,
        one.amount.minor,
        frozenset(each.statement for each in one.tellings),
        frozenset(each.bank_reference for each in one.tellings if each.bank_reference),
        undone=one.undone_at is not None,
    )


def _apply(cases: Sequence[_Case], earlier: _Gathered, *, on: date, actor: str) -> Settlement:
    """Move the money, write the returns down, and let what follows from it follow."""
    booked = [each for each in cases if each.decision.verdict is Verdict.TAKE_BACK]
    item_ids: dict[int, int] = {}
    loosened: dict[int, list[Loosened]] = defaultdict(list)
    settlement = Settlement()
    while booked:  # a payment may come back in parts: one part of each at a time
        first = {each.decision.line_id: each for each in reversed(booked)}
        part = [each for each in booked if first[each.decision.line_id] is each]
        booked = [each for each in booked if first[each.decision.line_id] is not each]
        taken = ledger.take_back(
            [
                Outgoing(earlier.credits[each.decision.line_id].id, earlier.outgoing(each.decision), "",
                         each.telling.on, each.decision.reason)
                for each in part
            ],
            actor=actor,
        )  # fmt: skip
        case_of = {earlier.credits[each.decision.line_id].id: each.telling.id for each in part}
        item_ids |= {each.telling.id: item_id for each, item_id in zip(part, taken.item_ids, strict=True)}
        for one in taken.loosened:
            loosened[case_of[one.credit_id]].append(one)
        reactions.after_settlement(settlement=taken.settlement, on=on)
        settlement = replace(settlement, reopened=(*settlement.reopened, *taken.settlement.reopened))
    _write_down(cases, earlier, item_ids, loosened, actor=actor)
    _hold_for_the_deceased(cases, earlier, on=on, actor=actor)
    return settlement


def _write_down(
    cases: Sequence[_Case],
    earlier: _Gathered,
    item_ids: Mapping[int, int],
    loosened: Mapping[int, Sequence[Loosened]],
    *,
    actor: str,
) -> None:
    counting = [each for each in cases if each.decision.verdict in _TAKES_OUT]
    new = payments.record_returns(
        [
            NewReturn(
                line_id=each.decision.line_id,
                credit_id=_credit_id(earlier, each.decision),
                item_id=item_ids.get(each.telling.id),
                on_date=each.telling.on,
                amount_minor=each.decision.amount_minor,
                charges_minor=each.decision.charges_minor,
                currency=each.telling.currency,
                code=each.telling.code,
                told=each.told,
                loosened=tuple(
                    (one.item_id, one.amount_minor, one.kind.value, one.reason.as_data())
                    for one in loosened.get(each.telling.id, ())
                ),
            )
            for each in counting
        ],
        actor=actor,
    )
    return_of = {-each.telling.id: return_id for each, return_id in zip(counting, new, strict=True)}
    payments.record_told_again(
        [
            (return_of.get(each.decision.return_id, each.decision.return_id), each.told)
            for each in cases
            if each.decision.verdict is Verdict.TOLD_ALREADY
        ]
    )


def _credit_id(earlier: _Gathered, decision: Decision) -> int | None:
    credit = earlier.credits.get(decision.line_id)
    return credit.id if credit is not None and decision.verdict is Verdict.TAKE_BACK else None


def _hold_for_the_deceased(cases: Sequence[_Case], earlier: _Gathered, *, on: date, actor: str) -> None:
    """Ask nothing of somebody who has died (law.md §4.2, MD07) until a person looked."""
    customer_ids = {
        earlier.credits[each.decision.line_id].customer_id
        for each in cases
        if each.decision.verdict is Verdict.TAKE_BACK and each.telling.code.strip().upper() == DECEASED
    }
    for customer_id in sorted(customer_ids):
        why = _("The bank says that this customer has died (MD07).")
        dunning.place_hold(customer_id=customer_id, reason=why, on=on, actor=actor)


def _set_states(cases: Sequence[_Case], *, last: bool) -> None:
    changes = []
    for each in cases:
        verdict, reason = each.decision.verdict, each.decision.reason
        if verdict is Verdict.TAKE_OUT_BOTH:
            changes.append(StateChange(each.decision.line_id, LineState.IGNORED, reason))
        if each.line is None:
            continue
        if verdict is Verdict.TAKE_BACK:
            changes.append(StateChange(each.line.id, LineState.BOOKED, reason))
        elif verdict in (Verdict.TAKE_OUT_BOTH, Verdict.TOLD_ALREADY) or (
            verdict is Verdict.NO_RETURN and last
        ):
            changes.append(StateChange(each.line.id, LineState.IGNORED, reason))
        elif verdict is Verdict.WAITS and each.line.reason != reason:
            changes.append(StateChange(each.line.id, LineState.WAITING, reason))
    banking.set_line_states(changes)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a bank's status report: refunds that ended, payments taken back, and what named nothing."""

    refunds: int
    returns: int
    told_already: int
    unknown: int
    going_on: int = 0
    """Refunds of ours of which the bank told anything but that they failed."""

    @property
    def is_ours(self) -> bool:
        """Whether anything in the report is about payments or refunds of this organisation."""
        return bool(self.refunds or self.returns or self.told_already or self.going_on)


@transaction.atomic
def hear(reports: Sequence[StatusTold], *, on: date, actor: str) -> Heard:
    """Take in what a bank says of orders and collections (pain.002): only what it rejected does anything.

    A rejected refund is on account again. A payment that was booked is taken back, once, whether its return
    is told here first or by a statement. What nothing was booked for has no effect.
    """
    audit.reserve()
    of_refunds = refunds.hear(reports, on=on, actor=actor)
    rejected = [each for each in reports if each.is_rejected]
    others = [each for each in rejected if each.end_to_end_id not in of_refunds and each.end_to_end_id]
    tellings = [_status_telling(place, each, on) for place, each in enumerate(others, 1)]
    receipts = originals.receipts_by_end_to_end_id({each.end_to_end_id for each in others})
    earlier = _earlier(receipts, tellings)
    decisions = [earlier.checked(each) for each in decide_all(tellings, earlier.payments.values())]
    cases = [
        _Case(telling, Told(each.source[:200], each.source), decision)
        for telling, each, decision in zip(tellings, others, decisions, strict=True)
    ]
    _apply(cases, earlier, on=on, actor=actor)
    _set_states(cases, last=False)
    verdicts = [each.verdict for each in decisions]
    taken, told = sum(verdict in _TAKES_OUT for verdict in verdicts), verdicts.count(Verdict.TOLD_ALREADY)
    ended = sum(each.end_to_end_id in of_refunds for each in rejected)
    going_on = sum(not each.is_rejected and each.end_to_end_id in of_refunds for each in reports)
    return Heard(ended, taken, told, len(verdicts) - taken - told, going_on)


def _status_telling(place: int, told: StatusTold, on: date) -> Telling:
    amount = told.amount
    return Telling(
        id=place,
        on=on,
        amount_minor=amount.minor if amount else None,
        currency=amount.currency if amount else "EUR",
        code=told.code,
        end_to_end_id=told.end_to_end_id,
        mandate_id=told.mandate_id,
        statement=told.source,
    )


@transaction.atomic
def undo(*, return_id: int, text: str, on: date, actor: str) -> Settlement:
    """Take back that a payment came back: a person's mistake, or the bank's.

    The payment settles again what it had settled, as far as that is open, with what was given beside it; the
    movement that took it back waits for a person. Raises ReturnMissing.
    """
    audit.reserve()
    found = payment_queries.return_of(return_id)
    if found is None:
        raise ReturnMissing(_("This return does not exist."))
    line_id = found.counted_line_id
    banking.lock_lines([found.line_id, *([] if line_id is None else [line_id])])
    if not payments.mark_return_undone(return_id=return_id, actor=actor):
        raise ReturnMissing(_("This return has been taken back already."))
    reason = Reason("RETURN_TAKEN_BACK", {"text": text.strip()[:500]})
    changes = [] if line_id is None else [StateChange(line_id, LineState.WAITING, reason)]
    settlement = Settlement()
    if found.item_id is not None and found.credit_id is not None:
        settlement = ledger.release(item_id=found.item_id, on=on, reason=reason, actor=actor)
        again = settle_again((found,), on=on, reason=reason, actor=actor)
        settlement = replace(again, reopened=settlement.reopened)
        reactions.after_settlement(settlement=settlement, on=on)
    else:
        changes.append(StateChange(found.line_id, LineState.WAITING, reason))
    banking.set_line_states(changes)
    return settlement


def settle_again(undone: Sequence[ReturnView], *, on: date, reason: Reason, actor: str) -> Settlement:
    """Put payments that came back after all not back on what they had settled, as far as that is open still."""
    loosened = [(each.credit_id, one) for each in undone for one in each.loosened]
    items = ledger_queries.items({one.item_id for _credit, one in loosened})
    requests, given = [], []
    left = {item_id: item.open_minor for item_id, item in items.items()}
    for credit_id, one in loosened:
        assert credit_id is not None
        amount = min(one.amount_minor, left[one.item_id])
        if amount and one.kind == CreditKind.PAYMENT:
            requests.append(ledger.AllocationRequest(credit_id, one.item_id, amount, one.reason or reason))
        elif amount == one.amount_minor:
            given.append(Forgiven(one.item_id, amount, one.reason or reason, CreditKind(one.kind), credit_id))
        left[one.item_id] -= amount
    settled = ledger.allocate_many(requests, on=on, actor=actor, across_customers=True)
    beside = ledger.forgive(given, on=on, actor=actor)
    return replace(settled, settled=(*settled.settled, *beside.settled))


def candidates(line_id: int) -> tuple[LineView, ...]:
    """Return the payments that a movement may take back, newest first, for a person to choose from."""
    line = bank.line(line_id)
    if line is None or line.amount.minor >= 0:
        return ()
    found = originals.receipts_they_may_take_back((line,))
    there = {*originals.receipts_of_account(line.counterparty_iban), *(each.id for each in found)}
    views = bank.lines(there).values()
    fitting = [each for each in views if each.booking_date <= line.booking_date]
    return tuple(sorted(fitting, key=lambda each: (each.booking_date, each.id), reverse=True))


@transaction.atomic
def take_back_by_hand(*, line_id: int, payment_line_id: int, on: date, actor: str) -> Settlement:
    """Take a payment back by a waiting movement, as a person says it does; return what is open again.

    As much of it as the movement is, at most what is left of it; what the movement is more, banks charged.
    Raises LineMissing, CannotTakeBack.
    """
    audit.reserve()
    states = banking.lock_lines([line_id, payment_line_id])
    lines = bank.lines([line_id, payment_line_id])
    line, payment = lines[line_id], lines[payment_line_id]
    if states[line_id] != LineState.WAITING or line.amount.minor >= 0:
        raise CannotTakeBack(_("Somebody has dealt with this movement already, or no money went out by it."))
    telling = _telling(line)
    earlier = _earlier((payment,), (telling,))
    paid = earlier.payments.get(payment_line_id)
    if paid is None or payment.amount.minor <= 0 or payment.amount.currency != line.amount.currency:
        raise CannotTakeBack(_("Choose a payment that came in, in the same currency."))
    out = -line.amount.minor
    original = telling.original_minor or out - (telling.charges_minor or 0)
    amount = min(original if 0 < original <= out else out, paid.left_minor)
    if amount <= 0:
        raise CannotTakeBack(_("All of that payment came back before, or is paid back."))
    verdict = Verdict.TAKE_BACK if paid.is_booked else Verdict.TAKE_OUT_BOTH
    code = "MONEY_CAME_BACK" if paid.is_booked else "CAME_BACK_UNBOOKED"
    reason = Reason(code, {"meaning": meaning_of(telling.code)})
    decision = earlier.checked(Decision(verdict, reason, payment_line_id, amount, out - amount))
    if decision.verdict is Verdict.WAITS or (not paid.is_booked and amount != paid.amount_minor):
        raise CannotTakeBack(
            _("Only all of that payment can be taken back. Book it first, or set both aside.")
        )
    case = _Case(telling, _told_by(line), decision, line)
    settlement = _apply((case,), earlier, on=on, actor=actor)
    _set_states((case,), last=False)
    return settlement
