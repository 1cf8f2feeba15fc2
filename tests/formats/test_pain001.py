"""Payment orders: against the standard's own schema where it is here, and figure by figure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tijdig.domain.money import Money
from tijdig.formats import pain001
from tijdig.formats.pain001 import CreditTransfer, OrderInvalid, PaymentOrder, Version, transliterated

XSD = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank" / "xsd"
OURS, THEIRS = "NL91ABNA0417164300", "BE68539007547034"
DAY = date(2026, 11, 23)


def transfer(number: int = 1, minor: int = 12_345, **changed: object) -> CreditTransfer:
    plain = CreditTransfer(
        f"TIJDIG-REFUND-{number}",
        Money(minor, "EUR"),
        "Bakkerij De Verzonnen Oven",
        THEIRS,
        DAY,
        OURS,
        "Te veel betaald",
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def order(*transfers: CreditTransfer, **changed: object) -> PaymentOrder:
    plain = PaymentOrder(
        "TIJDIG-7-1", datetime(2026, 11, 20, 9, 30, 15, 7), "Houtwerf Zwaan & Zonen", transfers
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def parsed(content: bytes) -> etree._Element:
    root = etree.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def schema(version: Version) -> etree.XMLSchema:
    if not XSD.is_dir():
        pytest.skip("the standard's schemas are not beside the project")
    return etree.XMLSchema(etree.parse(str(XSD / f"raphaelm__python-sepaxml__{version}.xsd")))


MANY = order(
    transfer(1),
    transfer(2, 5, text="", bic="KREDBEBB", name="Łukasz & Žofie Þór"),
    transfer(3, 99_999_999_999, reference="RF18 5390 0754 7034"),
    transfer(4, 100, execution_date=date(2026, 11, 24)),
    account_bics={OURS: "ABNANL2A"},
)


@pytest.mark.parametrize("version", list(Version))
def test_the_schema_of_the_standard_takes_it(version: Version) -> None:
    rules = schema(version)
    for one in (order(transfer()), MANY):
        rules.assertValid(etree.fromstring(pain001.write(one, version)))


def test_counts_sums_and_dates_per_block() -> None:
    root = parsed(pain001.write(MANY))
    assert (root.findtext(".//GrpHdr/NbOfTxs"), root.findtext(".//GrpHdr/CtrlSum")) == ("4", "1000000124.49")
    blocks = root.findall(".//PmtInf")
    assert [(b.findtext("PmtInfId"), b.findtext("NbOfTxs"), b.findtext("CtrlSum"), b.findtext("ReqdExctnDt/Dt"))
            for b in blocks] == [
        ("TIJDIG-7-1-1", "3", "1000000123.49", "2026-11-23"),
        ("TIJDIG-7-1-2", "1", "1.00", "2026-11-24"),
    ]  # fmt: skip
    assert root.findtext(".//GrpHdr/CreDtTm") == "2026-11-20T09:30:15"
    assert [one.findtext("Amt/InstdAmt") for one in blocks[0].findall("CdtTrfTxInf")] == [
        "123.45",
        "0.05",
        "999999999.99",
    ]
    assert root.findall(".//PstlAdr") == []


def test_the_older_version_has_its_own_names() -> None:
    old = parsed(pain001.write(MANY_03, Version.V03))
    assert (old.findtext(".//ReqdExctnDt"), old.findtext(".//DbtrAgt//BIC")) == ("2026-11-23", "ABNANL2A")
    new = parsed(pain001.write(MANY_03))
    assert new.findtext(".//DbtrAgt//BICFI") == "ABNANL2A"
    assert parsed(pain001.write(order(transfer()))).findtext(".//DbtrAgt//Othr/Id") == "NOTPROVIDED"


MANY_03 = order(transfer(), account_bics={OURS: "abna nl2a"})


def test_a_reference_goes_structured_and_a_text_unstructured() -> None:
    [structured] = parsed(pain001.write(order(transfer(reference="rf18 5390 0754 7034")))).findall(
        ".//RmtInf"
    )
    assert (structured.findtext(".//Ref"), structured.findtext("Ustrd")) == ("RF18539007547034", None)
    [plain] = parsed(pain001.write(order(transfer(text="Créditnota <12> & “rest”")))).findall(".//RmtInf")
    assert plain.findtext("Ustrd") == "Creditnota .12. + 'rest'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café Zoë", "Cafe Zoe"),
        ("Straße & Söhne GmbH", "Strasse + Sohne GmbH"),
        ("Łódź Đorđe Ærø Œuvre", "Lodz Dorde AEro OEuvre"),
        ("it’s “quoted” – really", "it's 'quoted' - really"),
        ("a@b.example", "a(at)b.example"),
        ("ﬁne ½", "fine 1.2"),
        ("  two\nlines\t ", "two lines"),
        ("Ελλάς", "....."),
        ("x" * 80, "x" * 70),
    ],
)
def test_only_letters_that_every_bank_takes(text: str, expected: str) -> None:
    assert transliterated(text, 70) == expected


@given(st.text(max_size=200))
def test_whatever_is_written_a_bank_can_read_it(text: str) -> None:
    plain = transliterated(text, 140)
    assert re.fullmatch(r"[0-9A-Za-z/\-?:().,'+ ]{0,140}", plain)
    assert transliterated(plain, 140) == plain


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (order(), "nothing to pay"),
        (order(transfer(), transfer()), "same id"),
        (order(transfer(end_to_end_id="x" * 36)), "cannot be the id"),
        (order(transfer(end_to_end_id="/A")), "cannot be the id"),
        (order(transfer(end_to_end_id="A//B")), "cannot be the id"),
        (order(transfer(end_to_end_id="é")), "cannot be the id"),
        (order(transfer(), message_id=""), "cannot be the id"),
        (order(transfer(amount=Money(100, "USD"))), "USD 1.00 cannot be paid"),
        (order(transfer(minor=0)), "EUR 0.00 cannot be paid"),
        (order(transfer(iban="NL00ABNA0417164300")), "is not an IBAN"),
        (order(transfer(account="123")), "is not an IBAN"),
        (order(transfer(name="Ελλάς")), "no name that a bank can read"),
        (order(transfer(name=" ")), "no name that a bank can read"),
    ],
)
def test_what_no_bank_would_take_is_refused(wrong: PaymentOrder, message: str) -> None:
    with pytest.raises(OrderInvalid, match=message):
        pain001.write(wrong)


def test_the_same_order_is_the_same_file() -> None:
    assert pain001.write(order(transfer())) == pain001.write(order(transfer()))
