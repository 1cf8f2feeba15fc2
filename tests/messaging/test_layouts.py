"""The e-mail and the text: escaped, compact, readable in the house's colour, light or dark."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messaging.cast import DEBTOR, HOUSE, a_job, an_invoice
from tijdig.domain.parties import Language
from tijdig.messaging import house_style
from tijdig.messaging.composing import compose
from tijdig.messaging.content import content_of, payment_payload, print_reference
from tijdig.messaging.email_layout import as_html, has_logo
from tijdig.messaging.house_style import contrast, palette
from tijdig.messaging.text_layout import as_text, house_lines

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


class _Tags(HTMLParser):
    """Collects the tags of a page, and complains when they do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in {"meta", "br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> set[str]:
    parser = _Tags()
    parser.feed(html)
    assert parser.open == []
    return parser.seen


def test_hostile_names_are_shown_and_never_run() -> None:
    house = replace(HOUSE, name=EVIL, sender_name=EVIL, signature=EVIL, phone=EVIL, street=EVIL, colour=EVIL)
    to = replace(DEBTOR, name=EVIL, number=EVIL)
    item = an_invoice(number=EVIL[:60], reference=EVIL[:60])
    message = compose(a_job(item, replace(item, item_id=2, number="B"), to=to), house=house)
    assert tags(message.html).isdisjoint({"script", "img"})
    assert "&lt;script&gt;" in message.html
    assert "<script>" in message.text


def test_a_page_is_small_whole_and_carries_nothing_from_elsewhere() -> None:
    items = [an_invoice(number=f"2026-{place:05d}") for place in range(200)]
    html = compose(a_job(*items), house=HOUSE).html
    assert len(html.encode()) < 100_000
    assert len(compose(a_job(), house=HOUSE).html.encode()) < 6_000
    assert tags(html) >= {"table", "h2", "title"}
    assert "http://" not in html
    assert "src=" not in html
    assert 'content="light dark"' in html
    assert "prefers-color-scheme:dark" in html


def test_the_payment_box_stands_before_the_overview() -> None:
    html = compose(a_job(), house=HOUSE).html
    assert html.index('class="b"') < html.index('class="t"') < html.index("Zo betaalt u")


def test_a_logo_is_shown_by_its_content_id_with_the_name_as_text() -> None:
    with_logo = replace(HOUSE, logo=b"\x89PNG", logo_type="image/png")
    html = compose(a_job(), house=with_logo).html
    assert f'<img src="cid:logo" alt="{HOUSE.name}"' in html
    assert has_logo(with_logo)
    assert not has_logo(replace(with_logo, logo_type="image/svg+xml"))
    assert not has_logo(HOUSE)


def test_both_layouts_are_made_again_from_the_stored_facts_alone() -> None:
    message = compose(a_job(an_invoice(reference="RF18539007547034"), an_invoice(number="B")), house=HOUSE)
    content = content_of(message.facts, message.language)
    assert as_html(content, HOUSE) == message.html
    assert as_text(content, HOUSE) == message.text


def test_who_writes_is_named_with_address_and_numbers() -> None:
    content = content_of(compose(a_job(), house=HOUSE).facts, Language.DUTCH)
    assert house_lines(content.labels, HOUSE) == (
        "Houtwerf De Verzonnen Plank",
        "Zaagdijk 12, 3511 AB Utrecht",
        "030\u00a0123\u00a045\u00a067 · administratie@houtwerf.example · https://houtwerf.example",
        "KvK 12345678 · Btw NL001234567B01",
    )
    assert "Ondernemingsnummer" in house_lines(content.labels, replace(HOUSE, country="BE"))[3]
    assert (
        house_lines(content.labels, replace(HOUSE, legal_id="", vat_number="", street="", phone=""))[1]
        == "3511 AB Utrecht"
    )


@pytest.mark.parametrize(
    ("reference", "printed"),
    [
        ("010806817183", "+++010/8068/17183+++"),
        ("RF18539007547034", "RF18 5390 0754 7034"),
        ("2026-00017", "2026-00017"),
    ],
)
def test_a_reference_is_printed_as_people_know_it(reference: str, printed: str) -> None:
    assert print_reference(reference) == printed


def test_a_payment_the_scheme_has_no_room_for_has_no_code() -> None:
    euros = compose(a_job(), house=HOUSE).facts
    dollars = compose(a_job(currency="USD"), house=HOUSE).facts
    assert payment_payload(euros) is not None
    assert payment_payload(dollars) is None


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_any_colour_is_made_readable(colour: str) -> None:
    made = palette(colour)
    rgb = house_style._parse
    assert made.accent == colour
    assert contrast(rgb(made.text_on_light), (255, 255, 255)) >= 4.5
    assert contrast(rgb(made.text_on_dark), (28, 30, 34)) >= 4.5


def test_a_readable_colour_is_left_as_it_is_and_no_colour_is_the_usual_one() -> None:
    assert palette("#1f5fbf").text_on_light == "#1f5fbf"
    assert palette("red;}body{").accent == "#1f5fbf"
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
