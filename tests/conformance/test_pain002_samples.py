"""Real payment status reports: what an independent reader found in them must be ours too.

The samples lie beside the project (../shared/data); without them these tests are skipped.
"""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.conformance.test_samples import DATA, rows
from tijdig.formats import pain002

FACTS = re.compile(
    r"GrpSts=(.*?) OrgnlMsgId=(.*?) OrgnlMsgNmId=(.*?) PmtInfSts=(\[.*?\]) tx=(\d+)"
    r" TxSts=(\{.*?\}) reasons=(\{.*?\})"
)
SAMPLES = [row for row in rows("bank") if row["path"].startswith("pain.002/")]

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not DATA.is_dir(), reason="the sample files are not beside the project"),
]


@pytest.mark.parametrize("row", SAMPLES, ids=[row["path"] for row in SAMPLES])
def test_a_payment_status_report(row: dict[str, str]) -> None:
    found = FACTS.search(row["expected_facts"])
    assert found is not None
    group, original, name, blocks, count, statuses, reasons = found.groups()
    report = pain002.read((DATA / "bank" / row["path"]).read_bytes())
    assert (report.told.status or "None", report.original_message_id or "None") == (group, original)
    assert report.original_message_name == name
    stated = [payment.told.status for payment in report.payments if payment.told.status]
    assert stated == ast.literal_eval(blocks)
    transactions = [each for payment in report.payments for each in payment.transactions]
    assert len(transactions) == int(count)
    assert Counter(each.told.status for each in transactions) == ast.literal_eval(statuses)
    told = [
        report.told,
        *(payment.told for payment in report.payments),
        *(each.told for each in transactions),
    ]
    assert Counter(each.reason for each in told if each.reason) == ast.literal_eval(reasons)
    assert report.all_failed is (group == "RJCT")
