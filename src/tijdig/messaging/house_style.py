"""The organisation's colour, made safe to read: on white paper and on a dark screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_DEFAULT = "#1f5fbf"
# WCAG 2.2, success criterion 1.4.3: contrast of text.
_LEAST_CONTRAST = 4.5
_WHITE = (255, 255, 255)
_DARK_GROUND = (28, 30, 34)

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as "#rrggbb", each readable where it is used."""

    accent: str
    """As chosen; for lines."""
    text_on_light: str
    """The accent as text on white."""
    text_on_dark: str
    """The accent as text on a dark screen."""


@lru_cache(maxsize=256)
def palette(colour: str) -> Palette:
    """Return the readable colours made from an organisation's colour; Tijdig's blue when it is not one."""
    chosen = _parse(colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else _DEFAULT)
    return Palette(
        accent=_hex(chosen),
        text_on_light=_hex(_readable(chosen, on=_WHITE, towards=(0, 0, 0))),
        text_on_dark=_hex(_readable(chosen, on=_DARK_GROUND, towards=_WHITE)),
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    parts = [value / 255 for value in colour]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable(colour: Rgb, *, on: Rgb, towards: Rgb) -> Rgb:
    """Return `colour` moved towards another one, no further than needed to be read on `on`."""
    for step in range(21):
        share = step / 20
        moved = tuple(round(a + (b - a) * share) for a, b in zip(colour, towards, strict=True))
        if contrast((moved[0], moved[1], moved[2]), on) >= _LEAST_CONTRAST:
            return moved[0], moved[1], moved[2]
    return towards


def _parse(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
