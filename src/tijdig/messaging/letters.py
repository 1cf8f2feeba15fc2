"""Letters as PDF: Typst sets many of them in one go, from what is stored with each message.

Names and texts go in as JSON data and come out as text; nothing a customer or user writes is ever markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

import typst
from django.utils.translation import gettext as _

from tijdig.domain.parties import Language
from tijdig.formats import epc_qr
from tijdig.messaging.content import content_of, payment_payload
from tijdig.messaging.text_layout import house_lines
from tijdig.messaging.typesetting import compiler, house_data
from tijdig.messaging.values import House

_MOST_PICTURES = 20
_PICTURE = b"""
#let data = json(bytes(sys.inputs.data))
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(data.pdf), format: "pdf", page: data.page)
"""


class LetterNotMade(Exception):
    """A letter could not be set. The message says what Typst ran into."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to set: the stored facts of its message and the language of its words."""

    facts: Mapping[str, Any]
    language: Language


def render_batch(letters: Sequence[Letter], *, house: House, at: datetime) -> bytes:
    """Return one PDF with all these letters, each starting on a page of its own, numbered per letter.

    Raises LetterNotMade.
    """
    pdf = _compile(letters, house, format="pdf", timestamp=at.astimezone(UTC).replace(microsecond=0))
    if not isinstance(pdf, bytes):
        raise LetterNotMade(_("The letters did not come back as one document."))
    return pdf


def render_letters(letters: Sequence[Letter], *, house: House, at: datetime) -> tuple[bytes, ...]:
    """Return one PDF per letter, in order. Raises LetterNotMade."""
    return tuple(render_batch((letter,), house=house, at=at) for letter in letters)


def pictures_of(pdf: bytes, *, resolution: int = 110) -> tuple[bytes, ...]:
    """Return the pages of a PDF as PNG pictures, for screens that show no PDF. Raises LetterNotMade.

    A picture of what was printed stays one: it does not follow later changes of the house style.
    """
    pages: list[bytes] = []
    while len(pages) < _MOST_PICTURES:
        data = json.dumps({"pdf": list(pdf), "page": len(pages) + 1})
        try:
            made = compiler().compile(
                input=_PICTURE, sys_inputs={"data": data}, format="png", ppi=float(resolution)
            )
        except typst.TypstError as error:
            if pages and "does not exist" in str(error):
                break
            raise LetterNotMade(_("The letter could not be shown: %(detail)s") % {"detail": error}) from error
        if not isinstance(made, bytes):
            raise LetterNotMade(
                _("The letter could not be shown: its page did not come back as one picture.")
            )
        pages.append(made)
    return tuple(pages)


@cache
def _source() -> bytes:
    return (resources.files(__package__) / "letter.typ").read_bytes()


def _compile(letters: Sequence[Letter], house: House, **how: Any) -> bytes | list[bytes]:
    data = {
        **house_data(house),
        "letters": [_letter(letter, house) for letter in letters],
    }
    try:
        made = compiler().compile(
            input=_source(), sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, **how
        )
    except typst.TypstError as error:
        raise LetterNotMade(_("The letter could not be set: %(detail)s") % {"detail": error}) from error
    if made is None:
        raise LetterNotMade(_("The letter came back empty."))
    return made


def _letter(letter: Letter, house: House) -> dict[str, Any]:
    """Return the letter as plain data for letter.typ."""
    content = content_of(letter.facts, letter.language)
    labels, words = content.labels, content.words
    payload = payment_payload(letter.facts)
    customer = f"{labels.customer_number}: {content.customer_number}"
    return {
        "language": letter.language.value,
        "address": letter.facts["address"],
        "reference-line": f"{labels.date}: {content.on} · {customer}",
        "subject": words.subject,
        "greeting": words.greeting,
        "lead": words.lead.split("\n\n"),
        "pay": words.pay.split("\n\n"),
        "tell": words.tell.split("\n\n"),
        "close": words.close.split("\n\n"),
        "amount": content.amount,
        "box": content.box,
        "qr": epc_qr.svg(payload) if payload else None,
        "columns": (labels.invoice, labels.invoice_date, labels.due_date, labels.status, labels.open),
        "rows": [
            {
                "number": row.number,
                "issued": row.issued,
                "due": row.due,
                "status": row.status,
                "late": row.is_late,
                "open": row.open,
                "reference": row.reference if content.has_references else "",
            }
            for row in content.rows
        ],
        "total": content.total,
        "note": content.note,
        "foot": house_lines(labels, house),
        "labels": {
            "to_pay": labels.to_pay,
            "scan": labels.scan,
            "overview": labels.overview,
            "item_reference": labels.item_reference,
            "total": labels.total,
            "pay_heading": labels.pay_heading,
            "tell_heading": labels.tell_heading,
            "page": labels.page,
        },
    }
