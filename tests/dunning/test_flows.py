"""Flows between the table and the pure value."""

from __future__ import annotations

from tijdig.domain.followup_presets import STANDARD, STANDARD_KEY
from tijdig.dunning import flows


def test_a_stored_flow_comes_back_as_it_was(creditor: int) -> None:
    row = flows.newest(STANDARD_KEY)
    assert row is not None
    assert row.steps == flows.as_data(STANDARD)
    assert flows.from_row(row) == STANDARD
    assert flows.by_id([row.pk, row.pk + 1000]) == {row.pk: STANDARD}


def test_a_flow_nobody_published_is_none(creditor: int) -> None:
    assert flows.newest("something-else") is None
