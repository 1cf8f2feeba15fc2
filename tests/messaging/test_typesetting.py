"""Setting pages: what goes in as data comes out as text, and what cannot be set says why."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from tests.messaging.cast import HOUSE
from tijdig.messaging.typesetting import PagesNotMade, as_pdf, house_data

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
SHOW = b"#let data = json(bytes(sys.inputs.data))\n#text(data.text)"


def test_data_is_shown_as_text_and_never_run() -> None:
    for text in ('#panic("x")', "*b* $x$ @ref", '"], "text": "other'):
        pdf = as_pdf(SHOW, {"text": text}, at=AT)
        assert "".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split()) == "".join(text.split())
        assert as_pdf(SHOW, {"text": text}, at=AT) == pdf


def test_what_cannot_be_set_says_why() -> None:
    with pytest.raises(PagesNotMade, match=r"could not be set.*key"):
        as_pdf(SHOW, {}, at=AT)


def test_the_house_says_on_which_side_the_window_is() -> None:
    assert house_data(HOUSE)["window"] == "left"
    assert house_data(replace(HOUSE, country="BE"))["window"] == "right"
    assert house_data(HOUSE)["house"]["return-line"].startswith(HOUSE.name)
    assert house_data(HOUSE)["logo"] is None
