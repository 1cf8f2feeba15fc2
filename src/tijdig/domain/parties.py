"""Who owes: the kinds of party the law tells apart, and the words shared by every app."""

from __future__ import annotations

from enum import StrEnum


class PartyKind(StrEnum):
    """Decides the regime. An unknown kind counts as a consumer (architecture D9)."""

    CONSUMER = "CONSUMER"
    SOLE_TRADER = "SOLE_TRADER"
    COMPANY = "COMPANY"
    PUBLIC_BODY = "PUBLIC_BODY"
    UNKNOWN = "UNKNOWN"

    @property
    def is_consumer(self) -> bool:
        """Whether consumer law applies; the safe reading when nobody has said."""
        return self in (PartyKind.CONSUMER, PartyKind.UNKNOWN)


class Language(StrEnum):
    """The languages Tijdig speaks."""

    DUTCH = "nl"
    FRENCH = "fr"
    ENGLISH = "en"
    GERMAN = "de"


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "EMAIL"
    LETTER = "LETTER"
