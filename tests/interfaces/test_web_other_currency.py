"""A payment for an invoice in another currency: found, said what it is worth, booked; and every refusal."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from tests.banking.builders import Entry, bank_file, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.ledger.builders import an_item
from tijdig.banking import queries as bank
from tijdig.banking.states import LineState
from tijdig.domain.money import Money
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.processes import cash_application

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Case:
    """110.00 euro came in, naming an invoice of 120.00 dollar; and 10.00 euro that names nothing."""

    world: World
    dollars: int
    named: int
    other: int

    def here(self, line_id: int, rest: str = "other-currency/") -> str:
        return f"/o/{self.world.slug}/bank/{line_id}/{rest}"

    def open_minor(self) -> int:
        with tenancy.within(self.world.organisation_id):
            return ledger.items([self.dollars])[self.dollars].open_minor

    def credit_of(self, line_id: int) -> ledger.CreditView:
        with tenancy.within(self.world.organisation_id):
            return ledger.credits_by_origin([f"bank:{line_id}"])[f"bank:{line_id}"]


@pytest.fixture
def case() -> Case:
    world = make_world()
    with tenancy.within(world.organisation_id):
        dollars = an_item(world.customer, 12_000, number="2026-0042", currency="USD")
        entries = [
            Entry("110.00", "2026-0042", original="120.00 USD", rate="1.0909", day=world.on),
            Entry("10.00", "geen idee", day=world.on),
        ]
        content = bank_file(statement(entries, day=world.on))
        cash_application.import_bank_file(name="x", content=content, on=world.on, actor="cli")
        lines = {line.remittance: line.id for line in bank.waiting_lines().lines}
    return Case(world, dollars, lines["2026-0042"], lines["geen idee"])


@pytest.fixture
def colleague(case: Case) -> Client:
    return client_of(case.world.colleague)


def test_what_the_payment_names_is_filled_in_and_booked(case: Case, colleague: Client) -> None:
    payment = colleague.get(case.here(case.named, "")).content.decode()
    assert "Book it in USD" in payment
    answer = colleague.get(case.here(case.named))
    assert answer.context["customer"].number == "K-1001"
    assert [(row.item.id, row.typed) for row in answer.context["rows"]] == [(case.dollars, "120.00")]
    assert answer.context["form"].initial == {"amount": "120.00"}
    sent = {"customer": "K-1001", "currency": "USD", "amount": "120.00", f"item-{case.dollars}": "120.00"}
    done = colleague.post(case.here(case.named), sent)
    assert (done.status_code, done["Location"]) == (302, case.here(case.other, ""))
    assert case.open_minor() == 0
    credit = case.credit_of(case.named)
    assert credit.amount == Money(12_000, "USD")
    booked = colleague.get(case.here(case.named, "")).content.decode()
    assert "EUR 110.00 was paid; a person said what that is worth, at 1.0909." in booked
    late = colleague.post(case.here(case.named), sent, follow=True)
    assert "dealt with this payment already" in late.content.decode()


def test_a_search_that_finds_it_in_another_currency_leads_there(case: Case, colleague: Client) -> None:
    page = colleague.get(case.here(case.other, ""), {"q": "2026-0042"}).content.decode()
    assert "Invoice 2026-0042 is in USD." in page
    assert f"{case.here(case.other)}?customer=K-1001&amp;currency=USD" in page
    assert "No open invoice matches" not in page


def test_it_asks_first_whose_payment_it_is(case: Case, colleague: Client) -> None:
    first = colleague.get(case.here(case.other))
    assert "customer" not in first.context
    unknown = colleague.get(case.here(case.other), {"customer": "nobody at all", "currency": "USD"})
    assert unknown.status_code == 400
    assert "No customer has this number" in unknown.content.decode()
    same = colleague.get(case.here(case.other), {"customer": "K-1001", "currency": "EUR"})
    assert same.status_code == 400


def test_with_nothing_open_there_it_goes_on_account(case: Case, colleague: Client) -> None:
    asked = {"customer": "K-1002", "currency": "CHF"}
    page = colleague.get(case.here(case.other), asked).content.decode()
    assert "no open invoice in CHF" in page
    assert colleague.post(case.here(case.other), {**asked, "amount": "9,50"}).status_code == 302
    credit = case.credit_of(case.other)
    assert (credit.unallocated, credit.customer_id) == (Money(950, "CHF"), case.world.quiet_customer)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"amount": ""}, "This field is required"),
        ({"amount": "veel"}, "Write an amount"),
        ({"amount": "0"}, "Only money that came in"),
        ({"item": "veel"}, "Write an amount, like"),
        ({"amount": "100"}, "more than the payment"),
        ({"item": "121", "amount": "121"}, "open"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_what_was_typed_stays(
    case: Case, colleague: Client, changed: dict[str, str], says: str
) -> None:
    typed = {"amount": "120", "item": "120", **changed}
    sent = {"customer": "K-1001", "currency": "USD", "amount": typed["amount"]}
    answer = colleague.post(case.here(case.other), {**sent, f"item-{case.dollars}": typed["item"]})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert says in page
    assert f'name="item-{case.dollars}"' in page
    assert f'value="{typed["item"]}"' in page
    assert case.open_minor() == 12_000
    with tenancy.within(case.world.organisation_id):
        assert bank.lines([case.other])[case.other].state is LineState.WAITING


def test_only_who_may_book_and_only_what_waits(case: Case, colleague: Client) -> None:
    reader = client_of(case.world.reader)
    assert reader.get(case.here(case.named)).status_code == 403
    assert "other-currency" not in reader.get(case.here(case.named, "")).content.decode()
    assert colleague.get(case.here(987_654)).status_code == 404
    colleague.post(case.here(case.named, "on-account/"), {"customer": str(case.world.customer)})
    assert colleague.get(case.here(case.named))["Location"] == case.here(case.named, "")
