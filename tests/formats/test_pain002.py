"""Payment status reports: levels, reasons, what inherits what, and files that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.money import Money
from tijdig.formats import detect, pain002
from tijdig.formats.pain002 import StatusReport, Told, TransactionStatus

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


def reason(code: str = "", *words: str) -> str:
    stated = f"<Rsn><Cd>{code}</Cd></Rsn>" if code else ""
    return f"<StsRsnInf>{stated}{''.join(f'<AddtlInf>{word}</AddtlInf>' for word in words)}</StsRsnInf>"


def transaction(status: str = "RJCT", inside: str = "", *, end: str = "E1") -> str:
    stated = f"<TxSts>{status}</TxSts>" if status else ""
    return (
        f"<TxInfAndSts><OrgnlInstrId>I1</OrgnlInstrId><OrgnlEndToEndId>{end}</OrgnlEndToEndId>"
        f"{stated}{inside}</TxInfAndSts>"
    )


def block(status: str = "", inside: str = "", *, identity: str = "BATCH-1") -> str:
    stated = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{identity}</OrgnlPmtInfId>{stated}{inside}</OrgnlPmtInfAndSts>"


def message(
    group: str = "", *blocks: str, reasons: str = "", namespace: str = f'xmlns="{NAMESPACE}"'
) -> bytes:
    stated = f"<GrpSts>{group}</GrpSts>" if group else ""
    return (
        f"<?xml version='1.0'?><Document {namespace}><CstmrPmtStsRpt><GrpHdr><MsgId>BANK-1</MsgId></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>OURS-1</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>"
        f"{stated}{reasons}</OrgnlGrpInfAndSts>{''.join(blocks)}</CstmrPmtStsRpt></Document>"
    ).encode()


def read(*inside: str, reasons: str = "") -> StatusReport:
    return pain002.read(message(*inside, reasons=reasons))


def only(inside: str, *, in_block: str = "") -> TransactionStatus:
    ((one,),) = [payment.transactions for payment in read("", block(in_block, inside)).payments]
    return one


REFERENCE = (
    '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">100.50</InstdAmt></Amt>'
    "<MndtRltdInf>{mandate}</MndtRltdInf><Dbtr>{name}</Dbtr>"
    "<DbtrAcct><Id><IBAN>BE72 0000 0000 1616</IBAN></Id></DbtrAcct><Cdtr><Nm>Wij</Nm></Cdtr></OrgnlTxRef>"
)


@pytest.mark.parametrize(
    "mandate, name",
    [
        ("<MndtId>M1</MndtId>", "<Nm>Jansen</Nm>"),
        ("<DrctDbtMndt><MndtId>M1</MndtId></DrctDbtMndt>", "<Pty><Nm>Jansen</Nm></Pty>"),
    ],
    ids=["older versions", "newer versions"],
)
def test_a_rejected_collection(mandate: str, name: str) -> None:
    inside = reason("AM04", "Onvoldoende", "saldo") + REFERENCE.format(mandate=mandate, name=name)
    read_one = only(transaction("RJCT", inside))
    assert read_one == TransactionStatus(
        told=Told("RJCT", "AM04", "Onvoldoende saldo"),
        end_to_end_id="E1",
        instruction_id="I1",
        amount=Money(10050, "EUR"),
        mandate_id="M1",
        name="Jansen",
        iban="BE72000000001616",
    )
    assert (read_one.told.is_rejected, read_one.told.why) == (True, "AM04")


def test_the_other_side_of_a_payment_order_is_the_creditor() -> None:
    reference = (
        "<OrgnlTxRef><Amt><EqvtAmt><Amt Ccy='USD'>7</Amt></EqvtAmt></Amt><Dbtr><Nm>Wij</Nm></Dbtr>"
        "<Cdtr><Pty><Nm>Zij</Nm></Pty></Cdtr>"
        "<CdtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></CdtrAcct></OrgnlTxRef>"
    )
    read_one = only(transaction("ACSC", reference))
    assert (read_one.name, read_one.iban, read_one.amount) == ("Zij", "NL91ABNA0417164300", Money(700, "USD"))
    assert not read_one.told.is_rejected


@pytest.mark.parametrize("amount", ["x", "1.005", ""])
def test_an_amount_that_cannot_be_read_is_none(amount: str) -> None:
    reference = f"<OrgnlTxRef><IntrBkSttlmAmt Ccy='EUR'>{amount}</IntrBkSttlmAmt></OrgnlTxRef>"
    assert only(transaction("RJCT", reference)).amount is None


def test_a_whole_message_that_failed_without_a_word_of_its_transactions() -> None:
    read_one = read("RJCT", reasons=reason("DU01", "Duplicate message"))
    assert read_one == StatusReport(
        "BANK-1", "OURS-1", "pain.008.001.08", Told("RJCT", "DU01", "Duplicate message"), (), all_failed=True
    )


def test_a_block_that_failed_without_a_word_of_its_transactions() -> None:
    read_one = read("PART", block("RJCT", reason("AC01")), block("ACSC", identity="BATCH-2"))
    assert [(each.id, each.told, each.all_failed) for each in read_one.payments] == [
        ("BATCH-1", Told("RJCT", "AC01"), True),
        ("BATCH-2", Told("ACSC"), False),
    ]
    assert not read_one.all_failed


@pytest.mark.parametrize(
    "group, block_status, own, expected",
    [
        ("ACTC", "ACSP", "ACSC", "ACSC"),
        ("ACTC", "ACSP", "", "ACSP"),
        ("RJCT", "", "", "RJCT"),
        ("PART", "", "", ""),
        ("ACTC", "PART", "", ""),
        ("RVMC", "RVMC", "RVNM", "RVNM"),
        ("", "", "ZZZZ", "ZZZZ"),
        ("", "", "", ""),
    ],
)
def test_a_transaction_without_a_status_has_that_of_its_block_or_message(
    group: str, block_status: str, own: str, expected: str
) -> None:
    report = read(group, block(block_status, transaction(own)))
    assert report.payments[0].transactions[0].told.status == expected
    assert report.all_failed is (expected == "RJCT")


def test_a_rejection_with_something_that_did_not_fail_is_no_rejection_of_all() -> None:
    report = read("RJCT", block("RJCT", transaction("RJCT") + transaction("ACSC", end="E2")))
    assert (report.all_failed, report.payments[0].all_failed) == (False, False)


@pytest.mark.parametrize(
    "inside, code, words, why",
    [
        (reason("MD06"), "MD06", "", "MD06"),
        (reason("NARR", "Mandaat onbekend"), "NARR", "Mandaat onbekend", "Mandaat onbekend"),
        (reason("", "Zomaar"), "", "Zomaar", "Zomaar"),
        (reason("0000", "OK"), "0000", "OK", "OK"),
        (reason("X123", "Nieuw"), "X123", "Nieuw", "X123"),
        ("<StsRsnInf><Rsn><Prtry>BANK7</Prtry></Rsn></StsRsnInf>", "BANK7", "", "BANK7"),
        ("<StsRsnInf><StsRsn><Cd>AC04</Cd></StsRsn></StsRsnInf>", "AC04", "", "AC04"),
        (reason("AC01", "een") + reason("AM04", "twee"), "AC01", "een twee", "AC01"),
        ("", "", "", ""),
    ],
)
def test_reasons_are_kept_as_they_are_written(inside: str, code: str, words: str, why: str) -> None:
    told = only(transaction("RJCT", inside)).told
    assert (told.reason, told.information, told.why) == (code, words, why)


def test_words_for_nothing_are_nothing() -> None:
    assert only(transaction(end="NOTPROVIDED")).end_to_end_id == ""


def test_several_blocks_each_have_their_own_transactions() -> None:
    report = read("", block("", transaction(end="A") + transaction(end="B")), block("", transaction(end="C")))
    assert [[one.end_to_end_id for one in each.transactions] for each in report.payments] == [
        ["A", "B"],
        ["C"],
    ]


def test_version_2_has_its_transactions_outside_blocks() -> None:
    inside = "".join(
        transaction(end=end).replace(
            "<OrgnlInstrId>", f"<OrgnlPmtInfId>{identity}</OrgnlPmtInfId><OrgnlInstrId>"
        )
        for end, identity in (("A", "1"), ("B", "2"), ("C", "1"))
    )
    content = message("PART", inside).replace(b"CstmrPmtStsRpt", b"pain.002.001.02")
    report = pain002.read(content)
    assert [(each.id, [one.end_to_end_id for one in each.transactions]) for each in report.payments] == [
        ("1", ["A", "C"]),
        ("2", ["B"]),
    ]


def test_namespaces_prefixes_comments_and_none_read_the_same() -> None:
    plain = message("RJCT", block("RJCT", transaction()))
    expected = pain002.read(plain)
    text = plain.decode()
    prefixed = text.replace("</", "</n:").replace("<", "<n:").replace("<n:/n:", "</n:").replace("<n:?", "<?")
    for variant in (
        prefixed.replace("xmlns=", "xmlns:n="),
        text.replace(f'xmlns="{NAMESPACE}"', ""),
        text.replace("<TxSts>", "<!-- x --><TxSts>"),
        "\ufeff" + text,
    ):
        assert pain002.read(variant.encode()) == expected


def test_thousands_of_transactions() -> None:
    report = read("", block("PART", "".join(transaction(end=f"E{place}") for place in range(5_000))))
    assert len(report.payments[0].transactions) == 5_000
    assert report.payments[0].transactions[-1].end_to_end_id == "E4999"


@pytest.mark.parametrize(
    "content, where, words",
    [
        (message("RJCT")[:-20], "line 1, column", "cut off or damaged"),
        (b"<Document><CstmrDrctDbtInitn/></Document>", "file", "no payment status report"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><CstmrPmtStsRpt/>", "line 1", "DOCTYPE"),
        (b"", "file", "no payment status report"),
        (b"\0\1\2", "line 1", "cannot be read"),
        (b"<CstmrPmtStsRpt>" + b"<a>" * 5_000, "line 1", "cut off or damaged"),
    ],
)
def test_another_file_is_refused_with_its_place(content: bytes, where: str, words: str) -> None:
    with pytest.raises(pain002.ReportRefused) as refused:
        pain002.read(content)
    assert refused.value.where.startswith(where)
    assert words in refused.value.reason


@given(place=st.integers(0, 600), new=st.binary(max_size=6))
def test_a_damaged_report_is_read_or_refused(place: int, new: bytes) -> None:
    content = bytearray(message("RJCT", block("RJCT", transaction(inside=reason("AC01")))))
    content[place : place + len(new)] = new
    assert is_read_or_refused(bytes(content))


def is_read_or_refused(content: bytes) -> bool:
    try:
        return isinstance(pain002.read(content), StatusReport)
    except pain002.ReportRefused as error:
        return bool(error.where and error.reason)


def test_it_is_known_for_what_it_is_and_is_no_bank_statement() -> None:
    parsed = detect.parse("x.xml", message("RJCT"))
    assert (parsed.kind, parsed.format) == (detect.FileKind.STATUS_REPORT, "pain.002.001.10")
    assert parsed.report == pain002.read(message("RJCT"))
    assert not detect.is_bank_statement(message("RJCT"))
    with pytest.raises(detect.StatementsUnreadable, match="no bank statement"):
        list(detect.bank_statements("x.xml", message("RJCT")))


def test_one_that_breaks_off_says_where() -> None:
    parsed = detect.parse("x.xml", message("RJCT")[:-20])
    assert (parsed.kind, parsed.report) == (detect.FileKind.STATUS_REPORT, None)
    assert parsed.rejected[0].where.startswith("line 1, column")
