"""The cast of the demonstration: two creditors and their customers, all of them made up.

Names are birds, flowers and weather; addresses lie in streets that do not exist, mail goes to the reserved
domain `.example`, and account numbers belong to a bank called TEST.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from tijdig.domain.parties import PartyKind

T = TypeVar("T")


class Habit(StrEnum):
    """How a customer pays."""

    LOYAL = "LOYAL"
    """On time, nearly always."""
    FORGETFUL = "FORGETFUL"
    """Pays when reminded."""
    CHRONIC = "CHRONIC"
    """Weeks late, every time."""
    NEW = "NEW"
    """Few invoices yet; pays like most."""
    SLOW_GIANT = "SLOW_GIANT"
    """A multinational that pays in lumps, on its own calendar."""
    STUCK = "STUCK"
    """Has stopped paying."""


@dataclass(frozen=True, slots=True)
class Creditor:
    """An organisation of the demonstration."""

    slug: str
    name: str
    country: str
    language: str
    timezone: str
    street: str
    postcode: str
    city: str
    email: str
    phone: str
    iban: str
    bic: str
    vat_number: str
    legal_id: str
    colour: str
    customers: int
    languages: tuple[tuple[str, int], ...]
    """Language → weight among its customers."""


CREDITORS = (
    Creditor(
        slug="polderlicht", name="Polderlicht Installatie (demo)", country="NL", language="nl",
        timezone="Europe/Amsterdam", street="Verzonnenkade 12", postcode="1234 AB", city="Nergenshuizen",
        email="debiteuren@polderlicht.example", phone="+31 20 000 00 00", iban="NL13TEST0123456789",
        bic="TESTNL2A", vat_number="", legal_id="", colour="#0f6b5c", customers=220,
        languages=(("nl", 90), ("en", 6), ("de", 4)),
    ),
    Creditor(
        slug="de-vlinder", name="Drukkerij De Vlinder (demo)", country="BE", language="nl",
        timezone="Europe/Brussels", street="Denkbeeldlaan 7", postcode="9999", city="Luchtkastelen",
        email="boekhouding@de-vlinder.example", phone="+32 9 000 00 00", iban="BE49999000000171",
        bic="TESTBEBB", vat_number="", legal_id="", colour="#6b3fa0", customers=160,
        languages=(("nl", 58), ("fr", 32), ("de", 5), ("en", 5)),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CastMember:
    """A customer of the demonstration."""

    number: str
    name: str
    contact_name: str
    kind: PartyKind
    habit: Habit
    language: str
    country: str
    street: str
    postcode: str
    city: str
    email: str
    phone: str
    iban: str
    since_day: int
    """Days after the start of the story."""
    term_days: int


_BIRDS = (
    "Wielewaal", "Roodborst", "Kievit", "Koolmees", "Grutto", "Zwaluw", "Leeuwerik", "Fuut", "Merel", "Tureluur",
    "Ooievaar", "Putter", "Sijs", "Kwikstaart", "Nachtegaal", "Reiger", "Specht", "Torenvalk", "Vink", "Wulp",
)  # fmt: skip
_FLOWERS = (
    "Klaproos", "Zonnedauw", "Madelief", "Boterbloem", "Korenbloem", "Lisdodde", "Dotterbloem", "Vlier", "Kamille",
    "Heide", "Sleutelbloem", "Vingerhoed", "Wilgenroos", "Anemoon", "Akelei", "Margriet", "Brem", "Tijm",
)  # fmt: skip
_SHOPS_NL = (
    "Bakkerij", "Bloemenhuis", "Fietsenmaker", "Schildersbedrijf", "Kapsalon", "Rijschool", "Kwekerij", "Garage",
    "Adviesbureau", "Tandartspraktijk", "Boekhandel", "Timmerwerken", "Cateringbedrijf", "Hoveniersbedrijf",
)  # fmt: skip
_SHOPS_FR = (
    "Boulangerie",
    "Librairie",
    "Garage",
    "Menuiserie",
    "Brasserie",
    "Fleuriste",
    "Cabinet",
    "Atelier",
)
_SHOPS_DE = ("Bäckerei", "Buchhandlung", "Werkstatt", "Schreinerei", "Gärtnerei")
_SHOPS_EN = ("Studio", "Bakery", "Consultancy", "Workshop", "Gallery")
_SHOPS = {"nl": _SHOPS_NL, "fr": _SHOPS_FR, "de": _SHOPS_DE, "en": _SHOPS_EN}
_GIANTS = (
    "Wolkenrand International N.V.", "Regenboog Holding plc", "Maneschijn Logistics SE", "Sterrenveld Energie AG",
)  # fmt: skip
_TOWNS = (
    "Nergenshuizen",
    "Verweggistan",
    "Luchtkastelen",
    "Regenboogdorp",
    "Maneschijn",
    "Sterrenveld",
    "Windstille",
)
_STREETS = ("Verzonnenkade", "Fantasiestraat", "Denkbeeldlaan", "Sprookjesweg", "Wolkenpad", "Dromersplein")
_HABITS = (
    (Habit.LOYAL, 50), (Habit.FORGETFUL, 24), (Habit.CHRONIC, 11), (Habit.NEW, 8), (Habit.STUCK, 5),
    (Habit.SLOW_GIANT, 2),
)  # fmt: skip


def customers_of(creditor: Creditor, *, days: int) -> tuple[CastMember, ...]:
    """Return the customers of a creditor, the same ones every time; `days` is how long the story lasts."""
    chance = random.Random(f"{creditor.slug}-customers")  # noqa: S311  a story, not a secret
    return tuple(_customer(creditor, chance, number, days) for number in range(1, creditor.customers + 1))


def _customer(creditor: Creditor, chance: random.Random, number: int, days: int) -> CastMember:
    habit = _weighted(chance, _HABITS)
    language = "en" if habit is Habit.SLOW_GIANT else _weighted(chance, creditor.languages)
    kind = PartyKind.COMPANY if habit is Habit.SLOW_GIANT else _kind(creditor, chance)
    name, contact = _name(chance, kind, habit, language)
    since = (
        chance.randint(max(days - 120, 0), days - 40)
        if habit is Habit.NEW
        else chance.choice((0, 0, 0, days // 4))
    )
    slug = f"{number:04d}.{creditor.slug}"
    return CastMember(
        number=f"{'D' if creditor.country == 'NL' else 'K'}{10000 + number}",
        name=name,
        contact_name=contact,
        kind=kind,
        habit=habit,
        language=language,
        country=creditor.country
        if chance.random() < 0.95
        else "DE"
        if language == "de"
        else creditor.country,
        street=f"{chance.choice(_STREETS)} {chance.randint(1, 240)}",
        postcode=_postcode(creditor.country, chance),
        city=chance.choice(_TOWNS),
        # A few have never given an address; they get a letter.
        email="" if chance.random() < 0.06 else f"klant{slug}@post.example",
        phone=f"{'+31 6' if creditor.country == 'NL' else '+32 4'}00 00 {number // 100:02d} {number % 100:02d}",
        iban=fictional_iban(creditor.country, number + 1000),
        since_day=since,
        term_days=60 if habit is Habit.SLOW_GIANT else 14 if kind.is_consumer else 30,
    )


def _weighted(chance: random.Random, options: tuple[tuple[T, int], ...]) -> T:
    values = [value for value, _weight in options]
    return chance.choices(values, [weight for _value, weight in options])[0]


def _kind(creditor: Creditor, chance: random.Random) -> PartyKind:
    weights = (45, 20, 32, 3) if creditor.country == "NL" else (22, 28, 45, 5)
    kinds = (PartyKind.CONSUMER, PartyKind.SOLE_TRADER, PartyKind.COMPANY, PartyKind.PUBLIC_BODY)
    return chance.choices(kinds, weights)[0]


def _name(chance: random.Random, kind: PartyKind, habit: Habit, language: str) -> tuple[str, str]:
    """Return the customer's name and, for a business, whom to write to."""
    bird, flower = chance.choice(_BIRDS), chance.choice(_FLOWERS)
    initial = chance.choice("ABCDEFGHJKLMNPRSTVW")
    if habit is Habit.SLOW_GIANT:
        return chance.choice(_GIANTS), "Accounts Payable"
    if kind is PartyKind.CONSUMER:
        return f"{initial}. {bird}-{flower}" if chance.random() < 0.3 else f"{initial}. {bird}", ""
    if kind is PartyKind.PUBLIC_BODY:
        return f"Gemeente {chance.choice(_TOWNS)}", ""
    suffix = (
        ""
        if kind is PartyKind.SOLE_TRADER
        else " SRL"
        if language == "fr"
        else " GmbH"
        if language == "de"
        else " BV"
    )
    return f"{chance.choice(_SHOPS[language])} {flower}{suffix}", f"{initial}. {bird}"


def _postcode(country: str, chance: random.Random) -> str:
    if country == "BE":
        return str(chance.randint(9900, 9999))
    return f"{chance.randint(1000, 9999)} {chance.choice('ABEX')}{chance.choice('ABEX')}"


def fictional_iban(country: str, number: int) -> str:
    """Return a well-formed account number at the bank TEST (NL) or bank 999 (BE), which do not exist."""
    if country == "BE":
        base = f"999{number:07d}"
        bban = f"{base}{int(base) % 97 or 97:02d}"
    else:
        bban = f"TEST{number:010d}"
    # ISO 13616: letters count from 10, the country goes to the end, the rest modulo 97 makes 1.
    digits = "".join(str(int(letter, 36)) for letter in f"{bban}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"
