"""What CODA movements say: free text over three records, each structured type, information records, returns."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from tests.formats import coda_file as made
from tijdig.domain.documents import StatementLine
from tijdig.domain.money import Money
from tijdig.formats import coda

OGM = "123456789002"


def lines(*movements: str) -> tuple[StatementLine, ...]:
    (only,) = coda.read(io.BytesIO(made.content(made.whole(*movements))))
    assert only.rejected == ()
    return only.lines


def line(*movements: str) -> StatementLine:
    (only,) = lines(*movements)
    return only


def structured(
    kind: str, data: str, amount: int = 10_000, back: str = "", code: str = "00150000"
) -> StatementLine:
    """Return the line of a movement whose structured communication runs on over the records it needs."""
    says = f"{kind}{data}"
    records = [made.first(amount, says[:53], structured=True, kind=code)]
    if len(says) > 53 or back:
        records.append(made.second(says[53:106], back=back))
    if len(says) > 106:
        records.append(made.third(says=says[106:]))
    return line(*records)


def test_free_text_runs_on_over_three_records() -> None:
    only = line(
        made.first(1_000, f"{'Factuur':50}202"),
        made.second(f"6-001{'':47}M"),
        made.third("BE72000000001616", "Jansen", "ET DANK"),
    )
    assert only.remittance == "Factuur 2026-001 MET DANK"


@pytest.mark.parametrize(
    "records, text",
    [
        ((made.first(1_000, "x" * 53), made.second("y")), "x" * 53 + "y"),
        ((made.first(1_000, "x" * 53), made.second(" y")), "x" * 53 + " y"),
        ((made.first(1_000, "x"), made.second("y")), "x y"),
        ((made.first(1_000, "x" * 53), made.third(says="z")), "x" * 53 + " z"),
        (
            (made.first(1_000, "x"), made.second("y" * 53), made.third(says="z" * 43)),
            "x " + "y" * 53 + "z" * 43,
        ),
        ((made.first(1_000, "   veel    ruimte  "),), "veel ruimte"),
        ((made.first(1_000, "NOTPROVIDED"),), ""),
        ((made.first(1_000, "+++123/4567/89002+++"),), "+++123/4567/89002+++"),
    ],
)
def test_the_parts_are_joined_where_the_columns_say(records: tuple[str, ...], text: str) -> None:
    assert line(*records).remittance == text


POS = f"{'BAKKERIJ':16}{'GENT':10}"


@pytest.mark.parametrize(
    "kind, data, reference, text",
    [
        ("100", "RF18539007547034", "RF18539007547034", ""),
        ("101", OGM, OGM, ""),
        ("101", "000003505158", "000003505158", ""),
        ("102", f"{OGM}  en dank", OGM, "en dank"),
        ("101", "", "", ""),
        ("103", "000012345678", "", "000012345678"),
        ("106", f"{1_680:015}{8_000:015}{21 * 10**8:012}2{1_680:015}", "", ""),
        ("108", f"{0:015}{'':15}{0:012}010126311226", "", ""),
        ("111", f"{'3123456':10}{'000001011226' * 2}1{POS}", "", "BAKKERIJ GENT"),
        ("114", f"{'3123456':10}{'000001011226':12}12001{POS}{'KAS-7':16}", "", "BAKKERIJ GENT KAS-7"),
        ("115", f"{'6703XXXX':51}{5_000:015} {POS}{OGM}", "", f"BAKKERIJ GENT {OGM}"),
        ("121", f"{1:015}{'010126' * 3}{'':17}{'WISSEL-1':13}", "", "WISSEL-1"),
        ("122", f"0030{0:012}{0:015}1{'WISSEL-2':13}010126", "", "WISSEL-2"),
        ("123", f"010126311226{0:015}{0:012}03651{'BORG-3':13}", "", "BORG-3"),
        ("124", f"{'5412XXXX':20}1{'INV-9':12}{'KLANT-8':15}010126", "", "INV-9 KLANT-8"),
        ("125", f"{'KREDIET-4':27}{0:045}EUR010126311226{0:012}{'TRN-5':13}", "", "KREDIET-4 TRN-5"),
        ("126", f"{'DEPOSITO-6':15}{0:015}", "", "DEPOSITO-6"),
        ("999", "iets nieuws", "", "iets nieuws"),
        ("002", "mededeling van de bank", "", "mededeling van de bank"),
    ],
)
def test_structured_types(kind: str, data: str, reference: str, text: str) -> None:
    only = structured(kind, data)
    assert (only.structured_reference, only.remittance) == (reference, text)
    assert (only.returned, only.mandate_id, only.original_amount) == (False, "", None)


def test_the_original_amount_and_its_rate() -> None:
    data = f"{92_000:015}{100_000:015}{Decimal('1.086956') * 10**8:012.0f}USD{OGM}US{92_000:015}"
    only = structured("105", data, 92_000)
    assert (only.original_amount, only.exchange_rate) == (Money(10_000, "USD"), "1.086956")
    assert only.structured_reference == OGM
    out = structured("105", data, -92_000)
    assert out.original_amount == Money(-10_000, "USD")


@pytest.mark.parametrize(
    "gross, currency, expected",
    [
        (100_000, "EUR", Money(10_000, "EUR")),
        (92_000, "EUR", None),
        (92_000, "   ", None),
        (100_000, "JPY", Money(100, "JPY")),
        (0, "USD", None),
        (100_001, "EUR", None),
    ],
)
def test_an_original_amount_is_told_where_it_is_another(
    gross: int, currency: str, expected: Money | None
) -> None:
    only = structured("105", f"{92_000:015}{gross:015}{10**8:012}{currency}", 92_000)
    assert (only.original_amount, only.exchange_rate) == (expected, "")


def test_a_card_payment_abroad() -> None:
    terminal = f"{'ALFANA':16}{'LONDON':10}"
    data = f"{'9790009204917907':16}1{'000000129198':12}2603252154 7"[:39] + "7" + terminal
    only = structured("113", f"{data}{16_360:015}{118_000_000:012}GBP", -19_305 * 10)
    assert (only.remittance, only.exchange_rate) == ("ALFANA LONDON", "1.18")
    assert only.original_amount == Money(-1_636, "GBP")


def direct_debit(*, unpaid: str = "0", says: str = "", kind: str = " ", reason: str = "") -> str:
    return (
        f"06062410{unpaid}"[:8]
        + unpaid
        + f"{'BE22ZZZ0123456789':35}{'SEPA-000001':35}{says:62}{kind}{reason:4}"
    )


def test_a_sepa_direct_debit_that_was_paid() -> None:
    only = structured("127", direct_debit(says="Premie december 2026", kind="0"), -5_000, code="00501000")
    assert (only.mandate_id, only.remittance) == ("SEPA-000001", "Premie december 2026")
    assert (only.returned, only.return_reason) == (False, "")


@pytest.mark.parametrize(
    "data, back, reason",
    [
        (direct_debit(kind="2", reason="MD06"), "", "MD06"),
        (direct_debit(kind="1", reason="AM04", unpaid="2"), "", "AM04"),
        (direct_debit(kind="3"), "", ""),
        (direct_debit(unpaid="4"), "", ""),
        (direct_debit(reason="MS02"), "", "MS02"),
        (direct_debit(), "2AC04", "AC04"),
        (direct_debit(), "5", ""),
        (direct_debit(unpaid="3"), "2MD06", "MD06"),
        (direct_debit(), " SL01", "SL01"),
    ],
)
def test_a_sepa_direct_debit_that_came_back(data: str, back: str, reason: str) -> None:
    only = structured("127", data, -5_000, back=back)
    assert (only.returned, only.return_reason, only.mandate_id) == (True, reason, "SEPA-000001")


@pytest.mark.parametrize("back", ["", "0", "00000", "0    ", " 0000"])
def test_a_zero_is_no_return(back: str) -> None:
    only = line(made.first(1_000, "x"), made.second(back=back))
    assert (only.returned, only.return_reason) == (False, "")


def test_a_credit_transfer_that_came_back() -> None:
    only = line(made.first(1_000, "terug"), made.second(back="2AC01"))
    assert (only.returned, only.return_reason) == (True, "AC01")


@pytest.mark.parametrize("paid, returned", [("0", False), (" ", False), ("1", True), ("5", True)])
def test_a_direct_debit_of_old(paid: str, returned: bool) -> None:
    only = structured("107", f"740907316152050309{'PAIEMT.BETALING 374191651101':30}{paid}00000876820")
    assert (only.mandate_id, only.remittance) == ("740907316152", "PAIEMT.BETALING 374191651101")
    assert only.returned is returned


@pytest.mark.parametrize(
    "written, read",
    [
        (f"{'BE72000000001616':34}EUR", "BE72000000001616"),
        (f"{'BE72 0000 0000 1616':34}EUR", "BE72000000001616"),
        ("310180203454", "310180203454"),
        ("310180203454 EUR", "310180203454"),
        (f"{'MT84MALT011000012345MTLCAST001SX':34}EUR", "MT84MALT011000012345MTLCAST001SX"),
        ("417164300", "417164300"),
        ("000000000000", ""),
        ("", ""),
    ],
)
def test_the_account_of_the_other_side(written: str, read: str) -> None:
    assert line(made.first(1_000), made.third(written, "X")).counterparty_iban == read


LONG = "Vereniging van Mede-eigenaars Residentie Zeezicht"


@pytest.mark.parametrize(
    "short, full, name",
    [
        (LONG[:35], LONG, LONG),
        ("", LONG, LONG),
        ("Jansen", "Pieters", "Jansen"),
        ("Jansen", "", "Jansen"),
    ],
)
def test_the_name_is_the_one_in_full(short: str, full: str, name: str) -> None:
    only = line(
        made.first(1_000, "x", linked=True),
        made.third("", short),
        made.information(f"001{full:70}", structured=True),
        made.further("2", f"{'Kerkstraat 12':35}{'9000 Gent':35}"),
    )
    assert only.counterparty_name == name
    # An address is no text: 9000 would pass for the number of an invoice.
    assert only.remittance == "x"


def test_all_information_records_are_kept_once_and_run_on() -> None:
    only = line(
        made.first(1_000, "Zie bijlage"),
        made.information(f"{'Europese overschrijving':70}Fac"),
        made.further("2", f"tuur {'2026-0':100}"[:105]),
        made.further("3", "07"),
        made.information("een tweede", key="00010002"),
        made.information(f"001{'Jansen':70}", key="00010003", structured=True),
        made.information("Zie bijlage", key="00010004"),
        made.information(f"002{'van de bank':70}", key="00010005", structured=True),
        made.information("een derde", key="00010006"),
        made.information(f"006{'Kosten':30}EUR{1_000:015}1013", key="00010007", structured=True),
        made.information(f"009{'Eigenlijke Debiteur':70}", key="00010008", structured=True),
    )
    assert only.remittance == (
        "Zie bijlage Europese overschrijving Factuur 2026-0 07 een tweede van de bank een derde Kosten"
        " Eigenlijke Debiteur"
    )
    assert only.counterparty_name == "Jansen"


def test_information_belongs_to_the_payment_before_it() -> None:
    first, second = lines(
        made.first(3_000, kind="20150000", level="1"),
        made.first(1_000, "een", key="00010001", kind="60150000"),
        made.information("bij een", key="00010002"),
        made.first(2_000, "twee", key="00010003", kind="60150000", level="1"),
        made.information("bij twee", key="00010004"),
    )
    assert (first.remittance, second.remittance) == ("een bij een", "twee bij twee")


def test_information_that_starts_in_the_middle_is_kept() -> None:
    assert line(made.first(1_000, "x"), made.further("2", "rest")).remittance == "x rest"


def test_information_without_end_is_cut_and_told() -> None:
    many = [made.information(f"n{place}") for place in range(2_000)]
    (only,) = coda.read(io.BytesIO(made.content(made.whole(made.first(1_000), *many))))
    assert [each.reason for each in only.rejected] == ["the movement has more than 500 information records"]
    assert only.lines[0].remittance.split()[-1] == "n500"


def test_words_for_nothing_are_nothing() -> None:
    assert line(made.first(1_000), made.second(customer="NOTPROVIDED")).end_to_end_id == ""
