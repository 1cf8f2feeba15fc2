"""Taking in what a bank says of orders and collections (pain.002), once per file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from django.db import transaction

from tijdig.banking.operations import BankFileRefused
from tijdig.formats import pain002
from tijdig.formats.pain002 import ReportRefused, StatusReport, Told, TransactionStatus
from tijdig.infra import audit, files
from tijdig.infra.readers_language import in_words
from tijdig.payments import queries as payments
from tijdig.processes import returns
from tijdig.processes.refunds import StatusTold
from tijdig.processes.returns import Heard


@transaction.atomic
def take_in(*, name: str, content: bytes, on: date, actor: str) -> tuple[int, Heard | None]:
    """Keep a status report and do what follows from it; return its file, and what came of it.

    None for a file that was here before: nothing is done twice. Raises BankFileRefused.
    """
    audit.reserve()
    try:
        report = pain002.read(content)
    except ReportRefused as refused:
        raise BankFileRefused(f"{in_words(refused.where)}: {in_words(refused.reason)}") from refused
    stored, is_new = files.keep(name=name, content=content)
    if not is_new:
        return stored.pk, None
    source = f"pain.002:{hashlib.sha256(content).hexdigest()[:16]}"
    heard = returns.hear(tuple(_told(report, source)), on=on, actor=actor)
    audit.record(
        actor=actor,
        action="bank.report_heard",
        subject=f"infra_storedfile:{stored.pk}",
        data={"refunds": heard.refunds, "returns": heard.returns, "unknown": heard.unknown},
    )
    return stored.pk, heard


def _told(report: StatusReport, source: str) -> Iterator[StatusTold]:
    """Yield what is said of each transaction; of a whole that names none, of each of ours in it."""
    named = [each for payment in report.payments for each in payment.transactions]
    for each in named:
        yield _of_transaction(each, source)
    if named:
        return
    failed = report.told if report.all_failed else _failed_block(report)
    why = "" if failed is None else failed.why
    for order in payments.refund_files_of_messages([report.original_message_id]).values():
        for refund in payments.refunds_of_order(order.id):
            yield StatusTold(refund.end_to_end_id, is_rejected=failed is not None, code=why, source=source)


def _failed_block(report: StatusReport) -> Told | None:
    """Return what is said of an order whose only block failed whole."""
    blocks = report.payments
    return blocks[0].told if len(blocks) == 1 and blocks[0].all_failed else None


def _of_transaction(each: TransactionStatus, source: str) -> StatusTold:
    return StatusTold(
        each.end_to_end_id,
        is_rejected=each.told.is_rejected,
        code=each.told.why,
        amount=each.amount,
        mandate_id=each.mandate_id,
        source=source,
    )
