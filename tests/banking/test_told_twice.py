"""The same money told by a report of the day, a notice of a batch and the statement counts once."""

from __future__ import annotations

import itertools

import pytest

from tests.banking.builders import DAY, Entry, bank_file, statement
from tijdig.banking import queries
from tijdig.banking.operations import record_file
from tijdig.banking.states import LineState

pytestmark = pytest.mark.django_db

PAID = (
    Entry("100.00", "factuur 1", bank_reference="B1"),
    Entry("49.95", "abonnement", iban="NL02RABO0123456789"),
)


def as_report(
    content: bytes, version: str = "052", root: str = "BkToCstmrAcctRpt", part: str = "Rpt"
) -> bytes:
    """The same file as another kind of message, with the texts that banks write otherwise there."""
    text = content.decode().replace("camt.053", f"camt.{version}").replace("BkToCstmrStmt", root)
    return (
        text.replace("<Stmt>", f"<{part}>").replace("</Stmt>", f"</{part}>").replace("B1", "OTHER").encode()
    )


def as_notice(content: bytes) -> bytes:
    return as_report(content, "054", "BkToCstmrDbtCdtNtfctn", "Ntfctn")


def take_in(*files: bytes, new_accounts: bool = False) -> list[tuple[int, int]]:
    """New and known movements of each file."""
    outcomes = [
        record_file(name="bank.xml", content=content, actor="user:1", new_accounts=new_accounts)
        for content in files
    ]
    return [(outcome.new_lines, outcome.known_lines) for outcome in outcomes]


def amounts() -> list[str]:
    return sorted(str(line.amount) for line in queries.line_page().lines)


FULL = bank_file(statement(PAID))


@pytest.mark.parametrize(
    "order", itertools.permutations([FULL, as_report(FULL), as_notice(FULL)]), ids=lambda order: ""
)
def test_three_kinds_of_file_tell_each_movement_once(organisation: int, order: tuple[bytes, ...]) -> None:
    assert take_in(*order) == [(2, 0), (0, 2), (0, 2)]
    assert amounts() == ["100.00", "49.95"]


def test_what_the_report_of_the_morning_did_not_have_yet_is_added(organisation: int) -> None:
    morning = as_report(bank_file(statement(PAID[:1])))
    assert take_in(morning, FULL, morning + b" ", FULL + b" ") == [(1, 0), (1, 1), (0, 1), (0, 2)]
    assert amounts() == ["100.00", "49.95"]


def test_of_equal_payments_only_as_many_are_known_as_were_told(organisation: int) -> None:
    """Three customers pay the same subscription on one day; the report told of one, by her account."""
    equal = [Entry("49.95", "abonnement", iban=f"NL02RABO012345678{place}") for place in range(3)]
    take_in(as_report(bank_file(statement(equal[1:2]))), bank_file(statement(equal)))
    accounts = sorted(line.counterparty_iban for line in queries.line_page().lines)
    assert accounts == [f"NL02RABO012345678{place}" for place in range(3)]


def test_another_day_or_account_is_another_movement(organisation: int) -> None:
    other_account = statement(PAID, account="NL20INGB0001234567")
    assert take_in(as_report(FULL), bank_file(other_account), new_accounts=True) == [(2, 0), (2, 0)]


CHILDREN = "".join(
    f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>{amount}</Amt></TxAmt>"
    f"</AmtDtls><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>"
    for name, amount in (("A", "60.00"), ("B", "40.00"))
)


def batch(details: str) -> bytes:
    entry = (
        f"<Ntry><Amt Ccy='EUR'>100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{DAY}</Dt></BookgDt>"
        f"<NtryDtls><Btch><MsgId>COLLECT-1</MsgId><NbOfTxs>2</NbOfTxs></Btch>{details}</NtryDtls></Ntry>"
    )
    return bank_file(statement((), closing="1100.00", raw=entry))


@pytest.mark.parametrize("lump_first", [True, False])
def test_a_batch_told_in_detail_elsewhere_is_set_aside_as_a_sum(organisation: int, lump_first: bool) -> None:
    lump, details = batch(""), as_notice(batch(CHILDREN))
    take_in(*((lump, details) if lump_first else (details, lump)))
    states = {str(line.amount): (line.state, line.reason) for line in queries.line_page().lines}
    assert states.keys() == {"100.00", "60.00", "40.00"}
    assert states["60.00"] == states["40.00"] == (LineState.WAITING, None)
    assert states["100.00"][0] is LineState.IGNORED
    assert states["100.00"][1] is not None
    assert states["100.00"][1].code == "BATCH_TOLD_IN_DETAIL"


def test_a_batch_whose_payments_nobody_tells_waits_whole(organisation: int) -> None:
    take_in(batch(""), as_notice(bank_file(statement(PAID))))
    lump = next(line for line in queries.line_page().lines if line.batch_incomplete)
    assert (lump.state, str(lump.amount)) == (LineState.WAITING, "100.00")
