"""The :61: of MT940: dates around the turn of a year, marks, amounts, references, and what stands below."""

from __future__ import annotations

from datetime import date

import pytest

from tijdig.domain.documents import StatementLine
from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats.mt940.entries import Account, EntryInvalid, days, line


def entry(field: str, text: str = "", currency: str = "EUR") -> StatementLine:
    account = Account("NL20INGB0001234567", currency, cents=currency == "EUR", entries=1)
    read = line(account, field, text)
    assert read is not None
    assert account.net == read.amount.minor
    return read


@pytest.mark.parametrize(
    "value, entered, value_date, booking_date",
    [
        ("261102", "1103", date(2026, 11, 2), date(2026, 11, 3)),
        ("261102", None, date(2026, 11, 2), date(2026, 11, 2)),
        ("261102", "    ", date(2026, 11, 2), date(2026, 11, 2)),
        ("261102", "0000", date(2026, 11, 2), date(2026, 11, 2)),
        ("261231", "0102", date(2026, 12, 31), date(2027, 1, 2)),
        ("270101", "1229", date(2027, 1, 1), date(2026, 12, 29)),
        ("270301", "1115", date(2027, 3, 1), date(2026, 11, 15)),
        ("240301", "0229", date(2024, 3, 1), date(2024, 2, 29)),
        ("991231", "0103", date(1999, 12, 31), date(2000, 1, 3)),
        ("260229", "0228", date(2026, 2, 28), date(2026, 2, 28)),
        ("240230", "0301", date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_the_day_of_entry_is_the_one_nearest_to_the_value_date(
    value: str, entered: str | None, value_date: date, booking_date: date
) -> None:
    assert days(value, entered) == (value_date, booking_date)


@pytest.mark.parametrize(
    "value, entered", [("261302", "1102"), ("260231", None), ("261102", "1302"), ("000000", None)]
)
def test_a_day_that_does_not_exist_is_refused(value: str, entered: str | None) -> None:
    with pytest.raises(EntryInvalid, match="is not a date"):
        days(value, entered)


@pytest.mark.parametrize(
    "mark, minor, returned",
    [
        ("C", 500, False),
        ("D", -500, False),
        ("RC", -500, True),
        ("RD", 500, True),
        ("CR", 500, False),
        ("DR", -500, False),
        ("RCR", -500, True),
        ("RDR", 500, True),
        ("CD", 500, False),
        ("DD", -500, False),
        ("CN", 500, False),
        ("d", -500, False),
        ("C ", 500, False),
        ("DR\n", -500, False),
    ],
)
def test_marks_and_the_letter_behind_them(mark: str, minor: int, returned: bool) -> None:
    read = entry(f"2611021102{mark}5,00NTRFNONREF")
    assert (read.amount, read.returned) == (Money(minor, "EUR"), returned)


@pytest.mark.parametrize("mark", ["EC", "ED", "ECR"])
def test_what_is_expected_is_not_booked(mark: str) -> None:
    account = Account("", "EUR")
    assert line(account, f"2611021102{mark}5,00NTRFNONREF", "") is None
    assert account.net == 0


@pytest.mark.parametrize(
    "written, minor",
    [
        ("5,00", 500),
        ("5,", 500),
        ("5", 500),
        ("5,5", 550),
        (",50", 50),
        ("0,00", 0),
        ("000000001147,95", 114795),
        ("000000001000.12", 100012),
        ("52.58", 5258),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1.234.567,89", 123456789),
        ("5,090", 509),
        ("999999999999,99", 99999999999999),
    ],
)
def test_amounts_as_banks_write_them(written: str, minor: int) -> None:
    assert entry(f"2611021102C{written}NTRFNONREF").amount == Money(minor, "EUR")


@pytest.mark.parametrize("written", ["1.245.000", "1,2,3", "5,001", "1.245", "9" * 16, "1" * 400])
def test_amounts_that_mean_nothing_or_two_things_are_refused(written: str) -> None:
    with pytest.raises(AmountInvalid):
        entry(f"2611021102C{written}NTRFNONREF")


def test_amounts_in_currencies_with_other_decimals() -> None:
    assert entry("2611021102C500,NTRF", currency="JPY").amount == Money(500, "JPY")
    assert entry("2611021102C5,001NTRF", currency="KWD").amount == Money(5001, "KWD")
    with pytest.raises(AmountInvalid, match="more decimals"):
        entry("2611021102C5,50NTRF", currency="JPY")


@pytest.mark.parametrize(
    "field", ["", "261102", "2611021102X5,00NTRF", "x2611021102C5,00NTRF", "2611021102C,NTRF", "٢٦١١٠٢C5,00"]
)
def test_what_is_no_entry_is_refused(field: str) -> None:
    with pytest.raises(EntryInvalid, match="is not an entry"):
        entry(field)


@pytest.mark.parametrize(
    "references, end_to_end, bank",
    [
        ("NTRFNONREF//20261102/77", "", "20261102/77"),
        ("NTRFNONREF//NONREF", "", ""),
        ("NTRFEREF//14006711073704", "", "14006711073704"),
        ("NTRFPREF", "", ""),
        ("NTRFKREF+//BD7CFA", "", "BD7CFA"),
        (
            "NTRFBIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU//2022070616391534000",
            "BIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU",
            "2022070616391534000",
        ),
        ("N1103111211AA002222//A123", "3111211AA002222", "A123"),
        ("NTRF29-07-2026 10:05//B4", "29-07-2026 10:05", "B4"),
        ("NMSC341241773/1XX//O/341241774", "341241773/1XX", "O/341241774"),
        ("NOV EV41411REP170112", "EV41411REP170112", ""),
        ("NAC NONREF", "", ""),
        ("NET0NONREF", "", ""),
        ("NTRFOverforing", "", ""),
        ("S05168790452", "68790452", ""),
        ("NMSC", "", ""),
        ("NONREF", "", ""),
        ("", "", ""),
    ],
)
def test_references(references: str, end_to_end: str, bank: str) -> None:
    read = entry(f"2611021102C5,00{references}")
    assert (read.end_to_end_id, read.bank_reference) == (end_to_end, bank)


def test_a_code_of_the_text_goes_before_the_reference_of_the_field() -> None:
    assert entry("2611021102C5,00NTRF9001//1", "/EREF/E2E-7//REMI/USTD//x/").end_to_end_id == "E2E-7"


@pytest.mark.parametrize(
    "field, text, name, account, remittance",
    [
        # Rabobank: the account on a line of its own
        (
            "N541NONREF\nNL91ABNA0417164300",
            "/ORDP//NAME/Voorbeeld BV/REMI/x",
            "Voorbeeld BV",
            "NL91ABNA0417164300",
            "x",
        ),
        ("N127NONREF\n0117888613", "/ORDP//NAME/Voorbeeld BV/REMI/x", "Voorbeeld BV", "0117888613", "x"),
        ("N586PREF\n0000000000", "/REMI/x", "", "", "x"),
        # Rabobank before that: account and name behind the type
        (
            "N0701313131319      VOORBEELD BV                   ",
            "factuur",
            "VOORBEELD BV",
            "1313131319",
            "factuur",
        ),
        ("N093NONREF          Kosten        ", "Periode", "Kosten", "", "Periode"),
        ("N084P002445588      Belasting", "", "Belasting", "P002445588", ""),
        # SNS and ASN: the account as the reference, the name below
        ("NOVBNL91ABNA0417164300\nvoorbeeld bv", "", "voorbeeld bv", "NL91ABNA0417164300", ""),
        (
            "NACC0002445588//1234432112344321\nbelasting",
            "0002445588 belasting\n   \nAANGIFTE",
            "belasting",
            "0002445588",
            "AANGIFTE",
        ),
        # Van Lanschot: the account as the reference
        ("NXXX0130045721", "/IBAN/NL91ABNA0417164300/REMI/x", "", "NL91ABNA0417164300", "x"),
        # our own account is not the other side
        ("NMSCNL20INGB0001234567", "rente", "", "", "rente"),
        # no text at all: what stands below
        ("NCHGITM1\nVisa Annual Charge", "", "", "", "Visa Annual Charge"),
        ("NTRFNONREF\n/TRCD/00100/", "", "", "", ""),
    ],
)
def test_the_other_side_in_the_field_itself(
    field: str, text: str, name: str, account: str, remittance: str
) -> None:
    read = entry(f"2611021102C5,00{field}", text)
    assert (read.counterparty_name, read.counterparty_iban, read.remittance) == (name, account, remittance)
    assert read.end_to_end_id in ("", "ITM1")


def test_a_returned_item_is_told_by_its_type() -> None:
    assert entry("2611021102D5,00NRTINONREF").returned
    assert not entry("2611021102D5,00NDDTNONREF").returned


@pytest.mark.parametrize(
    "below, text, original, charges, rate",
    [
        ("/OCMT/USD6,50/", "", Money(650, "USD"), None, ""),
        ("/OCMT/EUR5,25//CHGS/EUR0,25/", "", Money(525, "EUR"), Money(25, "EUR"), ""),
        ("/TRCD/00100/\n/OCMT/USD6,50//EXCH/1,3/", "", Money(650, "USD"), None, "1,3"),
        ("", "/OCMT/USD6,50/EXCH/1,3/CHGS/0,25/REMI/x", Money(650, "USD"), Money(25, "EUR"), "1,3"),
        (
            "",
            "109?00RUECKLASTSCHRIFT?20EREF+E1?21OAMT+4,00?22COAM+1,00?23SVWZ+x",
            Money(400, "EUR"),
            Money(100, "EUR"),
            "",
        ),
        ("", "020?00X?20tekst /CHGS/EUR0,5/", None, Money(50, "EUR"), ""),
        ("/OCMT/nothing/", "", None, None, ""),
        ("/OCMT/USD0,00/", "", None, None, ""),
        ("/OCMT/USD1,2,3/", "", None, None, ""),
    ],
)
def test_what_was_ordered_and_what_was_taken_off(
    below: str, text: str, original: Money | None, charges: Money | None, rate: str
) -> None:
    read = entry(f"2611021102C5,00NTRFNONREF\n{below}", text)
    assert (read.original_amount, read.charges, read.exchange_rate) == (original, charges, rate)
