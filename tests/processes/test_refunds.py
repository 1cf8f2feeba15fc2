"""Money that is paid back: two people, one file for the bank, recognised when it leaves and when it comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_credit, a_customer, an_item, an_organisation
from tijdig.banking import queries as bank
from tijdig.banking.states import LineState
from tijdig.customers.queries import CustomerUnknown
from tijdig.domain.ledger import CreditKind
from tijdig.domain.money import Money
from tijdig.formats.pain001 import Version
from tijdig.infra import audit, files, tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.operations import change_settings
from tijdig.organisations.queries import Role
from tijdig.payments import operations as payments
from tijdig.payments import queries
from tijdig.payments.queries import RefundState, RefundView
from tijdig.processes import cash_application, refunds
from tijdig.processes.refunds import NotAllowed, RefundInvalid, StatusTold

ON = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ANNA, BEN = "user:1", "user:2"
THEIRS = "NL44RABO0123456789"
OURS = "NL91ABNA0417164300"


@pytest.fixture(autouse=True)
def _the_books_always_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    organisation_id = request.getfixturevalue("organisation")
    with tenancy.within(organisation_id):
        change_settings(actor=ANNA, iban=OURS, bic="ABNANL2A")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []
        assert list(audit.breaks()) == []


def propose(customer_id: int, minor: int = 10_000, **changed: object) -> int:
    facts = {"iban": THEIRS, "holder": "", "why": "Paid twice", "on": ON, "actor": ANNA, **changed}
    return refunds.propose(customer_id=customer_id, amount=Money(minor, "EUR"), **facts)  # type: ignore[arg-type]


def approved(customer_id: int, minor: int = 10_000, **changed: object) -> int:
    refund_id = propose(customer_id, minor, **changed)
    refunds.approve(refund_id=refund_id, actor=BEN, role=Role.CONTROLLER)
    return refund_id


def ordered(customer_id: int, minor: int = 10_000, **changed: object) -> RefundView:
    refund_id = approved(customer_id, minor, **changed)
    order((refund_id,))
    return the(refund_id)


def order(refund_ids: tuple[int, ...], **changed: object) -> int:
    facts = {"execution_date": ON, "at": AT, "actor": BEN, **changed}
    return refunds.order(refund_ids=refund_ids, **facts)  # type: ignore[arg-type]


def the(refund_id: int) -> RefundView:
    found = queries.refund(refund_id)
    assert found is not None
    return found


def on_account(customer_id: int) -> int:
    return sum(credit.unallocated_minor for credit in ledger.credits_of(customer_id))


def net(customer_id: int) -> int:
    return sum(balance.net_minor for balance in ledger.balance_of(customer_id, on=ON))


def bring(*entries: Entry, id: str = "S1") -> None:
    content = bank_file(statement(entries, id=id))
    cash_application.import_bank_file(name="bank.xml", content=content, on=ON, actor=ANNA)


def last_line() -> tuple[str, str]:
    line = max(bank.line_page().lines, key=lambda line: line.id)
    return line.state.value, line.reason.code if line.reason else ""


def test_a_refund_takes_two_people_and_leaves_by_a_file(customer: int) -> None:
    a_credit(customer, 12_000)
    refund_id = propose(customer, message="Terug: dubbel betaald")
    assert (on_account(customer), the(refund_id).state) == (2_000, RefundState.PROPOSED)
    assert queries.refund_counts()[RefundState.PROPOSED] == 1
    with pytest.raises(payments.SameHands, match=r"somebody else approves it.*invite a second person"):
        refunds.approve(refund_id=refund_id, actor=ANNA, role=Role.OWNER)
    with pytest.raises(NotAllowed):
        refunds.approve(refund_id=refund_id, actor=BEN, role=Role.VIEWER)
    refunds.approve(refund_id=refund_id, actor=BEN, role=Role.CONTROLLER)
    with pytest.raises(payments.RefundMovedOn):
        refunds.approve(refund_id=refund_id, actor="user:3", role=Role.OWNER)
    order_id = order((refund_id,))
    found, file = the(refund_id), queries.refund_file(order_id)
    assert file is not None
    assert (found.state, found.decided_by, found.order_id) == (RefundState.ORDERED, BEN, order_id)
    content = files.content_of(file.file_id)
    assert files.read(file.file_id).sha256 == hashlib.sha256(content).hexdigest()
    root = etree.fromstring(content)
    told = {element.tag.rpartition("}")[2]: element.text for element in root.iter() if not len(element)}
    assert told["EndToEndId"] == found.end_to_end_id == f"TIJDIG-REFUND-{refund_id}"
    assert (told["InstdAmt"], told["Ustrd"], told["Dt"]) == ("100.00", "Terug: dubbel betaald", "2026-11-20")
    assert (file.count, file.total, told["MsgId"]) == (1, Money(10_000, "EUR"), file.message_id)
    assert [entry.action for entry in audit.entries(limit=10) if entry.action.startswith("refund")] == [
        "refunds.ordered",
        "refund.approved",
        "refund.proposed",
    ]


def test_the_older_version_and_several_in_one_file(customer: int) -> None:
    a_credit(customer, 10_000)
    ids = tuple(approved(customer, minor) for minor in (1_000, 2_000))
    file = queries.refund_file(order(ids, version=Version.V03, execution_date=ON + timedelta(days=1)))
    assert file is not None
    assert (file.version, file.count, file.total.minor) == ("pain.001.001.03", 2, 3_000)
    assert b"<NbOfTxs>2</NbOfTxs><CtrlSum>30.00</CtrlSum>" in files.content_of(file.file_id)
    assert [view.id for view in queries.refunds_of_order(file.id)] == [ids[1], ids[0]]


def test_the_money_comes_from_the_oldest_or_from_the_credit_that_was_chosen(customer: int) -> None:
    old, new = a_credit(customer, 6_000, on=ON - timedelta(days=9)), a_credit(customer, 6_000)
    propose(customer, 7_000)
    assert [ledger.credits([one])[one].unallocated_minor for one in (old, new)] == [0, 5_000]
    propose(customer, 5_000, credit_id=new)
    assert on_account(customer) == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"iban": "NL00RABO0123456789"}, "iban"),
        ({"iban": ""}, "iban"),
        ({"holder": "Ελλάς"}, "holder"),
        ({"minor": 10_001}, "amount"),
        ({"minor": 0}, "amount"),
        ({"minor": -1}, "amount"),
    ],
)
def test_what_cannot_be_paid_back_is_refused(customer: int, changed: dict[str, object], field: str) -> None:
    a_credit(customer, 10_000)
    with pytest.raises(RefundInvalid) as refused:
        propose(customer, **{"minor": 10_000, **changed})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert on_account(customer) == 10_000


def test_an_account_outside_sepa_is_paid_elsewhere(customer: int) -> None:
    a_credit(customer, 10_000)
    with pytest.raises(RefundInvalid, match=r"outside SEPA \(TR\).*your bank's own application") as outside:
        propose(customer, iban="TR33 0006 1005 1978 6457 8413 26")
    assert (outside.value.field, on_account(customer)) == ("iban", 10_000)
    assert propose(customer, iban="CH93 0076 2011 6238 5295 7")


def test_another_currency_is_paid_back_elsewhere(customer: int) -> None:
    a_credit(customer, 10_000, currency="USD")
    with pytest.raises(RefundInvalid, match="Only euros"):
        refunds.propose(
            customer_id=customer, amount=Money(1, "USD"), iban=THEIRS, holder="", why="", on=ON, actor=ANNA
        )
    with pytest.raises(RefundInvalid, match=r"0\.00 EUR is on account"):
        propose(customer, 1)
    with pytest.raises(CustomerUnknown):
        propose(customer + 1_000)


def test_rejected_the_money_is_on_account_again(customer: int) -> None:
    a_credit(customer, 10_000)
    refund_id, item_id = propose(customer), an_item(customer, 1)
    [credit] = ledger.credits_of(customer)
    assert credit.reason is not None
    with pytest.raises(ledger_operations.CreditExhausted):
        ledger_operations.allocate(
            credit_id=credit.id,
            item_id=item_id,
            amount_minor=1,
            on=ON,
            actor=ANNA,
            reason=credit.reason,
        )
    with pytest.raises(NotAllowed):
        refunds.reject(refund_id=refund_id, text="", on=ON, actor=BEN, role=Role.VIEWER)
    refunds.reject(refund_id=refund_id, text="Not ours", on=ON, actor=ANNA, role=Role.CONTROLLER)
    assert (on_account(customer), the(refund_id).state) == (10_000, RefundState.REJECTED)
    assert str(the(refund_id).outcome) == f"Refund TB-{refund_id} was not approved. Not ours"
    with pytest.raises(payments.RefundMovedOn):
        refunds.approve(refund_id=refund_id, actor=BEN, role=Role.OWNER)
    with pytest.raises(payments.RefundMovedOn):
        refunds.reject(refund_id=refund_id, text="", on=ON, actor=ANNA, role=Role.OWNER)
    late = approved(customer)
    refunds.reject(refund_id=late, text="", on=ON, actor=BEN, role=Role.OWNER)
    assert on_account(customer) == 10_000


def test_only_approved_refunds_are_ordered_and_once(customer: int) -> None:
    a_credit(customer, 10_000)
    proposed, ready = propose(customer, 1_000), approved(customer, 2_000)
    with pytest.raises(payments.RefundMovedOn):
        order((proposed, ready))
    order((ready,))
    with pytest.raises(payments.RefundMovedOn):
        order((ready,))
    with pytest.raises(RefundInvalid):
        order(())
    with pytest.raises(payments.RefundMissing):
        order((ready + 1_000,))
    with pytest.raises(payments.RefundMovedOn):
        refunds.reject(refund_id=ready, text="", on=ON, actor=BEN, role=Role.OWNER)


def test_without_an_account_of_our_own_nothing_is_ordered(customer: int) -> None:
    a_credit(customer, 10_000)
    ready = approved(customer)
    change_settings(actor=ANNA, iban="")
    with pytest.raises(RefundInvalid, match="bank account first"):
        order((ready,))
    assert order((ready,), account="NL44 RABO 0123 4567 89")


def test_the_debit_on_the_statement_closes_the_refund(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    bring(Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS))
    assert (last_line(), the(found.id).state) == (("BOOKED", "REFUND_PAID"), RefundState.PAID)
    assert net(customer) == 0
    bring(Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS, text="again"), id="S2")
    assert last_line() == ("IGNORED", "REFUND_TOLD_ALREADY")


def test_without_our_id_the_only_refund_of_that_account_and_amount_is_it(customer: int) -> None:
    """MT940 may lack it; or somebody paid the refund by hand in the bank's own application."""
    a_credit(customer, 30_000)
    by_hand = approved(customer)
    bring(Entry("-100.00", "terugbetaling", iban=THEIRS))
    assert (the(by_hand).state, last_line()) == (RefundState.PAID, ("BOOKED", "REFUND_PAID"))
    two = [ordered(customer).id for _ in range(2)]
    bring(Entry("-100.00", "een van beide", iban=THEIRS), id="S2")
    assert [the(one).state for one in two] == [RefundState.ORDERED] * 2
    assert last_line() == ("IGNORED", "MONEY_OUT")


def test_a_refund_that_was_paid_before_it_was_approved_waits_for_a_person(customer: int) -> None:
    """Else it could be rejected, and money that is gone would be on account again."""
    a_credit(customer, 10_000)
    refund_id = propose(customer)
    bring(Entry("-100.00", "terugbetaling", iban=THEIRS))
    assert last_line() == ("WAITING", "REFUND_PAID_OTHERWISE")
    refunds.approve(refund_id=refund_id, actor=BEN, role=Role.CONTROLLER)
    cash_application.apply_waiting(on=ON, actor=ANNA)
    assert (last_line(), the(refund_id).state) == (("BOOKED", "REFUND_PAID"), RefundState.PAID)


def test_many_refunds_in_one_order_cost_no_query_each(customer: int) -> None:
    a_credit(customer, 10_000)
    counts = []
    for many in (2, 8):
        ids = tuple(approved(customer, 100) for _ in range(many))
        with CaptureQueriesContext(connection) as queries_:
            order(ids)
        counts.append(len(queries_))
    assert counts[0] == counts[1]


def test_nothing_is_ordered_for_a_day_that_has_gone(customer: int) -> None:
    a_credit(customer, 10_000)
    ready = approved(customer)
    with pytest.raises(RefundInvalid, match="today or a later day") as refused:
        order((ready,), execution_date=ON - timedelta(days=1))
    assert (refused.value.field, the(ready).state) == ("execution_date", RefundState.APPROVED)


def test_an_order_that_left_as_one_sum_closes_all_of_it(customer: int) -> None:
    a_credit(customer, 10_000)
    ids = tuple(approved(customer, minor) for minor in (1_000, 2_000))
    file = queries.refund_file(order(ids))
    assert file is not None
    bring(Entry("-30.00", bank_reference=f"{file.message_id}-1", iban="", name=""))
    assert [the(one).state for one in ids] == [RefundState.PAID] * 2
    line = max(bank.line_page().lines, key=lambda line: line.id)
    assert str(line.reason) == f"Refund TB-{ids[0]} – TB-{ids[1]} was paid with it."
    cash_application.unbook_line(line_id=line.id, on=ON, actor=ANNA)
    assert [the(one).state for one in ids] == [RefundState.ORDERED] * 2
    assert last_line() == ("WAITING", "BOOKING_UNDONE")


@pytest.mark.parametrize("amount", ["-99.99", "-100.01"])
def test_a_debit_that_differs_waits_for_a_person(customer: int, amount: str) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    bring(Entry(amount, end_to_end_id=found.end_to_end_id, iban=THEIRS))
    assert (last_line(), the(found.id).state) == (("WAITING", "REFUND_PAID_OTHERWISE"), RefundState.ORDERED)


def test_a_refund_that_comes_back_puts_the_money_on_account_once(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    bring(Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS))
    bring(Entry("100.00", end_to_end_id=found.end_to_end_id, return_code="AC04", iban=THEIRS), id="S2")
    assert last_line() == ("BOOKED", "REFUND_CAME_BACK")
    assert (the(found.id).state, on_account(customer), net(customer)) == (
        RefundState.CAME_BACK,
        10_000,
        -10_000,
    )
    assert "the account is closed (AC04)" in str(the(found.id).outcome)
    bring(
        Entry("100.00", "again", end_to_end_id=found.end_to_end_id, return_code="AC04", iban=THEIRS), id="S3"
    )
    assert (last_line(), on_account(customer)) == (("IGNORED", "REFUND_TOLD_ALREADY"), 10_000)
    back = next(
        line for line in bank.line_page().lines if line.reason and line.reason.code == "REFUND_CAME_BACK"
    )
    with pytest.raises(payments.RefundMovedOn, match="propose a new refund"):
        cash_application.unbook_line(line_id=back.id, on=ON, actor=ANNA)


def test_a_refund_that_left_and_came_back_in_one_file_is_on_account_again(customer: int) -> None:
    a_credit(customer, 10_000)
    for place, back_first in enumerate((False, True)):
        found = ordered(customer)
        left = Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS, text=f"{place}")
        back = Entry("100.00", f"{place}", end_to_end_id=found.end_to_end_id, return_code="AC04", iban=THEIRS)
        bring(*((back, left) if back_first else (left, back)), id=f"S{place}")
        assert (the(found.id).state, on_account(customer)) == (RefundState.CAME_BACK, 10_000)
        assert the(found.id).paid_line_id is not None


def test_a_refund_that_is_told_to_come_back_twice_in_one_file_does_so_once(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    back = Entry("100.00", end_to_end_id=found.end_to_end_id, return_code="AC04", iban=THEIRS)
    bring(back, replace(back, text="again"))
    assert sorted(line.state.value for line in bank.line_page().lines) == ["BOOKED", "IGNORED"]
    assert (last_line()[1], on_account(customer)) == ("REFUND_TOLD_ALREADY", 10_000)


def test_a_refund_that_comes_back_less_what_a_bank_kept_is_whole_for_the_customer(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    bring(Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS))
    bring(Entry("92.50", return_code="AC04", end_to_end_id=found.end_to_end_id, iban=THEIRS), id="S2")
    assert on_account(customer) == 10_000
    other = ordered(customer)
    bring(Entry("-100.00", end_to_end_id=other.end_to_end_id, iban=THEIRS), id="S3")
    bring(Entry("12.50", return_code="AC04", end_to_end_id=other.end_to_end_id, iban=THEIRS), id="S4")
    assert (last_line(), on_account(customer)) == (("WAITING", "REFUND_PAID_OTHERWISE"), 0)


REPORT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-11-20T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{rest}</CstmrPmtStsRpt></Document>"""
ONE = """<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}-1</OrgnlPmtInfId><TxInfAndSts>
<OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>"""
GROUP = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"


def report(found: RefundView, *, group: str = "", status: str = "") -> cash_application.BankImport:
    assert found.order_id is not None
    file = queries.refund_file(found.order_id)
    assert file is not None
    rest = ONE.format(message=file.message_id, id=found.end_to_end_id, status=status) if status else ""
    content = REPORT.format(message=file.message_id, group=group, rest=rest).encode()
    return cash_application.import_bank_file(name="status.xml", content=content, on=ON, actor=ANNA)


def test_the_bank_refuses_a_refund(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    assert report(found, status="ACSP").heard.refunds == 0  # type: ignore[union-attr]
    assert the(found.id).state is RefundState.ORDERED
    done = report(found, status="RJCT")
    assert done.heard is not None
    assert (done.is_new, done.heard.refunds, done.new_lines) == (True, 1, 0)
    assert (the(found.id).state, on_account(customer)) == (RefundState.REFUSED, 10_000)
    assert "the account number is not right (AC01)" in str(the(found.id).outcome)
    assert not report(found, status="RJCT").is_new
    assert on_account(customer) == 10_000
    bring(Entry("100.00", return_code="AC01", end_to_end_id=found.end_to_end_id, iban=THEIRS))
    assert (last_line(), on_account(customer)) == (("IGNORED", "REFUND_TOLD_ALREADY"), 10_000)


def test_the_bank_refuses_a_whole_order_without_naming_what_is_in_it(customer: int) -> None:
    a_credit(customer, 10_000)
    ids = tuple(approved(customer, minor) for minor in (1_000, 2_000))
    order(ids)
    assert report(the(ids[0]), group=GROUP).heard.refunds == 2  # type: ignore[union-attr]
    assert [the(one).state for one in ids] == [RefundState.REFUSED] * 2
    assert on_account(customer) == 10_000


def test_a_person_says_that_the_bank_refused_it(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    refunds.say_refused(refund_id=found.id, text="File was refused", on=ON, actor=BEN, role=Role.CONTROLLER)
    assert (the(found.id).state, on_account(customer)) == (RefundState.REFUSED, 10_000)
    with pytest.raises(payments.RefundMovedOn):
        refunds.say_refused(refund_id=propose(customer), text="", on=ON, actor=BEN, role=Role.OWNER)


def test_what_left_the_account_is_not_put_back_on_it_by_a_word(customer: int) -> None:
    """The page may be an old one: meanwhile the statement came in, and the money is gone."""
    a_credit(customer, 20_000)
    found, never_sent = ordered(customer), approved(customer)
    bring(Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS))
    for refund_id in (found.id, never_sent):
        with pytest.raises(payments.RefundMovedOn, match="look once more"):
            refunds.say_refused(refund_id=refund_id, text="", on=ON, actor=BEN, role=Role.OWNER)
    assert (the(found.id).state, on_account(customer)) == (RefundState.PAID, 0)


def test_a_report_on_a_refund_that_never_went_to_the_bank_does_nothing(customer: int) -> None:
    a_credit(customer, 10_000)
    found = the(propose(customer))
    told = StatusTold(found.end_to_end_id, is_rejected=True, code="AC01", source="pain.002:1")
    assert refunds.hear((told,), on=ON, actor=ANNA) == {found.end_to_end_id}
    assert (the(found.id).state, on_account(customer)) == (RefundState.PROPOSED, 0)


def test_a_refund_found_on_the_wrong_movement_is_put_right(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    bring(Entry("-100.00", iban=THEIRS))
    [line] = bank.line_page().lines
    cash_application.unbook_line(line_id=line.id, on=ON, actor=ANNA)
    assert (the(found.id).state, bank.line_page().lines[0].state) == (RefundState.ORDERED, LineState.WAITING)


def test_whom_it_pays_and_how_much_never_change_and_nobody_approves_their_own(customer: int) -> None:
    """The database itself refuses, whatever code asks."""
    a_credit(customer, 10_000)
    refund_id = propose(customer)
    for statement_ in (
        "UPDATE payments_refund SET iban = 'X' WHERE id = %s",
        "UPDATE payments_refund SET amount = 1 WHERE id = %s",
        "DELETE FROM payments_refund WHERE id = %s",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement_, [refund_id])
    with pytest.raises(IntegrityError, match="somebody_else_approves"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE payments_refund SET state = 'APPROVED', decided_by = proposed_by WHERE id = %s",
            [refund_id],
        )


def test_a_wall_stands_between_organisations(customer: int) -> None:
    a_credit(customer, 10_000)
    found = ordered(customer)
    with tenancy.within(an_organisation()):
        assert queries.refund_page().refunds == ()
        with pytest.raises(payments.RefundMissing):
            refunds.approve(refund_id=found.id, actor=BEN, role=Role.OWNER)
        bring(Entry("-100.00", end_to_end_id=found.end_to_end_id, iban=THEIRS))
    assert the(found.id).state is RefundState.ORDERED


def test_pages_and_counts(customer: int) -> None:
    a_credit(customer, 10_000)
    ids = [propose(customer, 1_000) for _ in range(5)]
    first = queries.refund_page(limit=2)
    assert [view.id for view in first.refunds] == ids[:-3:-1]
    rest = queries.refund_page(limit=5, after=first.after, customer_id=customer)
    assert ([view.id for view in rest.refunds], rest.after) == (ids[2::-1], None)
    assert queries.refund_page(states=[RefundState.PAID]).refunds == ()
    assert [view.id for view in queries.refunds_in(RefundState.PROPOSED)] == ids
    assert queries.refund_files() == ()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "approve", "reject", "order", "paid", "back", "refuse", "move"]),
        st.integers(0, 10**6),
        st.integers(1, 6_000),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_happens_no_cent_appears_or_goes(customer: int, steps: list[tuple[str, int, int]]) -> None:
    """What customers have on account, and what is set aside or gone as refunds, is always what they paid."""
    with transaction.atomic():
        other = a_customer()
        for paid in _history(customer, other, steps):
            refunded = queries.refund_page(limit=99).refunds
            locked = sum(view.amount.minor for view in refunded if view.state.locks_money)
            there = on_account(customer) + on_account(other)
            assert there + locked == paid
            assert -net(customer) - net(other) == there
            assert {credit.kind for credit in ledger.credits_of(other)} <= {CreditKind.MOVED_IN}
        transaction.set_rollback(True)


def _history(customer: int, other: int, steps: list[tuple[str, int, int]]) -> Iterator[int]:
    """Take the steps; after each, yield what was paid until then."""
    paid = 0
    for place, (step, pick, minor) in enumerate(steps):
        if step == "propose" and on_account(customer) >= minor:
            propose(customer, minor)
        elif step == "propose":
            a_credit(customer, minor)
            paid += minor
        elif step == "move" and on_account(customer):
            [credit, *_] = ledger.credits_with_money_left(customer)
            amount = min(minor, credit.unallocated_minor)
            cash_application.move_to_customer(
                credit_id=credit.id, customer_id=other, amount_minor=amount, on=ON, actor=ANNA
            )
        else:
            _refund_step(step, pick, place)
        yield paid


def _refund_step(step: str, pick: int, place: int) -> None:
    found = queries.refund_page(limit=99).refunds
    if not found:
        return
    view = found[pick % len(found)]
    try:
        if step == "approve":
            refunds.approve(refund_id=view.id, actor=BEN, role=Role.OWNER)
        elif step == "reject":
            refunds.reject(refund_id=view.id, text="", on=ON, actor=ANNA, role=Role.OWNER)
        elif step == "order":
            order((view.id,))
        elif step == "refuse":
            refunds.say_refused(refund_id=view.id, text="", on=ON, actor=BEN, role=Role.OWNER)
        else:
            sign, code = ("-", "") if step == "paid" else ("", "AC04")
            entry = Entry(
                f"{sign}{view.amount}", f"{step} {place} {view.id}", end_to_end_id=view.end_to_end_id, iban=THEIRS,
                return_code=code, day=DAY,
            )  # fmt: skip
            bring(entry, id=f"S{view.id}-{place}")
    except payments.RefundMovedOn:
        pass
