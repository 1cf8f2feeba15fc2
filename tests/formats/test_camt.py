"""camt statements: signs, batches, balances, versions, and entries that cannot be read."""

from __future__ import annotations

import io

import pytest

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money
from tijdig.formats import camt

NAMESPACE = 'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"'
ACCOUNT = "<Acct><Id><IBAN>NL20INGB0001234567</IBAN></Id><Ccy>EUR</Ccy></Acct>"
BOOKED = "<Sts>BOOK</Sts><BookgDt><Dt>2026-11-02</Dt></BookgDt>"


def entry(inside: str = "", *, amount: str = "100.00", mark: str = "CRDT", status: str = BOOKED) -> str:
    return f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{status}{inside}</Ntry>'


def details(*children: str, batch: str = "") -> str:
    return f"<NtryDtls>{batch}{''.join(f'<TxDtls>{child}</TxDtls>' for child in children)}</NtryDtls>"


def part(amount: str, text: str = "", mark: str = "") -> str:
    indicator = f"<CdtDbtInd>{mark}</CdtDbtInd>" if mark else ""
    return (
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>{indicator}'
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>"
    )


def balance(code: str, amount: str, day: str = "2026-11-01", mark: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
    )


def message(*inside: str, account: str = ACCOUNT, namespace: str = NAMESPACE) -> bytes:
    body = f"<Stmt><Id>S1</Id>{account}{''.join(inside)}</Stmt>"
    return f"<Document {namespace}><BkToCstmrStmt>{body}</BkToCstmrStmt></Document>".encode()


def statement(*inside: str, account: str = ACCOUNT) -> Statement:
    (read,) = camt.read(io.BytesIO(message(*inside, account=account)))
    return read


def line(*inside: str) -> StatementLine:
    (read,) = statement(*inside).lines
    return read


@pytest.mark.parametrize("mark, minor", [("CRDT", 10000), ("DBIT", -10000)])
@pytest.mark.parametrize("reversal", ["", "<RvslInd>true</RvslInd>"])
def test_only_the_credit_debit_mark_gives_the_sign(mark: str, minor: int, reversal: str) -> None:
    read = statement(entry(reversal, mark=mark))
    assert read.lines[0].amount == Money(minor, "EUR")
    assert read.net_booked == Money(minor, "EUR")


@pytest.mark.parametrize(
    "status, booked",
    [
        ("<Sts>BOOK</Sts>", True),
        ("<Sts><Cd>BOOK</Cd></Sts>", True),
        ("", True),
        ("<Sts>PDNG</Sts>", False),
        ("<Sts><Cd>INFO</Cd></Sts>", False),
    ],
)
def test_only_what_is_booked_is_money(status: str, booked: bool) -> None:
    read = statement(entry(status=status))
    assert (len(read.lines), read.entry_count) == (int(booked), 1)


@pytest.mark.parametrize(
    "written, minor",
    [("1", 100), ("1.5", 150), ("5442.09000", 544209), (".50", 50), ("66.0000000000001", 6600), ("0.00", 0)],
)
def test_amounts_as_banks_write_them(written: str, minor: int) -> None:
    assert line(entry(amount=written)).amount == Money(minor, "EUR")


@pytest.mark.parametrize(
    "bad, words",
    [
        (entry(amount="12..34"), "“12..34” is not an amount"),
        (entry(amount="1,50"), "is not an amount"),
        (entry(amount="1.005"), "more decimals"),
        (entry(amount="1E5"), "is not an amount"),
        (entry(amount="1_0"), "is not an amount"),
        (entry(amount="٣.٠٠"), "is not an amount"),
        (entry(amount="9" * 20), "can be booked"),
        (entry(amount=""), "it has no amount"),
        (entry(mark=""), "neither credit nor debit"),
        (entry(status="<BookgDt><Dt>2026-13-01</Dt></BookgDt>"), "“2026-13-01” is not a date"),
    ],
)
def test_a_bad_entry_is_rejected_with_its_place_and_the_rest_is_read(bad: str, words: str) -> None:
    read = statement(entry(amount="1.00"), bad, entry(amount="2.00"))
    assert [one.amount.minor for one in read.lines] == [100, 200]
    assert read.entry_count == 3
    (rejected,) = read.rejected
    assert rejected.where == "statement 1 (S1), entry 2 (line 1)"
    assert words in rejected.reason


def test_an_amount_without_a_currency_takes_the_accounts() -> None:
    bare = "<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"
    assert line(bare).amount == Money(100, "EUR")
    (rejected,) = statement(bare, account="").rejected
    assert "no currency" in rejected.reason


def test_a_batch_is_read_to_its_children() -> None:
    batch = "<Btch><PmtInfId>RUN-7</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
    read = statement(
        entry(details(part("70.00", "a"), part("40.00", "b"), part("10.00", "c", "DBIT"), batch=batch))
    )
    assert [(one.amount.minor, one.remittance, one.batch) for one in read.lines] == [
        (7000, "a", "RUN-7"),
        (4000, "b", "RUN-7"),
        (-1000, "c", "RUN-7"),
    ]
    assert read.entry_count == 1
    assert {one.entry_index for one in read.lines} == {0}
    assert not any(one.batch_incomplete for one in read.lines)


def test_several_details_blocks_are_one_batch() -> None:
    read = statement(entry(details(part("60.00", "a")) + details(part("40.00", "b"))))
    assert [one.amount.minor for one in read.lines] == [6000, 4000]


@pytest.mark.parametrize(
    "inside",
    [
        details(part("70.00", "a"), part("70.00", "b")),
        details(part("70.00", "a"), "<Refs/>"),
        details(part("70.00", "a"), part("30.0x", "b")),
        details(part("70.00", "a"), part("30.00", "b").replace("EUR", "USD")),
        details(batch="<Btch><NbOfTxs>2</NbOfTxs></Btch>"),
        details(part("100.00", "a"), batch="<Btch><NbOfTxs>2</NbOfTxs></Btch>"),
    ],
)
def test_children_that_do_not_add_up_leave_the_entry_whole_and_flagged(inside: str) -> None:
    only = line(entry(inside))
    assert only.amount == Money(10000, "EUR")
    assert only.batch_incomplete
    assert only.batch


def test_one_child_does_not_change_the_entrys_amount() -> None:
    only = line(entry(details(part("250.00", "a"))))
    assert (only.amount.minor, only.batch, only.batch_incomplete) == (10000, "", False)


def test_a_batch_of_thousands_is_read_in_bunches() -> None:
    count = 1_234
    read = statement(
        entry(details(*(part("1.00", f"n{place}") for place in range(count))), amount=f"{count}.00"), entry()
    )
    assert [one.remittance for one in read.lines[:-1]] == [f"n{place}" for place in range(count)]
    assert read.lines[-1].entry_index == 1


SIDES = (
    "<RltdPties><Dbtr><Nm>Betaler</Nm></Dbtr><DbtrAcct><Id><IBAN>BE72 0000 0000 1616</IBAN></Id></DbtrAcct>"
    "<Cdtr><Nm>Ontvanger</Nm></Cdtr><CdtrAcct><Id><Othr><Id>123</Id></Othr></Id></CdtrAcct></RltdPties>"
)


@pytest.mark.parametrize(
    "mark, name, account", [("CRDT", "Betaler", "BE72000000001616"), ("DBIT", "Ontvanger", "123")]
)
def test_the_counterparty_is_the_other_side(mark: str, name: str, account: str) -> None:
    only = line(entry(details(SIDES), mark=mark))
    assert (only.counterparty_name, only.counterparty_iban) == (name, account)


def test_a_returned_collection_names_the_customer_though_money_goes_out() -> None:
    ours = SIDES.replace("<Othr><Id>123</Id></Othr>", "<IBAN>NL20INGB0001234567</IBAN>")
    returned = "<RtrInf><Rsn><Cd>MD06</Cd></Rsn><AddtlInf>x</AddtlInf></RtrInf>"
    mandate = "<Refs><EndToEndId>E1</EndToEndId><MndtId>M1</MndtId></Refs>"
    only = line(entry(details(mandate + ours + returned), mark="DBIT"))
    assert (only.counterparty_name, only.return_reason) == ("Betaler", "MD06")
    assert (only.end_to_end_id, only.mandate_id) == ("E1", "M1")


def test_the_party_of_version_8_and_the_ultimate_debtor() -> None:
    new = line(entry(details("<RltdPties><Dbtr><Pty><Nm>Nieuw</Nm></Pty></Dbtr></RltdPties>")))
    ultimate = line(entry(details("<RltdPties><UltmtDbtr><Nm>Eigenlijk</Nm></UltmtDbtr></RltdPties>")))
    assert (new.counterparty_name, ultimate.counterparty_name) == ("Nieuw", "Eigenlijk")


@pytest.mark.parametrize("empty", ["NOTPROVIDED", "NOT PROVIDED", "NONREF", ""])
def test_words_for_nothing_are_nothing(empty: str) -> None:
    only = line(
        entry(
            details(f"<Refs><EndToEndId>{empty}</EndToEndId></Refs><RmtInf><Ustrd>{empty}</Ustrd></RmtInf>")
        )
    )
    assert (only.end_to_end_id, only.remittance) == ("", "")


def test_remittance_structured_and_free() -> None:
    inside = (
        "<RmtInf><Ustrd>deel een</Ustrd><Ustrd>deel &amp; twee</Ustrd>"
        "<Strd><RfrdDocInf><Nb>F-1</Nb></RfrdDocInf>"
        "<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd>"
        "<Strd><CdtrRefInf><Ref>010806817183</Ref></CdtrRefInf></Strd></RmtInf>"
    )
    only = line(entry(details(inside)))
    assert only.structured_reference == "RF18539007547034"
    assert only.remittance == "deel een deel & twee F-1 010806817183"


def test_additional_information_stands_in_for_a_missing_text() -> None:
    assert line(entry("<AddtlNtryInf>rente</AddtlNtryInf>")).remittance == "rente"
    assert (
        line(entry(details("<AddtlTxInf>kosten</AddtlTxInf>") + "<AddtlNtryInf>x</AddtlNtryInf>")).remittance
        == "kosten"
    )


@pytest.mark.parametrize(
    "references, expected",
    [
        ("<NtryRef>000012</NtryRef>", ""),
        ("<NtryRef>52198201</NtryRef>", "52198201"),
        ("<NtryRef>52198201</NtryRef><AcctSvcrRef>A1</AcctSvcrRef>", "A1"),
    ],
)
def test_an_entry_reference_counts_when_it_is_more_than_a_place(references: str, expected: str) -> None:
    assert line(entry(references)).bank_reference == expected


@pytest.mark.parametrize(
    "balances, opening, closing",
    [
        ((balance("OPBD", "10.00"), balance("CLBD", "110.00")), 1000, 11000),
        ((balance("PRCD", "10.00", mark="DBIT"), balance("CLBD", "90.00")), -1000, 9000),
        (
            (
                balance("PRCD", "1.00"),
                balance("OPBD", "2.00"),
                balance("ITBD", "3.00"),
                balance("CLAV", "4.00"),
            ),
            200,
            None,
        ),
        (
            (
                balance("OPBD", "20.00", "2026-11-02"),
                balance("CLBD", "30.00", "2026-11-02"),
                balance("OPBD", "10.00", "2026-11-01"),
                balance("CLBD", "20.00", "2026-11-01"),
            ),
            1000,
            3000,
        ),
        ((), None, None),
    ],
)
def test_the_booked_balances(balances: tuple[str, ...], opening: int | None, closing: int | None) -> None:
    read = statement(*balances, entry())
    assert (read.opening_balance and read.opening_balance.minor) == opening
    assert (read.closing_balance and read.closing_balance.minor) == closing
    assert read.closes is (None if opening is None or closing is None else opening + 10000 == closing)


def test_a_balance_that_cannot_be_read_is_rejected_by_name() -> None:
    read = statement(balance("OPBD", "veel"), entry())
    assert read.opening_balance is None
    assert read.rejected[0].where.startswith("balance OPBD")


def test_several_statements_each_keep_their_own() -> None:
    body = "".join(
        f"<Stmt><Id>{name}</Id><Acct><Id><Othr><Id>{name}</Id></Othr></Id></Acct>{entry(amount=amount)}</Stmt>"
        for name, amount in (("A", "1.00"), ("B", "2.00"), ("C", "x"))
    )
    read = list(camt.read(io.BytesIO(f"<Document>{body}</Document>".encode())))
    assert [(one.account, len(one.lines), len(one.rejected)) for one in read] == [
        ("A", 1, 0),
        ("B", 1, 0),
        ("C", 0, 1),
    ]
    assert [str(one.net_booked) for one in read] == ["1.00", "2.00", "0.00"]


def test_namespaces_prefixes_and_none_read_the_same() -> None:
    plain = message(entry(details(part("100.00", "x")))).decode()
    prefixed = (
        plain.replace("</", "</n:")
        .replace("<", "<n:")
        .replace("<n:/n:", "</n:")
        .replace("xmlns=", "xmlns:n=")
        .encode()
    )
    bare = plain.replace(f" {NAMESPACE}", "").encode()
    commented = (
        plain.replace("<Ntry>", "<!-- <Ntry> --><?pi x?><Ntry>")
        .replace("100.00<", "<!--c-->100.00<")
        .encode()
    )
    quoted = plain.replace(NAMESPACE, NAMESPACE.replace('"', "'")).encode()
    foreign = plain.replace("urn:iso:std:iso:20022", "urn:somebody").encode()
    spoken_of = plain.replace("<Document", f"<!-- {NAMESPACE} --><Document").encode()
    expected = list(camt.read(io.BytesIO(plain.encode())))
    assert expected[0].lines[0].remittance == "x"
    for variant in (prefixed, bare, commented, quoted, foreign, spoken_of):
        assert list(camt.read(io.BytesIO(variant))) == expected


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_file_that_breaks_off_is_refused_whole_with_its_place(cut: float) -> None:
    whole = message(entry(), entry(), entry())
    with pytest.raises(camt.CamtRefused, match=r"line 1, column \d+"):
        list(camt.read(io.BytesIO(whole[: int(len(whole) * cut)])))


def test_places_count_as_the_file_is_written() -> None:
    spread = message(entry(amount="x")).replace(b" xmlns", b"\n\n xmlns").replace(b"<Ntry>", b"\n<Ntry>")
    ((rejected,),) = [each.rejected for each in camt.read(io.BytesIO(spread))]
    assert rejected.where.endswith("(line 4)")


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(camt.CamtRefused, match="depth"):
        list(camt.read(io.BytesIO(b"<Stmt>" + b"<a>" * 5_000)))


def test_the_streaming_form_gives_lines_first_and_then_the_statement() -> None:
    items = list(camt.stream(io.BytesIO(message(entry(), entry(amount="x")))))
    assert [type(item).__name__ for item in items] == ["StatementLine", "Rejected", "Statement"]
    assert isinstance(items[-1], Statement)
    assert items[-1].lines == ()
    assert items[-1].entry_count == 2


def test_a_batch_longer_than_the_files_own_pieces_leaves_nothing_behind() -> None:
    count = 5_000
    inside = details(
        *(part("1.00", f"a text that is somewhat longer, number {place}") for place in range(count))
    )
    read = statement(entry(inside, amount=f"{count}.00"), entry(details(part("100.00", "last"))))
    assert len(read.lines) == count + 1
    assert read.lines[count - 1].remittance.endswith(f"number {count - 1}")
    assert (read.lines[-1].remittance, read.lines[-1].batch) == ("last", "")
