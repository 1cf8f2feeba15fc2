"""Putting follow-up on hold, for a customer or for one item, and lifting that."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.dunning.models import Hold
from tijdig.dunning.operations.scheduling import schedule
from tijdig.infra import audit, clock, tenancy
from tijdig.ledger import queries as ledger


class HoldInvalid(ValueError):
    """The hold cannot be placed as asked; the message says why."""


class HoldMissing(LookupError):
    """There is no such hold, or it has been lifted already."""

    def __init__(self) -> None:
        super().__init__(_("This hold was already lifted."))


@transaction.atomic
def place_hold(
    *,
    customer_id: int,
    reason: str,
    on: date,
    actor: str,
    until: date | None = None,
    item_id: int | None = None,
) -> int:
    """Hold the follow-up of a customer, or of one of their items, up to and including `until`; return its id.

    Without `until` it stands until it is lifted. Raises HoldInvalid.
    """
    if not reason.strip():
        raise HoldInvalid(_("Say why the follow-up is put on hold; it is shown wherever it waits."))
    if until is not None and until < on:
        raise HoldInvalid(_("A hold cannot end before it begins."))
    hold = Hold.objects.create(
        organisation_id=tenancy.current_organisation_id(),
        customer_id=customer_id,
        item_id=item_id,
        reason=reason.strip()[:300],
        from_date=on,
        until_date=until,
        actor=actor,
        created_at=clock.now(),
    )
    # The entry comes before the follow-ups are locked: see audit.reserve.
    audit.record(actor=actor, action="hold.placed", subject=f"dunning_hold:{hold.pk}")
    schedule(item_ids=_items_concerned(hold), on=on)
    return hold.pk


@transaction.atomic
def lift_hold(*, hold_id: int, on: date, actor: str) -> None:
    """Lift a hold: what it concerned goes on from `on` where it stood. Raises HoldMissing."""
    hold = Hold.objects.filter(pk=hold_id).first()
    if hold is None or not Hold.objects.filter(pk=hold_id, lifted_at__isnull=True).update(
        lifted_at=clock.now()
    ):
        raise HoldMissing
    audit.record(actor=actor, action="hold.lifted", subject=f"dunning_hold:{hold_id}")
    schedule(item_ids=_items_concerned(hold), on=on)


def _items_concerned(hold: Hold) -> tuple[int, ...]:
    if hold.item_id is not None:
        return (hold.item_id,)
    return tuple(item.id for item in ledger.open_items_of(hold.customer_id))
