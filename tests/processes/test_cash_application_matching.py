"""What books itself beyond the plain case, on the real ledger: each with its reason, and undone whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_credit, a_customer, an_item
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.domain.ledger import CreditKind
from tijdig.domain.line_rules import LineRule
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.operations import change_cash_policy
from tijdig.processes import cash_application
from tijdig.processes.cash_application import BankImport

ON = date(2026, 11, 20)
ACTOR = "user:1"
OGM = "+++123/4567/89002+++"
OVEN = "Bakkerij De Verzonnen Oven"
_ACCOUNT = "NL02RABO0123456789"


@pytest.fixture(autouse=True)
def _the_books_always_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test the whole ledger is proven against its rows."""
    organisation_id = request.getfixturevalue("organisation")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []


def bring(*entries: Entry, id: str = "S1") -> BankImport:
    return cash_application.import_bank_file(
        name="bank.xml", content=bank_file(statement(entries, id=id)), on=ON, actor=ACTOR
    )


def only_line() -> LineView:
    [line] = bank.line_page().lines
    return line


def open_of(*item_ids: int) -> list[int]:
    found = ledger.items(item_ids)
    return [found[item_id].open_minor for item_id in item_ids]


def code(line: LineView) -> str:
    return line.reason.code if line.reason else ""


def left_of(customer: int) -> list[int]:
    return [credit.unallocated_minor for credit in ledger.credits_with_money_left(customer)]


def undo() -> None:
    cash_application.unbook_line(line_id=only_line().id, on=ON, actor=ACTOR)
    assert (only_line().state, code(only_line())) == (LineState.WAITING, "BOOKING_UNDONE")


def test_a_part_is_booked_and_the_rest_stays_open(customer: int) -> None:
    item_id = an_item(customer, 12100, reference="123456789002")
    bring(Entry("100.00", OGM))
    assert (code(only_line()), open_of(item_id)) == ("PART_PAID", [2100])
    assert str(only_line().reason).startswith("Invoice ")
    undo()
    assert open_of(item_id) == [12100]


def test_what_is_too_much_stays_on_the_customers_account(customer: int) -> None:
    item_id, other = an_item(customer, 12100, number="2026-0042"), an_item(customer, 5555)
    bring(Entry("150.00", "factuur 2026-0042"))
    assert (code(only_line()), open_of(item_id, other)) == ("PAID_TOO_MUCH", [0, 5555])
    assert left_of(customer) == [2900]
    undo()
    assert (open_of(item_id), left_of(customer)) == ([12100], [])


def test_a_discount_that_was_agreed_is_given_when_it_is_paid_in_time(customer: int) -> None:
    change_cash_policy(actor=ACTOR, discount_basis_points=200, discount_days=10, discount_grace_days=0)
    in_time = an_item(customer, 10000, number="2026-0042", issued=DAY - timedelta(days=10))
    late = an_item(customer, 10000, number="2026-0043", issued=DAY - timedelta(days=11))
    bring(Entry("98.00", "2026-0042"), Entry("98.00", "2026-0043", name="Iemand Anders"))
    lines = {code(line): line for line in bank.line_page().lines}
    assert set(lines) == {"DISCOUNT_TAKEN", "PAID_LESS"}
    assert open_of(in_time, late) == [0, 10000]
    settled_by = {one.credit_kind: one.amount_minor for one in ledger.allocations_of_item(in_time)}
    assert settled_by == {CreditKind.PAYMENT: 9800, CreditKind.DISCOUNT: 200}
    cash_application.unbook_line(line_id=lines["DISCOUNT_TAKEN"].id, on=ON, actor=ACTOR)
    assert (open_of(in_time), left_of(customer)) == ([10000], [])


def test_a_few_cents_are_written_off_and_no_more_than_the_organisation_allows(customer: int) -> None:
    change_cash_policy(actor=ACTOR, small_difference=5)
    item_id = an_item(customer, 10000, number="2026-0042")
    bring(Entry("99.95", "2026-0042"))
    assert (code(only_line()), open_of(item_id)) == ("PAID_BUT_FOR_CENTS", [0])
    assert "0.05" in str(only_line().reason)
    undo()
    assert open_of(item_id) == [10000]


def test_a_credit_note_that_the_payer_took_off_is_used(customer: int) -> None:
    item_id = an_item(customer, 10000, number="2026-0042")
    note = a_credit(customer, 2500, kind=CreditKind.CREDIT_NOTE, on=DAY)
    bring(Entry("75.00", "2026-0042 minus creditnota"))
    assert (code(only_line()), open_of(item_id), left_of(customer)) == ("CREDIT_NETTED", [0], [])
    assert {one.credit_id for one in ledger.allocations_of_item(item_id)} > {note}
    undo()
    assert (open_of(item_id), left_of(customer)) == ([10000], [2500])


def test_several_customers_are_paid_at_once_when_all_is_named(customer: int) -> None:
    other = a_customer(name="Tuincentrum Nergens")
    mine, theirs = an_item(customer, 10000, number="2026-0042"), an_item(other, 7000, number="2026-0043")
    bring(Entry("170.00", "2026-0042 en 2026-0043", name="Holding Ergens"))
    assert (code(only_line()), open_of(mine, theirs)) == ("SEVERAL_CUSTOMERS_ADD_UP", [0, 0])
    undo()
    assert (open_of(mine, theirs), left_of(customer), left_of(other)) == ([10000, 7000], [], [])


def test_all_that_a_customer_owes_is_paid_by_their_name(customer: int) -> None:
    items = an_item(customer, 12345), an_item(customer, 6789)
    bring(Entry("191.34", "openstaande posten", name=OVEN.upper()))
    assert (code(only_line()), open_of(*items)) == ("WHOLE_BALANCE", [0, 0])


def test_numbers_with_less_care_and_a_range_find_their_invoices(customer: int) -> None:
    sloppy = an_item(customer, 4200, number="2026-00042")
    ranged = [an_item(customer, 1000 + n, number=f"2026-0010{n}") for n in range(1, 5)]
    bring(
        Entry("42.00", "fact 42 van 2026", name="Iemand Anders"),
        Entry("40.10", "facturen 2026-00101 t/m 2026-00104", name="Iemand Anders"),
    )
    assert {code(line) for line in bank.line_page().lines} == {"NUMBER_NEARLY", "RANGE_ADDS_UP"}
    assert open_of(sloppy, *ranged) == [0] * 5


def test_who_paid_before_in_the_file_is_known_by_the_account(customer: int) -> None:
    change_cash_policy(actor=ACTOR, small_difference=0)
    named, unnamed = an_item(customer, 4200, number="2026-00042"), an_item(customer, 5100)
    an_item(a_customer(name="Iemand"), 5100)
    bring(Entry("42.00", "2026-00042", name="P. Anoniem"), Entry("51.00", "bedankt", name="P. Anoniem"))
    assert {code(line) for line in bank.line_page().lines} == {"NUMBER_AND_AMOUNT", "PAYER_AND_AMOUNT"}
    assert open_of(named, unnamed) == [0, 0]


def test_a_customer_number_says_who_paid(organisation: int) -> None:
    customer = a_customer(number="K1234")
    item_id = an_item(customer, 5100)
    an_item(a_customer(), 5100)
    bring(Entry("51.00", "klantnr k1234", name="P. Anoniem"))
    assert (code(only_line()), open_of(item_id)) == ("CUSTOMER_NUMBER_AND_AMOUNT", [0])


@pytest.mark.parametrize("text", ["K10078", "klant 10078", "klantnr. K-10078", "uw klantnummer 10078"])
def test_a_customer_number_is_found_however_it_is_written(organisation: int, text: str) -> None:
    customer = a_customer(number="K10078")
    items = an_item(customer, 5100), an_item(customer, 777)
    an_item(a_customer(number="K10079"), 5877)
    bring(Entry("58.77", text, name="P. Anoniem"))
    assert (code(only_line()), open_of(*items)) == ("WHOLE_BALANCE", [0, 0])


def test_what_is_paid_twice_waits_and_is_proposed_for_the_account(customer: int) -> None:
    an_item(customer, 5100, number="2026-00042")
    other = an_item(customer, 5100)
    bring(Entry("51.00", "2026-00042"), Entry("51.00", "2026-00042", bank_reference="2"))
    [waiting] = bank.waiting_lines().lines
    assert (code(waiting), open_of(other)) == ("ITEM_ALREADY_PAID", [5100])
    proposals = cash_application.proposals_for(waiting.id)
    assert {(one.customer.id, one.items) for one in proposals} >= {(customer, ())}


def test_what_fits_two_waits_with_both_proposed(customer: int) -> None:
    first, second = an_item(customer, 5100), an_item(customer, 5100)
    bring(Entry("51.00", "bedankt"))
    assert (code(only_line()), open_of(first, second)) == ("SEVERAL_FIT", [5100, 5100])
    proposed = [[item.id for item in one.items] for one in cash_application.proposals_for(only_line().id)]
    assert [first] in proposed[:3]
    assert [second] in proposed[:3]


def test_what_the_matcher_would_book_is_proposed_to_the_person_who_took_it_back(customer: int) -> None:
    item_id = an_item(customer, 5100, number="2026-00042")
    bring(Entry("51.00", "2026-00042"))
    undo()
    [best, *_] = cash_application.proposals_for(only_line().id)
    assert ([item.id for item in best.items], best.proposal.sure) == ([item_id], False)


def test_a_rule_about_the_payer_does_not_swallow_what_names_an_invoice(customer: int) -> None:
    an_item(customer, 126358, number="2026-0042")
    rule = LineRule(account=_ACCOUNT)
    cash_application.make_rule(rule=rule, why="onze verzekeraar", actor=ACTOR)
    bring(
        Entry("76.00", "factuur 2026-0042 schade", name="Verzekering Zon", iban=_ACCOUNT),
        Entry("80.00", "premierestitutie", name="Verzekering Zon", iban=_ACCOUNT),
    )
    assert {(line.remittance, line.state, code(line)) for line in bank.line_page().lines} == {
        ("factuur 2026-0042 schade", LineState.WAITING, "PAID_LESS"),
        ("premierestitutie", LineState.IGNORED, "RULE_SETS_ASIDE"),
    }


def test_a_new_rule_leaves_what_waits_with_an_invoice_in_its_words(customer: int) -> None:
    an_item(customer, 126358, number="2026-0042")
    bring(
        Entry("76.00", "factuur 2026-0042 schade", name="Verzekering Zon", iban=_ACCOUNT),
        Entry("80.00", "premierestitutie", name="Verzekering Zon", iban=_ACCOUNT),
    )
    effect = cash_application.make_rule(rule=LineRule(account=_ACCOUNT), why="onze verzekeraar", actor=ACTOR)
    assert effect.set_aside == 1
    assert [line.remittance for line in bank.line_page(state=LineState.WAITING).lines] == [
        "factuur 2026-0042 schade"
    ]
