"""Today: figures that agree with the ledger, and work with a reason on every row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.ledger.builders import a_customer, an_item, an_organisation
from tests.reporting.story import DUE, PAID, REMINDED, UNDONE, Story, a_message, a_task, at, because
from tijdig.banking.operations import record_file
from tijdig.customers.operations import change_customer
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.messaging import operations as messaging
from tijdig.reporting.today import WorkGroup, WorkKind, today, work_list


def group(kind: WorkKind, on: date = UNDONE, **more: int) -> WorkGroup | None:
    return next((found for found in work_list(on, **more) if found.kind is kind), None)


STATEMENT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<Stmt><Id>S1</Id><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2024-11-16</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2024-11-16</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">12.34</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2024-11-16</Dt></BookgDt>
<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Iemand</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry></Stmt>
</BkToCstmrStmt></Document>"""


def import_statement(closing: str) -> None:
    record_file(name="s.xml", content=STATEMENT.format(closing=closing).encode(), actor="cli")


def test_the_figures_are_those_of_the_day(story: Story) -> None:
    (figures,) = today(UNDONE).figures
    assert (figures.overdue_minor, figures.not_due_minor, figures.paid_this_week_minor) == (10_000, 2_550, 0)
    assert today(PAID).figures[0].paid_this_week_minor == 6_000
    assert sum(bucket.amount_minor for bucket in today(UNDONE).ageing[0].buckets) == 12_550


def test_an_empty_house_has_nothing_to_do(house: int) -> None:
    found = today(UNDONE)
    assert (found.figures, found.ageing, found.work, found.work_count) == ((), (), (), 0)


def test_a_task_shows_from_its_day_until_it_is_done(story: Story) -> None:
    assert group(WorkKind.TASK, REMINDED - timedelta(days=1)) is None
    found = group(WorkKind.TASK, REMINDED)
    assert found is not None
    (row,) = found.rows
    assert (row.task_id, row.task_kind, row.item_id, row.item_number) == (
        story.task,
        "HAND_OVER",
        story.item,
        "F-1",
    )
    assert (str(row.reason), row.amount, row.customer_name) == (
        "Bel eerst even",
        Money(10_000, "EUR"),
        "=SOM(A1) Oven",
    )
    messaging.complete_tasks([story.task], outcome="Gebeld", at=at(PAID), actor="user:1")
    assert group(WorkKind.TASK) is None


def test_a_payment_that_waits_shows_with_its_amount(house: int) -> None:
    import_statement("112.34")
    found = group(WorkKind.BANK_LINE)
    assert found is not None
    (row,) = found.rows
    assert (row.title, row.amount, row.due_date, found.count) == ("Iemand", Money(1234, "EUR"), PAID, 1)
    assert row.line_id is not None
    assert group(WorkKind.STATEMENT_DIFFERENCE) is None


def test_a_statement_that_does_not_add_up_shows_for_a_month(house: int) -> None:
    import_statement("150.00")
    found = group(WorkKind.STATEMENT_DIFFERENCE)
    assert found is not None
    (row,) = found.rows
    assert row.statement_id is not None
    assert row.reason is not None
    assert "NL91ABNA0417164300" in str(row.reason)
    assert abs(row.amount or Money(0, "EUR")) == Money(3766, "EUR")
    assert group(WorkKind.STATEMENT_DIFFERENCE, PAID + timedelta(days=31)) is None


def test_a_failed_message_shows_until_somebody_was_told(story: Story) -> None:
    message = a_message(story.other_customer, story.other_item, on=UNDONE)
    messaging.claim_waiting(at=at(UNDONE), limit=10)
    messaging.mark_failed(message, reason=because("Adres bestaat niet"), actor="system:sending")
    found = group(WorkKind.MESSAGE_FAILED)
    assert found is not None
    assert (found.rows[0].message_id, str(found.rows[0].reason)) == (message, "Adres bestaat niet")
    a_task(story.other_customer, due=UNDONE, kind="NOT_DELIVERED")
    assert group(WorkKind.MESSAGE_FAILED) is None


def test_a_customer_that_owes_and_cannot_be_reached_shows(story: Story) -> None:
    assert group(WorkKind.NO_ADDRESS, DUE) is None, "somebody already has a task about the first"
    found = group(WorkKind.NO_ADDRESS, date(2024, 12, 16))
    assert found is not None
    (row,) = found.rows
    assert (row.customer_id, row.amount, row.reason and row.reason.code) == (
        story.other_customer, Money(2550, "EUR"), "NO_ADDRESS",
    )  # fmt: skip
    change_customer(customer_id=story.other_customer, email="zeta@example.com", actor="user:1")
    assert group(WorkKind.NO_ADDRESS, date(2024, 12, 16)) is None


@pytest.mark.parametrize(("limit", "shown"), [(2, 2), (5, 5), (9, 5)])
def test_a_group_shows_the_first_and_counts_all(house: int, limit: int, shown: int) -> None:
    customer = a_customer()
    for day in range(1, 6):
        a_task(customer, an_item(customer, due=DUE), due=date(2024, 11, 6 - day))
    found = group(WorkKind.TASK, limit=limit)
    assert found is not None
    assert (len(found.rows), found.count, found.more) == (shown, 5, False)
    assert [row.due_date for row in found.rows] == sorted(row.due_date for row in found.rows)


def test_the_work_of_another_organisation_is_not_ours(story: Story) -> None:
    with tenancy.within(an_organisation()):
        assert work_list(UNDONE) == ()
