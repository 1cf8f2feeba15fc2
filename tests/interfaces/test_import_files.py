"""`tijdig import`: any file, told apart by what it holds."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests.formats.test_pain002 import block, message, reason, transaction
from tests.processes.invoice_import.world import csv, ubl
from tijdig.infra import tenancy
from tijdig.interfaces.cli import import_files, main
from tijdig.ledger import queries as ledger
from tijdig.processes import organisation_setup

pytestmark = pytest.mark.django_db
STATEMENT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-19T00:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>
<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1210.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-19</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">1210.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-19</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>Factuur 20260417</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"""
MT940 = """:940:
:20:940S261119
:25:NL91ABNA0417164300 EUR
:28C:17109
:60F:C261118EUR000000000000,00
:61:261119C000000001210,00N541EREF
BE68539007547034
:86:/EREF/E2E-7/ORDP//NAME/Kwekerij Maanbrug/REMI/Factuur 20260417
:61:2611XXC000000000001,00N541NONREF
:62F:C261119EUR000000001210,00
"""
ROW = "20260417;01-10-2026;31-10-2026;1.210,00;10042;Kwekerij Maanbrug;"


@pytest.fixture
def organisation(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The only organisation; the database is ready already."""
    monkeypatch.setattr(main, "set_up", lambda: None)
    with translation.override("en"):
        yield organisation_setup.create(name="Houtwerf", country="NL", language="nl", actor="cli")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table, a statement that pays it, an e-invoice, and a zip of all."""
    contents = {"facturen.csv": csv(ROW), "bank.xml": STATEMENT.encode(), "ubl.xml": ubl()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "alles.zip", "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return tmp_path


def test_each_file_goes_where_it_belongs(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(folder / name) for name in ("bank.xml", "facturen.csv", "ubl.xml")]
    assert main.main(["import", *names, "--json"]) == 0
    statement, rows, invoice = json.loads(capsys.readouterr().out)["files"]
    assert (statement["kind"], statement["new"], statement["waiting"]) == ("bank_statement", 1, 1)
    assert (rows["kind"], rows["holds"], rows["new"], rows["payments_booked"]) == ("table", "invoices", 1, 1)
    assert (invoice["kind"], invoice["invoices"], invoice["rejected"]) == ("invoice", 1, [])
    with tenancy.within(organisation):
        assert ledger.open_items_by_number(["20260417"]) == {}


def test_an_mt940_books_what_it_pays_and_lists_what_it_could_not_read(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bank.940").write_text(MT940)
    assert main.main(["import", str(folder / "facturen.csv")]) == 0
    capsys.readouterr()
    assert main.main(["import", str(folder / "bank.940"), "--json"]) == 1
    (statement,) = json.loads(capsys.readouterr().out)["files"]
    assert (statement["kind"], statement["new"], statement["booked"]) == ("bank_statement", 1, 1)
    assert [part["where"] for part in statement["rejected"]] == ["statement 1 (940S261119), entry 2 (line 9)"]
    with tenancy.within(organisation):
        assert ledger.open_items_by_number(["20260417"]) == {}


def test_a_zip_is_taken_apart_and_twice_adds_nothing(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["import", str(folder / "alles.zip"), "--json"]) == 0
    assert [part["new"] for part in json.loads(capsys.readouterr().out)["files"]] == [1, 1, 1]
    assert main.main(["import", str(folder / "alles.zip"), "--json"]) == 0
    assert [part["new"] for part in json.loads(capsys.readouterr().out)["files"]] == [0, 0, 0]


def test_a_statement_of_another_account_is_taken_in_only_when_it_is_said_to_be_ours(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = folder / "bank.xml", folder / "theirs.xml"
    theirs.write_text(STATEMENT.replace("NL91ABNA0417164300", "NL20INGB0001234567"))
    assert main.main(["import", str(ours), str(theirs)]) == 1
    said = capsys.readouterr().out
    assert f"{theirs}: bank statement; refused" in said
    assert "left out, file: This file is of account NL20INGB0001234567." in said
    assert "--new-account" in said
    assert main.main(["import", "--new-account", str(theirs)]) == 0
    assert main.main(["import", str(theirs)]) == 0


def test_what_is_left_out_is_listed_and_the_exit_code_says_so(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "half.csv").write_bytes(csv(ROW, "F2;gisteren;;1,00;1;A;"))
    assert main.main(["import", str(folder / "half.csv")]) == 1
    printed = capsys.readouterr().out
    assert "2 rows, 1 new" in printed
    assert "left out, row 3: Invoice date: “gisteren” is not a date" in printed


@pytest.mark.parametrize(
    "content", [b"", b"zomaar wat", b"PK\x03\x04kapot", b"<html/>", b"Kleur;Smaak\nrood;zoet"]
)
def test_what_cannot_be_imported_is_refused_with_a_reason(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (folder / "iets").write_bytes(content)
    assert main.main(["import", str(folder / "iets"), "--json"]) == 1
    (part,) = json.loads(capsys.readouterr().out)["files"]
    assert part["rejected"][0]["reason"]


def test_what_a_bank_says_of_orders(
    organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bank.940").write_text(MT940.replace(":61:2611XXC000000000001,00N541NONREF\n", ""))
    assert main.main(["import", str(folder / "facturen.csv"), str(folder / "bank.940")]) == 0
    (folder / "other.xml").write_bytes(message("", block("", transaction("RJCT", end="E-NOBODY"))))
    (folder / "ours.xml").write_bytes(
        message("", block("", transaction("RJCT", reason("MD06"), end="E2E-7")))
    )
    names = [str(folder / name) for name in ("other.xml", "ours.xml", "ours.xml")]
    capsys.readouterr()
    assert main.main(["import", *names]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{names[0]}: status report; nothing in it is about our payments or collections",
        f"{names[1]}: status report; 1 taken back",
        f"{names[2]}: status report; was here already",
    ]
    (folder / "cut.xml").write_bytes(message("RJCT")[:-20])
    assert main.main(["import", names[1], str(folder / "cut.xml"), "--json"]) == 1
    ours, cut = json.loads(capsys.readouterr().out)["files"]
    assert ours["kind"] == cut["kind"] == "pain.002"
    assert {name: ours[name] for name in ("new", "taken_back", "unknown")} == {
        "new": 0,
        "taken_back": 0,
        "unknown": 0,
    }
    assert cut["rejected"] != []


def test_wrong_use(organisation: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["import", str(folder / "nergens.csv")]) == 2
    assert main.main(["import", str(folder / "ubl.xml"), "--organisation", "niemand"]) == 1
    assert "niemand" in capsys.readouterr().err


def test_parts_of_a_file(organisation: int, folder: Path) -> None:
    with tenancy.within(organisation):
        parts = list(import_files.parts("alles.zip", (folder / "alles.zip").read_bytes()))
    assert [(part.kind, part.name) for part in parts] == [
        ("table", "alles.zip/facturen.csv"),
        ("bank_statement", "alles.zip/bank.xml"),
        ("invoice", "alles.zip"),
    ]


def test_what_is_odd_about_a_statement_is_told_and_an_entry_takes_the_day_of_its_statement(
    organisation: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    undated = STATEMENT.replace("<BookgDt><Dt>2026-11-19</Dt></BookgDt>", "").replace(
        ">1210.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\n", ">1200.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\n"
    )
    (tmp_path / "bank.xml").write_text(undated)
    assert main.main(["import", str(tmp_path / "bank.xml"), "--json"]) == 0
    [done] = json.loads(capsys.readouterr().out)["files"]
    assert (done["new"], [each["warning"] for each in done["warnings"]]) == (1, ["DOES_NOT_ADD_UP"])
    nowhere = re.sub(r"<Dt>\s*<Dt>[^<]*</Dt>\s*</Dt>", "", undated).replace("S1", "S2")
    (tmp_path / "nowhere.xml").write_text(nowhere)
    assert main.main(["import", str(tmp_path / "nowhere.xml"), "--json"]) == 1
    [done] = json.loads(capsys.readouterr().out)["files"]
    assert done["rejected"] != []
