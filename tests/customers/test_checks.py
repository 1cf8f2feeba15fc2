"""E-mail addresses that can be written to, and country codes that exist."""

from __future__ import annotations

import pytest

from tijdig.customers.checks import country_codes, is_email, problem_of


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("a@example.com", True),
        ("first.last+tag@sub.example.co.uk", True),
        ("", False),
        ("n/a", False),
        ("a@", False),
        ("a@localdomain", False),
        ("a b@example.com", False),
        ("a@example.com, b@example.com", False),
        ("a@example.com\nBcc: b@example.com", False),
        ("<a@example.com>", False),
        ('"a,b"@example.com', False),
        ("x" * 250 + "@example.com", False),
    ],
)
def test_an_address_is_usable_when_a_mail_server_would_take_it(text: str, usable: bool) -> None:
    assert is_email(text) is usable


def test_countries_are_those_that_exist() -> None:
    assert {"NL", "BE", "DE", "FR", "LU", "GB", "US"} <= country_codes()
    assert not {"nl", "150", "QQ"} & country_codes()


def test_a_country_may_be_unknown() -> None:
    assert problem_of("country", "") is None
    assert problem_of("country", "Q9") is not None
