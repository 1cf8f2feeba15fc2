"""Who pays out what others paid."""

from __future__ import annotations

import pytest

from tijdig.domain.collectors import is_collector


@pytest.mark.parametrize(
    "name",
    [
        "Stichting Mollie Payments",
        "STG MOLLIE PAYMENTS",
        "Adyen N.V.",
        "STRIPE PAYMENTS EUROPE LTD",
        "Stichting Derdengelden Buckaroo",
        "PAY.NL",
        "Gerechtsdeurwaarderskantoor Verzonnen & Zn.",
        "Huissiers de Justice Inventés",
        "SPF Finances - Perception",
        "FOD Financiën",
        "Belastingdienst",
    ],
)
def test_those_who_collect(name: str) -> None:
    assert is_collector(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Bakkerij De Korenaar",
        "M. Ollie",
        "Mollien Advies BV",
        "Stripes Kinderkleding",
        "Van Uwven",
        "Paypalen BV",
    ],
)
def test_those_who_pay_for_themselves(name: str) -> None:
    assert not is_collector(name)
