"""Exports: complete, as of a day, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from tests.ledger.builders import a_credit, a_customer, an_item, an_organisation
from tests.reporting.story import DUE, ISSUED, PAID, REMINDED, UNDONE, Story, because
from tijdig.domain.documents import InvoiceType
from tijdig.infra import tenancy
from tijdig.invoices.operations import NewInvoice, add_invoices
from tijdig.ledger import operations as ledger
from tijdig.reporting import exports

LATER = date(2025, 1, 1)
DAY = timedelta(days=1)


def rows(what: str, on: date = LATER, **more: Any) -> list[dict[str, Any]]:
    return list(exports.export(what, on=on, **more))


def test_open_items_are_those_of_the_day_from_the_rows_themselves(story: Story) -> None:
    def opens(on: date) -> dict[str, str]:
        return {row["number"]: row["open"] for row in rows("open-items", on)}

    assert opens(ISSUED - DAY) == {}
    assert opens(ISSUED) == {"F-1": "100.00"}
    assert opens(PAID - DAY) == {"F-1": "100.00"}
    assert opens(PAID) == {"F-1": "60.00", "F-2": "25.50"}
    assert opens(UNDONE - DAY) == {"F-1": "60.00", "F-2": "25.50"}
    assert opens(UNDONE) == {"F-1": "100.00", "F-2": "25.50"}


def test_a_settled_item_is_open_before_it_was_settled_and_gone_after(story: Story) -> None:
    ledger.write_off(
        item_id=story.other_item, amount_minor=2_550, on=UNDONE,
        reason=because("Klein"), actor="cli",
    )  # fmt: skip
    assert [row["number"] for row in rows("open-items", UNDONE)] == ["F-1"]
    assert [row["number"] for row in rows("open-items", UNDONE - DAY)] == ["F-1", "F-2"]


def test_an_open_item_says_how_late_it_was_that_day(story: Story) -> None:
    assert [row["days_late"] for row in rows("open-items", DUE)] == [0]
    assert [row["days_late"] for row in rows("open-items", REMINDED)] == [14]


@pytest.mark.parametrize("what", exports.WHAT)
def test_every_export_has_the_same_columns_in_every_row(story: Story, what: str) -> None:
    found = rows(what)
    assert found or what == "invoices"
    assert all(set(row) == set(exports.columns(what)) for row in found)
    json.dumps(found)


def test_invoices_show_what_is_open_that_day(story: Story) -> None:
    new = NewInvoice(
        story.customer, InvoiceType.INVOICE, "F-1", ISSUED, DUE, "DOCUMENT", "EUR", 12_000, 2_000, 10_000,
        item_id=story.item,
    )  # fmt: skip
    add_invoices([new], actor="cli")
    assert rows("invoices", ISSUED - DAY) == []
    ((before,), (after,)) = rows("invoices", PAID - DAY), rows("invoices", PAID)
    assert (before["total"], before["prepaid"], before["payable"]) == ("120.00", "20.00", "100.00")
    assert (before["open"], after["open"], after["payment_reference"]) == ("100.00", "60.00", "RF1")
    assert (after["type"], after["customer_number"], after["due_date"]) == ("INVOICE", "C1", "2024-10-31")


def test_payments_show_what_was_left_of_them_that_day(story: Story) -> None:
    def left(on: date) -> list[tuple[str, str]]:
        return [(row["amount"], row["unallocated"]) for row in rows("payments", on)]

    assert left(PAID - DAY) == []
    assert left(PAID) == [("60.00", "20.00")]
    assert left(UNDONE) == [("60.00", "60.00")]


def test_a_payment_booked_anew_is_there_once_every_day(story: Story) -> None:
    ledger.reverse_credit(credit_id=story.credit, on=UNDONE + DAY, reason=because("Storno"), actor="cli")
    a_credit(story.other_customer, 6_000, on=PAID, origin="bank:1")

    def standing(on: date) -> list[str]:
        return [row["customer_number"] for row in rows("payments", on) if not row["reversed_date"]]

    assert standing(PAID) == standing(UNDONE) == ["C1"]
    assert standing(UNDONE + DAY) == ["C2"]


def test_a_reversed_payment_says_since_when(story: Story) -> None:
    ledger.reverse_credit(credit_id=story.credit, on=UNDONE + DAY, reason=because("Storno"), actor="cli")
    assert [row["reversed_date"] for row in rows("payments", UNDONE)] == [None]
    (after,) = rows("payments", UNDONE + DAY)
    assert (after["reversed_date"], after["unallocated"]) == ("2024-11-19", "0.00")


def test_allocations_and_their_undoing_are_both_there_with_their_reason(story: Story) -> None:
    found = rows("allocations")
    assert [(row["amount"], row["reason"], row["undoes"]) for row in found] == [
        ("40.00", "Past", None),
        ("-40.00", "Fout", story.allocation),
    ]
    assert {row["reason_code"] for row in found} == {"PERSON_SAID"}


def test_messages_name_their_invoices(story: Story) -> None:
    (row,) = rows("messages")
    assert (row["state"], row["items"], row["total"], row["on_date"]) == (
        "SENT",
        "F-1",
        "100.00",
        "2024-11-14",
    )
    assert row["sent_at"].startswith("2024-11-14T09:00")


def test_tasks_say_why(story: Story) -> None:
    (row,) = rows("tasks")
    assert (row["kind"], row["item_number"], row["reason"], row["done_at"]) == (
        "HAND_OVER",
        "F-1",
        "Bel eerst even",
        None,
    )


def test_another_organisation_exports_nothing_of_ours(story: Story) -> None:
    with tenancy.within(an_organisation()):
        assert [what for what in exports.WHAT if rows(what)] == []


def test_a_limit_ends_the_export(story: Story) -> None:
    assert [row["number"] for row in rows("customers", limit=1)] == ["C1"]


def test_an_unknown_export_names_those_there_are(house: int) -> None:
    with pytest.raises(exports.ExportUnknown, match="open-items"):
        rows("secrets")


def test_json_is_one_document(story: Story) -> None:
    text = "".join(exports.as_json("customers", on=LATER, rows=exports.export("customers", on=LATER)))
    read = json.loads(text)
    assert (read["what"], read["on"]) == ("customers", "2025-01-01")
    assert [row["number"] for row in read["rows"]] == ["C1", "C2"]
    assert json.loads("".join(exports.as_json("tasks", on=LATER, rows=[])))["rows"] == []


def test_csv_cannot_become_a_formula(story: Story) -> None:
    text = "".join(exports.as_csv("customers", rows=exports.export("customers", on=LATER)))
    found = list(csv.DictReader(io.StringIO(text)))
    assert tuple(found[0]) == exports.columns("customers")
    assert [row["name"] for row in found] == ["'=SOM(A1) Oven", "Zeta"]
    amounts = "".join(exports.as_csv("allocations", rows=exports.export("allocations", on=LATER)))
    assert [row["amount"] for row in csv.DictReader(io.StringIO(amounts))] == ["40.00", "-40.00"]


def test_a_csv_without_rows_still_has_its_header(house: int) -> None:
    assert "".join(exports.as_csv("tasks", rows=[])) == ",".join(exports.columns("tasks")) + "\n"


def test_an_amount_has_the_decimals_of_its_currency(story: Story) -> None:
    an_item(story.customer, 1_500, number="F-3", currency="JPY", due=DUE)
    an_item(story.customer, 1_500, number="F-4", currency="BHD", due=DUE)
    opens = {row["number"]: row["open"] for row in rows("open-items")}
    assert (opens["F-3"], opens["F-4"]) == ("1500", "1.500")


@pytest.mark.django_db(transaction=True)
def test_the_rows_stay_those_of_the_moment_asked_even_after_leaving_the_organisation() -> None:
    with tenancy.within(an_organisation()):
        a_customer(number="C1")
        stream = exports.export("customers", on=LATER)
        a_customer(number="C2")
    assert [row["number"] for row in stream] == ["C1"]
