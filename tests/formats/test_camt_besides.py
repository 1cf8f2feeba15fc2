"""camt entries that took something back, were ordered in another amount, or cost something; and the versions."""

from __future__ import annotations

import io

import pytest

from tests.formats.test_camt import BOOKED, details, entry, line, message, part, statement
from tijdig.domain.money import Money
from tijdig.formats import camt, detect


def code(family: str, sub_family: str) -> str:
    return (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn>"
        "</BkTxCd>"
    )


def ordered(amount: str, currency: str, rate: str = "", within: str = "InstdAmt") -> str:
    exchange = f"<CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>{rate}</XchgRate></CcyXchg>" if rate else ""
    return f'<AmtDtls><{within}><Amt Ccy="{currency}">{amount}</Amt>{exchange}</{within}></AmtDtls>'


RETURN_INFORMATION = "<RtrInf><Rsn><Cd>MS03</Cd></Rsn><AddtlInf>geen reden</AddtlInf></RtrInf>"


@pytest.mark.parametrize(
    "inside, returned, reason",
    [
        (code("IDDT", "UPDD"), True, ""),
        (code("IDDT", "PRDD"), True, ""),
        (code("RDDT", "UPDD"), True, ""),
        (code("RCDT", "RRTN"), True, ""),
        (code("ICHQ", "CQRV"), True, ""),
        (code("IDDT", "ESDD"), False, ""),
        (code("RDDT", "ESDD"), False, ""),
        ("<RvslInd>true</RvslInd>", True, ""),
        ("<RvslInd>1</RvslInd>", True, ""),
        ("<RvslInd>false</RvslInd>", False, ""),
        (details(RETURN_INFORMATION), True, "MS03"),
        (details("<RtrInf><AddtlInf>teruggestort</AddtlInf></RtrInf>"), True, "teruggestort"),
        (details("<RtrInf><Orgtr><Nm>Bank</Nm></Orgtr></RtrInf>"), True, ""),
        (details(code("IDDT", "UPDD")), True, ""),
        (code("IDDT", "UPDD") + details(code("IDDT", "ESDD") + RETURN_INFORMATION), True, "MS03"),
        (details("<Refs><EndToEndId>E</EndToEndId></Refs>"), False, ""),
    ],
)
@pytest.mark.parametrize("mark, minor", [("CRDT", 10000), ("DBIT", -10000)])
def test_what_takes_an_earlier_movement_back(
    inside: str, returned: bool, reason: str, mark: str, minor: int
) -> None:
    only = line(entry(inside, mark=mark))
    assert (only.returned, only.return_reason, only.amount.minor) == (returned, reason, minor)


def test_a_batch_of_returns_and_one_payment_of_a_batch_that_came_back() -> None:
    parts = part("70.00", "a"), part("30.00", "b") + RETURN_INFORMATION
    ordinary = statement(entry(details(*parts))).lines
    assert [(one.returned, one.return_reason) for one in ordinary] == [(False, ""), (True, "MS03")]
    reversed_batch = statement(entry("<RvslInd>true</RvslInd>" + details(*parts))).lines
    assert [one.returned for one in reversed_batch] == [True, True]
    whole = line(entry("<RvslInd>true</RvslInd>" + details(part("1.00", "a"), part("2.00", "b"))))
    assert (whole.returned, whole.batch_incomplete) == (True, True)


@pytest.mark.parametrize(
    "inside, mark, original, rate",
    [
        (details(ordered("120.00", "USD", "1.2")), "CRDT", Money(12000, "USD"), "1.2"),
        (details(ordered("120.00", "USD", "1.2")), "DBIT", Money(-12000, "USD"), "1.2"),
        (ordered("120.00", "USD"), "CRDT", Money(12000, "USD"), ""),
        (ordered("1.00", "USD") + details(ordered("120.00", "USD")), "CRDT", Money(12000, "USD"), ""),
        (details(ordered("103.00", "EUR")), "CRDT", Money(10300, "EUR"), ""),
        (details(ordered("100.00", "EUR", "1.0000")), "CRDT", None, ""),
        (details(ordered("100.00", "EUR")), "DBIT", None, ""),
        (details(ordered("0.00", "USD")), "CRDT", None, ""),
        (details(ordered("veel", "USD")), "CRDT", None, ""),
        (details(ordered("100.00", "EUR", "0.8", within="TxAmt")), "CRDT", None, "0.8"),
        (details(ordered("100.00", "USD", "0.8", within="CntrValAmt")), "CRDT", None, "0.8"),
    ],
)
def test_the_amount_as_it_was_ordered(inside: str, mark: str, original: Money | None, rate: str) -> None:
    only = line(entry(inside, mark=mark))
    assert (only.original_amount, only.exchange_rate) == (original, rate)
    assert abs(only.amount) == Money(10000, "EUR")


def charge(amount: str, currency: str = "EUR") -> str:
    return f'<Amt Ccy="{currency}">{amount}</Amt>'


@pytest.mark.parametrize(
    "inside, minor",
    [
        (details(f"<Chrgs>{charge('1.50')}</Chrgs><Chrgs>{charge('1.50')}</Chrgs>"), 300),
        (details(f"<Chrgs><Rcrd>{charge('1.50')}</Rcrd><Rcrd>{charge('2.00')}</Rcrd></Chrgs>"), 350),
        (
            details(
                '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">4.40</TtlChrgsAndTaxAmt>'
                f"<Rcrd>{charge('4.40')}</Rcrd></Chrgs>"
            ),
            440,
        ),
        (f"<Chrgs>{charge('2.00')}</Chrgs>" + details(f"<Chrgs>{charge('2.00')}</Chrgs>"), 200),
        (f"<Chrgs>{charge('2.00')}</Chrgs>" + details("<Refs/>"), 200),
        (details(f"<Chrgs>{charge('2.00', 'USD')}</Chrgs>"), None),
        (details(f"<Chrgs>{charge('0.00')}</Chrgs>"), None),
        (details(f"<Chrgs>{charge('x')}</Chrgs>"), None),
        (details("<Refs/>"), None),
    ],
)
def test_charges_are_counted_once(inside: str, minor: int | None) -> None:
    assert line(entry(inside)).charges == (None if minor is None else Money(minor, "EUR"))


def test_a_collection_that_came_back_costs_more_than_it_brought() -> None:
    inside = code("IDDT", "UPDD") + details(
        ordered("100.00", "EUR") + f"<Chrgs>{charge('1.50')}</Chrgs><Chrgs>{charge('1.50')}</Chrgs>"
        f"<Refs><EndToEndId>E1</EndToEndId><MndtId>M1</MndtId></Refs>{RETURN_INFORMATION}"
    )
    only = line(entry(inside, amount="103.00", mark="DBIT"))
    assert (only.amount, only.original_amount) == (Money(-10300, "EUR"), Money(-10000, "EUR"))
    assert (only.charges, only.returned, only.mandate_id) == (Money(300, "EUR"), True, "M1")


def test_children_keep_what_is_theirs_when_the_entry_has_other_amounts() -> None:
    amounts = (
        '<AmtDtls><InstdAmt><Amt Ccy="USD">{foreign}</Amt></InstdAmt>'
        '<TxAmt><Amt Ccy="EUR">{own}</Amt></TxAmt></AmtDtls>'
    )
    parts = amounts.format(foreign="80.00", own="70.00"), amounts.format(foreign="34.00", own="30.00")
    lines = statement(
        entry(f"<Chrgs>{charge('5.00')}</Chrgs>{ordered('114.00', 'USD')}" + details(*parts))
    ).lines
    assert [(one.amount, one.original_amount, one.charges) for one in lines] == [
        (Money(7000, "EUR"), Money(8000, "USD"), None),
        (Money(3000, "EUR"), Money(3400, "USD"), None),
    ]


def test_instructed_amounts_of_another_currency_are_no_children() -> None:
    parts = ordered("70.00", "USD"), ordered("30.00", "USD")
    only = line(entry(details(*parts)))
    assert (only.amount, only.batch_incomplete) == (Money(10000, "EUR"), True)


def test_many_children_are_read_with_what_they_have_besides() -> None:
    count = 2_000
    inside = details(*(part("1.00", "x" * 60) + RETURN_INFORMATION for _ in range(count)))
    lines = statement(entry(inside, amount=f"{count}.00")).lines
    assert len(lines) == count
    assert all(one.returned and one.return_reason == "MS03" for one in lines)


KINDS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", range(1, 14))
@pytest.mark.parametrize("namespace", ["default", "prefix", "none"])
def test_every_version_of_every_message(kind: str, version: int, namespace: str) -> None:
    name = f"camt.{kind}.001.{version:02}"
    root, container = KINDS[kind]
    if version == 1:
        root = f"{root}V01"
    is_new = version >= 8
    status = "<Sts><Cd>BOOK</Cd></Sts>" if is_new else "<Sts>BOOK</Sts>"
    name_of_party = "<Pty><Nm>Betaler</Nm></Pty>" if is_new else "<Nm>Betaler</Nm>"
    inside = f"<TxDtls><RltdPties><Dbtr>{name_of_party}</Dbtr></RltdPties></TxDtls>"
    if version > 1:
        inside = f"<NtryDtls>{inside}</NtryDtls>"
    text = (
        message(entry(inside, status=f"{status}<BookgDt><DtTm>2026-11-02T10:00:00</DtTm></BookgDt>"))
        .decode()
        .replace("BkToCstmrStmt", root)
        .replace("Stmt>", f"{container}>")
        .replace("camt.053.001.02", name)
    )
    if namespace == "prefix":
        text = (
            text.replace("</", "</n:")
            .replace("<", "<n:")
            .replace("<n:/n:", "</n:")
            .replace("xmlns=", "xmlns:n=")
        )
    elif namespace == "none":
        text = text.replace(f' xmlns="urn:iso:std:iso:20022:tech:xsd:{name}"', "")
    parsed = detect.parse("x.xml", text.encode())
    assert parsed.format == (f"camt.{kind}" if namespace == "none" else name)
    (read,) = parsed.statements
    assert (read.id, read.lines[0].counterparty_name, str(read.lines[0].booking_date)) == (
        "S1",
        "Betaler",
        "2026-11-02",
    )
    assert detect.is_bank_statement(text.encode())


def test_a_balance_to_come_is_no_booked_balance() -> None:
    pending = (
        "<Bal><Tp><CdOrPrtry><Cd>ITBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>5.00</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    )
    waits = entry(status=BOOKED.replace("BOOK", "PDNG"))
    (read,) = camt.read(io.BytesIO(message(pending, waits)))
    assert (read.opening_balance, read.closing_balance, read.lines, read.entry_count) == (None, None, (), 1)
