"""Setting pages: data come out as text, and what cannot be set is said."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from tests.messaging.cast import HOUSE
from tijdig.messaging.typesetting import PagesNotMade, as_pdf, house_data

AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
SOURCE = b"#let data = json(bytes(sys.inputs.data))\n#text(data.words)"


def test_data_come_out_as_text_and_never_as_markup() -> None:
    pdf = as_pdf(SOURCE, {"words": '#import "secret" *bold* $x$'}, at=AT)
    assert '#import "secret" *bold* $x$' in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_the_same_data_give_the_same_file() -> None:
    assert as_pdf(SOURCE, {"words": "a"}, at=AT) == as_pdf(SOURCE, {"words": "a"}, at=AT)


def test_what_cannot_be_set_says_why() -> None:
    with pytest.raises(PagesNotMade, match="could not be set"):
        as_pdf(b"#let x =", {}, at=AT)


def test_the_house_is_plain_data() -> None:
    assert house_data(HOUSE)["house"]["name"] == HOUSE.name
