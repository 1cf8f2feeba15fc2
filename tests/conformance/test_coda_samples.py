"""Real CODA files: every fact that an independent reader found in them must be ours too.

The samples lie beside the project (../shared/data); without them these tests are skipped.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.conformance.test_samples import DATA, decimal, rows
from tijdig.formats.detect import FileKind, bank_statements, is_bank_statement, parse

STATEMENT = re.compile(
    r"\[acct=(.{15}.*?) stmt_seq=(\S+) level0_moves=(\d+) detail_moves=(\d+) structured=(\d+)"
    r" net=(\S+) old=(\S+) new=(\S+) arith=(OK|NO)"
)
SAMPLES = [row for row in rows("bank") if row["path"].startswith("coda/")]

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not DATA.is_dir(), reason="the sample files are not beside the project"),
]


def cents(text: str) -> Decimal | None:
    """Return an amount as it can be booked; a third decimal, made up by who hid the real one, is refused."""
    amount = Decimal(text)
    return amount if amount == round(amount, 2) else None


@pytest.mark.parametrize("row", SAMPLES, ids=[row["path"] for row in SAMPLES])
def test_a_coda_file(row: dict[str, str]) -> None:
    facts = row["expected_facts"]
    content = (DATA / "bank" / row["path"]).read_bytes()
    assert is_bank_statement(content)
    parsed = parse(row["path"], content)
    assert (parsed.kind, parsed.format, parsed.rejected) == (FileKind.BANK_STATEMENT, "CODA", ())
    found = STATEMENT.findall(facts)
    assert len(found) == len(parsed.statements) == int(facts.partition("statements=")[2].split()[0])
    for statement, (account, sequence, moves, details, structured, net, old, new, sums) in zip(
        parsed.statements, found, strict=True
    ):
        assert (statement.account, statement.currency) == (account.split()[0], "EUR")
        assert (statement.sequence, statement.entry_count) == (sequence, int(moves))
        assert decimal(statement.opening_balance) == cents(old)
        assert decimal(statement.closing_balance) == cents(new)
        refused = [one for one in statement.rejected if "entry" in one.where]
        if not refused:
            assert decimal(statement.net_booked) == Decimal(net)
            assert sum(line.amount.minor for line in statement.lines) == Decimal(net) * 100
        assert statement.closes is (sums == "OK" if None not in (cents(old), cents(new)) else None)
        assert len({line.entry_index for line in statement.lines}) == int(moves) - len(refused)
        assert len(statement.lines) <= int(moves) + int(details)
        referenced = [line for line in statement.lines if line.structured_reference]
        assert len(referenced) <= int(structured)
        if sums == "OK":
            assert statement.rejected == ()
    lines = [line for statement in parsed.statements for line in statement.lines]
    streamed = list(bank_statements(row["path"], content))
    assert [item for item in streamed if item in lines] == lines
