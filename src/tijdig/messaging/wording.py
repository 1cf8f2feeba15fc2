"""The words of a message: preset Liquid templates, parsed once, filled with plain values.

What a template makes is plain text. Layout and escaping belong to the e-mail and the letter, so no value a
customer can influence ever reaches a template's syntax or becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from liquid import Environment, StrictUndefined
from liquid.exceptions import LiquidError

from tijdig.domain.followup import Stage
from tijdig.domain.parties import Language

# A value never holds it: `language.clean` takes control characters out.
_BETWEEN = "\x1e"
_SECTIONS = ("greeting", "subject", "lead", "pay", "tell", "close")
# No filter that searches and replaces, encodes, or touches lists: those make text nobody foresaw.
_FILTERS = frozenset(
    {"append", "capitalize", "default", "downcase", "prepend", "strip", "truncate", "upcase"}
)
_TAGS = frozenset({"#", "assign", "case", "comment", "content", "if", "illegal", "output", "unless"})

Values = Mapping[str, str | int | bool]


class WordsInvalid(ValueError):
    """A template's text is not in order, or asks for a value that is not given."""


class _WordsEnvironment(Environment):
    context_depth_limit = 5
    loop_iteration_limit = 100
    local_namespace_limit = 10_000
    output_stream_limit = 20_000
    block_nesting_limit = 6


def _environment() -> Environment:
    environment = _WordsEnvironment(undefined=StrictUndefined)
    environment.filters = {name: made for name, made in environment.filters.items() if name in _FILTERS}
    environment.tags = {name: tag for name, tag in environment.tags.items() if name in _TAGS}
    return environment


_ENVIRONMENT = _environment()


@dataclass(frozen=True, slots=True)
class Words:
    """The filled words of one message, section by section; paragraphs are split by an empty line."""

    greeting: str
    subject: str
    lead: str
    pay: str
    tell: str
    close: str


class Wording:
    """One template, parsed: the words of a stage in a language, of one version."""

    def __init__(self, source: str, *, key: str, language: Language) -> None:
        """Raises WordsInvalid when the version or a section lacks, or the Liquid is wrong."""
        first, _, rest = source.partition("\n")
        version = re.fullmatch(r"version (\d+)", first.strip())
        parts = re.split(r"^== (\w+)\n", rest, flags=re.MULTILINE)
        if version is None or tuple(parts[1::2]) != _SECTIONS:
            raise WordsInvalid(
                f"The words {key}/{language} need a version and the sections {', '.join(_SECTIONS)}."
            )
        self.template = f"{key}/{language}/{version[1]}"
        try:
            self._parsed = _ENVIRONMENT.from_string(_BETWEEN.join(part.strip() for part in parts[2::2]))
        except LiquidError as error:
            raise WordsInvalid(f"The words {self.template} are not in order: {error}") from error

    def fill(self, values: Values) -> Words:
        """Return the words with these values. Raises WordsInvalid for a value that is not there."""
        try:
            filled = self._parsed.render(values)
        except LiquidError as error:
            raise WordsInvalid(f"The words {self.template} cannot be filled: {error}") from error
        return Words(*filled.split(_BETWEEN))


@cache
def preset(stage: Stage, language: Language) -> Wording:
    """Return the preset words of a stage in a language, as shipped with Tijdig."""
    path = resources.files(__package__) / "words" / language / f"{stage}.liquid"
    return Wording(path.read_text(encoding="utf-8"), key=stage, language=language)
