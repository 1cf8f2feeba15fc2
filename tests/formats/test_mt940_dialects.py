"""The :86: of MT940, bank by bank: what each tells, also where the bank broke its lines."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tijdig.formats.mt940 import dialects
from tijdig.formats.mt940.details import Details, marked_reference, unwrapped

OTHER = "NL91ABNA0417164300"


def wrapped(text: str, first: int = 65) -> str:
    return "\n".join([text[:first], *(text[start : start + 65] for start in range(first, len(text), 65))])


def told(text: str, credit: bool = True) -> dict[str, object]:
    found, nothing = dialects.details(text, credit), Details()
    said = ((field.name, getattr(found, field.name)) for field in fields(Details))
    return {name: value for name, value in said if value != getattr(nothing, name)}


SLASHES: dict[str, tuple[str, dict[str, object]]] = {
    "ABN AMRO transfer": (
        f"/TRTP/SEPA OVERBOEKING/IBAN/{OTHER}/BIC/ABNANL2A/NAME/Bakkerij De Hoek/REMI/Factuur 2026-17 en 2026-18"
        "/EREF/NOTPROVIDED",
        {"name": "Bakkerij De Hoek", "account": OTHER, "remittance": "Factuur 2026-17 en 2026-18"},
    ),
    "ABN AMRO iDEAL, the last value an ordering party": (
        f"/TRTP/IDEAL/IBAN/{OTHER}/BIC/ABNANL2A/NAME/Bakkerij/REMI/0030000322071306 18-06-26/EREF/INNDNL2U2000"
        "/ORDP//ID/1234567890AQCDEF",
        {
            "name": "Bakkerij",
            "account": OTHER,
            "remittance": "0030000322071306 18-06-26",
            "end_to_end_id": "INNDNL2U2000",
        },
    ),
    "ABN AMRO acceptgiro": (
        f"/TRTP/ACCEPTGIROBETALING/IBAN/{OTHER}/BIC/INGBNL2A/NAME/BELASTINGDIENST/REMI/ISSUER: CUR                  "
        "REF: 4420043232693268/EREF/NOTPROVIDED",
        {"name": "BELASTINGDIENST", "account": OTHER, "reference": "4420043232693268"},
    ),
    "ABN AMRO direct debit with a slash and an invoice in its text": (
        f"/TRTP/SEPA INCASSO ALGEMEEN DOORLOPEND/CSID/NL36ZZZ123456780000/NAME/Stroom/Gas B.V./MARF/M-7/1/REMI/"
        f"/INV/15116 1.12.2026/IBAN/{OTHER}/BIC/DEUTNL2AXXX/EREF/E/7",
        {
            "name": "Stroom/Gas B.V.",
            "account": OTHER,
            "remittance": "INV/15116 1.12.2026",
            "mandate_id": "M-7/1",
            "end_to_end_id": "E/7",
        },
    ),
    "ABN AMRO direct debit that came back": (
        f"/RTYP/SEPA Incasso Terugboeking/MARF/M-7/RTRN/ AM04/IBAN/ {OTHER}/NAME/Bakkerij/REMI/Termijn 3/EREF/E-7",
        {
            "name": "Bakkerij",
            "account": OTHER,
            "remittance": "Termijn 3",
            "mandate_id": "M-7",
            "end_to_end_id": "E-7",
            "returned": True,
            "return_reason": "AM04",
        },
    ),
    "ABN AMRO transfer that came back": (
        f"/TRTP/SEPA TERUGBOEKING/IBAN/{OTHER}/BIC/ABNANL2A/NAME/Bakkerij/REMI/Terug",
        {"name": "Bakkerij", "account": OTHER, "remittance": "Terug", "returned": True},
    ),
    "ABN AMRO batch": (
        "/TRTP/SEPA BATCH/PREF/109180/NRTX/162",
        {"remittance": "SEPA BATCH", "batch": "109180"},
    ),
    "one payment of a batch is none": (
        "/PREF/109180/EREF/E-7/REMI/x",
        {"remittance": "x", "end_to_end_id": "E-7"},
    ),
    "a batch of one is none": ("/TRTP/SEPA BATCH/PREF/109180/NRTX/1", {"remittance": "SEPA BATCH"}),
    "ING transfer": (
        f"/EREF/E2E-7//CNTP/{OTHER}/ABNANL2A/Bakkerij De Hoek/AMSTERDAM//REMI/USTD//Factuur 2026/17, 5/6/",
        {
            "name": "Bakkerij De Hoek",
            "account": OTHER,
            "remittance": "Factuur 2026/17, 5/6",
            "end_to_end_id": "E2E-7",
        },
    ),
    "ING, a slash in the name": (
        f"/CNTP/{OTHER}/ABNANL2A/Hr A/Mw B Hoek/AMSTERDAM//REMI/USTD//x/",
        {"name": "Hr A/Mw B Hoek", "account": OTHER, "remittance": "x"},
    ),
    "ING reference": (
        f"/EREF/158140160//CNTP/{OTHER}/ABNANL2A/Bakkerij///REMI/STRD/CUR/9001123412341234/",
        {"name": "Bakkerij", "account": OTHER, "reference": "9001123412341234", "end_to_end_id": "158140160"},
    ),
    "ING RF reference": (
        "/REMI/STRD/ISO/RF18 5390 0754 7034/",
        {"reference": "RF18539007547034"},
    ),
    "ING direct debit that came back": (
        f"/RTRN/MS03//EREF/E-7//MARF/M-7//CSID/NL32ZZZ999999991234//CNTP/{OTHER}/INGBNL2A/Bakkerij///REMI/USTD//Termijn/"
        "/PURP/OTHR/",
        {
            "name": "Bakkerij",
            "account": OTHER,
            "remittance": "Termijn",
            "end_to_end_id": "E-7",
            "mandate_id": "M-7",
            "returned": True,
            "return_reason": "MS03",
        },
    ),
    "ING batch": (
        "/PREF/M000000003333333//REMI/USTD//TOTAAL 14 POSTEN/",
        {"remittance": "TOTAAL 14 POSTEN", "batch": "M000000003333333"},
    ),
    "Triodos card, without name": (
        "/CNTP/DE83700111109999999999///REMI/USTD//Order 7/",
        {"account": "DE83700111109999999999", "remittance": "Order 7"},
    ),
    "Triodos, nothing of the other side": (
        "/CNTP////EREF/NOTPROVIDED//REMI/USTD//Order 7/",
        {"remittance": "Order 7"},
    ),
    "Rabobank credit": (
        "/EREF/1407220203722001/ORDP//NAME/COMPANY B V/ADDR/STATIONSSTRAAT 79 3811 MH NL/REMI/2037 201407-323"
        "/201407-327/ISDT/2026-07-23",
        {
            "name": "COMPANY B V",
            "remittance": "2037 201407-323/201407-327",
            "end_to_end_id": "1407220203722001",
        },
    ),
    "Rabobank direct debit that came back": (
        "/MARF/M-7/EREF/E-7/RTRN/AM04/BENM//NAME/Bakkerij/REMI/Termijn 3/CSID/NL32ZZZ999999991234/ISDT/2026-07-23",
        {
            "name": "Bakkerij",
            "remittance": "Termijn 3",
            "mandate_id": "M-7",
            "end_to_end_id": "E-7",
            "returned": True,
            "return_reason": "AM04",
        },
    ),
    "Rabobank, REMI twice": (
        "/EREF/E-7/ORDP//NAME/STG. SEPAY/ADDR/Straat 9/REMI//REMI/AFREK. BETAALAUTOMAAT",
        {"name": "STG. SEPAY", "remittance": "AFREK. BETAALAUTOMAAT", "end_to_end_id": "E-7"},
    ),
    "Rabobank, on whose behalf": (
        "/EREF/E-7/ORDP//NAME/Incassobureau/REMI/x/ULTD//NAME/Bakkerij",
        {"name": "Incassobureau", "remittance": "x", "end_to_end_id": "E-7"},
    ),
    "Rabobank, another account": (
        f"/ACCW/{OTHER},ABNANL2A/ORDP//NAME/Bakkerij/REMI/1000122-P5549161",
        {"name": "Bakkerij", "account": OTHER, "remittance": "1000122-P5549161"},
    ),
    "Knab without an IBAN": (
        "/TRTP/SEPA OVERBOEKING/BBAN/53851317/BIC/KNABNL2HXXX/NAME/NAAM B.V./REMI/OPNAME",
        {"name": "NAAM B.V.", "account": "53851317", "remittance": "OPNAME"},
    ),
    "Van Lanschot": (
        f"/TRTP/SEPA Incasso/CSID/NL72BAS555444333000/NAME/BEN/MARF/BEN1234/IBAN/{OTHER}/BIC/RABONL2U/REMI/Kenmerk: "
        "1234.4321/EREF/1234432100005555",
        {
            "name": "BEN",
            "account": OTHER,
            "remittance": "Kenmerk: 1234.4321",
            "mandate_id": "BEN1234",
            "end_to_end_id": "1234432100005555",
        },
    ),
    "a text with a Belgian reference": (
        f"/TRTP/SEPA OVERBOEKING/IBAN/{OTHER}/NAME/Bakkerij/REMI/+++010/8068/17183+++",
        {
            "name": "Bakkerij",
            "account": OTHER,
            "remittance": "+++010/8068/17183+++",
            "reference": "010806817183",
        },
    ),
}


@pytest.mark.parametrize("text, expected", SLASHES.values(), ids=SLASHES.keys())
def test_codewords_between_slashes(text: str, expected: dict[str, object]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize("text, expected", SLASHES.values(), ids=SLASHES.keys())
@pytest.mark.parametrize("first", [61, 65])
def test_wherever_a_bank_breaks_its_lines_it_tells_the_same(
    text: str, expected: dict[str, object], first: int
) -> None:
    assert told(wrapped(text, first)) == expected
    for lost in range(1, 5):  # another break in each codeword
        padded = text.replace("/REMI/", f"/{'REMI'[:lost]}\n{'REMI'[lost:]}/") if "/REMI/" in text else text
        assert told(padded) == expected


def test_of_two_parties_the_other_side_counts() -> None:
    text = f"/EREF/E/ORDP//NAME/Payer/IBAN/{OTHER}/BENM//NAME/Payee/REMI/x"
    assert told(text, credit=True)["name"] == "Payer"
    assert told(text, credit=False)["name"] == "Payee"


def test_the_parts_of_a_party() -> None:
    text = "/BENM/300000003998473\n/TELEKOM AD - SKOPJE\n/5,6//0264\n/Pl.po osnov"
    assert told(text) == {"name": "TELEKOM AD - SKOPJE", "account": "300000003998473"}


def test_amounts_and_then_text() -> None:
    assert told("/OCMT/USD2853,12/\nPAYMENT OF INVOICES 204011665") == {
        "original": "USD2853,12",
        "remittance": "/OCMT/USD2853,12/ PAYMENT OF INVOICES 204011665",
    }


def test_a_party_without_a_name_of_its_own() -> None:
    assert told(" /XXXX//100924\n /ORDP/SOME BANK AB\n /REMI/OUR REF: 03MT") == {
        "name": "SOME BANK AB",
        "remittance": "OUR REF: 03MT",
    }


@pytest.mark.parametrize(
    "text, whole",
    [
        ("a" * 65 + "\nb", "a" * 65 + "b"),
        ("a" * 61 + "\nb", "a" * 61 + "b"),
        ("a" * 64 + "\nb", "a" * 64 + " b"),  # the bank left out the space at its end
        ("NR.201303-111\nNR.201303-112", "NR.201303-111 NR.201303-112"),
        ("text\n/NAME/x", "text/NAME/x"),
        ("text/\nx", "text/x"),
        ("text/RE\nMI/x", "text/REMI/x"),
        ("text\n x", "text x"),
        ("text", "text"),
    ],
)
def test_a_line_that_is_not_full_ended_at_a_space(text: str, whole: str) -> None:
    assert unwrapped(text) == whole


GERMAN: dict[str, tuple[str, dict[str, object]]] = {
    "credit": (
        "166?00GUTSCHRIFT?100399?20EREF+E2E-7?21MREF+M-7?22CRED+DE98ZZZ09999999999?23SVWZ+Rechnung 2026-17 Kund"
        "?24ennummer 4711?30DRESDEFF508?31DE14508800500194785000?32Karl Muster?33mann GmbH",
        {
            "name": "Karl Muster mann GmbH",
            "account": "DE14508800500194785000",
            "remittance": "Rechnung 2026-17 Kund ennummer 4711",
            "end_to_end_id": "E2E-7",
            "mandate_id": "M-7",
        },
    ),
    "full subfields run on, others end at a space": (
        "166?00GUTSCHRIFT?20SVWZ+E-MOBILITY ABRECHNUNG?21NR. 28 ZU VERTRAG 9433, KUN?22DENNUMMER 1"
        "?32Richter Renate 70 Zeichen B?33eginn",
        {
            "name": "Richter Renate 70 Zeichen Beginn",
            "remittance": "E-MOBILITY ABRECHNUNG NR. 28 ZU VERTRAG 9433, KUNDENNUMMER 1",
        },
    ),
    "without codewords": (
        "051?00UEBERWEISUNG?100599?20Gehalt Oktober?21Firma?3050060400?310847564700?32MUELLER?34339",
        {"name": "MUELLER", "account": "0847564700", "remittance": "Gehalt Oktober Firma"},
    ),
    "codewords with a colon": (
        "105?00LASTSCHRIFT?20EREF: E2E-77 MREF: M-7 CRED?21: DE98ZZZ09999999999 SVWZ: ?22Beitrag?60 2026",
        {"remittance": "Beitrag 2026", "end_to_end_id": "E2E-77", "mandate_id": "M-7"},
    ),
    "no text": ("152?00GUTSCHRIFT?32Max", {"name": "Max", "remittance": "GUTSCHRIFT"}),
    "no code in front": ("?20Rechnung?32Max", {"name": "Max", "remittance": "Rechnung"}),
    "a direct debit that came back": (
        "109?00SEPA-DD SOLL RUECKBEL. CORE?1097186?20EREF+E2ED109?21MREF+MANDATE0109?22SVWZ+RETURN 4711"
        "?30COBADEFF505?31DE98500400000331466300?32MAX MUSTERMANN?34912",
        {
            "name": "MAX MUSTERMANN",
            "account": "DE98500400000331466300",
            "remittance": "RETURN 4711",
            "end_to_end_id": "E2ED109",
            "mandate_id": "MANDATE0109",
            "returned": True,
            "return_reason": "MD06",
        },
    ),
    "the reason in its text": (
        "108?00RUECKLASTSCHRIFT?20SVWZ+AC04 KONTO AUFGELOEST?34902",
        {"remittance": "AC04 KONTO AUFGELOEST", "returned": True, "return_reason": "AC04"},
    ),
    "a key nobody knows": (
        "159?00RETOURE?20SVWZ+Grund?34977",
        {"remittance": "Grund", "returned": True, "return_reason": "977"},
    ),
    "told by its words alone": (
        "079?00SAMMLER/STORNO?109800?200904059003",
        {"remittance": "0904059003", "returned": True},
    ),
    "a payer who writes of a return": (
        "166?00GUTSCHRIFT?20SVWZ+STORNO MS03?34000",
        {"remittance": "STORNO MS03"},
    ),
    "a batch": (
        "191?00SEPA-UEBERW?20KREF+TFNr 01005 PayId?21MTLG:Datei mit 5 Zahlungen",
        {"remittance": "SEPA-UEBERW", "batch": "TFNr 01005 PayId MTLG:Datei mit 5 Zahlungen"},
    ),
    "another sign": (
        "000+20Plata           +30302410000+31RO89RZBR0000060003480121+32RUSSMEDIA PRESS SRL+33/+23PLATA FACT 4603309",
        {
            "name": "RUSSMEDIA PRESS SRL",
            "account": "RO89RZBR0000060003480121",
            "remittance": "Plata PLATA FACT 4603309",
        },
    ),
    "Triodos": (
        "000>100987654321>20ALGEMENE TUSSENREKENING KOS>21TEN VAN 01-10-2026>310390123456",
        {"account": "0987654321", "remittance": "ALGEMENE TUSSENREKENING KOSTEN VAN 01-10-2026"},
    ),
    "Triodos with an IBAN": (
        f"000>100000000000>20ABNANL2A>21{OTHER}>22BETAALVERZOEK>311234567890",
        {"account": OTHER, "remittance": "BETAALVERZOEK"},
    ),
    "Triodos with a BIC alone": (
        "000>100000000000>20ABNANL2A>21BETAALVERZOEK",
        {"remittance": "BETAALVERZOEK"},
    ),
}


@pytest.mark.parametrize("text, expected", GERMAN.values(), ids=GERMAN.keys())
def test_numbered_subfields(text: str, expected: dict[str, object]) -> None:
    assert told(text) == expected
    assert told(wrapped(text)) == expected


WORDS: dict[str, tuple[str, dict[str, object]]] = {
    "ABN AMRO columns": (
        f"SEPA OVERBOEKING                 IBAN: {OTHER}\n"
        "BIC: ABNANL2A                    NAAM: BAKKERIJ DE HOEK B.V.\n"
        "OMSCHRIJVING: 1412DEC 2026 CONSU LTING\n"
        "KENMERK: 7541410",
        {
            "name": "BAKKERIJ DE HOEK B.V.",
            "account": OTHER,
            "remittance": "1412DEC 2026 CONSULTING",
            "end_to_end_id": "7541410",
        },
    ),
    "ABN AMRO columns on one line, small letters": (
        f"SEPA Overboeking                 IBAN: {OTHER}         BIC: ABNANL2A                    Naam: Bakkerij",
        {"name": "Bakkerij", "account": OTHER, "remittance": "SEPA Overboeking"},
    ),
    "ABN AMRO direct debit": (
        "SEPA INCASSO ALGEMEEN DOORLOPEND INCASSANT: NL40ZZZ878787780000\n"
        "NAAM: BAKKERIJ DE HOEK          MACHTIGING: BHV001\n"
        "OMSCHRIJVING: MAANDTERMIJN JANUA RI\n"
        f"IBAN: {OTHER}         KENMERK: AA 2026-11-11 10:20:47/\n0000000007",
        {
            "name": "BAKKERIJ DE HOEK",
            "account": OTHER,
            "remittance": "MAANDTERMIJN JANUARI",
            "mandate_id": "BHV001",
            "end_to_end_id": "AA 2026-11-11 10:20:47/0000000007",
        },
    ),
    "ABN AMRO acceptgiro": (
        f"SEPA OVERBOEKING                 IBAN: {OTHER}\n"
        "BIC: INGBNL2A                    NAAM: BELASTINGDIENST\nBETALINGSKENM.: 1234123412345678",
        {"name": "BELASTINGDIENST", "account": OTHER, "reference": "1234123412345678"},
    ),
    "ABN AMRO return": (
        f"SEPA INCASSO TERUGBOEKING        IBAN: {OTHER}\nNAAM: BAKKERIJ\nMACHTIGING: M-7\nREDEN: MD06",
        {
            "name": "BAKKERIJ",
            "account": OTHER,
            "remittance": "SEPA INCASSO TERUGBOEKING",
            "mandate_id": "M-7",
            "returned": True,
            "return_reason": "MD06",
        },
    ),
    "a payer who starts with SEPA": ("SEPA is mooi", {"remittance": "SEPA is mooi"}),
    "Giro, its kenmerk over two lines": (
        "GIRO   428428 KPN BV             BETALINGSKENM.  000000018503995\n"
        "5109227317                       BETREFT FACTUUR D.D. 20-06-2026\nINCL. 1,20 BTW",
        {
            "name": "KPN BV",
            "account": "428428",
            "reference": "0000000185039955",
            "remittance": "BETALINGSKENM. 000000018503995 5109227317 BETREFT FACTUUR D.D. 20-06-2026 INCL. 1,20 BTW",
        },
    ),
    "an account with dots, its kenmerk over two columns": (
        "64.45.12.113 G.B. ROTTERDAM     AANSLAGBILJETNUMMER 30076145\n"
        "BETALINGSKENMERK 0000 0000       3007 6145 MOZARTLN 136 WOZ2026",
        {
            "name": "G.B. ROTTERDAM",
            "account": "644512113",
            "reference": "0000000030076145",
            "remittance": "AANSLAGBILJETNUMMER 30076145 BETALINGSKENMERK 0000 0000 3007 6145 MOZARTLN 136 WOZ2026",
        },
    ),
    "SNS": (
        f"{OTHER} bakkerij de hoek\n{' ' * 65}\n{'Factuur 17227/248/20':65}\n{' ' * 65}",
        {"name": "bakkerij de hoek", "account": OTHER, "remittance": "Factuur 17227/248/20"},
    ),
    "SNS card": (
        f" \n{' ' * 65}\n{'Winkel >STAD 27.12.2026':65}\n",
        {"remittance": "Winkel >STAD 27.12.2026"},
    ),
    "SNS direct debit": (
        f"{OTHER} watermij nv\n{' ' * 65}\n"
        + wrapped(
            "Europese incasso door:WATERMIJ NV NL-Factuurnr 072304597540 van november en zo-Incassant ID: "
            "NL84ZZZ050695810000-Kenmerk Machtiging: M-7"
        ),
        {
            "name": "watermij nv",
            "account": OTHER,
            "remittance": "Factuurnr 072304597540 van november en zo",
            "mandate_id": "M-7",
        },
    ),
    "ASN, codewords below": (
        f"{OTHER} tankpas bv\n{' ' * 65}\n"
        + wrapped(
            f"/TRTP/Zakelijke Europese Incasso/CSID/NL36ZZZ340698640000/NAME/TANKPAS BV/MARF/MTC244K/REMI/Relatie"
            f" 1755481/Factuurnr.7903792/IBAN/{OTHER}/BIC/ABNANL2A/EREF/1755481/5570"
        ),
        {
            "name": "tankpas bv",
            "account": OTHER,
            "remittance": "Relatie 1755481/Factuurnr.7903792",
            "mandate_id": "MTC244K",
            "end_to_end_id": "1755481/5570",
        },
    ),
    "Knab": (
        f"FACTUUR 201403110, 201403113\nREK: {OTHER}/NAAM: BAKKERIJ B.V.",
        {"name": "BAKKERIJ B.V.", "account": OTHER, "remittance": "FACTUUR 201403110, 201403113"},
    ),
    "Knab card": (
        "03-12-2026 16:04 PAS: 1122\nNAAM: BAKKER",
        {"name": "BAKKER", "remittance": "03-12-2026 16:04 PAS: 1122"},
    ),
    "Knab, nothing but the party": (f"REK: {OTHER}/NAAM: BAKKERIJ", {"name": "BAKKERIJ", "account": OTHER}),
    "old ING": (
        "0675432198 BAKKERIJ AMSTERDAM KN:3300169406045025",
        {
            "account": "0675432198",
            "remittance": "BAKKERIJ AMSTERDAM KN:3300169406045025",
            "reference": "3300169406045025",
        },
    ),
    "old ING with an IBAN": (
        f"0123456789 {OTHER} ABNANL2A Bakkerij De Hoek \n20120123456789 Factuurnr 123456",
        {"name": "Bakkerij De Hoek", "account": OTHER, "remittance": "20120123456789 Factuurnr 123456"},
    ),
    "old ING, kenmerk": (
        "0111111111 BAKKERIJ KERKSTRAAT 1154 1234 BW\nENSCHEDE BET.KENM. 1004510036716378 3305330802",
        {
            "account": "0111111111",
            "reference": "1004510036716378",
            "remittance": "BAKKERIJ KERKSTRAAT 1154 1234 BW ENSCHEDE BET.KENM. 1004510036716378 3305330802",
        },
    ),
    "Belgian text": (
        "EUROPESE OVERSCHRIJVING VAN BE68 5390 0754 7034\nBAKKERIJ DE HOEK\nMEDEDELING: ***010/8068/17183***",
        {
            "account": "BE68539007547034",
            "reference": "010806817183",
            "remittance": "EUROPESE OVERSCHRIJVING VAN BE68 5390 0754 7034 BAKKERIJ DE HOEK "
            "MEDEDELING: ***010/8068/17183***",
        },
    ),
    "Belgian return": (
        "DOMICILIATION IMPAYEE BE68539007547034 COMPTE CLOTURE",
        {
            "account": "BE68539007547034",
            "remittance": "DOMICILIATION IMPAYEE BE68539007547034 COMPTE CLOTURE",
            "returned": True,
        },
    ),
    "a payer who writes of a return": ("graag terug: STORNO", {"remittance": "graag terug: STORNO"}),
    "an account far in the text is the payer's": (
        f"{'tekst ' * 20}{OTHER}",
        {"remittance": f"{'tekst ' * 20}{OTHER}"},
    ),
    "no text": ("   \n  ", {}),
}


@pytest.mark.parametrize("text, expected", WORDS.values(), ids=WORDS.keys())
def test_banks_that_write_in_words(text: str, expected: dict[str, object]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text, reference",
    [
        ("***010/8068/17183***", "010806817183"),
        ("+++010/8068/17183+++", "010806817183"),
        ("*** 010/8068/\n17183 ***", "010806817183"),
        ("***010806817183***", "010806817183"),
        ("***010/8068/17184***", ""),  # not valid: a typing error, or no OGM
        ("010/8068/17183", ""),  # not marked
        ("1234567812345678", ""),
        ("Betalingskenmerk: 1234567812345678 van 2026", "1234567812345678"),
        ("BETALINGSKENM. 1234567\n812345678", "1234567812345678"),
        ("BETALINGSKENM. 123456\n7812345678", "1234567812345678"),
        ("BETALINGSKENMERK 1234 5678 1234 5678 2026", "1234567812345678"),
        ("BETALINGSKENMERK 1234567812345678 2026", "1234567812345678"),
        ("BETALINGSKENM. 231732", ""),
        ("BETALINGSKENM. onbekend", ""),
        ("KN 1234567", ""),
    ],
)
def test_a_reference_counts_where_the_text_marks_it(text: str, reference: str) -> None:
    assert marked_reference(text) == reference
