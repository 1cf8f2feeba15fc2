"""The organisation's colour on the screens: which ink can be read on it, and as which ink it can be read."""

from __future__ import annotations

from tijdig.messaging.house_style import Rgb, contrast, palette

LIGHT_INK: Rgb = (255, 255, 255)
DARK_INK: Rgb = (0, 0, 0)


def ink_on(colour: str) -> str:
    """Return the ink, light or dark, that reads best on "#rrggbb"; always at least 4.5 to 1."""
    ground = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
    best = max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, ground))
    return "#{:02x}{:02x}{:02x}".format(*best)


def style_sheet(colour: str) -> str:
    """Return the style sheet with an organisation's colours: the ground, the ink on it, and it as ink."""
    colours = palette(colour)
    return (
        f":root {{ --house: {colours.accent}; --house-ink: {ink_on(colours.accent)};"
        f" --house-text: {colours.text_on_light}; }}\n"
    )
