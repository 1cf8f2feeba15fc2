"""What goes into a message and what comes out of composing it: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class House:
    """The organisation as its customers see it: who writes, how it looks, where the money goes."""

    name: str
    country: str = "NL"
    street: str = ""
    postcode: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    vat_number: str = ""
    legal_id: str = ""
    colour: str = "#1f5fbf"
    sender_name: str = ""
    sender_email: str = ""
    tone: str = "FRIENDLY"
    """FRIENDLY or BUSINESS; it changes the greeting and the warmest sentences, never the facts."""
    signature: str = ""
    logo: bytes = b""
    logo_type: str = ""
    in_test_mode: bool = False
    """In test mode a message is composed and stored as TEST; nothing leaves the house."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer a message is for."""

    customer_id: int
    number: str
    name: str
    contact_name: str = ""
    email: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class JobItem:
    """One invoice the message speaks of. `open_minor` is what is left to pay, in minor units."""

    item_id: int
    number: str
    issue_date: date
    due_date: date
    open_minor: int
    stage: Stage
    payment_reference: str = ""


@dataclass(frozen=True, slots=True)
class MessageJob:
    """One message to make: to whom, about what, how, on which day. All items in the same currency."""

    recipient: Recipient
    items: tuple[JobItem, ...]
    channel: Channel
    language: Language
    on: date
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """A message as it will be stored and sent; `facts` holds the figures its words were made from."""

    customer_id: int
    channel: Channel
    stage: Stage
    template: str
    """Key, language and version of the words: "REMINDER/nl/1"."""
    language: Language
    on: date
    recipient: str
    subject: str
    text: str
    html: str
    facts: Mapping[str, Any]
    currency: str
    total_minor: int
    """What is open on all the items together."""
    items: tuple[JobItem, ...]
    hash: str
    """SHA-256 over recipient, subject, text and HTML."""
    test: bool = False


@dataclass(frozen=True, slots=True)
class RefusedJob:
    """A message that could not be made, and why: work for a person."""

    job: MessageJob
    reason: Reason


@dataclass(frozen=True, slots=True)
class NewTask:
    """Something for a person to do about a customer, or about one item of theirs, and why."""

    customer_id: int
    kind: str
    reason: Reason
    due_date: date
    item_id: int | None = None
