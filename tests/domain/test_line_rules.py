"""Rules for movements that are no payments of customers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.line_rules import LineRule, RuleInvalid

MOLLIE = {
    "account": "NL91 ABNA 0417 1643 00",
    "name": "Stichting  Uitbetaling",
    "text": "Payout 2026-11",
    "amount_minor": 5,
}


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (LineRule(account="nl91abna0417164300"), True),
        (LineRule(account="NL91ABNA0417164301"), False),
        (LineRule(name="stichting uitbetaling"), True),
        (LineRule(name="Stichting"), False),
        (LineRule(text="PAYOUT 2026"), True),
        (LineRule(account="NL91ABNA0417164300", text="refund"), False),
        (LineRule(account="NL91ABNA0417164300", text="payout", only_in=True), True),
        (LineRule(account="NL91ABNA0417164300", only_in=False), False),
    ],
)
def test_all_that_is_filled_in_must_fit(rule: LineRule, fits: bool) -> None:
    assert rule.fits(**MOLLIE) is fits


@pytest.mark.parametrize(("parts", "problem"), [({}, "which account"), ({"text": "a b"}, "so few letters")])
def test_a_rule_that_fits_too_much_is_refused(parts: dict[str, str], problem: str) -> None:
    with pytest.raises(RuleInvalid, match=problem):
        LineRule(**parts)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=40), st.integers())
def test_a_rule_about_an_account_never_fits_another(account: str, name: str, text: str, amount: int) -> None:
    fits = LineRule(account="NL1").fits(account=account, name=name, text=text, amount_minor=amount)
    assert fits is ("".join(account.split()).casefold() == "nl1")
