"""The reports of a day: narrowed, sorted and paged, they still add up; and on paper."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from tests.ledger.builders import a_credit, a_customer, an_item, an_organisation
from tests.messaging.cast import HOUSE
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.reporting import position_pdf, positions
from tijdig.reporting.position_queries import BUCKETS
from tijdig.reporting.positions import AGES, LATE, Narrowing

ON = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ALL = Narrowing()


@pytest.fixture
def three(house: int) -> tuple[int, int, int]:
    """One customer late in two ages and two currencies, one not due, one with money alone."""
    late, coming, money = (
        a_customer(number=f"C{n}", name=name) for n, name in enumerate(("Aap", "Noot", "Mies"))
    )
    for amount, days in ((1_000, 5), (2_000, 95), (400, 200)):
        due = ON - timedelta(days=days)
        an_item(late, amount, number=f"F-{days}", issued=due - timedelta(days=14), due=due)
    an_item(late, 77, number="U-1", issued=ON, due=ON, currency="USD")
    an_item(coming, 5_000, number="F-N", issued=ON, due=ON)
    a_credit(money, 300, on=ON)
    a_credit(late, 50, on=ON - timedelta(days=1))
    return late, coming, money


def names(sort: str) -> list[tuple[str, str]]:
    return [(row.customer_name, row.currency) for row in positions.ageing(ON, ALL, sort=sort, limit=9)]


def test_the_ageing_has_a_row_per_customer_and_currency(three: tuple[int, int, int]) -> None:
    late, _coming, money = three
    rows = {(row.customer_id, row.currency): row for row in positions.ageing(ON, ALL, limit=9)}
    assert rows[late, "EUR"].bucket_minor == (0, 1_000, 0, 0, 2_000, 400)
    assert len(BUCKETS) == len(positions.short_bucket_names()) == 6
    assert (rows[late, "EUR"].late_minor, rows[late, "EUR"].net_minor) == (3_400, 3_350)
    assert (rows[money, "EUR"].open_minor, rows[money, "EUR"].on_account_minor) == (0, 300)
    assert sum(row.open_minor for row in rows.values() if row.currency == "EUR") == 8_400
    (euros, _dollars) = ledger.position_as_of(ON)
    assert (euros.open_minor, euros.on_account_minor) == (8_400, 350)


def test_it_can_be_sorted_and_paged(three: tuple[int, int, int]) -> None:
    assert names("name") == [("Aap", "EUR"), ("Aap", "USD"), ("Mies", "EUR"), ("Noot", "EUR")]
    assert names("-open")[0] == ("Noot", "EUR")
    assert names("-late")[0] == names("-oldest")[0] == ("Aap", "EUR")
    paged = [
        positions.ageing(ON, ALL, sort="name", offset=place, limit=1)[0].customer_name for place in range(4)
    ]
    assert paged == [name for name, _currency in names("name")]


def test_each_age_holds_its_items_and_all_ages_together_everything(three: tuple[int, int, int]) -> None:
    def numbers(age: str, currency: str = "") -> list[str]:
        which = Narrowing(currency=currency, age=age)
        found = [row.item.number for row in positions.open_items(ON, which, limit=9)]
        whole = [one for one in ledger.position_as_of(ON) if currency in ("", one.currency)]
        assert positions.open_count(whole, age) == len(found)
        return found

    assert [numbers(age) for age in AGES] == [
        ["F-200", "F-95", "F-5"], ["U-1", "F-N"], ["F-5"], [], [], ["F-95"], ["F-200"],
    ]  # fmt: skip
    assert numbers("", "USD") == ["U-1"]
    assert numbers(LATE, "USD") == []
    of_one = positions.open_items(ON, Narrowing(customer_id=three[1]), limit=9)
    assert [row.item.number for row in of_one] == ["F-N"]


def test_money_on_account_says_whose_it_is(three: tuple[int, int, int]) -> None:
    found = positions.on_account(ON, ALL, limit=9)
    assert [(row.customer_name, row.money.remaining_minor) for row in found] == [("Aap", 50), ("Mies", 300)]
    assert positions.on_account(ON, Narrowing(currency="USD"), limit=9) == ()
    assert positions.on_account(ON - timedelta(days=2), ALL, limit=9) == ()


def test_another_organisation_sees_none_of_it(three: tuple[int, int, int]) -> None:
    with tenancy.within(an_organisation()):
        assert positions.ageing(ON, ALL, limit=9) == positions.open_items(ON, ALL, limit=9) == ()


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_ageing_on_paper_has_a_total_per_currency(three: tuple[int, int, int]) -> None:
    found = text(position_pdf.ageing(ON, ALL, house=HOUSE, at=AT))
    for shown in (
        "At the end of 20 Nov 2026",
        "Not due yet",
        "> 120",
        "C0",
        "34",
        "84.00",
        "0.77",
        "3.50",
        "80.50",
    ):
        assert shown in found
    assert found.count("Total") == 2


def test_open_items_on_paper_stand_by_customer_with_subtotals(three: tuple[int, int, int]) -> None:
    found = text(position_pdf.open_items(ON, ALL, house=HOUSE, at=AT))
    assert (
        found.index("Aap · C0")
        < found.index("F-200")
        < found.index("3 items, EUR")
        < found.index("Noot · C1")
    )
    for shown in ("33.50", "-0.50", "-3.00", "Total EUR", "84.00", "80.50", "Total USD", "Mies · C2"):
        assert shown in found


def test_an_empty_report_says_so_and_a_long_one_repeats_its_head(house: int) -> None:
    assert "Nothing was open" in text(position_pdf.open_items(ON, ALL, house=HOUSE, at=AT))
    customer = a_customer(name="N" * 70)
    for place in range(120):
        an_item(customer, 123_456_789, number=f"L-{place:03}", issued=ON, due=ON)
    made = PdfReader(io.BytesIO(position_pdf.open_items(ON, ALL, house=HOUSE, at=AT)))
    pages = [page.extract_text() for page in made.pages]
    assert len(pages) >= 3
    for place, page in enumerate(pages, 1):
        assert f"{place} / {len(pages)}" in page
        assert "Days late" in page
    assert "1,234,567.89" in pages[0]


def test_more_rows_than_anybody_reads_are_refused(
    three: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position_pdf, "MOST_ROWS", 2)
    for make in (position_pdf.ageing, position_pdf.open_items):
        with pytest.raises(position_pdf.TooLong, match="take Excel"):
            make(ON, ALL, house=HOUSE, at=AT)
