"""Which items a payment is for: the clues, the table of matchers, and what may never happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain import references
from tijdig.domain.matching import Evidence, Match, OpenItem, Transfer, gather_clues, gather_wide_clues
from tijdig.domain.matching import match_all as match_by_evidence
from tijdig.domain.matching.nearness import tail_of
from tijdig.domain.matching.numbers import core, may_be_certain, mentions

OGM = "+++123/4567/89002+++"
RF = references.make_rf("2026X0042")
KENMERK = "5000056789012345"


def item(
    id: int = 1, number: str = "2026-0042", open: int = 12100, *, customer: int = 7, reference: str = "",
    currency: str = "EUR", amount: int | None = None,
) -> OpenItem:  # fmt: skip
    return OpenItem(id, customer, number, reference, currency, open if amount is None else amount, open)


def paid(
    text: str = "", amount: int = 12100, *, reference: str = "", currency: str = "EUR", **more: object
) -> Transfer:
    return Transfer(99, amount, currency, reference, text, **more)  # type: ignore[arg-type]


def match_all(transfers: Sequence[Transfer], items: Iterable[OpenItem]) -> tuple[Match, ...]:
    return match_by_evidence(transfers, Evidence(tuple(items)))


def answer(transfer: Transfer, *items: OpenItem) -> Match:
    [match] = match_all([transfer], items)
    return match


@pytest.mark.parametrize(
    ("stored", "field", "text"),
    [
        ("123456789002", OGM, ""),
        (OGM, "123456789002", ""),
        ("123456789002", "", f"betaling {OGM} dank"),
        ("123456789002", "", "***123/4567/89002***"),
        ("123456789002", "", "123456789002"),
        (RF, RF, ""),
        (RF, "", f"ref {RF[:4]} {RF[4:8]} {RF[8:]}"),
        (KENMERK, KENMERK, ""),
        (KENMERK, "", "Betalingskenm. 5000 0567 8901 2345"),
        ("KLANT-2026-9", "", "klant 2026 9"),
    ],
)
def test_a_reference_in_any_writing_books_when_the_amount_fits(stored: str, field: str, text: str) -> None:
    match = answer(paid(text, reference=field), item(number="A1", reference=stored))
    assert match.reason.code == "REFERENCE_AND_AMOUNT"
    assert match.booking is not None
    assert [(share.item_id, share.amount_minor) for share in match.booking.shares] == [(1, 12100)]


def test_a_number_with_a_right_check_digit_is_nothing_when_no_item_has_it() -> None:
    match = answer(paid(f"{OGM} {KENMERK}"), item(reference="000000000101"))
    assert (match.reason.code, match.booking) == ("NO_REFERENCE_FOUND", None)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2026-0042", "2026-0042"),
        ("2026-0042", "Betaling factuur 2026-0042, met dank"),
        ("2026-0042", "fact.nr.20260042"),
        ("2026-0042", "2026/0042"),
        ("2026-0042", "2026 0042"),
        ("2026-0042", "INV-2026-0042"),
        ("2026-0042", "factuur2026-0042."),
        ("INV-2026-0042", "inv 2026 0042 en bedankt"),
        ("INV-2026-0042", "20260042"),
        ("INV-2026-0042", "INV20260042"),
        ("20260042", "2026 0042"),
        ("20260042", "F20260042"),
        ("F2026/117", "f2026117"),
        ("FACT-042", "betaling FACT-042"),
        ("F12", "factuur F12"),
        ("12", "Factuur 12"),
        ("12", "factuurnr. 12 van mei"),
        ("12", "facture n° 12"),
        ("12", "Rechnung Nr. 12"),
        ("12", "inv #12"),
        ("12", "facturen 11 en 12"),
        ("10234", "10234"),
        ("20261015", "factuur 20261015"),
        ("700123", "700123 NL91 ABNA 0417 1643 00"),
        ("700123", "BE68 5390 0754 7034 FACT 700123"),
        ("2026-11", "factuur 2026-11"),
    ],
)
def test_an_invoice_number_as_payers_write_it_books(number: str, text: str) -> None:
    match = answer(paid(text), item(number=number))
    assert match.reason.code == "NUMBER_AND_AMOUNT", str(match.reason)
    assert core(number) in gather_clues([paid(text)]).cores


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("12", "huur 12"),
        ("12", "12 maart"),
        ("12", "factuur 12 november"),
        ("12", "12"),
        ("12", "12-11-2026"),
        ("12", "factuur 12,50 euro"),
        ("12", "factuur € 12"),
        ("12", "Kerkstraat 12, 1234 AB Utrecht"),
        ("12", "factuur 2026-12"),
        ("1234", "1234 AB Utrecht"),
        ("2026", "contributie 2026"),
        ("2026-11", "contributie 2026-11"),
        ("2026-11-20", "betaald 2026-11-20"),
        ("20112026", "20-11-2026"),
        ("20261120", "huur 20261120"),
        ("202611", "huur 202611"),
        ("10115", "Berlin 10115"),
        ("B9000", "Gent B-9000"),
        ("164300", "NL91 ABNA 0417 1643 00"),
        ("0417164300", "NL91ABNA0417164300"),
        ("0417164300", "van NL91 ABNA 0417164300"),
        ("121000", "betaling EUR 1.210,00"),
        ("100234", "klantnummer 100234"),
        ("0612345678", "tel. 0612345678"),
        ("2026-0042", "2026-0042-3"),
        ("0042-3", "2026-0042-3"),
        ("20260042", "120260042"),
        ("20260042", "202600421"),
        ("INV-20260042", "CN-20260042"),
        ("122026", "factuur van 12 2026"),
        ("2026-0042", ""),
        ("A", "a"),
        ("---", "---"),
    ],
)
def test_digits_that_mean_something_else_do_not_book(number: str, text: str) -> None:
    match = answer(paid(text), item(number=number))
    assert match.booking is None, str(match.reason)
    assert match.reason.code == "NO_REFERENCE_FOUND"


@pytest.mark.parametrize(
    ("text", "booked"), [("A-1010", True), ("a-1010.", True), ("wonen in A-1010", False), ("A 1010", True)]
)
def test_a_short_number_with_its_letter_books_when_it_is_all_that_was_written(
    text: str, booked: bool
) -> None:
    assert bool(answer(paid(text), item(number="A-1010")).booking) is booked


def test_an_uncertain_number_is_still_a_hint_for_a_person() -> None:
    match = answer(paid("huur 12"), item(number="12"), item(2, number="13", open=500))
    assert match.booking is None
    assert [share.item_id for share in match.proposals[0].shares] == [1]
    assert {share.item_id for one in match.proposals for share in one.shares} == {1}


@pytest.mark.parametrize(
    ("transfer", "items", "code"),
    [
        (paid("2026-0042", 12099), [item()], "PAID_LESS"),
        (paid("KLANT-2026-9", 5000), [item(reference="KLANT-2026-9")], "PAID_LESS"),
        (paid("2026-0042", 12101), [item()], "PAID_MORE"),
        (paid("2026-0042"), [item(open=0, amount=12100)], "ITEM_ALREADY_PAID"),
        (paid("2026-0042", currency="USD"), [item()], "OTHER_CURRENCY"),
        (paid("2026-0042", -12100), [item()], "MONEY_OUT"),
        (paid("2026-0042", 0), [item()], "NO_MONEY_MOVED"),
        (paid("2026-0042", -12100, return_reason="AM04"), [item()], "RETURNED"),
        (paid("2026-0042", 12100, return_reason="AC01"), [item()], "RETURNED"),
        (paid("2026-0042", batch_incomplete=True), [item()], "BATCH_NOT_BROKEN_DOWN"),
        (paid("20260042"), [item(1, "F20260042"), item(2, "C20260042")], "SEVERAL_FIT"),
        (paid(reference=OGM), [item(1, "A1", reference=OGM), item(2, "A2", reference=OGM)], "SEVERAL_FIT"),
        (paid("2026-0042 of 2026-0043"), [item(), item(2, "2026-0043")], "SEVERAL_FIT"),
        (paid("2026-0042 of 2026-0043"), [item(open=0, amount=12100), item(2, "2026-0043")], "SEVERAL_FIT"),
        (paid("2026-0042 2026-0043"), [item(), item(2, "2026-0043", 300)], "PAID_LESS"),
    ],
)
def test_what_waits_says_why(transfer: Transfer, items: list[OpenItem], code: str) -> None:
    match = answer(transfer, *items)
    assert (match.reason.code, match.booking) == (code, None)
    assert str(match.reason)


@pytest.mark.parametrize(
    "text",
    ["2026-0042 2026-0043", "facturen 2026-0042, 2026-0043", "20260042/20260043", "2026-0042+2026-0043"],
)
def test_several_numbers_that_add_up_book_together(text: str) -> None:
    match = answer(paid(text, 15000), item(open=12100), item(2, "2026-0043", 2900))
    assert match.reason.code == "SEVERAL_ADD_UP"
    assert match.booking is not None
    assert {(share.item_id, share.amount_minor) for share in match.booking.shares} == {(1, 12100), (2, 2900)}


def test_two_equal_invoices_named_and_paid_together_book() -> None:
    match = answer(paid("2026-0042 2026-0043", 200), item(open=100), item(2, "2026-0043", 100))
    assert match.reason.code == "SEVERAL_ADD_UP"


def test_the_number_exactly_as_written_goes_before_one_with_a_prefix() -> None:
    match = answer(paid("20260042"), item(1, "F20260042"), item(2, "20260042"))
    assert match.booking is not None
    assert [share.item_id for share in match.booking.shares] == [2]


def test_one_reference_for_all_of_a_customers_invoices_books_the_one_that_fits() -> None:
    open_ones = item(1, "A1", 5000, reference=OGM), item(2, "A2", 7100, reference=OGM)
    assert answer(paid(reference=OGM, amount=7100), *open_ones).reason.facts["number"] == "A2"
    assert answer(paid(reference=OGM, amount=12100), *open_ones).reason.code == "SEVERAL_ADD_UP"


def test_a_second_payment_in_the_same_file_finds_the_invoice_paid() -> None:
    matches = match_all([paid("2026-0042"), paid("2026-0042")], [item()])
    assert [match.reason.code for match in matches] == ["NUMBER_AND_AMOUNT", "ITEM_ALREADY_PAID"]


def test_a_part_payment_is_proposed_not_booked() -> None:
    match = answer(paid("2026-0042", 5000), item())
    assert [(one.sure, one.shares[0].amount_minor) for one in match.proposals] == [(False, 5000)]


def test_an_overpayment_is_proposed_up_to_what_is_open() -> None:
    match = answer(paid("2026-0042 2026-0043", 20000), item(), item(2, "2026-0043", 300))
    assert (match.reason.code, match.booking) == ("PAID_MORE", None)
    assert [share.amount_minor for share in match.proposals[0].shares] == [12100, 300]


_WORDS = st.sampled_from(
    [
        "2026-0042",
        "20260043",
        "factuur 12",
        "12",
        "2026",
        OGM,
        RF,
        "€ 12",
        "en",
        "F20260042",
        "121,00",
        "NL91ABNA0417164300",
    ]
)
_ITEMS = st.lists(
    st.builds(
        OpenItem,
        id=st.integers(1, 6),
        customer_id=st.integers(1, 2),
        number=st.sampled_from(["2026-0042", "20260043", "12", "F20260042", "F-12", "2026"]),
        payment_reference=st.sampled_from(["", "123456789002", RF]),
        currency=st.sampled_from(["EUR", "EUR", "USD"]),
        amount_minor=st.just(300),
        open_minor=st.sampled_from([0, 100, 100, 200, 300]),
    ),
    unique_by=lambda one: one.id,
)
_TRANSFERS = st.lists(
    st.builds(
        Transfer,
        id=st.integers(1, 99),
        amount_minor=st.sampled_from([-100, 0, 100, 200, 300, 400]),
        currency=st.sampled_from(["EUR", "USD"]),
        structured_reference=st.sampled_from(["", OGM, RF]),
        remittance=st.lists(_WORDS, max_size=4).map(" ".join),
        return_reason=st.sampled_from(["", "", "", "AM04"]),
    ),
    max_size=6,
)


@given(_TRANSFERS, _ITEMS)
def test_no_item_is_ever_given_more_than_is_open_nor_in_another_currency(
    transfers: list[Transfer], items: list[OpenItem]
) -> None:
    left = {one.id: one.open_minor for one in items}
    currency = {one.id: one.currency for one in items}
    for transfer, match in zip(transfers, match_all(transfers, items), strict=True):
        for proposal in match.proposals:
            assert sum(share.amount_minor for share in proposal.shares) <= transfer.amount_minor
            for share in proposal.shares:
                assert 0 < share.amount_minor <= left[share.item_id]
                assert currency[share.item_id] == transfer.currency
        if match.booking is not None:
            assert match.booking.shares
            assert not transfer.return_reason
            for item_id, amount in match.booking.settles():
                left[item_id] -= amount
                assert left[item_id] >= 0


@given(_TRANSFERS, _ITEMS)
def test_a_twin_of_every_item_leaves_nothing_booked(transfers: list[Transfer], items: list[OpenItem]) -> None:
    twins = [OpenItem(one.id + 100, *_fields(one)) for one in items]
    for match in match_all(transfers, [*items, *twins]):
        if match.booking is not None:
            assert len(match.booking.shares) > 1, "a tie is no answer"


def _fields(one: OpenItem) -> tuple[int, str, str, str, int, int]:
    return (
        one.customer_id,
        one.number,
        one.payment_reference,
        one.currency,
        one.amount_minor,
        one.open_minor,
    )


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_text_is_read_without_trouble(text: str, number: str) -> None:
    match = answer(paid(text), item(number=number, reference=text))
    assert match.reason.code
    for mention in mentions(text):
        assert mention.core in gather_clues([paid(text)]).cores or not may_be_certain(mention)


@given(_TRANSFERS, _ITEMS)
def test_every_item_that_is_booked_can_be_looked_up_by_the_clues(
    transfers: list[Transfer], items: list[OpenItem]
) -> None:
    clues, wide = gather_clues(transfers), gather_wide_clues(transfers)
    by_id = {one.id: one for one in items}
    for match in match_all(transfers, items):
        for share in match.booking.shares if match.booking else ():
            found = by_id[share.item_id]
            assert (
                found.payment_reference in clues.references
                or core(found.number) in clues.cores
                or tail_of(found.number) in wide.tails
            )
