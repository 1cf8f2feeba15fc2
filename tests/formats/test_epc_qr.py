"""The EPC QR code: its rules, and that a reader reads back what was meant."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from tijdig.domain.money import Money
from tijdig.formats import epc_qr

IBAN = "BE72000000001616"


def test_the_payload_of_the_standard() -> None:
    made = epc_qr.payload(
        name="Red Cross of Belgium",
        iban="BE72 0000 0000 1616",
        amount=Money(100, "EUR"),
        reference="RF18 5390 0754 7034",
        purpose="CHAR",
    )
    assert (
        made == "BCD\n002\n1\nSCT\n\nRed Cross of Belgium\nBE72000000001616\nEUR1.00\nCHAR\nRF18539007547034"
    )


def test_an_ogm_goes_in_the_structured_line_and_text_in_its_own() -> None:
    ogm = epc_qr.payload(name="A", iban=IBAN, amount=Money(1, "EUR"), reference="+++010/8068/17183+++")
    text = epc_qr.payload(name="A", iban=IBAN, amount=Money(1, "EUR"), text="factuur\n2026-1")
    assert ogm.split("\n")[9] == "010806817183"
    assert text.split("\n")[9:] == ["", "factuur 2026-1"]


@pytest.mark.parametrize(
    "change, words",
    [
        ({"iban": "BE73000000001616"}, "IBAN"),
        ({"amount": Money(0, "EUR")}, "0.01"),
        ({"amount": Money(10**11, "EUR")}, "999999999.99"),
        ({"amount": Money(100, "USD")}, "euros"),
        ({"reference": "RF00BAD"}, "not a valid RF"),
        ({"reference": "+++010/8068/17184+++"}, "not a valid RF"),
        ({"reference": "RF18539007547034", "text": "x"}, "not both"),
        ({"name": " "}, "name"),
        ({"name": "n" * 71}, "71 characters"),
        ({"text": "t" * 141}, "141 characters"),
        ({"information": "i" * 71}, "information"),
        ({"purpose": "ABCDE"}, "purpose"),
        ({"name": "é" * 70, "text": "é" * 140}, "331 bytes"),
    ],
)
def test_what_breaks_the_rules_is_refused(change: dict[str, object], words: str) -> None:
    payment: dict[str, object] = {"name": "Voorbeeld", "iban": IBAN, "amount": Money(100, "EUR"), **change}
    with pytest.raises(epc_qr.EpcInvalid, match=words):
        epc_qr.payload(**payment)  # type: ignore[arg-type]


def test_the_largest_amount_fits() -> None:
    assert "EUR999999999.99" in epc_qr.payload(name="A", iban=IBAN, amount=Money(10**11 - 1, "EUR"))


@pytest.mark.parametrize("text", ["", "t" * 140, "Rekening 'ü' & <x>"])
def test_a_reader_reads_the_symbol(text: str) -> None:
    meant = epc_qr.payload(name="Müller & Zn.", iban=IBAN, amount=Money(123456, "EUR"), text=text)
    image = Image.open(io.BytesIO(epc_qr.png(meant)))
    (read,) = zxingcpp.read_barcodes(image)
    assert read.bytes.decode() == meant


def test_the_svg_is_one_element_without_a_size_of_its_own() -> None:
    drawn = epc_qr.svg(epc_qr.payload(name="A", iban=IBAN, amount=Money(1, "EUR")))
    assert drawn.startswith("<svg")
    assert "viewBox" in drawn
    assert "width=" not in drawn


def test_a_content_too_long_for_the_standard_has_no_symbol() -> None:
    with pytest.raises(epc_qr.EpcInvalid, match="version 13"):
        epc_qr.svg("x" * 400)
