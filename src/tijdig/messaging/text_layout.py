"""A message as plain text: for mail readers without HTML, and for people who read it aloud."""

from __future__ import annotations

from tijdig.messaging.content import Content, Row
from tijdig.messaging.language import Labels
from tijdig.messaging.values import House

_LINE = "-" * 48
# Where companies are registered under a name of its own.
_REGISTERS = {"NL": "KvK"}


def house_lines(labels: Labels, house: House) -> tuple[str, ...]:
    """Return who writes, line by line: name, address, ways to reach them, their numbers."""
    place = " ".join(part for part in (house.postcode, house.city) if part)
    return tuple(
        line
        for line in (
            house.name,
            ", ".join(part for part in (house.street, place) if part),
            " · ".join(part for part in (_unbroken(house.phone), house.email, house.website) if part),
            " · ".join(
                f"{label} {value}"
                for label, value in (
                    (_REGISTERS.get(house.country, labels.company_number), house.legal_id),
                    (labels.vat_number, house.vat_number),
                )
                if value
            ),
        )
        if line
    )


def _unbroken(phone: str) -> str:
    """Return a telephone number that stays on one line."""
    return phone.replace(" ", "\u00a0")


def as_text(content: Content, house: House) -> str:
    """Return the whole message as plain text."""
    words, labels = content.words, content.labels
    box = ((labels.to_pay, content.amount), *content.box)
    width = max(len(label) for label, _ in box) + 2
    parts = [
        words.greeting,
        words.lead,
        "\n".join((_LINE, *(f"{label + ':':<{width}} {value}" for label, value in box), _LINE)),
        "\n".join((labels.overview, *(_item(row, content) for row in content.rows))),
    ]
    if content.total:
        parts[-1] += f"\n{labels.total}: {content.total}"
    if content.note:
        parts.append(content.note)
    parts += [
        f"{labels.pay_heading}\n{words.pay}",
        f"{labels.tell_heading}\n{words.tell}",
        f"{words.close}\n{house.signature or house.name}",
        "\n".join(("--", *house_lines(labels, house), f"{labels.customer_number} {content.customer_number}")),
    ]
    return "\n\n".join(parts) + "\n"


def _item(row: Row, content: Content) -> str:
    labels = content.labels
    text = (
        f"- {labels.invoice} {row.number} ({row.issued}): {row.open}. "
        f"{labels.due_date} {row.due} ({row.status})."
    )
    if row.reference and content.has_references:
        text += f" {labels.item_reference}: {row.reference}"
    return text
