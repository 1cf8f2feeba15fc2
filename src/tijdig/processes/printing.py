"""Letters: what waits for the printer comes out as one document, and is sent from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tijdig.domain.parties import Language
from tijdig.infra import audit, clock
from tijdig.messaging import operations as messaging
from tijdig.messaging import queries as messages
from tijdig.messaging.letters import Letter, render_batch, render_letters
from tijdig.messaging.queries import MessageView
from tijdig.processes.last_check import those_that_still_hold
from tijdig.processes.message_making import house

# A letter of one page is about 40 kB; a print job of more than this takes long to come out of one request.
LARGEST_BATCH = 200


class NothingToPrint(LookupError):
    """No letter waits for the printer."""

    def __init__(self) -> None:
        super().__init__(_("No letter waits to be printed."))


@dataclass(frozen=True, slots=True)
class PrintBatch:
    """The letters that were printed, as one PDF to put in the printer."""

    pdf: bytes
    message_ids: tuple[int, ...]


def print_letters(
    *, on: date, actor: str, at: datetime | None = None, limit: int = LARGEST_BATCH
) -> PrintBatch:
    """Return the waiting letters, at most `limit`, as one PDF; each is kept with its message and now sent.

    What was settled, held or changed since is withdrawn first, and composed anew where something is left to
    say. Raises NothingToPrint; messaging.operations.MessageMovedOn when somebody else printed meanwhile.
    """
    moment = at or clock.now()
    _check(limit, on, moment, actor)  # stays, whether or not the printing succeeds
    with transaction.atomic():
        ready = _check(limit, on, moment, actor)
        if not ready:
            raise NothingToPrint
        letters = [Letter(message.facts, Language(message.line.language)) for message in ready]
        speaking = house()
        pdfs = render_letters(letters, house=speaking, at=moment)
        ids = tuple(message.id for message in ready)
        messaging.mark_printed(tuple(zip(ids, pdfs, strict=True)), at=moment, actor=actor)
        return PrintBatch(pdf=render_batch(letters, house=speaking, at=moment), message_ids=ids)


@transaction.atomic
def _check(limit: int, on: date, at: datetime, actor: str) -> tuple[MessageView, ...]:
    audit.reserve()  # a payment that withdraws letters holds it too, before it locks them
    return those_that_still_hold(
        messages.letters_to_print(limit=limit),
        withdraw=messaging.withdraw_messages,
        on=on,
        at=at,
        actor=actor,
    )
