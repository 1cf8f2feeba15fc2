"""The story of the demonstration: what was invoiced and how it was paid, day by day. Pure and repeatable.

Nothing here decides what Tijdig does with it: the invoices, the bank's movements and the passing days are
played through the same processes that serve everybody else.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from tijdig.domain.parties import PartyKind
from tijdig.processes.demonstration.cast import CastMember, Creditor, Habit, customers_of, fictional_iban

DAYS = 548
"""Eighteen months."""


@dataclass(frozen=True, slots=True)
class StoryInvoice:
    """An invoice (or, with `credits`, a credit note for that invoice). Amount in cents."""

    customer: str
    number: str
    issue_date: date
    due_date: date
    amount_minor: int
    reference: str = ""
    order_reference: str = ""
    description: str = ""
    credits: str = ""


@dataclass(frozen=True, slots=True)
class StoryPayment:
    """A movement on the creditor's account; `amount_minor` below zero is money out."""

    on: date
    amount_minor: int
    name: str
    iban: str
    text: str
    structured_reference: str = ""
    meant_for: tuple[tuple[str, int], ...] = ()
    """Invoice number → cents: what a person who calls the payer would learn."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that happens to one creditor, by day."""

    creditor: Creditor
    customers: tuple[CastMember, ...]
    invoices: Mapping[date, tuple[StoryInvoice, ...]]
    payments: Mapping[date, tuple[StoryPayment, ...]]
    first_day: date
    last_day: date


_PER_MONTH = {
    PartyKind.CONSUMER: 0.55, PartyKind.SOLE_TRADER: 0.8, PartyKind.COMPANY: 1.1, PartyKind.PUBLIC_BODY: 0.9,
}  # fmt: skip
_WORK = ("Onderhoud", "Installatie", "Herstelling", "Advies", "Drukwerk", "Levering", "Inspectie")
_COSTS = (
    ("Vastgoed Wolkenrand (huur)", "Huur bedrijfsruimte"), ("Energiebedrijf Windstille", "Termijnbedrag energie"),
    ("Groothandel Regenboogdorp", "Inkoop materiaal"), ("Lonen", "Salarissen"),
)  # fmt: skip


def tell(creditor: Creditor, *, last_day: date, days: int = DAYS) -> Story:
    """Return the `days` (eighteen months) that end on `last_day`; the same ones for the same day."""
    first_day = last_day - timedelta(days=days)
    customers = customers_of(creditor, days=days)
    chance = random.Random(f"{creditor.slug}-story")  # noqa: S311  a story, not a secret
    invoices = tuple(_invoices(creditor, customers, chance, first_day, days))
    payments = [
        *_payments(creditor, customers, invoices, chance, last_day),
        *_other_movements(chance, first_day, days),
    ]
    return Story(
        creditor,
        customers,
        _by_day((invoice.issue_date, invoice) for invoice in invoices),
        _by_day((payment.on, payment) for payment in payments if payment.on <= last_day),
        first_day,
        last_day,
    )


def working_day(day: date) -> date:
    """Return `day`, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def _by_day(pairs: Iterator[tuple[date, object]]) -> Mapping[date, tuple]:  # type: ignore[type-arg]
    days: dict[date, list[object]] = defaultdict(list)
    for day, thing in pairs:
        days[day].append(thing)
    return MappingProxyType({day: tuple(things) for day, things in days.items()})


def _invoices(
    creditor: Creditor, customers: tuple[CastMember, ...], chance: random.Random, first_day: date, days: int
) -> Iterator[StoryInvoice]:
    """Yield the invoices in the order of their dates, numbered as a bookkeeper would."""
    moments = sorted(
        (working_day(first_day + timedelta(days=day)), index)
        for index, customer in enumerate(customers)
        for day in range(customer.since_day, days)
        if chance.random() < _chance_of_invoice(customer)
    )
    last_day = first_day + timedelta(days=days)
    count = 0
    for day, index in moments:
        if day > last_day:
            continue
        count += 1
        yield _invoice(creditor, customers[index], chance, day, count)


def _chance_of_invoice(customer: CastMember) -> float:
    monthly = 4.0 if customer.habit is Habit.SLOW_GIANT else _PER_MONTH[customer.kind]
    return monthly / 30


def _invoice(
    creditor: Creditor, customer: CastMember, chance: random.Random, day: date, count: int
) -> StoryInvoice:
    typical = (
        85_000
        if customer.habit is Habit.SLOW_GIANT
        else 14_000
        if customer.kind is PartyKind.CONSUMER
        else 42_000
    )
    amount = max(1_250, int(chance.lognormvariate(0, 0.8) * typical))
    number = f"{day.year}{count:05d}" if creditor.country == "NL" else f"VL{day.year % 100}-{count:05d}"
    return StoryInvoice(
        customer=customer.number,
        number=number,
        issue_date=day,
        due_date=day + timedelta(days=customer.term_days),
        amount_minor=amount,
        reference=_ogm(7_000_000_000 + count) if creditor.country == "BE" else "",
        order_reference=f"PO-{chance.randint(10_000, 99_999)}" if customer.habit is Habit.SLOW_GIANT else "",
        description=chance.choice(_WORK),
    )


def _ogm(base: int) -> str:
    digits = f"{base:010d}{base % 97 or 97:02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def _payments(
    creditor: Creditor,
    customers: tuple[CastMember, ...],
    invoices: tuple[StoryInvoice, ...],
    chance: random.Random,
    last_day: date,
) -> Iterator[StoryPayment]:
    by_number = {customer.number: customer for customer in customers}
    lumps: dict[tuple[str, date], list[StoryInvoice]] = defaultdict(list)
    for invoice in invoices:
        customer = by_number[invoice.customer]
        day = _pay_day(customer, invoice, chance, last_day)
        if day is None:
            continue
        if customer.habit is Habit.SLOW_GIANT:
            lumps[customer.number, _fifth_of_next_month(day)].append(invoice)
        else:
            yield from _pays(creditor, customer, invoice, chance, day)
    for (number, day), together in lumps.items():
        yield _lump(by_number[number], together, working_day(day))


def _pay_day(
    customer: CastMember, invoice: StoryInvoice, chance: random.Random, last_day: date
) -> date | None:
    """Return when this customer pays this invoice; None for never."""
    habit = customer.habit
    if habit is Habit.STUCK and invoice.due_date > last_day - timedelta(days=110):
        return None
    if habit is Habit.NEW:
        habit = Habit.FORGETFUL if chance.random() < 0.3 else Habit.LOYAL
    late = {
        Habit.LOYAL: lambda: (
            round(chance.triangular(-12, 2, -4)) if chance.random() < 0.97 else chance.randint(15, 18)
        ),
        Habit.FORGETFUL: lambda: chance.choices(
            (chance.randint(1, 4), chance.randint(15, 20), chance.randint(31, 37)), (50, 40, 10)
        )[0],
        Habit.CHRONIC: lambda: chance.randint(16, 52),
        Habit.SLOW_GIANT: lambda: chance.randint(0, 25),
        Habit.STUCK: lambda: chance.randint(5, 33),
    }[habit]()
    return working_day(max(invoice.due_date + timedelta(days=late), invoice.issue_date + timedelta(days=1)))


def _fifth_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 5)


def _pays(
    creditor: Creditor, customer: CastMember, invoice: StoryInvoice, chance: random.Random, day: date
) -> Iterator[StoryPayment]:
    """Yield one payment as most make it, or the odd ones that give a controller something to do."""
    text, structured = _words(creditor, invoice, chance)
    amount, luck = invoice.amount_minor, chance.random()
    parts = [(day, amount)]
    if luck < 0.025:
        first = amount // 2
        parts = [(day, first), (working_day(day + timedelta(days=21)), amount - first)]
    elif luck < 0.035:
        parts = [(day, amount + 1_000)]
    for on, paid in parts:
        yield StoryPayment(
            on, paid, customer.name, customer.iban, text, structured, ((invoice.number, min(paid, amount)),)
        )


def _words(creditor: Creditor, invoice: StoryInvoice, chance: random.Random) -> tuple[str, str]:
    """Return the remittance text and the structured reference that a payer gives."""
    luck = chance.random()
    if creditor.country == "BE":
        digits = invoice.reference.replace("+", "").replace("/", "")
        if luck < 0.78:
            return "", digits
        if luck < 0.88:
            return invoice.reference, ""
        return (f"Facture {invoice.number}", "") if luck < 0.95 else ("Betaling", "")
    if luck < 0.72:
        return f"Factuur {invoice.number}", ""
    if luck < 0.88:
        return f"{invoice.number} {invoice.description.lower()}", ""
    return (
        (f"fact {invoice.number[:4]} {invoice.number[4:]}", "")
        if luck < 0.93
        else ("bedankt voor het werk", "")
    )


def _lump(customer: CastMember, together: list[StoryInvoice], on: date) -> StoryPayment:
    return StoryPayment(
        on,
        sum(invoice.amount_minor for invoice in together),
        customer.name,
        customer.iban,
        "INV " + ", ".join(invoice.number for invoice in together),
        meant_for=tuple((invoice.number, invoice.amount_minor) for invoice in together),
    )


def _other_movements(chance: random.Random, first_day: date, days: int) -> Iterator[StoryPayment]:
    """Yield what else moves on a business account: money out, and a little in that is nobody's invoice."""
    for week in range(days // 7):
        day = working_day(first_day + timedelta(days=week * 7 + chance.randint(0, 4)))
        name, text = chance.choice(_COSTS)
        yield StoryPayment(
            day, -chance.randint(20_000, 900_000), name, fictional_iban("NL", 500 + week % 4), text
        )
        if week % 13 == 5:
            yield StoryPayment(
                day,
                chance.randint(1_000, 60_000),
                "Belastingdienst (demo)",
                fictional_iban("NL", 9),
                "Teruggaaf",
            )
