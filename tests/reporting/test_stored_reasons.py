"""Reasons as they come out of a JSON column."""

from __future__ import annotations

import pytest

from tijdig.domain.reasons import Reason
from tijdig.reporting.stored_reasons import stored_reason


@pytest.mark.parametrize(
    "stored", ['{"code": "PERSON_SAID", "text": "Hallo"}', {"code": "PERSON_SAID", "text": "Hallo"}]
)
def test_a_stored_reason_is_read_back(stored: object) -> None:
    assert stored_reason(stored) == Reason("PERSON_SAID", {"text": "Hallo"})


@pytest.mark.parametrize("stored", [None, "{}", {}, '{"code": "OF_A_VERSION_LONG_GONE"}', "null"])
def test_no_reason_is_no_reason(stored: object) -> None:
    assert stored_reason(stored) is None
