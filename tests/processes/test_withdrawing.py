"""What goes with a statement that is taken back: returns and refunds it told of, batches, and the follow-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.banking.test_told_twice import CHILDREN, as_notice, batch
from tests.dunning import story
from tests.ledger.builders import a_credit, new_item
from tests.processes.paid import BACK, BACK_ON, PAID
from tijdig.banking import queries as bank
from tijdig.banking.states import LineState
from tijdig.domain.money import Money
from tijdig.dunning import queries as followed
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.operations import change_settings
from tijdig.organisations.queries import Role
from tijdig.payments import queries as payments
from tijdig.payments.queries import RefundState
from tijdig.processes import cash_application, refunds, returns
from tijdig.processes.cash_application import BankImport, StatementStays
from tijdig.processes.refunds import StatusTold
from tijdig.processes.sending import send_waiting

pytestmark = pytest.mark.usefixtures("the_books_agree")
ON = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ANNA, BEN = "user:1", "user:2"
THEIRS = "NL44RABO0123456789"


def bring(*entries: Entry, id: str = "S1", day: date = DAY) -> BankImport:
    return take_in(bank_file(statement(entries, id=id, day=day)))


def take_in(content: bytes) -> BankImport:
    return cash_application.import_bank_file(name="bank.xml", content=content, on=ON, actor=ANNA)


def back(done: BankImport) -> cash_application.TakenBack:
    ids = [each.id for each in done.statements]
    return cash_application.take_statements_back(statement_ids=ids, on=ON, actor=ANNA)


def again(done: BankImport) -> cash_application.Booked:
    ids = [each.id for each in done.statements]
    return cash_application.take_statements_in_again(statement_ids=ids, on=ON, actor=ANNA)


def open_of(item_id: int) -> int:
    found = ledger.item(item_id)
    assert found is not None
    return found.open_minor


def states(done: BankImport) -> list[tuple[int, str, str]]:
    found = bank.line_page(statement_id=done.statements[0].id).lines
    return sorted(
        (line.amount.minor, line.state.value, line.reason.code if line.reason else "") for line in found
    )


TOOK_BACK = (-10_000, "BOOKED", "MONEY_CAME_BACK")


def test_a_payment_that_came_back_by_it_stands_again_and_comes_back_again_with_it(
    customer: int, item: int
) -> None:
    bring(PAID)
    came_back = bring(BACK, id="S2")
    assert open_of(item) == 10_000
    taken = back(came_back)
    assert (taken.payments, taken.returns, open_of(item)) == (0, 1, 0)
    again(came_back)
    assert (open_of(item), states(came_back)) == (10_000, [TOOK_BACK])
    # A person decides nothing here, so nothing is left to a person.
    back(came_back)
    other = bring(BACK, id="S3")
    assert (open_of(item), states(other)) == (10_000, [TOOK_BACK])


def test_a_payment_and_its_return_in_one_statement_go_together(customer: int, item: int) -> None:
    done = bring(PAID, BACK)
    credits = len(ledger.credits_of(customer))
    taken = back(done)
    assert (taken.payments, taken.returns, open_of(item)) == (1, 1, 10_000)
    assert ledger.credits_with_money_left(customer) == ()
    again(done)
    assert (open_of(item), len(ledger.credits_of(customer)) > credits) == (10_000, True)
    assert TOOK_BACK in states(done)


def test_a_return_told_again_by_another_statement_counts_there(customer: int, item: int) -> None:
    bring(PAID)
    first = bring(BACK, id="S2")
    a_day_later = replace(BACK, day=BACK_ON + timedelta(days=1))
    notice = as_notice(bank_file(statement([a_day_later], id="N")))
    told_again = take_in(notice)
    assert states(told_again) == [(-10_000, "IGNORED", "RETURN_TOLD_ALREADY")]
    back(first)
    assert (open_of(item), states(told_again)) == (10_000, [TOOK_BACK])
    again(first)
    assert open_of(item) == 10_000
    assert states(first) == [(-10_000, "IGNORED", "RETURN_TOLD_ALREADY")]


def test_a_return_that_a_report_of_the_bank_tells_too_stops_it(customer: int, item: int) -> None:
    bring(PAID)
    done = bring(BACK, id="S2")
    told = StatusTold("E-1", is_rejected=True, code="AM04", source="pain.002:1")
    assert returns.hear((told,), on=ON, actor=ANNA).told_already == 1
    with pytest.raises(StatementStays, match="a report of the bank on orders tells this return too"):
        back(done)
    assert open_of(item) == 10_000


def test_a_payment_that_went_out_with_its_return_before_it_was_booked_waits_again(customer: int) -> None:
    paid = bring(Entry("100.00", "geen idee", end_to_end_id="E-1", bank_reference="PAYMENT-1"))
    came_back = bring(BACK, id="S2")
    assert states(paid) == [(10_000, "IGNORED", "CAME_BACK_UNBOOKED")]
    back(came_back)
    assert states(paid) == [(10_000, "WAITING", "NO_REFERENCE_FOUND")]
    again(came_back)
    assert states(paid) == [(10_000, "IGNORED", "CAME_BACK_UNBOOKED")]
    back(paid)
    assert states(came_back) == [(-10_000, "WAITING", "RETURN_ORIGINAL_UNKNOWN")]
    again(paid)
    assert states(came_back) == [(-10_000, "IGNORED", "CAME_BACK_UNBOOKED")]


def ordered(customer: int) -> int:
    change_settings(actor=ANNA, iban="NL91ABNA0417164300", bic="ABNANL2A")
    refund_id = refunds.propose(
        customer_id=customer, amount=Money(10_000, "EUR"), iban=THEIRS, holder="", why="x", on=ON, actor=ANNA
    )
    refunds.approve(refund_id=refund_id, actor=BEN, role=Role.CONTROLLER)
    refunds.order(refund_ids=(refund_id,), execution_date=ON, at=AT, actor=BEN)
    return refund_id


def state_of(refund_id: int) -> RefundState:
    found = payments.refund(refund_id)
    assert found is not None
    return found.state


def test_a_refund_that_left_by_it_is_at_the_bank_again(customer: int) -> None:
    a_credit(customer, 10_000)
    refund_id = ordered(customer)
    done = bring(Entry("-100.00", iban=THEIRS, end_to_end_id=f"TIJDIG-REFUND-{refund_id}"))
    assert state_of(refund_id) is RefundState.PAID
    assert back(done).refunds == 1
    assert state_of(refund_id) is RefundState.ORDERED
    again(done)
    assert state_of(refund_id) is RefundState.PAID


def test_a_refund_that_came_back_by_it_stops_it(customer: int) -> None:
    a_credit(customer, 10_000)
    refund_id = ordered(customer)
    ids = {"end_to_end_id": f"TIJDIG-REFUND-{refund_id}", "iban": THEIRS}
    bring(Entry("-100.00", **ids))
    done = bring(Entry("100.00", return_code="AC04", **ids), id="S2")
    with pytest.raises(StatementStays, match="came back by it"):
        back(done)
    assert state_of(refund_id) is RefundState.CAME_BACK


def test_money_that_is_to_be_paid_back_stops_it_and_names_the_refund(customer: int) -> None:
    done = bring(Entry("100.00", "vooruit", iban=THEIRS))
    [line] = bank.waiting_lines().lines
    cash_application.leave_on_account(line_id=line.id, customer_id=customer, on=ON, actor=ANNA)
    refund_id = refunds.propose(
        customer_id=customer, amount=Money(2_000, "EUR"), iban=THEIRS, holder="", why="x", on=ON, actor=ANNA
    )
    with pytest.raises(StatementStays, match=rf"paid back by refund TB-{refund_id}"):
        back(done)
    refunds.reject(refund_id=refund_id, text="toch niet", on=ON, actor=BEN, role=Role.CONTROLLER)
    assert back(done).payments == 1


def test_a_batch_waits_whole_again_when_what_told_it_in_detail_is_taken_back(organisation: int) -> None:
    lump = take_in(batch(""))
    details = take_in(as_notice(batch(CHILDREN)))
    assert states(lump) == [(10_000, "IGNORED", "BATCH_TOLD_IN_DETAIL")]
    back(details)
    assert states(lump) == [(10_000, "WAITING", "BATCH_NOT_BROKEN_DOWN")]
    again(details)
    assert states(lump) == [(10_000, "IGNORED", "BATCH_TOLD_IN_DETAIL")]


def test_many_returns_cost_no_query_each(customer: int) -> None:
    def queries(count: int, year: int) -> int:
        many = [new_item(customer, 10_000, number=f"{year}-{n:05d}") for n in range(count)]
        ledger_operations.add_items(many, actor=ANNA)
        bring(
            *(Entry("100.00", f"{year}-{n:05d}", end_to_end_id=f"E-{year}-{n}") for n in range(count)),
            id=f"P{year}",
        )
        backs = [
            Entry("-100.00", end_to_end_id=f"E-{year}-{n}", return_code="AM04", day=BACK_ON)
            for n in range(count)
        ]
        done = bring(*backs, id=f"R{year}")
        with CaptureQueriesContext(connection) as undoing:
            assert back(done).returns == count
        return len(undoing)

    assert queries(4, 2020) == queries(200, 2021)


DUE = date(2026, 11, 2)


def on_day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def live(first: int, last: int) -> None:
    for offset in range(first, last + 1):
        story.run(on_day(offset))
        send_waiting(at=story.noon(on_day(offset)))


@pytest.mark.django_db
def test_the_follow_up_goes_on_where_it_stood_and_waiting_money_blocks_nobody_any_more() -> None:
    with tenancy.within(story.a_creditor()):
        payer, other = story.a_customer(), story.a_customer(name="Kwekerij Maanbrug")
        paid, waits = story.invoice(payer, due=DUE), story.invoice(other, due=DUE)
        numbers = {each: ledger.items([each])[each].number for each in (paid, waits)}
        live(-5, 10)
        entries = [
            Entry("121.00", f"factuur {numbers[paid]}", day=on_day(11)),
            Entry("100.00", f"factuur {numbers[waits]}", day=on_day(11), name="Iemand"),
        ]
        done = take_in(bank_file(statement(entries, id="S1", day=on_day(11))))
        assert [line.state for line in bank.line_page().lines].count(LineState.BOOKED) == 1
        live(11, 20)
        assert [stage for _, stage in story.stages(payer)] == ["NOTICE", "DUE"]
        assert [stage for _, stage in story.stages(other)] == ["NOTICE", "DUE"]
        ids = [each.id for each in done.statements]
        cash_application.take_statements_back(statement_ids=ids, on=on_day(21), actor=ANNA)
        assert followed.follow_up_of(paid).next_action_date is not None
        live(21, 22)
        assert story.stages(payer)[-1] == (on_day(21).isoformat(), "REMINDER")
        assert story.stages(other)[-1] == (on_day(21).isoformat(), "REMINDER")
        cash_application.take_statements_in_again(statement_ids=ids, on=on_day(23), actor=ANNA)
        assert followed.follow_up_of(paid).next_action_date is None
        live(23, 40)
        assert story.stages(payer)[-1] == (on_day(21).isoformat(), "REMINDER")
        assert list(verification.problems()) == []
