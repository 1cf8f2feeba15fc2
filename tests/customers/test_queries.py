"""Finding customers: by page, by the beginning of words, by number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tijdig.customers import operations, queries
from tijdig.customers.operations import CustomerData
from tijdig.customers.queries import CustomerFilters, CustomerSort
from tijdig.domain.parties import Channel, PartyKind
from tijdig.infra import tenancy
from tijdig.organisations.operations import create_organisation

pytestmark = pytest.mark.django_db

CAST = (
    CustomerData(
        "D-10001", "Café 't Hoekje", city="Gent", kind="COMPANY", email="hoekje@example.com", country="BE"
    ),
    CustomerData(
        "D-10002", "Jansen-Smit Holding B.V.", city="'s-Hertogenbosch", kind="COMPANY", country="NL"
    ),
    CustomerData("D-10010", "jansen", city="Utrecht", kind="CONSUMER", language="nl", country="NL"),
    CustomerData(
        "2024-001", "ÉCOLE Sainte-Marie", city="Liège", kind="PUBLIC_BODY", language="fr", country="BE"
    ),
    CustomerData("X_9", "Jansen", city="Zwolle", kind="SOLE_TRADER", email="n/a", country="NL"),
)


@pytest.fixture
def cast() -> Iterator[dict[str, int]]:
    with tenancy.within(create_organisation(name="Voorbeeld", country="NL", language="nl", actor="cli")):
        yield operations.upsert_customers(CAST, actor="cli")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("jans", {"D-10002", "D-10010", "X_9"}),
        ("JANSEN smit", {"D-10002"}),
        ("smit-jan", {"D-10002"}),
        ("ansen", set()),
        ("cafe", {"D-10001"}),
        ("CAFÉ hoek", {"D-10001"}),
        ("ecole", {"2024-001"}),
        ("école liege", {"2024-001"}),
        ("hertogen", {"D-10002"}),
        ("D-1000", {"D-10001", "D-10002"}),
        ("d 10010", {"D-10010"}),
        ("10010", {"D-10010"}),
        ("2024-001", {"2024-001"}),
        ("2024", {"2024-001"}),
        ("x_9", {"X_9"}),
        ("bv", set()),
        ("b.v.", {"D-10002"}),
        ("", set()),
        ("  & | ! ( ) : * ' \\ ", set()),
        ("jansen & !smit | x", set()),
        ("'; DROP TABLE customers_customer; --", set()),
    ],
)
def test_words_that_begin_so_are_found(cast: dict[str, int], text: str, numbers: set[str]) -> None:
    found = queries.ids_matching(text)
    assert {number for number, id_ in cast.items() if id_ in found} == numbers
    assert len(found) == len(numbers)


def test_search_stays_inside_the_wall(cast: dict[str, int]) -> None:
    other = create_organisation(name="Ander", country="NL", language="nl", actor="cli")
    with tenancy.within(other):
        assert queries.ids_matching("jansen") == ()
        assert queries.many(cast.values()) == {}
        assert queries.by_numbers(list(cast)) == {}
        assert not set(queries.some_numbers()) & set(cast)
        assert queries.page().rows == ()
    assert len(queries.ids_matching("jansen", limit=2)) == 2


def numbers(page: queries.CustomerPage) -> list[str]:
    return [row.number for row in page.rows]


@pytest.mark.parametrize("sort", list(CustomerSort))
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 10])
def test_pages_follow_each_other_there_and_back(cast: dict[str, int], sort: CustomerSort, limit: int) -> None:
    whole = numbers(queries.page(sort=sort, limit=100))
    assert sorted(whole) == sorted(cast)
    pages = [queries.page(sort=sort, limit=limit)]
    assert pages[0].previous_before is None
    while pages[-1].next_after is not None:
        pages.append(queries.page(sort=sort, limit=limit, after=pages[-1].next_after))
    assert [number for page in pages for number in numbers(page)] == whole
    back = [pages[-1]]
    while back[-1].previous_before is not None:
        back.append(queries.page(sort=sort, limit=limit, before=back[-1].previous_before))
    assert {number for page in back for number in numbers(page)} == set(whole)
    assert len(back) == len(pages)


def test_equal_names_do_not_get_lost_between_pages(cast: dict[str, int]) -> None:
    operations.upsert_customers([CustomerData(f"T{n}", "Tweeling") for n in range(7)], actor="cli")
    seen, after = [], None
    while True:
        page = queries.page(search="tweeling", limit=2, after=after)
        seen += numbers(page)
        after = page.next_after
        if after is None:
            break
    assert sorted(seen) == [f"T{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (CustomerFilters(kind=PartyKind.COMPANY), {"D-10001", "D-10002"}),
        (CustomerFilters(language="fr"), {"2024-001"}),
        (CustomerFilters(country="BE"), {"D-10001", "2024-001"}),
        (CustomerFilters(has_email=True), {"D-10001", "X_9"}),
        (CustomerFilters(has_email=False), {"D-10002", "D-10010", "2024-001"}),
        (CustomerFilters(kind=PartyKind.COMPANY, country="NL"), {"D-10002"}),
        (CustomerFilters(kind=PartyKind.UNKNOWN), set()),
    ],
)
def test_filters_narrow_the_list(cast: dict[str, int], filters: CustomerFilters, found: set[str]) -> None:
    assert set(numbers(queries.page(filters=filters))) == found


def test_a_page_after_somebody_who_is_not_there_is_refused(cast: dict[str, int]) -> None:
    with pytest.raises(queries.CustomerUnknown):
        queries.page(after=0)
    with pytest.raises(queries.CustomerUnknown):
        queries.get(0)


@pytest.mark.parametrize(
    ("values", "channel"),
    [
        ({"email": "a@example.com"}, Channel.EMAIL),
        ({"email": "a@example.com", "street": "Kaai 1", "city": "Gent"}, Channel.EMAIL),
        (
            {"email": "a@example.com", "street": "Kaai 1", "city": "Gent", "preferred_channel": "LETTER"},
            Channel.LETTER,
        ),
        ({"email": "a@example.com", "preferred_channel": "LETTER"}, Channel.EMAIL),
        ({"email": "broken", "street": "Kaai 1", "city": "Gent"}, Channel.LETTER),
        ({"street": "Kaai 1", "city": "Gent"}, Channel.LETTER),
        ({"street": "Kaai 1"}, None),
        ({"email": "broken"}, None),
        ({}, None),
    ],
)
def test_a_customer_without_email_gets_a_letter(
    cast: dict[str, int], values: dict[str, str], channel: Channel | None
) -> None:
    made = operations.create_customer(
        number="N",
        name="Nieuw",
        actor="cli",
        **{name: value for name, value in values.items() if value != "broken"},
    )
    if values.get("email") == "broken":
        operations.upsert_customers([CustomerData("N", email="broken")], actor="cli")
    assert queries.get(made).reachable_by is channel


def test_counting_stops_where_it_is_told(cast: dict[str, int]) -> None:
    assert queries.count() == 5
    assert queries.count(most=3) == 3


def test_names_stand_in_the_order_of_a_dictionary(cast: dict[str, int]) -> None:
    names = [row.name for row in queries.page().rows]
    assert names == ["Café 't Hoekje", "ÉCOLE Sainte-Marie", "jansen", "Jansen", "Jansen-Smit Holding B.V."]
    backwards = [row.name for row in queries.page(sort=CustomerSort.NAME_BACKWARDS).rows]
    assert backwards == names[::-1]


def test_of_too_many_found_the_first_by_name_are_listed(cast: dict[str, int]) -> None:
    found = queries.ids_matching("jansen", limit=2)
    assert [queries.get(found_id).name for found_id in found] == ["jansen", "Jansen"]


@pytest.mark.parametrize(
    ("known", "proposed"),
    [
        ((), "1001"),
        (("K-0099",), "K-0100"),
        (("D9",), "D10"),
        (("K-7", "K-8", "K-6"), "K-9"),
        (("2026/17a",), "2026/18a"),
        (("ALPHA",), "ALPHA-2"),
    ],
)
def test_a_new_customer_is_proposed_a_number_nobody_has(known: tuple[str, ...], proposed: str) -> None:
    with tenancy.within(create_organisation(name="Nieuw", country="NL", language="nl", actor="cli")):
        for number in known:
            operations.create_customer(number=number, name=number, actor="cli")
        assert queries.next_number() == proposed
