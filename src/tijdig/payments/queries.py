"""Reading returns and refunds: frozen values, amounts as Money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, Q, When

from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason, from_data
from tijdig.infra import tenancy
from tijdig.payments.models import Refund, RefundFile, Return, ReturnTelling
from tijdig.payments.states import RefundState as RefundState

NUMBER_STARTS = "TB-"
_UNDER_WAY = (RefundState.PROPOSED, RefundState.APPROVED, RefundState.ORDERED)


@dataclass(frozen=True, slots=True)
class TellingView:
    """That something told of a return: `source` is "bank:<line>" or "pain.002:…"."""

    source: str
    statement: str
    bank_reference: str
    counts: bool

    @property
    def line_id(self) -> int | None:
        """The movement that told it; None for a status report."""
        kind, _colon, key = self.source.partition(":")
        return int(key) if kind == "bank" else None


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What a return took off an item: `kind` is that of the credit (a discount goes with its payment)."""

    item_id: int
    amount_minor: int
    kind: str
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ReturnView:
    """That a payment came back, and everything that told so. `line_id` is how it had come in."""

    id: int
    line_id: int
    credit_id: int | None
    item_id: int | None
    on_date: date
    amount: Money
    charges: Money
    code: str
    loosened: tuple[TakenOff, ...]
    undone_at: datetime | None
    tellings: tuple[TellingView, ...]

    @property
    def is_withdrawn(self) -> bool:
        """Whether the statement that counted was taken back: then it is as if it had never been told."""
        return not any(each.counts for each in self.tellings)

    @property
    def counted_line_id(self) -> int | None:
        """The movement by which it counted; None where a status report was first."""
        return next((each.line_id for each in self.tellings if each.counts), None)


def returns_of_lines(line_ids: Collection[int]) -> dict[int, tuple[ReturnView, ...]]:
    """Return what came back of the payments that came in by these movements, undone ones too, by movement."""
    found: defaultdict[int, list[ReturnView]] = defaultdict(list)
    for view in _returns(Q(line_id__in=list(line_ids))):
        found[view.line_id].append(view)
    return {line_id: tuple(views) for line_id, views in found.items()}


def returns_of_credit(credit_id: int) -> tuple[ReturnView, ...]:
    """Return what came back of this payment, undone ones too, in order."""
    return _returns(Q(credit_id=credit_id))


def return_of(return_id: int) -> ReturnView | None:
    """Return the return, None where there is none in this organisation."""
    return next(iter(_returns(Q(pk=return_id))), None)


def returns_told_by(line_ids: Collection[int]) -> tuple[ReturnView, ...]:
    """Return the returns that count by one of these movements, not those undone."""
    return_ids = ReturnTelling.objects.filter(
        organisation_id=tenancy.current_organisation_id(),
        source__in=[f"bank:{line_id}" for line_id in line_ids],
        counts=True,
        withdrawn=False,
    ).values_list("return_id", flat=True)
    return _returns(Q(pk__in=list(return_ids), undone_at__isnull=True))


def return_told_by(line_id: int) -> ReturnView | None:
    """Return the return that this movement told of last, counted or not; None where it told of none."""
    told = ReturnTelling.objects.filter(
        organisation_id=tenancy.current_organisation_id(), source=f"bank:{line_id}", withdrawn=False
    ).order_by("-pk")
    return_id = told.values_list("return_id", flat=True).first()
    return None if return_id is None else return_of(return_id)


def lines_told_under(bank_references: Collection[str]) -> frozenset[int]:
    """Return the movements by which payments came in that came back under one of these marks of the bank."""
    return_ids = ReturnTelling.objects.filter(
        organisation_id=tenancy.current_organisation_id(),
        bank_reference__in=[mark for mark in bank_references if mark],
        withdrawn=False,
    ).values_list("return_id", flat=True)
    found = Return.objects.filter(pk__in=list(return_ids)).values_list("line_id", flat=True)
    return frozenset(found)


def _returns(condition: Q) -> tuple[ReturnView, ...]:
    rows = tuple(
        Return.objects.filter(condition, organisation_id=tenancy.current_organisation_id()).order_by("pk")
    )
    tellings: defaultdict[int, list[TellingView]] = defaultdict(list)
    if rows:
        for row in ReturnTelling.objects.filter(
            organisation_id=tenancy.current_organisation_id(),
            return_id__in=[row.pk for row in rows],
            withdrawn=False,
        ).order_by("pk"):
            view = TellingView(row.source, row.statement, row.bank_reference, row.counts)
            tellings[row.return_id].append(view)
    return tuple(_return_view(row, tuple(tellings[row.pk])) for row in rows)


def _return_view(row: Return, tellings: tuple[TellingView, ...]) -> ReturnView:
    return ReturnView(
        id=row.pk,
        line_id=row.line_id,
        credit_id=row.credit_id,
        item_id=row.item_id,
        on_date=row.on_date,
        amount=Money(row.amount, row.currency),
        charges=Money(row.charges, row.currency),
        code=row.code,
        loosened=tuple(
            TakenOff(item_id, minor, kind, from_data(reason)) for item_id, minor, kind, reason in row.loosened
        ),
        undone_at=row.undone_at,
        tellings=tellings,
    )


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money of a customer that is paid back, and how far that is."""

    id: int
    customer_id: int
    item_id: int
    amount: Money
    iban: str
    holder: str
    message: str
    why: str
    end_to_end_id: str
    state: RefundState
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    order_id: int | None
    paid_line_id: int | None
    returned_line_id: int | None
    outcome: Reason | None

    @property
    def number(self) -> str:
        """What people call it: "TB-12"."""
        return refund_number(self.id)


@dataclass(frozen=True, slots=True)
class RefundFileView:
    """A payment order as it was made for the bank; `total` of its `count` refunds."""

    id: int
    file_id: int
    message_id: str
    version: str
    account: str
    execution_date: date
    count: int
    total: Money
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class RefundPage:
    """Some refunds, newest first; `after` is the id to go on from, None at the end."""

    refunds: tuple[RefundView, ...]
    after: int | None


def refund_number(refund_id: int) -> str:
    """Return what people call a refund."""
    return f"{NUMBER_STARTS}{refund_id}"


def refund(refund_id: int) -> RefundView | None:
    """Return the refund, None where there is none in this organisation."""
    return next(iter(_refunds(Q(pk=refund_id))), None)


def refunds(refund_ids: Collection[int]) -> tuple[RefundView, ...]:
    """Return those of these refunds that there are in this organisation, oldest first."""
    return tuple(reversed(_refunds(Q(pk__in=list(refund_ids)))))


def refund_page(
    *,
    states: Collection[RefundState] = (),
    customer_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> RefundPage:
    """Return a page of refunds, newest first, in these states or in any."""
    condition = Q(state__in=list(states)) if states else Q()
    if customer_id is not None:
        condition &= Q(customer_id=customer_id)
    if after is not None:
        condition &= Q(pk__lt=after)
    found = _refunds(condition, limit=limit + 1)
    return RefundPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def refunds_in(state: RefundState) -> tuple[RefundView, ...]:
    """Return all refunds in a state that is not their end, oldest first."""
    return tuple(reversed(_refunds(Q(state=state))))


def refund_counts() -> dict[RefundState, int]:
    """Return how many refunds are in each state that is not their end."""
    found = Refund.objects.filter(
        organisation_id=tenancy.current_organisation_id(), state__in=[state.value for state in _UNDER_WAY]
    )
    counted = dict(found.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state.value, 0) for state in _UNDER_WAY}


def refunds_by_end_to_end_id(ids: Collection[str]) -> dict[str, RefundView]:
    """Return the refunds that were ordered under these ids, by id."""
    found = _refunds(Q(end_to_end_id__in=[each for each in ids if each]))
    return {view.end_to_end_id: view for view in found}


def refunds_to(ibans: Collection[str], *, states: Collection[RefundState]) -> tuple[RefundView, ...]:
    """Return the refunds to these accounts in these states."""
    wanted = [iban for iban in ibans if iban]
    return _refunds(Q(state__in=[state.value for state in states], iban__in=wanted)) if wanted else ()


def refunds_of_amount(
    amount: Money, *, state: RefundState, first_to: str = "", limit: int
) -> tuple[RefundView, ...]:
    """Return refunds of exactly this amount in a state: those to the account `first_to` first, then newest."""
    rows: Iterable[Refund] = Refund.objects.filter(
        organisation_id=tenancy.current_organisation_id(),
        state=state.value,
        amount=amount.minor,
        currency=amount.currency,
    ).order_by(Case(When(iban=first_to, then=0), default=1), "-pk")[:limit]
    return tuple(_refund_view(row) for row in rows)


def refunds_of_line(line_id: int) -> tuple[RefundView, ...]:
    """Return the refunds that left, or came back, by this movement."""
    return _refunds(Q(paid_line_id=line_id) | Q(returned_line_id=line_id))


def refunds_of_items(item_ids: Collection[int]) -> dict[int, RefundView]:
    """Return the refunds that these items set money aside for, by item; other items are left out."""
    return {view.item_id: view for view in _refunds(Q(item_id__in=list(item_ids)))} if item_ids else {}


def refunds_by_lines(line_ids: Collection[int]) -> tuple[RefundView, ...]:
    """Return the refunds that left, or came back, by one of these movements."""
    ids = list(line_ids)
    return _refunds(Q(paid_line_id__in=ids) | Q(returned_line_id__in=ids))


def refunds_of_order(order_id: int) -> tuple[RefundView, ...]:
    """Return the refunds in one payment order."""
    return _refunds(Q(order_id=order_id))


def refund_file(order_id: int) -> RefundFileView | None:
    """Return the payment order, None where there is none in this organisation."""
    return next(iter(_files(Q(pk=order_id))), None)


def refund_files(*, limit: int = 20) -> tuple[RefundFileView, ...]:
    """Return the last payment orders, newest first."""
    return _files(Q())[:limit]


def refund_files_of_messages(message_ids: Collection[str]) -> dict[str, RefundFileView]:
    """Return the payment orders with these message ids, as banks name them, by id."""
    found = _files(Q(message_id__in=list(message_ids))) if message_ids else ()
    return {view.message_id: view for view in found}


def _files(condition: Q) -> tuple[RefundFileView, ...]:
    rows: Iterable[RefundFile] = RefundFile.objects.filter(
        condition, organisation_id=tenancy.current_organisation_id()
    ).order_by("-pk")[:100]
    return tuple(
        RefundFileView(
            row.pk, row.file_id, row.message_id, row.version, row.account, row.execution_date, row.count,
            Money(row.total, "EUR"), row.made_by, row.made_at,
        )
        for row in rows
    )  # fmt: skip


def _refunds(condition: Q, *, limit: int | None = None) -> tuple[RefundView, ...]:
    rows: Iterable[Refund] = Refund.objects.filter(
        condition, organisation_id=tenancy.current_organisation_id()
    ).order_by("-pk")[:limit]
    return tuple(_refund_view(row) for row in rows)


def _refund_view(row: Refund) -> RefundView:
    return RefundView(
        id=row.pk,
        customer_id=row.customer_id,
        item_id=row.item_id,
        amount=Money(row.amount, row.currency),
        iban=row.iban,
        holder=row.holder,
        message=row.message,
        why=row.why,
        end_to_end_id=row.end_to_end_id,
        state=RefundState(row.state),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        order_id=row.order_id,
        paid_line_id=row.paid_line_id,
        returned_line_id=row.returned_line_id,
        outcome=from_data(row.outcome),
    )
