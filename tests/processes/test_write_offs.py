"""Writing off: reasons, what a role may, and all small differences at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.ledger.builders import an_item, new_item, paid
from tijdig.domain.ledger import WriteOffReason
from tijdig.infra import tenancy
from tijdig.ledger import operations as ledger_operations
from tijdig.ledger import queries as ledger
from tijdig.ledger import verification
from tijdig.organisations.operations import change_cash_policy
from tijdig.organisations.queries import Role
from tijdig.processes import cash_application

ON = date(2026, 11, 20)
ACTOR = "user:1"


@pytest.fixture(autouse=True)
def _the_books_always_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    organisation_id = request.getfixturevalue("organisation")
    yield
    with tenancy.within(organisation_id):
        assert list(verification.problems()) == []


def write_off(
    item_id: int, minor: int, role: Role, why: WriteOffReason = WriteOffReason.GOODWILL, text: str = ""
) -> str:
    """Write off, and return the reason as it reads."""
    settlement = cash_application.write_off(
        item_id=item_id, amount_minor=minor, why=why, text=text, role=role, on=ON, actor=ACTOR
    )
    row = ledger.allocation(settlement.allocation_ids[0])
    assert row is not None
    return str(row.reason)


def open_of(item_id: int) -> int:
    found = ledger.item(item_id)
    assert found is not None
    return found.open_minor


@pytest.mark.parametrize("why", list(WriteOffReason))
def test_the_reason_is_kept_and_reads_in_words(customer: int, why: WriteOffReason) -> None:
    item_id = an_item(customer, 300)
    assert write_off(item_id, 100, Role.OWNER, why) == f"Written off: {why.meaning}."
    assert write_off(item_id, 200, Role.OWNER, why, "Call of 3 November") == (
        f"Written off: {why.meaning}. Call of 3 November"
    )
    [first, _second] = ledger.allocations_of_item(item_id)
    assert first.reason is not None
    assert first.reason.facts["why"] == why.value


def test_a_controller_has_a_limit_per_invoice_that_cannot_be_sliced(customer: int) -> None:
    item_id, other = an_item(customer, 50_000), an_item(customer, 50_000)
    with pytest.raises(ledger_operations.WriteOffAboveLimit, match="Ask an owner"):
        write_off(item_id, 10_001, Role.CONTROLLER)
    write_off(item_id, 6_000, Role.CONTROLLER)
    write_off(item_id, 4_000, Role.CONTROLLER)
    with pytest.raises(ledger_operations.WriteOffAboveLimit):
        write_off(item_id, 1, Role.CONTROLLER)
    write_off(other, 10_000, Role.CONTROLLER)
    assert (open_of(item_id), open_of(other)) == (40_000, 40_000)


def test_an_owner_has_no_limit_and_what_they_wrote_off_counts_for_others(customer: int) -> None:
    item_id = an_item(customer, 50_000)
    write_off(item_id, 30_000, Role.OWNER)
    with pytest.raises(ledger_operations.WriteOffAboveLimit):
        write_off(item_id, 1, Role.CONTROLLER)
    write_off(item_id, 20_000, Role.OWNER)
    assert open_of(item_id) == 0


def test_a_viewer_writes_nothing_off_and_the_limit_is_the_organisations(customer: int) -> None:
    item_id = an_item(customer, 50_000)
    with pytest.raises(ledger_operations.WriteOffAboveLimit):
        write_off(item_id, 1, Role.VIEWER)
    change_cash_policy(actor=ACTOR, controller_write_off_limit=0)
    with pytest.raises(ledger_operations.WriteOffAboveLimit):
        write_off(item_id, 1, Role.CONTROLLER)
    change_cash_policy(actor=ACTOR, controller_write_off_limit=50_000)
    write_off(item_id, 50_000, Role.CONTROLLER)


def short(customer_id: int, minor: int, *, currency: str = "EUR") -> int:
    """An invoice that was paid but for so much."""
    item_id = an_item(customer_id, 10_000, currency=currency)
    if currency == "EUR":
        paid(item_id, customer_id, 10_000 - minor)
    return item_id


def test_all_small_differences_are_shown_first_and_written_off_at_once(customer: int) -> None:
    small, smaller, large = short(customer, 5), short(customer, 1), short(customer, 6)
    untouched = an_item(customer, 3)
    preview = cash_application.small_differences()
    assert ([item.id for item in preview.items], preview.count, preview.total.minor) == (
        [smaller, small],
        2,
        6,
    )
    settlement = cash_application.write_off_small_differences(role=Role.CONTROLLER, on=ON, actor=ACTOR)
    assert set(settlement.settled) == {small, smaller}
    assert (open_of(large), open_of(untouched)) == (6, 3), "what nobody paid anything of is no difference"
    assert cash_application.small_differences().count == 0
    assert cash_application.write_off_small_differences(role=Role.OWNER, on=ON, actor=ACTOR).settled == ()
    [row] = [row for row in ledger.allocations_of_item(small) if row.amount_minor == 5]
    assert str(row.reason) == "Written off: a small difference."
    cash_application.undo_allocation(allocation_id=row.id, on=ON, actor=ACTOR)
    assert open_of(small) == 5


def test_only_those_that_were_chosen_and_only_within_the_limit(customer: int) -> None:
    chosen, other = short(customer, 4), short(customer, 4)
    cash_application.write_off_small_differences(
        item_ids=[chosen, 987_654], role=Role.CONTROLLER, on=ON, actor=ACTOR
    )
    assert (open_of(chosen), open_of(other)) == (0, 4)
    change_cash_policy(actor=ACTOR, small_difference=0)
    assert cash_application.small_differences().count == 0
    change_cash_policy(actor=ACTOR, small_difference=5, controller_write_off_limit=3)
    with pytest.raises(ledger_operations.WriteOffAboveLimit):
        cash_application.write_off_small_differences(role=Role.CONTROLLER, on=ON, actor=ACTOR)
    assert open_of(other) == 4


def test_hundreds_at_once_cost_no_query_each(customer: int) -> None:
    items = ledger_operations.add_items([new_item(customer, 10_000) for _ in range(300)], actor=ACTOR)
    for item_id in items:
        paid(item_id, customer, 9_999)
    with CaptureQueriesContext(connection) as queries:
        settlement = cash_application.write_off_small_differences(role=Role.OWNER, on=ON, actor=ACTOR)
    assert len(settlement.settled) == 300
    assert len(queries) < 40
