"""`tijdig parse`: the shape that automation relies on, exit codes, and a start without Django."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.formats.test_pain002 import REFERENCE, block, message, reason, transaction
from tijdig.domain.documents import (
    DueDateSource,
    InvoiceDocument,
    InvoiceType,
    Party,
    Statement,
    StatementLine,
)
from tijdig.domain.money import Money
from tijdig.formats import camt_writer, ubl_writer
from tijdig.interfaces.cli.main import main

CAMT = camt_writer.write(
    Statement(
        account="NL20INGB0001234567",
        id="S1",
        currency="EUR",
        opening_balance=Money(0, "EUR"),
        lines=(
            StatementLine(
                amount=Money(-1050, "EUR"),
                booking_date=date(2026, 11, 2),
                counterparty_name="Klant Één",
                counterparty_iban="BE72000000001616",
                structured_reference="RF18539007547034",
                remittance="tekst",
                end_to_end_id="E1",
                mandate_id="M1",
                bank_reference="B1",
                return_reason="MD06",
            ),
        ),
    )
)
UBL = ubl_writer.write(
    InvoiceDocument(
        number="F1",
        type=InvoiceType.CREDIT_NOTE,
        type_code="381",
        issue_date=date(2026, 11, 1),
        currency="EUR",
        payable=Money(100, "EUR"),
        effect=Money(-100, "EUR"),
        due_date=date(2026, 12, 1),
        due_date_source=DueDateSource.PAYMENT_MEANS,
        supplier=Party(name="Leverancier"),
        customer=Party(name="Klant", vat_number="BE0123456749", legal_id="0208:0123456749"),
        preceding_invoice="F0",
    ),
    description="x",
)


REPORT = message(
    "PART",
    block(
        "PART",
        transaction(
            "RJCT",
            reason("AM04", "Onvoldoende saldo")
            + REFERENCE.format(mandate="<MndtId>M1</MndtId>", name="<Nm>Klant Één</Nm>"),
        )
        + transaction("ACSC", end="E2"),
    ),
    block("RJCT", reason("DT01", "te laat"), identity="BATCH-2"),
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a file of each kind."""
    (tmp_path / "bank.xml").write_bytes(CAMT)
    (tmp_path / "invoice.xml").write_bytes(UBL)
    (tmp_path / "table.csv").write_bytes(b"a;b\n1;2\n")
    (tmp_path / "unknown.bin").write_bytes(b"%PDF-1.7")
    (tmp_path / "garbled.xml").write_bytes(CAMT.replace(b">10.50<", b">10..50<"))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("in/bank.xml", CAMT)
        archive.writestr("invoice.xml", UBL)
    (tmp_path / "both.zip").write_bytes(target.getvalue())
    return tmp_path


def parsed(capsys: pytest.CaptureFixture[str], *paths: Path, code: int = 0) -> list[dict[str, object]]:
    assert main(["parse", *map(str, paths), "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["files"]
    files: list[dict[str, object]] = document["files"]
    return files


def test_a_bank_statement_as_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert parsed(capsys, files / "bank.xml") == [
        {
            "file": str(files / "bank.xml"),
            "kind": "bank_statement",
            "format": "camt.053.001.08",
            "statements": [
                {
                    "account": "NL20INGB0001234567",
                    "id": "S1",
                    "currency": "EUR",
                    "opening_balance": "0.00",
                    "closing_balance": None,
                    "entry_count": 1,
                    "net_booked": "-10.50",
                    "transactions": [
                        {
                            "booking_date": "2026-11-02",
                            "value_date": None,
                            "amount": "-10.50",
                            "currency": "EUR",
                            "counterparty_name": "Klant Één",
                            "counterparty_iban": "BE72000000001616",
                            "structured_reference": "RF18539007547034",
                            "remittance": "tekst",
                            "end_to_end_id": "E1",
                            "mandate_id": "M1",
                            "bank_reference": "B1",
                            "batch": None,
                            "return_reason": "MD06",
                        }
                    ],
                }
            ],
            "warnings": [],
            "rejected": [],
        }
    ]


def test_an_invoice_as_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = parsed(capsys, files / "invoice.xml")
    assert file == {
        "file": str(files / "invoice.xml"),
        "kind": "invoice",
        "format": "UBL CreditNote",
        "invoices": [
            {
                "number": "F1",
                "type": "credit_note",
                "issue_date": "2026-11-01",
                "due_date": "2026-12-01",
                "due_date_source": "payment_means",
                "supplier": "Leverancier",
                "customer": "Klant",
                "customer_vat": "BE0123456749",
                "customer_legal_id": "0208:0123456749",
                "currency": "EUR",
                "total": "1.00",
                "prepaid": None,
                "payable": "1.00",
                "effect": "-1.00",
                "payment_reference": None,
                "order_reference": None,
                "preceding_invoice": "F0",
            }
        ],
        "rejected": [],
    }


def test_a_status_report_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.xml").write_bytes(REPORT)
    assert parsed(capsys, tmp_path / "report.xml") == [
        {
            "file": str(tmp_path / "report.xml"),
            "kind": "pain.002",
            "format": "pain.002.001.10",
            "message_id": "BANK-1",
            "original_message_id": "OURS-1",
            "original_message_name": "pain.008.001.08",
            "status": "PART",
            "reason": None,
            "information": None,
            "batches": [
                {"id": "BATCH-1", "status": "PART", "reason": None, "information": None},
                {"id": "BATCH-2", "status": "RJCT", "reason": "DT01", "information": "te laat"},
            ],
            "transactions": [
                {
                    "status": "RJCT",
                    "reason": "AM04",
                    "information": "Onvoldoende saldo",
                    "end_to_end_id": "E1",
                    "instruction_id": "I1",
                    "batch": "BATCH-1",
                    "amount": "100.50",
                    "currency": "EUR",
                    "counterparty_name": "Klant Één",
                    "counterparty_iban": "BE72000000001616",
                    "mandate_id": "M1",
                },
                {
                    "status": "ACSC",
                    "reason": None,
                    "information": None,
                    "end_to_end_id": "E2",
                    "instruction_id": "I1",
                    "batch": "BATCH-1",
                    "amount": None,
                    "currency": None,
                    "counterparty_name": None,
                    "counterparty_iban": None,
                    "mandate_id": None,
                },
            ],
            "rejected": [],
        }
    ]


def test_a_status_report_for_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.xml").write_bytes(REPORT)
    (tmp_path / "cut.xml").write_bytes(REPORT[:-20])
    assert main(["parse", str(tmp_path / "report.xml")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path / 'report.xml'}: status report, pain.002.001.10",
        "  report BANK-1 about pain.008.001.08 OURS-1: PART",
        "    batch BATCH-1: PART",
        "      RJCT  AM04          100.50  Klant Één                     E1 Onvoldoende saldo",
        "      ACSC                     ?                                E2",
        "    batch BATCH-2: RJCT DT01 te laat",
        "",
    ]
    assert main(["parse", str(tmp_path / "cut.xml")]) == 1
    assert "not read, line 1, column" in capsys.readouterr().out


def test_a_statement_whose_balance_does_not_close_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = StatementLine(amount=Money(-1050, "EUR"), booking_date=date(2026, 11, 2))
    told = Statement(
        account="NL20INGB0001234567",
        id="S1",
        currency="EUR",
        opening_balance=Money(5000, "EUR"),
        closing_balance=Money(3951, "EUR"),
        lines=(line,),
    )
    closing = replace(told, id="S2", closing_balance=Money(3950, "EUR"))
    for name, statement in (("odd.xml", told), ("even.xml", closing)):
        (tmp_path / name).write_bytes(camt_writer.write(statement))
    odd, even = parsed(capsys, tmp_path / "odd.xml", tmp_path / "even.xml")
    assert odd["warnings"] == [
        {"statement": "S1", "account": "NL20INGB0001234567", "warning": "DOES_NOT_ADD_UP"}
    ]
    assert even["warnings"] == []
    assert main(["parse", str(tmp_path / "odd.xml"), str(tmp_path / "even.xml")]) == 0
    shown = capsys.readouterr().out
    assert "  look at statement S1 of NL20INGB0001234567: does not add up\n" in shown
    assert shown.count("look at") == 1


def test_a_table_as_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = parsed(capsys, files / "table.csv")
    assert (file["kind"], file["format"], file["columns"], file["row_count"]) == (
        "table",
        "csv",
        ["a", "b"],
        1,
    )


def test_an_unknown_file_and_a_part_that_cannot_be_read_make_the_exit_code_1(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown, garbled = parsed(capsys, files / "unknown.bin", files / "garbled.xml", code=1)
    assert unknown["kind"] == "unknown"
    assert unknown["rejected"] == [{"where": "file", "reason": "this is a PDF; send the invoice as UBL"}]
    assert garbled["statements"][0]["entry_count"] == 1  # type: ignore[index]
    assert garbled["rejected"][0]["where"].startswith("statement 1 (S1), entry 1")  # type: ignore[index]


def test_a_zip_gives_one_entry_per_member(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(file["file"]) for file in parsed(capsys, files / "both.zip")]
    assert names == [f"{files / 'both.zip'}/bank.xml", f"{files / 'both.zip'}/invoice.xml"]


def test_a_person_reads_a_table(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", *(str(files / name) for name in ("bank.xml", "invoice.xml", "table.csv"))]) == 0
    shown = capsys.readouterr().out
    assert "2026-11-02          -10.50  Klant Één" in shown
    assert "credit note F1 to Klant, EUR 1.00, due 2026-12-01" in shown
    assert "1 rows; columns: a, b" in shown
    assert main(["parse", str(files / "garbled.xml")]) == 1
    assert "not read, statement 1 (S1), entry 1" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_wrong_use(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", str(files / "nothing.xml"), "--json"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "nothing.xml" in output.err


def test_a_folder_stands_for_its_files(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = files / "folder"
    (folder / "deeper").mkdir(parents=True)
    (folder / "deeper" / "invoice.xml").write_bytes(UBL)
    (folder / "bank.xml").write_bytes(CAMT)
    (folder / ".hidden").write_bytes(b"x")
    names = [str(file["file"]) for file in parsed(capsys, folder)]
    assert names == [str(folder / "bank.xml"), str(folder / "deeper" / "invoice.xml")]


def test_a_reader_that_has_enough_is_no_trouble(files: Path) -> None:
    script = "import sys; from tijdig.interfaces.cli.main import main; sys.exit(main(sys.argv[1:]))"
    names = [str(files / "bank.xml")] * 2_000
    for form in (["--json"], []):
        with subprocess.Popen(
            [sys.executable, "-c", script, "parse", *names, *form],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""
            assert running.wait() == 0


def test_no_file_at_all_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["parse"])
    assert stopped.value.code == 2


def test_it_starts_without_django_and_without_a_database(files: Path) -> None:
    script = (
        "import sys; from tijdig.interfaces.cli.main import main; code = main(sys.argv[1:]);"
        "assert not {'django', 'psycopg', 'openpyxl'} & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "parse", str(files / "bank.xml"), "--json"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"][0]["kind"] == "bank_statement"
