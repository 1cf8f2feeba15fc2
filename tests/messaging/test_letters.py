"""Letters: the address where the window is, the code a bank app reads, and no name that breaks the page."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from tests.messaging.cast import DEBTOR, HOUSE, STAGES, a_job, an_invoice
from tijdig.domain.parties import Channel, Language
from tijdig.messaging.composing import House, MessageJob, compose
from tijdig.messaging.letters import Letter, pictures_of, render_batch, render_letters

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
_POINTS_PER_MM = 72 / 25.4


def letter(job: MessageJob | None = None, *, house: House = HOUSE) -> Letter:
    message = compose(replace(job or a_job(), channel=Channel.LETTER), house=house)
    return Letter(message.facts, message.language)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def places(pdf: bytes) -> dict[str, tuple[float, float]]:
    """Where each piece of text of the first page starts: mm from the left, mm from the top."""
    found: dict[str, tuple[float, float]] = {}

    def visit(text: str, page: list[float], run: list[float], _font: object, _size: object) -> None:
        x = run[4] * page[0] + run[5] * page[2] + page[4]
        y = run[4] * page[1] + run[5] * page[3] + page[5]
        for line in filter(None, map(str.strip, text.splitlines())):
            found.setdefault(line, (x / _POINTS_PER_MM, 297 - y / _POINTS_PER_MM))

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
    return found


def code(made: Letter, house: House = HOUSE) -> str:
    """What a bank app reads from the printed letter."""
    picture = Image.open(
        io.BytesIO(pictures_of(render_batch((made,), house=house, at=AT), resolution=150)[0])
    )
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


@cache
def reminder() -> bytes:
    return render_batch((letter(),), house=HOUSE, at=AT)


@pytest.mark.parametrize(
    ("reference", "lines"),
    [
        ("RF18539007547034", ["", "RF18539007547034"]),
        ("010806817183", ["", "010806817183"]),
        ("", ["", "", "2026-00017"]),
    ],
)
def test_a_bank_app_reads_account_amount_and_reference(reference: str, lines: list[str]) -> None:
    read = code(letter(a_job(an_invoice(reference=reference)))).split("\n")
    assert read[:8] == ["BCD", "002", "1", "SCT", "", HOUSE.name, HOUSE.iban, "EUR1234.56"]
    assert read[8:] == lines


def test_a_letter_in_another_currency_has_no_code_and_does_not_speak_of_one() -> None:
    made = letter(a_job(currency="USD"))
    picture = Image.open(
        io.BytesIO(pictures_of(render_batch((made,), house=HOUSE, at=AT), resolution=100)[0])
    )
    assert zxingcpp.read_barcodes(picture) == []
    text = pages(render_batch((made,), house=HOUSE, at=AT))[0]
    assert "QR" not in text
    assert "USD\u00a01.234,56" in text.replace(" ", "\u00a0")


@pytest.mark.parametrize(("country", "left", "right"), [("NL", 20, 105), ("BE", 110, 190)])
def test_the_address_stands_in_the_window(country: str, left: int, right: int) -> None:
    house = replace(HOUSE, country=country)
    made = letter(a_job(to=replace(DEBTOR, contact_name="Piet Proef", country="DE")), house=house)
    found = places(render_batch((made,), house=house, at=AT))
    for line in ("Anna Voorbeeld", "Piet Proef", "Proefstraat 7", "1000 AA Voorbeelddorp", "DE"):
        x, y = found[line]
        assert left <= x <= right - 30, line
        assert 45 <= y <= 85, line


def test_nothing_else_stands_in_the_window() -> None:
    found = places(reminder())
    inside = {line for line, (x, y) in found.items() if 20 <= x <= 105 and 40 <= y <= 90}
    assert inside == {
        "Houtwerf De Verzonnen Plank · Zaagdijk 12 · 3511 AB Utrecht",
        "Anna Voorbeeld",
        "Proefstraat 7",
        "1000 AA Voorbeelddorp",
    }


@pytest.mark.parametrize("language", Language)
def test_a_letter_about_one_invoice_fits_on_one_page_at_every_stage(language: Language) -> None:
    letters = [letter(a_job(an_invoice(stage), language=language)) for stage in STAGES]
    made = pages(render_batch(letters, house=HOUSE, at=AT))
    assert len(made) == len(STAGES)
    assert all("1 / 1" in page and "2026-00017" in page and HOUSE.legal_id in page for page in made)


def test_a_long_overview_goes_on_with_its_heading_and_pages_are_numbered_per_letter() -> None:
    long = letter(a_job(*(an_invoice(number=f"L-{place:03}") for place in range(90))))
    made = pages(render_batch((letter(), long, letter()), house=HOUSE, at=AT))
    assert len(made) >= 5
    assert "1 / 1" in made[0]
    assert "1 / 1" in made[-1]
    for place, page in enumerate(made[1:-1], 1):
        assert f"{place} / {len(made) - 2}" in page
        assert ("Factuurdatum" in page) == ("L-0" in page)
    joined = "".join(made)
    assert all(f"L-{place:03}" in joined for place in range(90))


def test_the_foot_of_each_letter_is_in_its_own_language() -> None:
    made = [letter(a_job(language=language)) for language in (Language.DUTCH, Language.FRENCH)]
    house = replace(HOUSE, country="BE")
    dutch, french = pages(render_batch(made, house=house, at=AT))
    assert "Ondernemingsnummer 12345678" in dutch
    assert "Numéro d’entreprise 12345678" in french


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x")',
        "$ x^2 $ @ref <label> *b* _i_ `raw` // c /* d */ \\ [x] {y} = h - l + n",
        '"], "house": {"name": "other',
        "N" * 70,
        "Łukasz Ðžéß Ωμέγα Привет",
        "שלום עולם",
        "مرحبا بالعالم",
        "\u202eevil \U0001f600 emoji",
        '\\u{1F600} \\n #sys.inputs #read("/etc/passwd")',
    ],
)
def test_no_name_breaks_a_letter_or_becomes_markup(name: str) -> None:
    job = a_job(an_invoice(number=name[:40]), to=replace(DEBTOR, name=name, street=name, number=name[:60]))
    house = replace(HOUSE, name=name, signature=name)
    (pdf,) = render_letters((letter(job, house=house),), house=house, at=AT)
    text = "".join(pages(pdf))
    assert "1.234,56" in text
    if name.isascii():
        assert "".join(name.split())[:24] in "".join(text.split())


def test_a_logo_takes_the_place_of_the_name() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (80, 40), "#c03030").save(picture, "PNG")
    house = replace(HOUSE, logo=picture.getvalue(), logo_type="image/png")
    page = Image.open(
        io.BytesIO(pictures_of(render_batch((letter(house=house),), house=house, at=AT), resolution=50)[0])
    )
    assert (0xC0, 0x30, 0x30) in set(page.convert("RGB").getdata())
    assert PdfReader(io.BytesIO(render_batch((letter(),), house=house, at=AT))).pages[0].images


def test_the_same_letter_is_the_same_file() -> None:
    assert render_letters((letter(), letter()), house=HOUSE, at=AT) == (reminder(), reminder())


def test_a_letter_is_titled_by_its_subject_and_a_batch_by_who_wrote_it() -> None:
    (alone,) = render_letters((letter(),), house=HOUSE, at=AT)
    about = PdfReader(io.BytesIO(alone)).metadata
    assert about is not None
    assert about.title == letter().facts["words"]["subject"]
    many = PdfReader(io.BytesIO(render_batch((letter(), letter()), house=HOUSE, at=AT))).metadata
    assert many is not None
    assert many.title == HOUSE.name
