"""Writing down returns and refunds; the money itself moves in the ledger, by the processes that call this."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.infra import audit, clock, tenancy
from tijdig.payments.models import Refund, RefundFile, Return, ReturnTelling
from tijdig.payments.queries import NUMBER_STARTS, RefundView, refund_number, refunds
from tijdig.payments.states import RefundState

_END_TO_END = "TIJDIG-REFUND-"


class RefundMissing(LookupError):
    """There is no such refund in this organisation."""


class RefundMovedOn(ValueError):
    """The refund is not in the state any more that this asks for: somebody was first."""


class SameHands(ValueError):
    """Whoever proposed a refund does not approve it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What told of a return: `source` is "bank:<line>" or "pain.002:…"."""

    source: str
    statement: str = ""
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class NewReturn:
    """A return that counts. Amounts in minor units; `loosened` as the model has it."""

    line_id: int
    credit_id: int | None
    item_id: int | None
    on_date: date
    amount_minor: int
    charges_minor: int
    currency: str
    code: str
    told: Told
    loosened: tuple[tuple[int, int, str, Mapping[str, Any]], ...] = ()


@transaction.atomic
def record_returns(returns: Sequence[NewReturn], *, actor: str) -> tuple[int, ...]:
    """Write down returns with what told of each first; return their ids in order."""
    at, organisation_id = clock.now(), tenancy.current_organisation_id()
    rows = Return.objects.bulk_create(
        [
            Return(
                organisation_id=organisation_id,
                line_id=each.line_id,
                credit_id=each.credit_id,
                item_id=each.item_id,
                on_date=each.on_date,
                amount=each.amount_minor,
                charges=each.charges_minor,
                currency=each.currency,
                code=each.code[:140],
                loosened=[list(part) for part in each.loosened],
                actor=actor,
                at=at,
            )
            for each in returns
        ]
    )
    _record_tellings([(row.pk, each.told) for row, each in zip(rows, returns, strict=True)], counts=True)
    if rows:
        audit.record(
            actor=actor,
            action="returns.recorded",
            subject=f"payments_return:{rows[0].pk}" if len(rows) == 1 else "",
            data={"count": len(rows), "first_id": rows[0].pk, "last_id": rows[-1].pk},
        )
    return tuple(row.pk for row in rows)


def record_told_again(tellings: Sequence[tuple[int, Told]]) -> None:
    """Write down that these told of returns (by id) that had counted before."""
    _record_tellings(tellings, counts=False)


def _record_tellings(tellings: Sequence[tuple[int, Told]], *, counts: bool) -> None:
    ReturnTelling.objects.bulk_create(
        [
            ReturnTelling(
                organisation_id=tenancy.current_organisation_id(),
                return_id=return_id,
                source=told.source[:200],
                statement=told.statement[:80],
                bank_reference=told.bank_reference[:140],
                counts=counts,
            )
            for return_id, told in tellings
        ]
    )


@transaction.atomic
def mark_return_undone(*, return_id: int, actor: str) -> bool:
    """Note that a person took a return back; return whether it stood until now."""
    done = Return.objects.filter(
        organisation_id=tenancy.current_organisation_id(), pk=return_id, undone_at__isnull=True
    ).update(undone_at=clock.now())
    if done:
        audit.record(actor=actor, action="returns.undone", subject=f"payments_return:{return_id}")
    return bool(done)


@transaction.atomic
def withdraw_tellings(*, line_ids: Collection[int], return_ids: Collection[int], actor: str) -> None:
    """Note that these movements tell nothing any more, and that these returns are undone with them; in sets."""
    organisation_id = tenancy.current_organisation_id()
    sources = [f"bank:{line_id}" for line_id in line_ids]
    ReturnTelling.objects.filter(organisation_id=organisation_id, withdrawn=False).filter(
        Q(source__in=sources) | Q(return_id__in=list(return_ids))
    ).update(withdrawn=True)
    done = Return.objects.filter(
        organisation_id=organisation_id, pk__in=list(return_ids), undone_at__isnull=True
    ).update(undone_at=clock.now())
    if done:
        audit.record(actor=actor, action="returns.undone", data={"count": done, "ids": sorted(return_ids)})


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund to be proposed, its money locked in `item_id`; `id` is one of `next_refund_id`."""

    id: int
    customer_id: int
    item_id: int
    amount: Money
    iban: str
    holder: str
    message: str
    why: str


def next_refund_id() -> int:
    """Return the id of a refund that will be proposed; its number is made of it."""
    return _next("payments_refund_id_seq")


def _next(sequence: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        new: int = cursor.fetchone()[0]
    return new


@transaction.atomic
def add_refund(new: NewRefund, *, actor: str) -> None:
    """Write down a proposed refund."""
    Refund.objects.create(
        id=new.id,
        organisation_id=tenancy.current_organisation_id(),
        customer_id=new.customer_id,
        item_id=new.item_id,
        amount=new.amount.minor,
        currency=new.amount.currency,
        iban=new.iban,
        holder=new.holder[:70],
        message=new.message[:140],
        why=new.why[:300],
        end_to_end_id=f"{_END_TO_END}{new.id}",
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    data = {"amount": str(new.amount), "currency": new.amount.currency, "item": new.item_id}
    audit.record(actor=actor, action="refund.proposed", subject=f"payments_refund:{new.id}", data=data)


@transaction.atomic
def approve_refund(*, refund_id: int, actor: str) -> None:
    """Let a refund go out. Raises RefundMissing, SameHands, RefundMovedOn."""
    found = locked_refund(refund_id)
    if found.proposed_by == actor:
        raise SameHands(
            _(
                "You proposed this refund, so somebody else approves it. Nobody else here? An owner can invite a "
                "second person under Settings, Users."
            )
        )
    _move(
        found,
        RefundState.APPROVED,
        only_from=(RefundState.PROPOSED,),
        decided_by=actor,
        decided_at=clock.now(),
    )
    audit.record(actor=actor, action="refund.approved", subject=f"payments_refund:{refund_id}")


@transaction.atomic
def reject_refund(*, refund_id: int, reason: Reason, actor: str) -> None:
    """Let a refund not go out, proposed or approved. Raises RefundMissing, RefundMovedOn."""
    found = locked_refund(refund_id)
    _move(
        found,
        RefundState.REJECTED,
        only_from=(RefundState.PROPOSED, RefundState.APPROVED),
        decided_by=actor,
        decided_at=clock.now(),
        outcome=reason.as_data(),
    )
    audit.record(actor=actor, action="refund.rejected", subject=f"payments_refund:{refund_id}")


@dataclass(frozen=True, slots=True)
class NewRefundFile:
    """A payment order of approved refunds, kept as `file_id`; `id` is that of `next_refund_file_id`."""

    id: int
    file_id: int
    message_id: str
    version: str
    account: str
    execution_date: date
    total: Money


def next_refund_file_id() -> int:
    """Return the id of a payment order that will be written; its message's id is made of it."""
    return _next("payments_refundfile_id_seq")


@transaction.atomic
def order_refunds(refunds: Sequence[RefundView], file: NewRefundFile, *, actor: str) -> None:
    """Write down that approved refunds are in a payment order.

    Raises RefundMovedOn.
    """
    row = RefundFile.objects.create(
        id=file.id,
        organisation_id=tenancy.current_organisation_id(),
        file_id=file.file_id,
        message_id=file.message_id,
        version=file.version,
        account=file.account,
        execution_date=file.execution_date,
        count=len(refunds),
        total=file.total.minor,
        made_by=actor,
        made_at=clock.now(),
    )
    moved = Refund.objects.filter(
        pk__in=[each.id for each in refunds], state=RefundState.APPROVED.value
    ).update(state=RefundState.ORDERED.value, order_id=row.pk)
    if moved != len(refunds):
        raise RefundMovedOn(_("Somebody dealt with one of these refunds at this moment; look once more."))
    audit.record(
        actor=actor,
        action="refunds.ordered",
        subject=f"payments_refundfile:{row.pk}",
        data={"count": len(refunds), "total": str(file.total), "message_id": file.message_id},
    )


@transaction.atomic
def refunds_paid(paid: Mapping[int, int], *, actor: str) -> None:
    """Note the movements by which refunds left: `paid` is line id by refund id. Raises RefundMovedOn."""
    if not paid:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payments_refund r SET state = 'PAID', paid_line_id = p.line,
                      outcome = jsonb_build_object('code', 'REFUND_PAID', 'number', %s || r.id)
               FROM unnest(%s::bigint[], %s::bigint[]) AS p (id, line)
               WHERE r.id = p.id AND r.state IN ('APPROVED', 'ORDERED')""",
            [NUMBER_STARTS, list(paid), list(paid.values())],
        )
        if cursor.rowcount != len(paid):
            raise RefundMovedOn(_("Somebody dealt with one of these refunds at this moment; look once more."))
    data = {"count": len(paid), "first_id": min(paid), "last_id": max(paid)}
    subject = f"payments_refund:{min(paid)}" if len(paid) == 1 else ""
    audit.record(actor=actor, action="refunds.paid", subject=subject, data=data)


@transaction.atomic
def refund_not_paid(*, refund_id: int, actor: str) -> None:
    """Take back that a movement paid a refund. Raises RefundMissing, RefundMovedOn."""
    found = locked_refund(refund_id)
    before = RefundState.APPROVED if found.order_id is None else RefundState.ORDERED
    _move(found, before, only_from=(RefundState.PAID,), paid_line_id=None, outcome={})
    audit.record(actor=actor, action="refund.not_paid", subject=f"payments_refund:{refund_id}")


@transaction.atomic
def refunds_not_paid(line_ids: Collection[int], *, actor: str) -> int:
    """Take back that these movements paid refunds, in one statement; return how many that are."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE payments_refund SET paid_line_id = NULL, outcome = '{}',
                      state = CASE WHEN order_id IS NULL THEN 'APPROVED' ELSE 'ORDERED' END
               WHERE organisation_id = %s AND state = 'PAID' AND paid_line_id = ANY(%s) RETURNING id""",
            [tenancy.current_organisation_id(), list(line_ids)],
        )
        ids = sorted(refund_id for (refund_id,) in cursor.fetchall())
    if ids:
        data = {"count": len(ids), "ids": ids}
        subject = f"payments_refund:{ids[0]}" if len(ids) == 1 else ""
        audit.record(actor=actor, action="refund.not_paid", subject=subject, data=data)
    return len(ids)


@transaction.atomic
def end_refund(
    *, refund_id: int, state: RefundState, reason: Reason, line_id: int | None = None, actor: str
) -> bool:
    """Note that a refund was refused by the bank, or came back; return whether that is news.

    Raises RefundMissing, RefundMovedOn for one that never went to the bank.
    """
    found = locked_refund(refund_id)
    if found.state in (RefundState.REFUSED, RefundState.CAME_BACK):
        return False
    _move(
        found,
        state,
        only_from=(RefundState.APPROVED, RefundState.ORDERED, RefundState.PAID),
        returned_line_id=line_id,
        outcome=reason.as_data(),
    )
    action = "refund.refused" if state is RefundState.REFUSED else "refund.came_back"
    audit.record(actor=actor, action=action, subject=f"payments_refund:{refund_id}")
    return True


def locked_refund(refund_id: int) -> RefundView:
    """Lock a refund until the transaction ends and return it. Raises RefundMissing."""
    return locked_refunds((refund_id,))[0]


def locked_refunds(refund_ids: Collection[int]) -> tuple[RefundView, ...]:
    """Lock refunds until the transaction ends and return them, oldest first. Raises RefundMissing."""
    list(Refund.objects.select_for_update().filter(pk__in=list(refund_ids)).order_by("pk").values_list("pk"))
    found = refunds(refund_ids)
    if len(found) != len(set(refund_ids)):
        raise RefundMissing(_("This refund does not exist."))
    return found


def _move(found: RefundView, state: RefundState, *, only_from: Sequence[RefundState], **changed: Any) -> None:
    if found.state not in only_from:
        raise RefundMovedOn(
            _("Somebody has dealt with refund %(number)s already; look once more.")
            % {"number": refund_number(found.id)}
        )
    Refund.objects.filter(pk=found.id).update(state=state.value, **changed)
