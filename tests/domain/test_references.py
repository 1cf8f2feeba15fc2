"""References and account numbers: the published examples, what must fail, and what hides in text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain import references
from tijdig.domain.references import Reference, ReferenceInvalid, ReferenceKind


@pytest.mark.parametrize(
    "number, printed",
    [
        (3124013980, "+++312/4013/98067+++"),
        (1234567890, "+++123/4567/89002+++"),
        (1, "+++000/0000/00101+++"),
        (97, "+++000/0000/09797+++"),
        (194, "+++000/0000/19497+++"),
        (2026000123, "+++202/6000/12320+++"),
    ],
)
def test_an_ogm_is_made_and_printed(number: int, printed: str) -> None:
    digits = references.make_ogm(number)
    assert references.print_ogm(digits) == printed
    assert references.is_ogm(printed)
    assert references.normalise(printed) == digits


@pytest.mark.parametrize(
    "text", ["+++123/4567/89012+++", "000000000000", "12345678900", "+++12a/4567/89002+++", ""]
)
def test_what_is_no_ogm(text: str) -> None:
    assert not references.is_ogm(text)
    with pytest.raises(ReferenceInvalid):
        references.print_ogm(text)


@pytest.mark.parametrize("number", [-1, 10**10])
def test_an_ogm_has_room_for_ten_digits(number: int) -> None:
    with pytest.raises(ReferenceInvalid, match="ten digits"):
        references.make_ogm(number)


@pytest.mark.parametrize(
    "body, reference",
    [
        ("2348231", "RF712348231"),
        ("539007547034", "RF18539007547034"),
        ("2026000123", "RF462026000123"),
        ("INV2026001", "RF10INV2026001"),
    ],
)
def test_an_rf_reference_is_made(body: str, reference: str) -> None:
    assert references.make_rf(body) == reference
    assert references.is_rf(reference)


@pytest.mark.parametrize(
    "text", ["RF00BAD", "RF19539007547034", "RF18", "XX18539007547034", "RF71" + "2" * 22, ""]
)
def test_what_is_no_rf_reference(text: str) -> None:
    assert not references.is_rf(text)


@pytest.mark.parametrize("body", ["", "A" * 22])
def test_an_rf_reference_has_room_for_21_characters(body: str) -> None:
    with pytest.raises(ReferenceInvalid, match="21"):
        references.make_rf(body)


@pytest.mark.parametrize(
    "digits, check",
    [
        ("000056789012345", "5"),
        ("2234534622567", "1"),
        ("000000000012345", "7"),
        ("202600000123456", "8"),
        ("000000000000001", "9"),
        ("000000000000006", "1"),
        ("000000000000000", "0"),
    ],
)
def test_the_check_digit_of_a_betalingskenmerk(digits: str, check: str) -> None:
    assert references.kenmerk_check(digits) == check


@pytest.mark.parametrize(
    "text", ["5000056789012345", "5000 0567 8901 2345", "12234534622567", "1234567", "8107471771101210"]
)
def test_what_can_be_a_betalingskenmerk(text: str) -> None:
    assert references.is_betalingskenmerk(text)


@pytest.mark.parametrize(
    "text",
    ["0000000000000000", "5000056789012346", "13234534622567", "12345678", "123456789012345", "x" * 16, ""],
)
def test_what_is_no_betalingskenmerk(text: str) -> None:
    assert not references.is_betalingskenmerk(text)


@pytest.mark.parametrize("number", [0, 10**15])
def test_a_betalingskenmerk_has_room_for_fifteen_digits(number: int) -> None:
    with pytest.raises(ReferenceInvalid, match="fifteen"):
        references.make_betalingskenmerk(number)


@pytest.mark.parametrize("text", ["NL20INGB0001234567", "BE72 0000 0000 1616", "nl91abna0417164300"])
def test_valid_ibans(text: str) -> None:
    assert references.is_iban(text)


@pytest.mark.parametrize(
    "text",
    ["NL21INGB0001234567", "NL20INGB000123456", "BE7200000000161", "12345678901234567", "NL20INGB00012345é7"],
)
def test_invalid_ibans(text: str) -> None:
    assert not references.is_iban(text)


def test_an_iban_is_printed_in_groups() -> None:
    assert references.print_iban("nl20ingb0001234567") == "NL20 INGB 0001 2345 67"


@pytest.mark.parametrize(
    "text, kind, value",
    [
        ("betaling +++010/8068/17183+++ dank u", ReferenceKind.OGM, "010806817183"),
        ("***010/8068/17183***", ReferenceKind.OGM, "010806817183"),
        ("+++ 010 / 8068 / 17183 +++", ReferenceKind.OGM, "010806817183"),
        ("010806817183 factuur", ReferenceKind.OGM, "010806817183"),
        ("mededeling 010 8068 17183", ReferenceKind.OGM, "010806817183"),
        ("Rf18 5390 0754 7034 juin", ReferenceKind.RF, "RF18539007547034"),
        ("ref:RF18539007547034.", ReferenceKind.RF, "RF18539007547034"),
        ("kenmerk 5000 0567 8901 2345", ReferenceKind.BETALINGSKENMERK, "5000056789012345"),
        ("BETALINGSKENM.  5000056789012345", ReferenceKind.BETALINGSKENMERK, "5000056789012345"),
    ],
)
def test_a_reference_is_found_in_text(text: str, kind: ReferenceKind, value: str) -> None:
    assert Reference(kind, value) in references.candidates(text)


@pytest.mark.parametrize(
    "text", ["", "factuur 2026-001", "+++123/4567/89012+++", "NL20INGB0001234567", "RFC 2822 mail"]
)
def test_no_reference_is_seen_where_there_is_none(text: str) -> None:
    assert references.candidates(text) == ()


@given(st.integers(0, 10**10 - 1))
def test_every_ogm_is_found_again_and_no_single_slip_passes(number: int) -> None:
    digits = references.make_ogm(number)
    slip = f"{(int(digits[0]) + 1) % 10}{digits[1:]}"
    assert Reference(ReferenceKind.OGM, digits) in references.candidates(
        f"a {references.print_ogm(digits)} b"
    )
    assert not references.is_ogm(slip)


@given(st.text("0123456789ABCXYZ", min_size=1, max_size=21))
def test_every_rf_reference_is_valid_and_found_again(body: str) -> None:
    reference = references.make_rf(body)
    assert references.is_rf(reference.lower())
    assert Reference(ReferenceKind.RF, reference) in references.candidates(f"see {reference}")


@given(st.integers(1, 10**15 - 1))
def test_every_betalingskenmerk_is_valid(number: int) -> None:
    assert references.is_betalingskenmerk(references.make_betalingskenmerk(number))


@given(st.text(max_size=200))
def test_any_text_is_searched_without_complaint(text: str) -> None:
    assert all(
        reference.value == references.normalise(reference.value) for reference in references.candidates(text)
    )
