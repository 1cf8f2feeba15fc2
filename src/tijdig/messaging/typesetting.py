"""Setting pages with Typst, in the house style: one compiler, one set of fonts, for letters and for reports.

Names and texts go in as JSON data and come out as text; nothing a customer or user writes is ever markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import typst
from django.utils.translation import gettext as _

from tijdig.messaging.email_layout import has_logo
from tijdig.messaging.house_style import palette
from tijdig.messaging.values import House

# Where the window of a common envelope is, by the country that sends.
_WINDOWS = {"BE": "right", "FR": "right"}


class PagesNotMade(Exception):
    """A document could not be set. The message says what Typst ran into."""


@cache
def compiler() -> typst.Compiler:
    """Return the compiler, with the fonts inside Typst alone: the same pages on every machine."""
    return typst.Compiler(ignore_system_fonts=True)


def as_pdf(source: bytes, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return the PDF that a Typst source makes of `data` (sys.inputs.data, JSON). Raises PagesNotMade."""
    try:
        made = compiler().compile(
            input=source,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise PagesNotMade(_("The document could not be set: %(detail)s") % {"detail": error}) from error
    if not isinstance(made, bytes):
        raise PagesNotMade(_("The document did not come back as one file."))
    return made


def house_data(house: House) -> dict[str, Any]:
    """Return who writes, in plain data: `house`, the side of the address `window`, and the bytes of the `logo`."""
    colours = palette(house.colour)
    place = " ".join(part for part in (house.postcode, house.city) if part)
    return {
        "house": {
            "name": house.name,
            "signature": house.signature or house.name,
            "accent": colours.accent,
            "ink": colours.text_on_light,
            "return-line": " · ".join(part for part in (house.name, house.street, place) if part),
        },
        "window": _WINDOWS.get(house.country, "left"),
        "logo": list(house.logo) if has_logo(house) else None,
    }
