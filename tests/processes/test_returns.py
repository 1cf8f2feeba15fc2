"""Money that comes back: through every file that may tell it, in any order, once; and a person's word on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_customer, an_item, an_organisation, new_item
from tests.processes.paid import BACK, BACK_ON, PAID
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.domain.ledger import ItemKind
from tijdig.domain.money import Money
from tijdig.dunning import queries as followed
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.organisations.operations import change_cash_policy
from tijdig.payments import queries as payments
from tijdig.processes import cash_application, returns
from tijdig.processes.cash_application import BankImport
from tijdig.processes.refunds import StatusTold
from tijdig.reporting import timeline

pytestmark = pytest.mark.usefixtures("the_books_agree")
ON = date(2026, 11, 25)
ACTOR = "user:1"


def bring(*entries: Entry, id: str = "S1", day: date = DAY) -> BankImport:
    return take_in(bank_file(statement(entries, id=id, day=day)))


def notify(*entries: Entry, id: str = "N1") -> BankImport:
    """The same as a notice (camt.054), which has no balances."""
    content = bank_file(statement(entries, id=id, opening=None)).decode()
    content = content.replace("camt.053", "camt.054").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
    return take_in(content.replace("<Stmt>", "<Ntfctn>").replace("</Stmt>", "</Ntfctn>").encode())


def take_in(content: bytes) -> BankImport:
    return cash_application.import_bank_file(name="bank.xml", content=content, on=ON, actor=ACTOR)


def status(
    code: str = "AM04", *, id: str = "E-1", source: str = "pain.002:1", amount: Money | None = None
) -> returns.Heard:
    told = StatusTold(id, is_rejected=True, code=code, amount=amount, source=source)
    return returns.hear((told,), on=ON, actor=ACTOR)


def open_of(item_id: int) -> int:
    found = ledger.item(item_id)
    assert found is not None
    return found.open_minor


def lines() -> dict[tuple[int, date], LineView]:
    return {(line.amount.minor, line.booking_date): line for line in bank.line_page().lines}


def states() -> list[tuple[int, str, str]]:
    """Amount, state and the reason's code of every movement, oldest first."""
    found = sorted(bank.line_page().lines, key=lambda line: (line.booking_date, line.id))
    return [(line.amount.minor, line.state.value, line.reason.code if line.reason else "") for line in found]


BOOKED = (10_000, "BOOKED", "NUMBER_AND_AMOUNT")
TAKEN_BACK = (-10_000, "BOOKED", "MONEY_CAME_BACK")
TOLD = "RETURN_TOLD_ALREADY"


def test_a_returned_payment_opens_its_invoice_again_and_says_why(customer: int, item: int) -> None:
    bring(PAID)
    assert open_of(item) == 0
    done = bring(BACK, id="S2")
    assert (done.new_lines, done.booked, done.waiting, done.ignored) == (1, 1, 0, 0)
    assert (open_of(item), states()) == (10_000, [BOOKED, TAKEN_BACK])
    undone = ledger.allocations_of_item(item)[-1]
    assert (undone.amount_minor, undone.on_date) == (-10_000, BACK_ON)
    assert str(undone.reason) == "The payment came back: there was not enough money on the account (AM04)."
    told = {(entry.kind.value, str(entry.reason or "")) for entry in timeline.of_customer(customer).entries}
    assert ("RETURNED", str(undone.reason)) in told
    assert ("ALLOCATION_UNDONE", str(undone.reason)) in {
        (entry.kind.value, str(entry.reason or "")) for entry in timeline.of_item(item).entries
    }
    [returned] = payments.returns_of_lines([lines()[10_000, DAY].id])[lines()[10_000, DAY].id]
    assert (returned.amount, returned.charges, returned.code) == (
        Money(10_000, "EUR"),
        Money(0, "EUR"),
        "AM04",
    )
    assert returned.counted_line_id == lines()[-10_000, BACK_ON].id


def test_paid_and_returned_in_one_file_is_booked_and_taken_back_in_that_order(item: int) -> None:
    for entries in ((PAID, BACK), (BACK, PAID)):
        with tenancy.within(an_organisation()):
            mine = an_item(a_customer(), 10_000, number="2026-0042")
            done = bring(*entries)
            assert (done.booked, done.waiting, done.ignored, open_of(mine)) == (2, 0, 0, 10_000)
            assert states() == [BOOKED, TAKEN_BACK]


def test_returned_and_paid_again_in_one_file_is_paid(item: int) -> None:
    bring(PAID)
    again = Entry(
        "100.00", "2026-0042", end_to_end_id="E-2", day=BACK_ON + timedelta(days=1), iban="NL44RABO0123456789"
    )
    done = bring(BACK, again, id="S2")
    assert (done.booked, done.waiting, open_of(item)) == (2, 0, 0)


def test_paid_returned_and_paid_again_all_in_one_file_is_paid(item: int) -> None:
    again = Entry("100.00", "2026-0042", end_to_end_id="E-2", day=BACK_ON + timedelta(days=1))
    done = bring(PAID, BACK, again)
    assert (done.booked, done.waiting, done.ignored, open_of(item)) == (3, 0, 0, 0)


def test_paid_again_later_by_a_new_transfer_it_is_paid(customer: int, item: int) -> None:
    bring(PAID)
    bring(BACK, id="S2")
    again = Entry("100.00", "2026-0042", end_to_end_id="E-9", day=BACK_ON + timedelta(days=9))
    assert bring(again, id="S3").booked == 1
    assert open_of(item) == 0
    [balance] = ledger.balance_of(customer, on=ON)
    assert (balance.open_minor, balance.on_account_minor) == (0, 0)
    assert [line.state for line in bank.line_page().lines] == [LineState.BOOKED] * 3


@pytest.mark.parametrize(
    "order",
    [
        ("053", "054", "002"),
        ("054", "053", "002"),
        ("002", "053", "054"),
        ("054", "002", "053"),
        ("002", "054", "053"),
        ("053", "002", "054"),
    ],
)
def test_one_return_told_in_three_ways_in_any_order_counts_once(item: int, order: tuple[str, ...]) -> None:
    """The notice has another mark of the bank, and is a day earlier than the statement."""
    bring(PAID)
    heard = []
    for kind in order:
        if kind == "053":
            bring(BACK, id="S2")
        elif kind == "054":
            notify(Entry("-100.00", end_to_end_id="E-1", return_code="AM04", day=BACK_ON - timedelta(days=1)))
        else:
            heard.append(status())
        assert open_of(item) == 10_000
    [found] = payments.returns_of_lines([lines()[10_000, DAY].id]).values()
    [returned] = found
    assert len(returned.tellings) == 3
    assert [each.counts for each in returned.tellings] == [True, False, False]
    outgoing = [line for line in bank.line_page().lines if line.amount.minor < 0]
    counted = [line for line in outgoing if line.state == LineState.BOOKED]
    assert len(counted) == (order[0] != "002")
    assert all(line.reason and line.reason.code == TOLD for line in outgoing if line not in counted)
    assert {line.state for line in outgoing if line not in counted} == {LineState.IGNORED}
    assert payments.return_told_by(outgoing[0].id) == returned
    assert (heard[0].returns, heard[0].told_already) == ((1, 0) if order[0] == "002" else (0, 1))


def test_a_statement_of_another_kind_that_tells_the_same_day_adds_nothing(item: int) -> None:
    bring(PAID)
    bring(BACK, id="S2")
    notify(BACK)
    assert (open_of(item), len(payments.returns_of_lines([lines()[10_000, DAY].id]))) == (10_000, 1)


@pytest.mark.parametrize(
    ("back", "charges"),
    [
        (
            Entry(
                "-107.50",
                end_to_end_id="E-1",
                return_code="MS03",
                day=BACK_ON,
                original="100.00",
                charges="7.50",
            ),
            750,
        ),
        (Entry("-107.50", end_to_end_id="E-1", return_code="MS03", day=BACK_ON, original="100.00"), 750),
        (Entry("-103.00", end_to_end_id="E-1", return_code="MS03", day=BACK_ON), 300),
    ],
)
def test_what_banks_charged_is_shown_and_put_on_nobody(
    customer: int, item: int, back: Entry, charges: int
) -> None:
    bring(PAID)
    bring(back, id="S2")
    assert open_of(item) == 10_000
    assert [found.open_minor for found in ledger.open_items_of(customer)] == [10_000]
    [returned] = payments.returns_of_lines([lines()[10_000, DAY].id])[lines()[10_000, DAY].id]
    assert returned.charges.minor == charges
    [line] = [line for line in bank.line_page().lines if line.amount.minor < 0]
    assert line.reason is not None
    assert line.reason.code == "MONEY_CAME_BACK_CHARGED"


def test_a_part_that_comes_back_opens_that_part(customer: int, item: int) -> None:
    bring(PAID)
    bring(Entry("-40.00", end_to_end_id="E-1", return_code="CUST", day=BACK_ON), id="S2")
    assert open_of(item) == 4_000
    bring(Entry("-60.00", end_to_end_id="E-1", return_code="CUST", day=BACK_ON + timedelta(days=1)), id="S3")
    assert open_of(item) == 10_000
    bring(Entry("-1.00", end_to_end_id="E-1", return_code="CUST", day=BACK_ON + timedelta(days=2)), id="S4")
    assert states()[-1] == (-100, "WAITING", "RETURN_DOES_NOT_FIT")


def test_two_parts_of_one_payment_in_one_file(item: int) -> None:
    bring(PAID)
    parts = [
        Entry(amount, end_to_end_id="E-1", return_code="CUST", day=BACK_ON) for amount in ("-30.00", "-70.00")
    ]
    assert bring(*parts, id="S2").booked == 2
    assert open_of(item) == 10_000


def test_several_invoices_of_one_payment_are_open_again(customer: int) -> None:
    both = [an_item(customer, 4_000, number="F-100001"), an_item(customer, 6_000, number="F-100002")]
    bring(Entry("100.00", "F-100001 F-100002", end_to_end_id="E-1"))
    bring(BACK, id="S2")
    assert [open_of(item_id) for item_id in both] == [4_000, 6_000]


def test_a_payment_nobody_booked_goes_out_with_its_return(customer: int) -> None:
    bring(Entry("100.00", "geen idee", end_to_end_id="E-1"))
    done = bring(BACK, id="S2")
    assert (done.booked, done.waiting, done.ignored) == (0, 0, 1)
    gone = "CAME_BACK_UNBOOKED"
    assert states() == [(10_000, "IGNORED", gone), (-10_000, "IGNORED", gone)]
    assert ledger.credits_of(customer) == ()
    assert str(lines()[10_000, DAY].reason).startswith(
        "It came back before it was booked: there was not enough"
    )


def test_a_return_of_nothing_that_is_known_waits_until_its_payment_comes_in(item: int) -> None:
    bring(BACK, id="S2")
    assert states() == [(-10_000, "WAITING", "RETURN_ORIGINAL_UNKNOWN")]
    bring(PAID)
    assert (states(), open_of(item)) == ([BOOKED, TAKEN_BACK], 10_000)


def test_two_payments_that_fit_wait_for_a_person_who_says_which(customer: int) -> None:
    first, second = (an_item(customer, 10_000, number=f"2026-004{n}") for n in range(2))
    bring(Entry("100.00", "2026-0040"), Entry("100.00", "2026-0041", day=DAY + timedelta(days=1)))
    bring(Entry("-100.00", return_code="MD06", day=BACK_ON), id="S2")
    assert states()[-1] == (-10_000, "WAITING", "RETURN_COULD_BE_SEVERAL")
    back = lines()[-10_000, BACK_ON]
    found = returns.candidates(back.id)
    assert [line.remittance for line in found] == ["2026-0041", "2026-0040"]
    settlement = returns.take_back_by_hand(line_id=back.id, payment_line_id=found[0].id, on=ON, actor=ACTOR)
    assert settlement.reopened == (second,)
    assert (open_of(first), open_of(second)) == (0, 10_000)
    with pytest.raises(returns.CannotTakeBack, match="dealt with"):
        returns.take_back_by_hand(line_id=back.id, payment_line_id=found[1].id, on=ON, actor=ACTOR)


def test_a_person_cannot_take_back_what_is_no_payment_or_is_gone(customer: int, item: int) -> None:
    bring(PAID, Entry("-5.00", "kosten", iban="NL44RABO0123456789"))
    bring(BACK, Entry("-100.00", return_code="AM04", day=BACK_ON, iban="NL44RABO0123456789"), id="S2")
    waiting = next(line for line in bank.line_page().lines if line.state == LineState.WAITING)
    with pytest.raises(returns.CannotTakeBack, match="came back before"):
        returns.take_back_by_hand(
            line_id=waiting.id, payment_line_id=lines()[10_000, DAY].id, on=ON, actor=ACTOR
        )
    with pytest.raises(returns.CannotTakeBack, match="payment that came in"):
        returns.take_back_by_hand(
            line_id=waiting.id, payment_line_id=lines()[-500, DAY].id, on=ON, actor=ACTOR
        )


@pytest.mark.parametrize(
    ("booked_on", "expected", "left"),
    [
        ("account", (-10_000, "BOOKED", "GIVEN_BACK"), 0),
        ("invoice", (-10_000, "WAITING", "MAY_GIVE_BACK"), 0),
        ("nothing", (-10_000, "WAITING", "MAY_GIVE_BACK"), 0),
    ],
)
def test_money_we_sent_back_ourselves(
    customer: int, item: int, booked_on: str, expected: tuple[int, str, str], left: int
) -> None:
    """A transfer of ours to where a payment came from, which nobody calls a return."""
    bring(Entry("100.00", "2026-0042" if booked_on == "invoice" else "dubbel betaald"))
    if booked_on == "account":
        [line] = bank.line_page().lines
        cash_application.leave_on_account(line_id=line.id, customer_id=customer, on=ON, actor=ACTOR)
    bring(Entry("-100.00", "terugbetaling", day=BACK_ON), id="S2")
    assert states()[-1] == expected
    assert sum(credit.unallocated_minor for credit in ledger.credits_of(customer)) == left
    assert open_of(item) == (0 if booked_on == "invoice" else 10_000)


def test_plain_money_out_is_still_nobody_s_business(item: int) -> None:
    done = bring(PAID, Entry("-12.00", "kosten", iban="NL44RABO0123456789"), Entry("-99.00", "inkoop"))
    assert (done.booked, done.waiting, done.ignored) == (1, 0, 2)


def test_a_return_taken_back_by_a_person_settles_what_it_had_settled(customer: int, item: int) -> None:
    bring(PAID)
    bring(BACK, id="S2")
    back = lines()[-10_000, BACK_ON]
    settlement = cash_application.unbook_line(line_id=back.id, text="bank error", on=ON, actor=ACTOR)
    assert (settlement.settled, open_of(item)) == ((item,), 0)
    assert states()[-1] == (-10_000, "WAITING", "RETURN_TAKEN_BACK")
    assert cash_application.apply_waiting(on=ON, actor=ACTOR).booked == 0, "it stays with the person"
    assert open_of(item) == 0
    notify(Entry("-100.00", end_to_end_id="E-1", return_code="AM04", day=BACK_ON - timedelta(days=1)))
    assert open_of(item) == 0, "told again, it is not done again"
    assert states()[-2] == (-10_000, "WAITING", "RETURN_UNDONE_BEFORE")
    returns.take_back_by_hand(line_id=back.id, payment_line_id=lines()[10_000, DAY].id, on=ON, actor=ACTOR)
    assert open_of(item) == 10_000


def test_taken_back_after_it_was_paid_again_the_money_stays_on_account(customer: int, item: int) -> None:
    bring(PAID)
    bring(BACK, id="S2")
    bring(Entry("100.00", "2026-0042", end_to_end_id="E-2", day=BACK_ON + timedelta(days=1)), id="S3")
    cash_application.unbook_line(line_id=lines()[-10_000, BACK_ON].id, on=ON, actor=ACTOR)
    [balance] = ledger.balance_of(customer, on=ON)
    assert (balance.open_minor, balance.on_account_minor) == (0, 10_000)


def test_both_lines_that_went_out_together_wait_again_when_taken_back(customer: int) -> None:
    bring(Entry("100.00", "geen idee", end_to_end_id="E-1"))
    bring(BACK, id="S2")
    told = payments.return_told_by(lines()[-10_000, BACK_ON].id)
    assert told is not None
    returns.undo(return_id=told.id, text="", on=ON, actor=ACTOR)
    assert {line.state for line in bank.line_page().lines} == {LineState.WAITING}
    with pytest.raises(returns.ReturnMissing):
        returns.undo(return_id=told.id, text="", on=ON, actor=ACTOR)


@pytest.mark.parametrize("taken_up", [(10_000, DAY), (-10_000, BACK_ON)])
def test_either_of_both_lines_taken_up_again_lets_both_wait(
    customer: int, taken_up: tuple[int, date]
) -> None:
    """Else the payment could be booked as if it had never come back, or its return never be counted again."""
    bring(Entry("100.00", "geen idee", end_to_end_id="E-1"))
    bring(BACK, id="S2")
    cash_application.reopen_line(line_id=lines()[taken_up].id, actor=ACTOR)
    assert {line.state for line in bank.line_page().lines} == {LineState.WAITING}
    came, went = lines()[10_000, DAY].id, lines()[-10_000, BACK_ON].id
    item_id = an_item(customer, 10_000)
    cash_application.book_line(line_id=came, allocations=[(item_id, 10_000)], on=ON, actor=ACTOR)
    returns.take_back_by_hand(line_id=went, payment_line_id=came, on=ON, actor=ACTOR)
    assert open_of(item_id) == 10_000


def test_the_payment_itself_is_not_taken_back_once_it_came_back(item: int) -> None:
    bring(PAID)
    bring(BACK, id="S2")
    with pytest.raises(ledger_operations.MoneyIsElsewhere, match="take that return back first"):
        cash_application.unbook_line(line_id=lines()[10_000, DAY].id, on=ON, actor=ACTOR)


def test_a_discount_comes_back_and_goes_again_with_its_payment(customer: int) -> None:
    change_cash_policy(actor=ACTOR, discount_basis_points=200, discount_days=60)
    item_id = an_item(customer, 10_000, number="2026-0050")
    bring(Entry("98.00", "geen idee", end_to_end_id="E-1"))
    [line] = bank.line_page().lines
    booking = cash_application.book_line(line_id=line.id, allocations=[(item_id, 9_800)], on=ON, actor=ACTOR)
    cash_application.give_discount(credit_id=booking.credit_id, item_id=item_id, on=ON, actor=ACTOR)
    assert open_of(item_id) == 0
    bring(Entry("-98.00", end_to_end_id="E-1", return_code="MD06", day=BACK_ON), id="S2")
    assert open_of(item_id) == 10_000
    cash_application.unbook_line(line_id=lines()[-9_800, BACK_ON].id, on=ON, actor=ACTOR)
    assert open_of(item_id) == 0


def test_what_was_forgiven_with_a_payment_that_booked_itself_goes_with_it(customer: int) -> None:
    """The matcher took the discount by itself; the payment came back, so there was no payment in time."""
    change_cash_policy(actor=ACTOR, discount_basis_points=200, discount_days=60)
    item_id = an_item(customer, 10_000, number="2026-0051")
    bring(Entry("98.00", "2026-0051", end_to_end_id="E-1"))
    assert (open_of(item_id), states()[0][1]) == (0, "BOOKED")
    bring(Entry("-98.00", end_to_end_id="E-1", return_code="AM04", day=BACK_ON), id="S2")
    assert open_of(item_id) == 10_000
    bring(Entry("98.00", "2026-0051", end_to_end_id="E-2", day=BACK_ON + timedelta(days=1)), id="S3")
    assert open_of(item_id) == 0
    again = lines()[9_800, BACK_ON + timedelta(days=1)]
    cash_application.unbook_line(line_id=again.id, on=ON, actor=ACTOR)
    assert open_of(item_id) == 10_000


def test_nobody_asks_the_dead(customer: int, item: int) -> None:
    bring(PAID)
    bring(Entry("-100.00", end_to_end_id="E-1", return_code="MD07", day=BACK_ON), id="S2")
    [hold] = followed.holds_of(customer, on=ON)
    assert "MD07" in hold.reason


def test_money_that_was_moved_or_paid_back_cannot_come_back_by_itself(customer: int) -> None:
    bring(Entry("100.00", "geen idee", end_to_end_id="E-1"))
    [line] = bank.line_page().lines
    credit_id = cash_application.leave_on_account(
        line_id=line.id, customer_id=customer, on=ON, actor=ACTOR
    ).credit_id
    cash_application.move_to_customer(
        credit_id=credit_id, amount_minor=1, customer_id=a_customer(), on=ON, actor=ACTOR
    )
    bring(BACK, id="S2")
    assert states()[-1] == (-10_000, "WAITING", "RETURN_DOES_NOT_FIT")


def test_what_nothing_was_booked_for_has_no_effect_in_a_status_report(customer: int) -> None:
    accepted = StatusTold("E-1", is_rejected=False, source="pain.002:1")
    heard = returns.hear((accepted,), on=ON, actor=ACTOR)
    assert heard == returns.Heard(0, 0, 0, 0)
    assert status() == returns.Heard(0, 0, 0, 1)
    bring(PAID)
    assert status(amount=Money(99_999, "EUR"), source="pain.002:3").returns == 0


def test_a_wall_stands_between_organisations(item: int) -> None:
    bring(PAID)
    with tenancy.within(an_organisation()):
        bring(BACK, id="S2")
        assert states() == [(-10_000, "WAITING", "RETURN_ORIGINAL_UNKNOWN")]
    assert open_of(item) == 0


def test_the_return_is_in_the_ledger_by_an_item_of_its_own(customer: int, item: int) -> None:
    bring(PAID)
    bring(BACK, id="S2")
    [credit] = ledger.credits_of(customer)
    [taken] = [row for row in ledger.allocations_of_credit(credit.id) if row.item_kind is ItemKind.RETURNED]
    assert (taken.amount_minor, credit.reversed, credit.unallocated_minor) == (10_000, False, 0)


def test_many_returns_cost_no_query_each(customer: int) -> None:
    count, asked = 330, []
    many = [new_item(customer, 10_000, number=f"2026-{n:05d}") for n in range(count)]
    ledger_operations.add_items(many, actor=ACTOR)
    bring(*(Entry("100.00", f"2026-{n:05d}", end_to_end_id=f"E-{n}") for n in range(count)))
    backs = [Entry("-100.00", end_to_end_id=f"E-{n}", return_code="AM04", day=BACK_ON) for n in range(count)]
    for place, some in enumerate((backs[:30], backs[30:])):
        with CaptureQueriesContext(connection) as queries:
            assert bring(*some, id=f"BACK-{place}").booked == len(some)
        asked.append(len(queries))
    assert asked[1] <= asked[0] + 5, "a fixed number, whatever comes back"
    assert asked[0] < 150
    assert len(ledger.open_items_of(customer)) == count
