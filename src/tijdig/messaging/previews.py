"""Looking at a message before or after it went, made from what is stored."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from tijdig.domain.parties import Language
from tijdig.messaging.content import content_of
from tijdig.messaging.email_layout import LOGO_ID, as_html, has_logo
from tijdig.messaging.letters import Letter, pictures_of, render_batch
from tijdig.messaging.queries import MessageView
from tijdig.messaging.values import House


def preview_html(message: MessageView, *, house: House) -> str:
    """Return the message as an HTML page of its own, its logo inside.

    It belongs in a sandboxed frame. A letter, which has no HTML, is laid out like an e-mail.
    """
    html = message.html or as_html(content_of(message.facts, Language(message.line.language)), house)
    return with_logo(html, house=house)


def with_logo(html: str, *, house: House) -> str:
    """Return a mail's page with the logo in it: a sandboxed frame has no session to ask for it."""
    if not has_logo(house):
        return html
    picture = f"data:{house.logo_type};base64,{b64encode(house.logo).decode()}"
    return html.replace(f"cid:{LOGO_ID}", picture)


def preview_pages(message: MessageView, *, house: House, at: datetime) -> tuple[str, ...]:
    """Return the pages of the letter as pictures, each as a "data:" address. Raises LetterNotMade."""
    pages = pictures_of(preview_pdf(message, house=house, at=at))
    return tuple(f"data:image/png;base64,{b64encode(page).decode()}" for page in pages)


def preview_pdf(message: MessageView, *, house: House, at: datetime) -> bytes:
    """Return the letter as it was printed, or as it would be printed at this moment. Raises LetterNotMade."""
    if message.pdf is not None:
        return message.pdf
    return render_batch((letter_of(message),), house=house, at=at)


def letter_of(message: MessageView) -> Letter:
    """Return the letter that the stored facts of this message make."""
    return Letter(message.facts, Language(message.line.language))
