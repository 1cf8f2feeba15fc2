"""The SQL of the reports of a day: a sum per bucket, and for one customer it looks at that one alone."""

from __future__ import annotations

from tijdig.ledger.queries.figures import STARTS
from tijdig.reporting.position_queries import BUCKETS, ageing_by_customer


def test_there_is_a_sum_for_each_age_and_for_what_is_not_due() -> None:
    assert len(BUCKETS) == len(STARTS) + 1
    assert all(f"AS {name}" in ageing_by_customer() for name in BUCKETS)


def test_one_customer_is_asked_for_by_a_parameter() -> None:
    assert "%(customer)s" in ageing_by_customer(of_one_customer=True)
    assert "%(customer)s" not in ageing_by_customer()
