"""Learning from what was booked: who pays from which account, and how far each matcher can be trusted.

A matcher never confirms itself: an account is learned as a customer's by what a person did or by the payer's own
words, not by a guess. What a person takes back counts against the matcher that booked it, once per payment; money
that came back does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.banking import matcher_records
from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.known_payers import account_key
from tijdig.banking.matcher_records import MatcherTotals, NewTurn, TurnView
from tijdig.banking.operations import PaidFor
from tijdig.banking.queries import LineView
from tijdig.domain.collectors import is_collector
from tijdig.domain.matching import Match, MatcherRecord, Proposal
from tijdig.domain.matching.calibration import MILLION, Estimate, estimate, reaches, trusted
from tijdig.domain.matching.priors import PRIORS
from tijdig.domain.reasons import Reason
from tijdig.infra import audit
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import AllocationView, CreditView, ItemView
from tijdig.organisations import queries as organisations
from tijdig.processes.cash_application.proposing import proposals_for

ACTOR = "system:matching"
_ORIGIN = "bank:"
_MOST_LIKELY = 3
PAYERS_OWN_WORDS = frozenset(("NUMBER", "PAYMENT_ID", "REFERENCE", "SEVERAL_NAMED"))
"""The matchers that go by what the payer wrote: a reference or number that can be nothing else."""
_BY_HAND = frozenset(("BOOKED_BY_HAND", "LEFT_ON_ACCOUNT"))
_BY_HAND_TOO = _BY_HAND | {"BOOKED_AT_RATE"}
# Under which name a booking counts, by its reason.
_MATCHERS = {
    "NUMBER_AND_AMOUNT": "NUMBER",
    "PAYMENT_ID_AND_AMOUNT": "PAYMENT_ID",
    "RANGE_ADDS_UP": "SEVERAL_NAMED",
    "REFERENCE_AND_AMOUNT": "REFERENCE",
    "SEVERAL_ADD_UP": "SEVERAL_NAMED",
    "SEVERAL_CUSTOMERS_ADD_UP": "SEVERAL_NAMED",
}


class StillNotSureEnough(ValueError):
    """What is known of the matcher, even without its corrections, is not enough for what is asked."""


@dataclass(frozen=True, slots=True)
class MatcherView:
    """A matcher as it stands: all it did here, what is known of its precision, whether it books by itself and why not.

    `measured` says whether it was before its first booking here. `since` is when it stopped or went on; None
    where it never turned.
    """

    code: str
    totals: MatcherTotals
    estimate: Estimate
    measured: bool
    books: bool
    since: date | None
    actor: str
    reason: Reason | None


def matcher_of(proposal: Proposal) -> str:
    """Return the code of the matcher that gave a proposal."""
    return proposal.matcher or _MATCHERS.get(proposal.reason.code, proposal.reason.code)


def booked_by_itself(bookings: Sequence[tuple[LineView, Proposal]], items: Iterable[ItemView]) -> None:
    """Count what matchers booked, and remember who paid where the payer's own words said so; set-based."""
    matcher_records.count_bookings((matcher_of(booking), line.booking_date) for line, booking in bookings)
    customer_of = {item.id: item.customer_id for item in items}
    banking.learn_payers(
        seen
        for line, booking in bookings
        if matcher_of(booking) in PAYERS_OWN_WORDS
        for seen in _paid_for(
            line, {booking.customer_id, *(customer_of[share.item_id] for share in booking.shares)}
        )
    )


def likely_customers(lines: Sequence[LineView], matches: Sequence[Match]) -> dict[int, tuple[int, ...]]:
    """Return, by line, whose the payments that wait may be: by the best proposal, or by the account; set-based.

    Proposals that are equally good count together. More than a few are no pointer to anybody.
    """
    waiting = [
        (line, match)
        for line, match in zip(lines, matches, strict=True)
        if match.booking is None and line.is_receipt
    ]
    payers = bank.known_payers(line.counterparty_iban for line, _match in waiting)
    found = {}
    for line, match in waiting:
        best = max((proposal.confidence for proposal in match.proposals), default=0)
        named = dict.fromkeys(
            proposal.customer_id for proposal in match.proposals if proposal.confidence == best
        )
        known = [payer.customer_id for payer in payers.get(account_key(line.counterparty_iban), ())]
        found[line.id] = tuple(dict.fromkeys((*(named if len(named) <= _MOST_LIKELY else ()), *known)))
    return found


def look_whose_it_is(line_id: int) -> None:
    """Find out whose a payment may be that waits again."""
    proposals = proposals_for(line_id)
    banking.set_likely_customers(line_id, [each.customer.id for each in proposals[:1]])


def booked_by_hand(line: LineView, customer_id: int) -> None:
    """Remember that the payer of this line paid for the customer, as a person says."""
    banking.learn_payers(_paid_for(line, {customer_id}))


def allocated_by_hand(credit_id: int, item_ids: Collection[int]) -> None:
    """Remember for whom the payer of a credit paid, as a person says who set it against items.

    Its own customer is remembered already where a person, or the payer's own words, said so at the booking.
    """
    credit = ledger.credit(credit_id)
    line = _line_of(credit)
    if credit is None or line is None:
        return
    customers = {item.customer_id for item in ledger.items(item_ids).values()}
    said = line.reason.code if line.reason else ""
    if said in _BY_HAND or _MATCHERS.get(said, said) in PAYERS_OWN_WORDS:
        customers.discard(credit.customer_id)
    banking.learn_payers(_paid_for(line, customers))


def booking_taken_back(line: LineView, credit: CreditView, item_ids: Collection[int], *, on: date) -> None:
    """Call after a person took a booking back whole: whom it paid for was wrong, and so was its matcher.

    `item_ids` are the items it had settled.
    """
    customers = {credit.customer_id, *(item.customer_id for item in ledger.items(item_ids).values())}
    banking.refute_payers(_paid_for(line, customers))
    _corrected(line, on=on)


def allocation_taken_back(allocation_id: int, *, on: date) -> None:
    """Call after a person took an allocation back: the money stays its customer's, the matcher was wrong."""
    found = ledger.allocation(allocation_id)
    credit = ledger.credit(found.credit_id) if found else None
    line = _line_of(credit)
    if found is None or credit is None or line is None:
        return
    customers = {item.customer_id for item in ledger.items([found.item_id]).values()} - {credit.customer_id}
    banking.refute_payers(_paid_for(line, customers))
    if found.reason is None or found.reason.code not in _BY_HAND:
        _corrected(line, on=on)


def forget_bookings(booked: Sequence[tuple[LineView, CreditView]], uses: Sequence[AllocationView]) -> None:
    """Call before bookings are taken back because their file was wrong, not the match; in sets.

    `uses` are what the credits settled and settle still. What the bookings taught is taken back, and they count
    for no matcher.
    """
    matcher_records.uncount_bookings([line.id for line, _credit in booked])
    customer_of = {item.id: item.customer_id for item in ledger.items({use.item_id for use in uses}).values()}
    uses_of: dict[int, list[AllocationView]] = defaultdict(list)
    for use in uses:
        uses_of[use.credit_id].append(use)
    banking.unlearn_payers(
        seen
        for line, credit in booked
        for seen in _paid_for(line, _taught_by(line, credit, uses_of[credit.id], customer_of))
    )


def _taught_by(
    line: LineView, credit: CreditView, uses: Iterable[AllocationView], customer_of: Mapping[int, int]
) -> set[int]:
    """Return for whom a booking taught that the payer pays."""
    said = line.reason.code if line.reason else ""
    sure = said in _BY_HAND_TOO or _MATCHERS.get(said, said) in PAYERS_OWN_WORDS
    taught = {credit.customer_id} if sure else set()
    for use in uses:
        code = use.reason.code if use.reason else ""
        if code in _BY_HAND or (sure and code == said):
            taught.add(customer_of[use.item_id])
    return taught


def _paid_for(line: LineView, customer_ids: Collection[int]) -> list[PaidFor]:
    if not line.counterparty_iban or is_collector(line.counterparty_name):
        return []
    return [PaidFor(line.counterparty_iban, customer_id, line.booking_date) for customer_id in customer_ids]


def _line_of(credit: CreditView | None) -> LineView | None:
    """Return the movement a credit was booked from; None where it came from elsewhere."""
    if credit is None or not credit.origin.startswith(_ORIGIN):
        return None
    return bank.line(int(credit.origin.removeprefix(_ORIGIN)))


def _corrected(line: LineView, *, on: date) -> None:
    if matcher_records.correct_lines([line.id], on=on):
        note_turns(on=on)


def trusted_matchers(*, on: date) -> frozenset[str]:
    """Return the matchers that may book by themselves on `on`; one that stops or goes on is written down."""
    note_turns(on=on)
    required = organisations.cash_policy().required_precision
    return trusted(matcher_records.matcher_records(), PRIORS, required)


def note_turns(*, on: date) -> None:
    """Write down which matchers stopped booking by themselves, or go on, since it was last written down."""
    records, turns = matcher_records.matcher_records(), matcher_records.last_turns()
    required = organisations.cash_policy().required_precision
    new = []
    for code in sorted({*PRIORS, *records}):
        record, turn = records.get(code), turns.get(code)
        booked_before = turn.books if turn else record is not None and record.booked > 0
        books = reaches(record, PRIORS.get(code), required)
        if books != booked_before and (turn is not None or booked_before):
            reason = Reason("MATCHER_GOES_ON", _percent(required)) if books else _why_not(record, required)
            new.append(NewTurn(code, books, reason))
    if new:
        matcher_records.add_turns(new, on=on, actor=ACTOR)
        audit.record(actor=ACTOR, action="matching.turned", data={turn.matcher: turn.books for turn in new})


@transaction.atomic
def let_book_again(*, matcher: str, text: str, on: date, actor: str) -> None:
    """Overlook the corrections of a matcher so far, for a person's reason, so that it books by itself again.

    Raises StillNotSureEnough.
    """
    note_turns(on=on)
    forgiven = matcher_records.forgive(matcher)
    required = organisations.cash_policy().required_precision
    if not reaches(matcher_records.matcher_records().get(matcher), PRIORS.get(matcher), required):
        raise StillNotSureEnough(
            _(
                "Even without its corrections it is not sure enough for what you ask. Ask for less, or leave it."
            )
        )
    reason = Reason("PERSON_SAID", {"text": text.strip()[:500]})
    matcher_records.add_turns([NewTurn(matcher, True, reason)], on=on, actor=actor)
    audit.record(actor=actor, action="matching.let_book", data={"matcher": matcher, "forgiven": forgiven})


def matchers(codes: Iterable[str]) -> tuple[MatcherView, ...]:
    """Return how these matchers stand, in that order, and after them any others that booked something here."""
    required = organisations.cash_policy().required_precision
    records, turns = matcher_records.matcher_records(), matcher_records.last_turns()
    totals = matcher_records.matcher_totals()
    return tuple(
        _view(code, totals.get(code), records.get(code), turns.get(code), required)
        for code in dict.fromkeys((*codes, *totals))
    )


def _view(
    code: str,
    totals: MatcherTotals | None,
    record: MatcherRecord | None,
    turn: TurnView | None,
    required: int,
) -> MatcherView:
    prior = PRIORS.get(code)
    books = reaches(record, prior, required)
    told = turn if turn is not None and turn.books == books else None
    reason = told.reason if told else None
    return MatcherView(
        code=code,
        totals=totals or MatcherTotals(code, 0, 0, 0),
        estimate=estimate(record, prior, required),
        measured=prior is not None and prior.of > 0,
        books=books,
        since=told.on if told else None,
        actor=told.actor if told else "",
        reason=reason or (None if books else _why_not(record, required)),
    )


def _why_not(record: MatcherRecord | None, required: int) -> Reason:
    if record is not None and record.corrected:
        counts = {"corrected": record.corrected, "booked": record.booked}
        return Reason("MATCHER_STOPPED", {**counts, **_percent(required)})
    return Reason("MATCHER_UNPROVEN", _percent(required))


def _percent(required: int) -> Mapping[str, str]:
    """Return what is asked, in percent as it is told: 999000 → "99.9"."""
    whole, rest = divmod(required * 100, MILLION)
    return {"percent": f"{whole}.{rest:06d}".rstrip("0").rstrip(".")}
