"""What payers write besides a number alone: words around it, letters for digits, cut texts, numbers not theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.domain.test_matchers import (
    DEBTORS,
    KNOWN,
    OGM,
    RULES,
    STRANGER,
    TUIN,
    answer,
    item,
    paid,
    settled,
)
from tests.domain.test_names import likeness
from tijdig.domain import references
from tijdig.domain.matching import Debtor, Evidence, Match, OpenItem, match_all
from tijdig.domain.matching.nearness import Nearness, is_of_the_series, nearness
from tijdig.domain.matching.numbers import is_date_like
from tijdig.domain.matching.texts import says_all, says_nothing_else, says_several
from tijdig.domain.matching.writing import written


@pytest.mark.parametrize(
    "text",
    [
        "Rechnungsnr. 12",
        "Rg.-Nr. 12",
        "Re.Nr. 12",
        "RNr 12",
        "RE 12",
        "Beleg 12",
        "fnr 12",
        "facture numéro 12",
        "FACTURE NUMERO 12",
        "Bill 12",
        "/INV/12",
        "Rechnungs-Nr.: 12",
    ],
)
def test_a_number_is_said_to_be_an_invoices_in_four_languages(text: str) -> None:
    assert settled(answer(paid(text, name=STRANGER), item(1, "12"))) == {1: 12100}


@pytest.mark.parametrize(
    "text",
    ["Ons kenmerk 12345", "réf 12345", "N/réf 12345", "your ref 12345", "rekening 12345", "Doc. 12345 merci"],
)
def test_words_that_say_nothing_leave_a_number_all_that_is_said(text: str) -> None:
    assert settled(answer(paid(text, name=STRANGER), item(1, "12345"))) == {1: 12100}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("VL26-02025", "VL26-O2O25"),
        ("VL26-01412", "Rechnung VL26-0I4I2"),
        ("VL26-01841", "VL26-0IB41"),
        ("VL26-01352", "VL26-013S2"),
        ("VL26-01352", "vl26-0135z VL26-O1352"),
        ("26A00975", "26A0O975"),
        ("INV-000123", "INV-OOO123"),
        ("2026-00042", "2O26-OO042"),
    ],
)
def test_letters_between_digits_that_look_like_digits(number: str, text: str) -> None:
    assert settled(answer(paid(text, name=STRANGER), item(1, number))) == {1: 12100}
    assert answer(paid(text, 12000, name=STRANGER), item(1, number)).booking is None


def test_letters_that_look_like_no_digits_are_left() -> None:
    assert answer(paid("VL26-0X025", name=STRANGER), item(1, "VL26-02025")).booking is None
    assert answer(paid("SOLO BOBS", name=STRANGER), item(1, "5010-8085")).booking is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("26003055", "Rechnung 3055"),
        ("26003055", "26-3055"),
        ("FAC 0500/26", "inv FAC 500/26"),
        ("FAC 0500/26", "factuur 500"),
        ("10288-002", "facture 10288-2"),
        ("26A00767", "Rechnung 26 A00767"),
        ("FAC 0189/26", "uw factuur FAC 01 89/26"),
        ("4500012242", "Betaling factuur 45000122 42 Margaretha Müllerhof"),
    ],
)
def test_numbers_of_other_schemes_with_zeros_left_out_or_broken(number: str, text: str) -> None:
    assert settled(answer(paid(text), item(1, number), item(2, "X-1", 500))) == {1: 12100}


@pytest.mark.parametrize("number", ["12607", "20260330", "200826"])
@pytest.mark.parametrize(
    ("amount", "code"), [(5000, "PART_PAID"), (15000, "PAID_TOO_MUCH"), (12097, "PAID_BUT_FOR_CENTS")]
)
def test_the_payers_own_number_counts_whatever_the_amount(number: str, amount: int, code: str) -> None:
    assert answer(paid(f"termijn {number}", amount), item(1, number)).reason.code == code
    assert answer(paid(f"termijn {number}", amount, name=STRANGER), item(1, number)).booking is None


def test_digits_that_can_be_no_day_are_no_date() -> None:
    for digits in ("200847", "200965", "26000123", "201300", "19993112"):
        assert not is_date_like(digits)
    for digits in ("201126", "20261120", "20112026", "202611", "112026", "01051961", "20262027"):
        assert is_date_like(digits)


def test_numbers_listed_behind_a_named_one_are_looked_for_among_what_is_owed() -> None:
    items = [item(n, f"0215-00{n}", 1000 * n) for n in range(1, 7)]
    crowd = [item(n, f"{n:04d}-004", 77, customer=TUIN) for n in range(300, 345)]
    for text in ("fact. 0215-003+4", "0215-003, 4", "0215-003 en 4"):
        assert settled(answer(paid(text, 7000), *items, *crowd)) == {3: 3000, 4: 4000}


def test_a_number_at_the_end_of_a_text_that_was_cut_off_may_be_the_beginning_of_another() -> None:
    text = "Règlement de votre facture F/2026/4"
    assert len(text) == 35
    named, meant = item(1, "F/2026/4", customer=TUIN), item(2, "F/2026/443")
    match = answer(paid(text), named, meant)
    assert (match.reason.code, match.booking) == ("ANOTHER_FITS", None)
    assert settled(answer(paid(text), named)) == {1: 12100}
    [*_, one] = written(text)
    assert one.cut
    assert not any(each.cut for each in written(text + " "))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("11391", "Beleg 11160"),
        ("11391", "18231"),
        ("11391", "RE 68801585"),
        ("4521", "ref 8353"),
        ("11391", "Betreft: 65312445"),
        ("200111", "200999 thanks"),
        ("FAC 0585/26", "ref: FAC 8194/26"),
        ("INV-0932", "F. INV-8718"),
        ("INV-0932", "/INV/30941422"),
        ("2026/319", "2026/7408"),
        ("2026/319", "+++123/4567/89002+++"),
        ("2026/319", "ref RF18 5390 0754 7034"),
    ],
)
def test_who_pays_books_nothing_against_a_number_that_is_not_theirs(number: str, text: str) -> None:
    assert settled(answer(paid("", name=STRANGER), item(1, number), payers=KNOWN)) == {1: 12100}
    assert answer(paid(text, name=STRANGER), item(1, number), payers=KNOWN).booking is None
    assert answer(paid(text, 13100), item(1, number), item(2, "X-1", 1000), payers=KNOWN).booking is None


@pytest.mark.parametrize("text", ["Beleg 11160", "11160", "deb 11160 11160"])
def test_who_pays_books_nothing_against_the_number_of_somebody_else(text: str) -> None:
    theirs = item(2, "11160", 99, customer=TUIN)
    for one in (theirs, replace(theirs, open_minor=0)):
        assert answer(paid(text, name=STRANGER), item(1, "11391"), one, payers=KNOWN).booking is None


def test_the_payers_own_order_number_says_nothing_about_ours() -> None:
    for text in (
        "PO 312345678",
        "bestelling 7781",
        "Auftrag 87654321",
        "tel 0612345678",
        "2026 lidmaatschap",
    ):
        assert settled(answer(paid(text), item(1, "2026-0042"), payers=KNOWN)) == {1: 12100}


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("2026/7408", "2026/319", True),
        ("FAC 8194/26", "FAC 0585/26", True),
        ("18231", "12744", True),
        ("INV-8718", "INV-0932", True),
        ("28231", "12744", False),
        ("1823", "12744", False),
        ("2025/7408", "2026/319", False),
        ("PO-8718", "INV-0932", False),
        ("huur 2026-11", "2026-0042", False),
    ],
)
def test_a_number_of_the_same_series(text: str, number: str, expected: bool) -> None:
    assert any(is_of_the_series(one, number) for one in written(text)) is expected


def test_a_customer_who_owes_the_same_may_have_copied_the_number_of_another() -> None:
    mine, theirs = item(1, "2026-0042"), item(2, "2026-0917", customer=TUIN)
    match = answer(paid("factuur 2026-0917"), mine, theirs)
    assert (match.reason.code, match.booking) == ("ANOTHER_FITS", None)
    assert answer(paid("factuur 2026-0917", name=STRANGER), mine, theirs, payers=KNOWN).booking is None
    assert settled(answer(paid("factuur 2026-0917", name=STRANGER), mine, theirs)) == {2: 12100}
    for_them = paid(f"factuur 2026-0917 voor {DEBTORS[TUIN].name}")
    assert settled(answer(for_them, mine, theirs)) == {2: 12100}, "they say for whom it is"


def test_one_reference_for_all_that_a_customer_owes() -> None:
    items = [
        item(n, f"A{n}", amount, payment_reference="123456789002")
        for n, amount in enumerate((12100, 4321, 777), 1)
    ]
    for amount, booked in (
        (4321, {2: 4321}),
        (17198, {1: 12100, 2: 4321, 3: 777}),
        (12877, {1: 12100, 3: 777}),
    ):
        by_reference = paid("", amount, name=STRANGER, structured_reference=OGM)
        assert settled(answer(by_reference, *items)) == booked
    twin = item(4, "A4", 4321, payment_reference="123456789002")
    for amount in (4321, 5098):
        assert answer(paid("", amount, structured_reference=OGM), *items, twin).booking is None
    settled_one = item(5, "A5", 30000, payment_reference="123456789002", open_minor=0)
    again = answer(paid("", 30000, structured_reference=OGM), items[0], settled_one)
    assert again.booking is None, "rather what was paid already, paid twice"


def test_who_says_that_more_is_paid_may_be_taken_at_their_word() -> None:
    items = item(1, "2026-0042", 20000), item(2, "2026-0050", 80500), item(3, "2026-0051", 35000)
    for text in ("facture 2026-0042 et autres", "Rechnung 2026-0042 u.a.", "2026-0042 e.a."):
        assert settled(answer(paid(text, 100500), *items)) == {1: 20000, 2: 80500}
    assert answer(paid("factuur 2026-0042", 100500), *items).booking is None, "it may fit by chance"
    for text in ("diverse facturen", "mehrere Rechnungen", "factures"):
        assert settled(answer(paid(text, 100500), *items, payers=KNOWN)) == {1: 20000, 2: 80500}
    assert answer(paid("bedankt", 100500), *items, payers=KNOWN).booking is None


def test_who_says_that_all_is_paid_may_owe_round_amounts() -> None:
    items = item(1, "A1", 20000), item(2, "A2", 18000)
    for text in ("alle openstaande facturen", "Saldo offener Posten", "solde", "full balance"):
        assert settled(answer(paid(text, 38000), *items)) == {1: 20000, 2: 18000}
    assert answer(paid("", 38000), *items).booking is None


def test_what_texts_say() -> None:
    assert [says_several(text) for text in ("fact 12 e.a.", "12 +", "factuur 12")] == [True, True, False]
    assert [says_all(text) for text in ("ALLES OFFEN", "Tout le solde", "al betaald")] == [True, True, False]
    assert says_nothing_else("Règlement Crème & Co", ("creme", "co"))


def test_cents_short_from_abroad_are_let_go_like_any_others() -> None:
    abroad = paid("2026-0042", 12096, counterparty_account="DE02120300000000202051")
    assert answer(abroad, item(1, "2026-0042")).reason.code == "PAID_BUT_FOR_CENTS"


def test_an_rf_that_a_word_behind_it_would_make_into_another() -> None:
    reference = "RF9820260347"
    assert references.is_rf(reference + "DANK"), "valid by chance"
    one = item(1, "A1", payment_reference=reference)
    assert settled(answer(paid("RF98 2026 0347 dank u", name=STRANGER), one)) == {1: 12100}


def test_a_reference_in_groups_behind_other_digits() -> None:
    kenmerk = references.make_betalingskenmerk(40_000_003_290)
    groups = " ".join(kenmerk[place : place + 4] for place in range(0, 16, 4))
    one = item(1, "A1", payment_reference=kenmerk)
    assert settled(answer(paid(f"periode 1-2026 {groups}", name=STRANGER), one)) == {1: 12100}
    ogm = item(1, "A1", payment_reference="123456789002")
    assert settled(answer(paid("044 123 4567 89002", name=STRANGER), ogm)) == {1: 12100}


def test_a_name_that_is_like_two_customers_books_no_other_amount_where_one_owes_it_exactly() -> None:
    debtors = {1: Debtor(1, "K1", "Jan Verzonnen"), 2: Debtor(2, "K2", "Jozef Verzonnen")}
    named, exact = item(1, "2026-0042", customer=1), item(2, "2026-0917", 5000, customer=2)

    def answered(amount: int, *items: OpenItem) -> Match:
        evidence = Evidence(items, debtors, owed_by=frozenset(debtors))
        [match] = match_all([paid("2026-0042", amount, name="J. Verzonnen")], evidence, RULES, likeness)
        return match

    assert settled(answered(5000, named)) == {1: 5000}
    assert answered(5000, named, exact).reason.code == "ANOTHER_FITS"
    assert settled(answered(24200, named)) == {1: 12100}
    assert answered(24300, named).booking is None, (
        "more than twice what is named, and only a name like theirs"
    )


def test_initials_that_may_be_two_customers_who_owe_the_same_are_a_tie() -> None:
    debtors = {1: Debtor(1, "K1", "S. Verzonnen"), 2: Debtor(2, "K2", "Sofie Verzonnen")}
    items = item(1, "2026-0042", customer=1), item(2, "2026-0917", customer=2)
    evidence = Evidence(items, debtors, owed_by=frozenset(debtors))
    [match] = match_all([paid("", name="S Verzonnen")], evidence, RULES, likeness)
    assert match.booking is None
    [match] = match_all([paid("", name="S Verzonnen")], replace(evidence, items=items[:1]), RULES, likeness)
    assert settled(match) == {1: 12100}


def test_two_readings_of_one_place_that_both_fit_are_a_tie() -> None:
    items = item(1, "0089-001"), item(2, "0089-008")
    assert answer(paid("facture no 008 9-001"), *items).reason.code == "SEVERAL_FIT"
    assert settled(answer(paid("facture no 008 9-001"), items[0])) == {1: 12100}


def test_what_is_likely_a_number_needs_the_payer() -> None:
    [one] = written("Berlin 10115")
    assert nearness(one, "10115") == Nearness.LIKELY
    assert answer(paid("Berlin 10115", name=STRANGER), item(1, "10115")).booking is None
    assert settled(answer(paid("Berlin 10115"), item(1, "10115"))) == {1: 12100}
