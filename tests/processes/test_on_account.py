"""Money on account: put where the law says, against an invoice, to another customer; and in another currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import pytest

from tests.banking.builders import DAY, Entry, bank_file, statement
from tests.ledger.builders import a_credit, a_customer, allocated, an_item, an_organisation
from tests.ledger.test_two_at_once import at_once, names
from tijdig.banking import queries as bank
from tijdig.banking.queries import LineView
from tijdig.banking.states import LineState
from tijdig.customers.operations import change_customer
from tijdig.domain.ledger import CreditKind, ItemKind
from tijdig.domain.money import Money
from tijdig.domain.references import make_rf
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.ledger.operations import NewItem
from tijdig.organisations.operations import change_cash_policy, change_settings
from tijdig.processes import cash_application
from tijdig.processes.cash_application import NoDiscount, NothingOnAccount, NothingOwed

ON = date(2026, 11, 20)
ACTOR = "user:1"


@pytest.fixture(autouse=True)
def _the_books_always_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    if "transactional_db" in request.fixturenames:
        yield
        return
    organisation_id = request.getfixturevalue("organisation")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []


def costs_on(
    invoice: int, customer_id: int, kind: ItemKind, minor: int, *, since: date = date(2026, 11, 1)
) -> int:
    new = NewItem(customer_id, kind, f"{kind}-{invoice}", minor, "EUR", since, since, about_item_id=invoice)
    return ledger_operations.add_items([new], actor=ACTOR)[0]


def open_of(*item_ids: int) -> list[int]:
    found = ledger.items(item_ids)
    return [found[item_id].open_minor for item_id in item_ids]


def left(credit_id: int) -> int:
    found = ledger.credit(credit_id)
    assert found is not None
    return found.unallocated_minor


def divide(credit_id: int) -> list[tuple[int, int, str]]:
    """Divide, and return item, amount and the reason's code of each portion as the ledger has it."""
    cash_application.divide_on_account(credit_id=credit_id, on=ON, actor=ACTOR)
    rows = ledger.allocations_of_credit(credit_id)
    return [(row.item_id, row.amount_minor, row.reason.code if row.reason else "") for row in rows]


def debt(customer_id: int) -> tuple[int, int, int]:
    """Costs 150.00, interest 12.33 and principal 1,000.00, as in law.md §1.5."""
    principal = an_item(customer_id, 100_000)
    interest = costs_on(principal, customer_id, ItemKind.INTEREST, 1_233)
    return costs_on(principal, customer_id, ItemKind.FEE, 15_000), interest, principal


@pytest.mark.parametrize(
    ("country", "kind", "order", "expected"),
    [
        ("NL", "CONSUMER", "LAW", [0, 0, 66_233]),
        ("NL", "COMPANY", "LAW", [0, 0, 66_233]),
        ("BE", "COMPANY", "LAW", [0, 0, 66_233]),
        ("BE", "CONSUMER", "LAW", [15_000, 1_233, 50_000]),
        ("BE", "UNKNOWN", "LAW", [15_000, 1_233, 50_000]),
        ("NL", "COMPANY", "PRINCIPAL_FIRST", [15_000, 1_233, 50_000]),
        ("NL", "CONSUMER", "OLDEST_FIRST", [0, 0, 66_233]),
        ("BE", "CONSUMER", "OLDEST_FIRST", [15_000, 1_233, 50_000]),
    ],
)
def test_500_on_a_debt_of_1162_33(db: None, country: str, kind: str, order: str, expected: list[int]) -> None:
    """The figures of law.md §1.5, through the ledger; a customer of unknown kind counts as a consumer."""
    with tenancy.within(an_organisation(country=country)):
        customer = a_customer()
        change_customer(customer_id=customer, kind=kind, actor=ACTOR)
        change_cash_policy(actor=ACTOR, allocation_order=order)
        parts = debt(customer)
        divide(a_credit(customer, 50_000))
        assert open_of(*parts) == expected


def test_each_portion_keeps_its_reason(customer: int) -> None:
    fee, interest, principal = debt(customer)
    assert divide(a_credit(customer, 50_000)) == [
        (fee, 15_000, "DIVIDED_COSTS_FIRST"),
        (interest, 1_233, "DIVIDED_COSTS_FIRST"),
        (principal, 33_767, "DIVIDED_BY_AGE"),
    ]


def test_money_paid_before_costs_existed_pays_none_of_them(customer: int) -> None:
    """NL-BIK-9: what was paid within the term goes to the principal, whenever it is looked at."""
    principal = an_item(customer, 100_000)
    fee = costs_on(principal, customer, ItemKind.FEE, 6_000, since=ON - timedelta(days=1))
    assert [row[0] for row in divide(a_credit(customer, 60_000, on=ON - timedelta(days=2)))] == [principal]
    assert open_of(fee, principal) == [6_000, 40_000]


def test_what_the_payer_named_comes_first(customer: int) -> None:
    line = waits(Entry("200.00", f"{make_rf('2026000123')} rest van 2026-0042"))
    old = an_item(customer, 8_000, due=date(2026, 9, 1))
    named = an_item(customer, 8_000, number="2026-0042", due=date(2026, 11, 30))
    by_reference = an_item(customer, 8_000, reference=make_rf("2026000123"), due=date(2026, 10, 1))
    credit_id = cash_application.leave_on_account(
        line_id=line.id, customer_id=customer, on=ON, actor=ACTOR
    ).credit_id
    assert divide(credit_id) == [
        (by_reference, 8_000, "DIVIDED_AS_NAMED"),
        (named, 8_000, "DIVIDED_AS_NAMED"),
        (old, 4_000, "DIVIDED_BY_AGE"),
    ]


def test_what_is_left_over_stays_and_what_is_in_other_money_is_left_alone(customer: int) -> None:
    first, dollars = an_item(customer, 3_000), an_item(customer, 3_000, currency="USD")
    credit_id = a_credit(customer, 5_000)
    proposed = cash_application.proposed_division(credit_id)
    assert ([item.id for item in proposed.items], proposed.division.rest_minor) == ([first], 2_000)
    divide(credit_id)
    assert (open_of(first, dollars), left(credit_id)) == ([0, 3_000], 2_000)
    with pytest.raises(NothingOwed):
        divide(credit_id)
    ledger_operations.reverse_credit(
        credit_id=credit_id, on=ON, actor=ACTOR, reason=ledger.allocations_of_credit(credit_id)[0].reason
    )  # type: ignore[arg-type]
    with pytest.raises(NothingOnAccount):
        divide(credit_id)
    with pytest.raises(ledger_operations.CreditMissing):
        cash_application.proposed_division(credit_id + 1_000)


def test_a_credit_note_is_set_against_an_invoice_and_taken_off_again(customer: int) -> None:
    note, item_id = a_credit(customer, 5_000, kind=CreditKind.CREDIT_NOTE), an_item(customer, 8_000)
    settlement = cash_application.use_credit_note(credit_id=note, item_id=item_id, on=ON, actor=ACTOR)
    assert (open_of(item_id), left(note)) == ([3_000], 0)
    with pytest.raises(ledger_operations.CreditExhausted):
        cash_application.use_credit_note(credit_id=note, item_id=item_id, on=ON, actor=ACTOR)
    cash_application.undo_allocation(allocation_id=settlement.allocation_ids[0], on=ON, actor=ACTOR)
    assert (open_of(item_id), left(note)) == ([8_000], 5_000)
    with pytest.raises(ledger_operations.CustomerDiffers):
        cash_application.use_credit_note(credit_id=note, item_id=an_item(a_customer(), 1), on=ON, actor=ACTOR)


def test_money_moves_to_another_customer_with_words_on_both_sides_and_back(customer: int) -> None:
    other = a_customer(number="C-77", name="Tuincentrum Nergens")
    theirs, credit_id = an_item(other, 4_000), a_credit(customer, 5_000)
    moved = cash_application.move_to_customer(
        credit_id=credit_id, customer_id=other, text="Same owner", on=ON, actor=ACTOR
    )
    [out] = ledger.allocations_of_credit(credit_id)
    into = ledger.credit(moved.credit_id)
    assert into is not None
    assert str(out.reason) == "Moved to customer C-77 Tuincentrum Nergens. Same owner"
    assert str(into.reason).startswith("Moved from customer C")
    cash_application.divide_on_account(credit_id=moved.credit_id, on=ON, actor=ACTOR)
    assert (open_of(theirs), left(credit_id), left(moved.credit_id)) == ([0], 0, 1_000)
    settlement = cash_application.move_back(item_id=moved.item_id, text="mistake", on=ON, actor=ACTOR)
    assert (settlement.reopened, left(credit_id), open_of(theirs)) == ((theirs,), 5_000, [4_000])
    with pytest.raises(ledger_operations.NothingToRelease):
        cash_application.move_back(item_id=moved.item_id, on=ON, actor=ACTOR)


def test_somebody_elses_invoice_is_paid_from_an_account_when_it_is_meant(customer: int) -> None:
    theirs, credit_id = an_item(a_customer(), 4_000), a_credit(customer, 5_000)
    with pytest.raises(ledger_operations.CustomerDiffers):
        cash_application.allocate_credit(
            credit_id=credit_id, allocations=[(theirs, 4_000)], on=ON, actor=ACTOR
        )
    cash_application.allocate_credit(
        credit_id=credit_id, allocations=[(theirs, 4_000)], across_customers=True, on=ON, actor=ACTOR
    )
    assert (open_of(theirs), left(credit_id)) == ([0], 1_000)


def with_discount() -> None:
    change_cash_policy(actor=ACTOR, discount_basis_points=200, discount_days=8, discount_grace_days=2)


def test_the_discount_is_given_beside_the_payment_that_was_in_time(customer: int) -> None:
    with_discount()
    item_id = an_item(customer, 121_000, issued=date(2026, 11, 10))
    credit_id = a_credit(customer, 118_580, on=date(2026, 11, 20))
    allocated(credit_id, item_id, 118_580)
    settlement = cash_application.give_discount(credit_id=credit_id, item_id=item_id, on=ON, actor=ACTOR)
    assert settlement.settled == (item_id,)
    row = ledger.allocation(settlement.allocation_ids[0])
    assert row is not None
    assert (row.credit_kind, row.amount_minor) == (CreditKind.DISCOUNT, 2_420)
    assert str(row.reason) == "Paid by 2026-11-20, so the discount for paying early holds."
    cash_application.undo_allocation(
        allocation_id=ledger.allocations_of_credit(credit_id)[0].id, on=ON, actor=ACTOR
    )
    assert open_of(item_id) == [121_000]


@pytest.mark.parametrize(
    ("what", "policy", "issued", "paid", "says"),
    [
        ("a day too late", True, date(2026, 11, 9), 118_580, "holds for what is paid by"),
        ("a cent too little", True, date(2026, 11, 10), 118_579, "holds for what is paid by"),
        ("no discount is set", False, date(2026, 11, 10), 118_580, "No discount for paying early is set"),
        ("nothing is paid", True, date(2026, 11, 10), 0, "Set the payment against the invoice first"),
    ],
)
def test_a_discount_that_does_not_hold_is_refused(
    customer: int, what: str, policy: bool, issued: date, paid: int, says: str
) -> None:
    if policy:
        with_discount()
    item_id, credit_id = an_item(customer, 121_000, issued=issued), a_credit(customer, 118_580)
    if paid:
        allocated(credit_id, item_id, paid)
    with pytest.raises(NoDiscount, match=says):
        cash_application.give_discount(credit_id=credit_id, item_id=item_id, on=ON, actor=ACTOR)


def bring(*entries: Entry, id: str = "S1") -> None:
    content = bank_file(statement(entries, id=id))
    cash_application.import_bank_file(name="bank.xml", content=content, on=ON, actor=ACTOR)


def waits(entry: Entry) -> LineView:
    bring(entry)
    [line] = bank.line_page().lines
    assert line.state == LineState.WAITING
    return line


def test_a_payment_in_another_currency_waits_and_a_person_says_what_it_is_worth(customer: int) -> None:
    item_id = an_item(customer, 12_000, number="2026-0042", currency="USD")
    line = waits(Entry("110.00", "2026-0042", original="120.00 USD", rate="1.0909"))
    assert line.reason is not None
    assert line.reason.code == "OTHER_CURRENCY"
    assert (line.exchange_rate, line.original_amount) == ("1.0909", Money(12_000, "USD"))
    with pytest.raises(ledger_operations.CurrencyDiffers):
        cash_application.book_line(line_id=line.id, allocations=[(item_id, 11_000)], on=ON, actor=ACTOR)
    book = partial(
        cash_application.book_in_other_currency, line_id=line.id, customer_id=customer, on=ON, actor=ACTOR
    )
    with pytest.raises(cash_application.CurrencyIsTheSame):
        book(amount=Money(11_000, "EUR"), allocations=[])
    with pytest.raises(cash_application.AllocatedTooMuch):
        book(amount=Money(12_000, "USD"), allocations=[(item_id, 12_001)])
    booking = book(amount=Money(12_000, "USD"), allocations=[(item_id, 12_000)])
    assert booking.settlement.settled == (item_id,)
    credit = ledger.credit(booking.credit_id)
    assert credit is not None
    assert (credit.amount, credit.booking_date) == (Money(12_000, "USD"), DAY)
    assert str(credit.reason) == "EUR 110.00 was paid; a person said what that is worth, at 1.0909."
    back = Entry("-110.00", return_code="AM04", day=DAY + timedelta(days=1))
    bring(back, id="S2")
    assert open_of(item_id) == [12_000]


def test_without_a_rate_in_the_file_it_is_what_follows_from_both_amounts(customer: int) -> None:
    line = waits(Entry("100.00", "geen idee"))
    booking = cash_application.book_in_other_currency(
        line_id=line.id, amount=Money(12_500, "USD"), allocations=[], customer_id=customer, on=ON, actor=ACTOR
    )
    credit = ledger.credit(booking.credit_id)
    assert credit is not None
    assert credit.reason is not None
    assert credit.reason.facts["rate"] == "1.25"
    bring(Entry("-40.00", return_code="AM04", day=DAY + timedelta(days=1)), id="S2")
    part = max(bank.line_page().lines, key=lambda one: one.id)
    assert part.state == LineState.WAITING, "a part of money in another currency is a person's to judge"
    with pytest.raises(cash_application.LineNotWaiting):
        cash_application.book_in_other_currency(
            line_id=line.id, amount=Money(1, "USD"), allocations=[], customer_id=customer, on=ON, actor=ACTOR
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_put_the_same_money_somewhere_at_once() -> None:
    """One wins; the other reads why, in words."""
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        change_settings(actor=ACTOR, iban="NL91ABNA0417164300")
        customer = a_customer()
        for _ in range(4):
            item_id, credit_id = an_item(customer, 1_000), a_credit(customer, 1_000)
            other = an_item(customer, 1_000, due=date(2026, 9, 1))
            hand: Callable[[], object] = partial(
                cash_application.allocate_credit,
                credit_id=credit_id, allocations=[(item_id, 1_000)], on=ON, actor="user:2",
            )  # fmt: skip
            law: Callable[[], object] = partial(
                cash_application.divide_on_account, credit_id=credit_id, on=ON, actor="user:1"
            )
            outcomes = at_once(organisation_id, hand, law)
            assert names(outcomes) in (["CreditExhausted", "Settlement"], ["NothingOnAccount", "Settlement"])
            [refusal] = [str(one) for one in outcomes if isinstance(one, Exception)]
            assert len(refusal) > 20
            assert sorted(open_of(item_id, other)) == [0, 1_000]
            for open_item in [one for one in (item_id, other) if open_of(one)[0]]:
                allocated(a_credit(customer, 1_000), open_item, 1_000)
        assert list(verification.problems()) == []


@pytest.mark.django_db(transaction=True)
def test_two_people_book_the_same_movement_at_once() -> None:
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        customer = a_customer()
        first, second = an_item(customer, 10_000), an_item(customer, 10_000)
        line = waits(Entry("100.00", "geen idee"))
        book = [
            partial(
                cash_application.book_line, line_id=line.id, allocations=[(one, 10_000)], on=ON, actor=ACTOR
            )
            for one in (first, second)
        ]
        outcomes = at_once(organisation_id, *book)
        assert names(outcomes) == ["Booking", "LineNotWaiting"]
        assert sorted(open_of(first, second)) == [0, 10_000]
        assert list(verification.problems()) == []


@pytest.mark.django_db(transaction=True)
def test_two_people_pay_the_same_invoice_from_different_movements_at_once() -> None:
    organisation_id = an_organisation()
    with tenancy.within(organisation_id):
        customer = a_customer()
        item_id = an_item(customer, 10_000)
        bring(Entry("100.00", "een"), Entry("100.00", "twee"))
        lines = bank.line_page().lines
        acts = [
            partial(
                cash_application.book_line,
                line_id=one.id,
                allocations=[(item_id, 10_000)],
                on=ON,
                actor=ACTOR,
            )
            for one in lines
        ]
        outcomes = at_once(organisation_id, *acts)
        assert names(outcomes) == ["Booking", "ItemSettled"]
        states = sorted(one.state.value for one in bank.line_page().lines)
        assert states == ["BOOKED", "WAITING"], "the one that lost is as it was"
        assert list(verification.problems()) == []
