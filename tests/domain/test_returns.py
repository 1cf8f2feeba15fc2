"""Which earlier payment a return takes back, by tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.returns import (
    MEANINGS,
    CameBack,
    Decision,
    Earlier,
    Telling,
    Verdict,
    decide,
    decide_all,
    meaning_of,
)

PAID = date(2026, 11, 2)
ON = date(2026, 11, 20)
PAYER = "NL02RABO0123456789"
BOOKED = Earlier(
    1, PAID, 10_000, "EUR", end_to_end_id="E1", mandate_id="M1", bank_reference="B1", account=PAYER
)
OTHER = Earlier(
    2, PAID, 10_000, "EUR", end_to_end_id="E2", mandate_id="M2", bank_reference="B2", account="NL9"
)
BACK = Telling(7, ON, 10_000, "EUR", code="AM04", statement="S1")


def outcome(decision: Decision) -> tuple[str, str]:
    return decision.verdict.value, decision.reason.code


TAKEN = ("TAKE_BACK", "MONEY_CAME_BACK")
PART = ("TAKE_BACK", "MONEY_CAME_BACK_IN_PART")
TOLD = ("TOLD_ALREADY", "RETURN_TOLD_ALREADY")
UNFIT = ("WAITS", "RETURN_DOES_NOT_FIT")
NONE = ("NO_RETURN", "MONEY_OUT")


@pytest.mark.parametrize(
    ("what", "telling", "share"),
    [
        ("its end-to-end id", replace(BACK, end_to_end_id="E1"), (10_000, 0)),
        ("the bank's own mark", replace(BACK, bank_reference="B1"), (10_000, 0)),
        ("its mandate", replace(BACK, mandate_id="M1"), (10_000, 0)),
        ("account and amount", replace(BACK, account=PAYER), (10_000, 0)),
        (
            "with charges on top that the file tells",
            replace(BACK, amount_minor=10_750, charges_minor=750, end_to_end_id="E1"),
            (10_000, 750),
        ),
        (
            "with the original amount in the file",
            replace(BACK, amount_minor=10_750, original_minor=10_000, end_to_end_id="E1"),
            (10_000, 750),
        ),
        (
            "account and amount without the charges",
            replace(BACK, amount_minor=10_750, charges_minor=750, account=PAYER),
            (10_000, 750),
        ),
        ("charges that nobody tells", replace(BACK, amount_minor=10_300, end_to_end_id="E1"), (10_000, 300)),
        ("a part of it", replace(BACK, amount_minor=4_000, end_to_end_id="E1"), (4_000, 0)),
        (
            "a part of it with charges",
            replace(BACK, amount_minor=4_100, original_minor=4_000, end_to_end_id="E1"),
            (4_000, 100),
        ),
        ("an amount that nobody tells", replace(BACK, amount_minor=None, end_to_end_id="E1"), (10_000, 0)),
        ("thirteen months later", replace(BACK, on=date(2027, 12, 2), end_to_end_id="E1"), (10_000, 0)),
    ],
)
def test_a_return_finds_its_payment(what: str, telling: Telling, share: tuple[int, int]) -> None:
    decision = decide(telling, [OTHER, BOOKED])
    assert decision.verdict is Verdict.TAKE_BACK, what
    how = "_CHARGED" if share[1] else "_IN_PART" if share[0] < 10_000 else ""
    assert decision.reason.code == f"MONEY_CAME_BACK{how}", what
    assert (decision.line_id, decision.amount_minor, decision.charges_minor) == (1, *share), what


@pytest.mark.parametrize(
    ("what", "telling", "expected"),
    [
        ("nothing that is known", replace(BACK, end_to_end_id="E9"), "RETURN_ORIGINAL_UNKNOWN"),
        ("nothing that tells anything", BACK, "RETURN_ORIGINAL_UNKNOWN"),
        (
            "more than thirteen months",
            replace(BACK, on=date(2027, 12, 3), end_to_end_id="E1"),
            "RETURN_ORIGINAL_UNKNOWN",
        ),
        (
            "before it was paid",
            replace(BACK, on=PAID - timedelta(days=1), end_to_end_id="E1"),
            "RETURN_ORIGINAL_UNKNOWN",
        ),
        ("another currency", replace(BACK, currency="USD", end_to_end_id="E1"), "RETURN_ORIGINAL_UNKNOWN"),
        (
            "account, but another amount",
            replace(BACK, amount_minor=9_999, account=PAYER),
            "RETURN_ORIGINAL_UNKNOWN",
        ),
        (
            "mandate, but another amount",
            replace(BACK, amount_minor=9_999, mandate_id="M1"),
            "RETURN_ORIGINAL_UNKNOWN",
        ),
        (
            "far more than was paid",
            replace(BACK, amount_minor=20_000, end_to_end_id="E1"),
            "RETURN_DOES_NOT_FIT",
        ),
    ],
)
def test_a_return_whose_payment_is_not_sure_waits(what: str, telling: Telling, expected: str) -> None:
    assert outcome(decide(telling, [BOOKED])) == ("WAITS", expected), what


def test_what_banks_charged_is_said_and_put_on_nobody() -> None:
    decision = decide(replace(BACK, amount_minor=10_750, original_minor=10_000, end_to_end_id="E1"), [BOOKED])
    assert str(decision.reason) == (
        "The payment came back: there was not enough money on the account (AM04). Banks charged EUR 7.50 for it; "
        "nobody is asked for that by itself."
    )
    assert decision.amount_minor == 10_000


def test_what_was_paid_back_meanwhile_cannot_come_back() -> None:
    decision = decide(replace(BACK, end_to_end_id="E1"), [replace(BOOKED, elsewhere_minor=4_000)])
    assert outcome(decision) == UNFIT
    assert "EUR 60.00 is left" in str(decision.reason)


def test_two_that_fit_equally_well_are_no_answer() -> None:
    twin = replace(BOOKED, line_id=3)
    for telling in (
        replace(BACK, end_to_end_id="E1"),
        replace(BACK, mandate_id="M1"),
        replace(BACK, account=PAYER),
    ):
        assert outcome(decide(telling, [BOOKED, twin])) == ("WAITS", "RETURN_COULD_BE_SEVERAL")


def test_what_identifies_goes_before_the_amount() -> None:
    """The account and amount fit one payment, the end-to-end id another: the id is believed."""
    telling = replace(BACK, end_to_end_id="E2", account=PAYER)
    assert decide(telling, [BOOKED, OTHER]).line_id == 2
    larger = replace(BOOKED, line_id=4, amount_minor=15_000)
    assert decide(replace(BACK, end_to_end_id="E1"), [larger, BOOKED]).line_id == 1, "of one id, the amount"


def came_back(amount: int = 10_000, *, on: date = ON, statement: str = "S1", mark: str = "") -> CameBack:
    return CameBack(70, on, amount, frozenset({statement}), frozenset({mark} - {""}))


@pytest.mark.parametrize(
    ("what", "counted", "telling", "expected"),
    [
        ("told by another file", came_back(), replace(BACK, statement="S2"), TOLD),
        ("a day later", came_back(), replace(BACK, statement="S2", on=ON + timedelta(days=1)), TOLD),
        ("a day earlier", came_back(), replace(BACK, statement="S2", on=ON - timedelta(days=1)), TOLD),
        (
            "with charges the other left out",
            came_back(),
            replace(BACK, statement="S2", amount_minor=10_300),
            TOLD,
        ),
        (
            "as a status without an amount",
            came_back(),
            replace(BACK, statement="S2", amount_minor=None),
            TOLD,
        ),
        ("as a status, of a part", came_back(3_000), replace(BACK, statement="S2", amount_minor=None), TOLD),
        ("a part, told twice", came_back(3_000), replace(BACK, statement="S2", amount_minor=3_000), TOLD),
        ("another part", came_back(3_000), replace(BACK, statement="S2", amount_minor=7_000), PART),
        ("a second part in the same file", came_back(3_000), replace(BACK, amount_minor=3_000), PART),
        ("more than is left", came_back(3_000), replace(BACK, amount_minor=7_001), UNFIT),
        (
            "long after all of it came back",
            came_back(),
            replace(BACK, statement="S2", on=ON + timedelta(days=30)),
            UNFIT,
        ),
        ("twice in one file", came_back(), BACK, UNFIT),
        (
            "a person took it back",
            replace(came_back(), undone=True),
            replace(BACK, statement="S2"),
            ("WAITS", "RETURN_UNDONE_BEFORE"),
        ),
    ],
)
def test_one_return_counts_once(
    what: str, counted: CameBack, telling: Telling, expected: tuple[str, str]
) -> None:
    decision = decide(replace(telling, end_to_end_id="E1"), [replace(BOOKED, came_back=(counted,)), OTHER])
    assert outcome(decision) == expected, what
    if expected[0] == "TOLD_ALREADY":
        assert decision.return_id == 70


def test_the_bank_s_own_mark_tells_a_return_again_without_anything_else() -> None:
    paid = replace(BOOKED, came_back=(came_back(mark="R9", on=ON - timedelta(days=40)),))
    told = decide(replace(BACK, statement="S2", bank_reference="R9"), [paid])
    assert (told.verdict, told.return_id) == (Verdict.TOLD_ALREADY, 70)


@pytest.mark.parametrize(
    "telling",
    [
        replace(BACK, statement="S2", bank_reference="R9", end_to_end_id="E2"),
        replace(BACK, statement="S2", bank_reference="R9", amount_minor=6_000, account="NL9"),
    ],
)
def test_a_mark_that_several_returns_bear_tells_none_of_them_again(telling: Telling) -> None:
    """A bank puts one mark on all of a batch, or begins anew with its marks on every statement."""
    other = replace(OTHER, amount_minor=telling.amount_minor or 0)
    earlier = [replace(BOOKED, came_back=(came_back(mark="R9"),)), other]
    for decision in (decide(telling, earlier), *decide_all((telling,), earlier)):
        assert (outcome(decision), decision.line_id) == (TAKEN, other.line_id)


def test_paid_again_under_the_same_id_and_back_again_is_another_return() -> None:
    again = replace(BOOKED, line_id=3, on=ON + timedelta(days=5))
    both = [replace(BOOKED, came_back=(came_back(),)), again]
    later = replace(BACK, end_to_end_id="E1", statement="S9", on=ON + timedelta(days=20))
    assert decide(later, both).line_id == 3
    soon = replace(later, on=ON + timedelta(days=6))
    assert outcome(decide(soon, both)) == ("WAITS", "RETURN_COULD_BE_SEVERAL"), (
        "it could be the first, told late"
    )


def test_a_payment_nobody_booked_goes_out_with_its_return() -> None:
    waiting = replace(BOOKED, is_booked=False)
    decision = decide(replace(BACK, end_to_end_id="E1"), [waiting])
    assert outcome(decision) == ("TAKE_OUT_BOTH", "CAME_BACK_UNBOOKED")
    assert "not enough money" in str(decision.reason)
    part = decide(replace(BACK, end_to_end_id="E1", amount_minor=4_000), [waiting])
    assert outcome(part) == UNFIT


PLAIN = replace(BACK, is_return=False, code="", account=PAYER)


@pytest.mark.parametrize(
    ("what", "telling", "earlier", "expected"),
    [
        ("to nobody who paid", replace(PLAIN, account="NL1"), BOOKED, NONE),
        ("another amount", replace(PLAIN, amount_minor=9_000), BOOKED, NONE),
        ("the same id, to another account", replace(PLAIN, account="NL1", end_to_end_id="E1"), BOOKED, NONE),
        ("what is on an invoice", PLAIN, BOOKED, ("WAITS", "MAY_GIVE_BACK")),
        ("what is on account", PLAIN, replace(BOOKED, on_account_minor=10_000), ("TAKE_BACK", "GIVEN_BACK")),
        (
            "what is on account in part",
            PLAIN,
            replace(BOOKED, on_account_minor=9_999),
            ("WAITS", "MAY_GIVE_BACK"),
        ),
        ("what nobody booked", PLAIN, replace(BOOKED, is_booked=False), ("WAITS", "MAY_GIVE_BACK")),
        ("what came back before", PLAIN, replace(BOOKED, came_back=(came_back(on=PAID),)), NONE),
        (
            "told by another file",
            replace(PLAIN, statement="S2"),
            replace(BOOKED, came_back=(came_back(),)),
            TOLD,
        ),
    ],
)
def test_money_that_went_out_may_give_a_payment_back(
    what: str, telling: Telling, earlier: Earlier, expected: tuple[str, str]
) -> None:
    assert outcome(decide(telling, [earlier])) == expected, what


def test_of_several_that_went_to_one_account_a_person_decides() -> None:
    both = [replace(BOOKED, on_account_minor=10_000), replace(BOOKED, line_id=3, on_account_minor=10_000)]
    assert outcome(decide(PLAIN, both)) == ("WAITS", "MAY_GIVE_BACK")


def test_what_counted_is_known_to_what_follows_in_the_same_import() -> None:
    first = replace(BACK, end_to_end_id="E1")
    again = replace(first, id=8, statement="S2")
    decisions = decide_all([first, again, replace(first, id=9)], [BOOKED])
    assert [one.verdict.value for one in decisions] == ["TAKE_BACK", "TOLD_ALREADY", "WAITS"]
    assert decisions[1].return_id == -7


def test_a_code_says_what_it_means_and_an_unknown_one_is_kept() -> None:
    assert meaning_of("am04") == "there was not enough money on the account (AM04)"
    assert meaning_of("Konto erloschen") == "Konto erloschen"
    assert meaning_of(" ") == "the bank does not say why"
    assert all(code == code.upper() and len(code) == 4 for code in MEANINGS)


TELLINGS = st.lists(
    st.builds(
        Telling,
        id=st.integers(1, 10**6),
        on=st.integers(0, 30).map(lambda days: ON + timedelta(days=days)),
        amount_minor=st.none() | st.integers(1, 12_000),
        currency=st.just("EUR"),
        is_return=st.booleans(),
        original_minor=st.none() | st.integers(1, 12_000),
        charges_minor=st.none() | st.integers(1, 300),
        end_to_end_id=st.sampled_from(["", "E1", "E2"]),
        bank_reference=st.sampled_from(["", "R1", "R2"]),
        account=st.sampled_from(["", PAYER]),
        statement=st.sampled_from(["S1", "S2", "S3"]),
    ),
    max_size=8,
    unique_by=lambda telling: telling.id,
)


@given(tellings=TELLINGS, unbooked=st.booleans())
def test_never_more_comes_back_than_was_paid(tellings: list[Telling], unbooked: bool) -> None:
    decisions = decide_all(tellings, [replace(BOOKED, is_booked=not unbooked), OTHER])
    for paid in (BOOKED, OTHER):
        back = [
            one.amount_minor
            for one in decisions
            if one.line_id == paid.line_id and one.verdict in (Verdict.TAKE_BACK, Verdict.TAKE_OUT_BOTH)
        ]
        assert sum(back) <= paid.amount_minor
        assert all(amount > 0 for amount in back)
    for telling, decision in zip(tellings, decisions, strict=True):
        assert str(decision.reason)
        if decision.verdict is Verdict.TAKE_BACK and telling.amount_minor is not None:
            assert decision.amount_minor + decision.charges_minor == telling.amount_minor


class Looked(Earlier):
    """A payment that counts how often anything of it is looked at."""

    times: ClassVar[int] = 0

    def __getattribute__(self, name: str) -> object:
        Looked.times += 1
        return super().__getattribute__(name)


def test_each_return_looks_only_at_the_payments_that_share_a_mark_with_it() -> None:
    """Ten times as many returns of ten times as many payments are ten times the work, not a hundred times."""

    def looks(count: int) -> int:
        Looked.times = 0
        paid = [Looked(n, PAID, 10_000, "EUR", end_to_end_id=f"E{n}", account=f"NL{n}") for n in range(count)]
        back = [
            Telling(n + 1, ON, 10_000, "EUR", end_to_end_id=f"E{n}", account=f"NL{n}") for n in range(count)
        ]
        assert {one.verdict for one in decide_all(back, paid)} == {Verdict.TAKE_BACK}
        return Looked.times

    assert looks(3_000) <= 11 * looks(300)
