"""The customers, invoices and credit notes that made-up payment traffic is about (see bench.traffic)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tijdig.domain import references
from tijdig.domain.matching import CreditLeft, Debtor, Evidence, KnownPayer, OpenItem

ON = date(2026, 11, 20)
DISCOUNT_BASIS_POINTS, DISCOUNT_DAYS = 200, 10

SCHEMES: dict[str, Callable[[int], str]] = {
    "2026-00042": lambda n: f"2026-{n:05d}",
    "F2026/0042": lambda n: f"F2026/{n:04d}",
    "20260042": lambda n: f"2026{n:04d}",
    "INV-000123": lambda n: f"INV-{n:06d}",
    "VF 26.0042": lambda n: f"VF 26.{n:04d}",
    "4521": lambda n: f"{3000 + n}",
}
AMOUNTS = ("mixed", "round", "few", "one")
_FEW = (1995, 2495, 4995, 9900, 12100, 24200)

_GIVEN = (
    "Jan",
    "Piet",
    "Marieke",
    "Sofie",
    "Luc",
    "Els",
    "Johan",
    "Anne",
    "Bram",
    "Fatima",
    "Noor",
    "Thomas",
)
_SURNAMES = ("Zilverblad", "de Windstille", "Wolkenrand", "van Regenboog", "Sterrenveld", "Maanbrug", "Mistdal",
             "Janssens", "de Vries", "van den Berg", "Peeters", "Bakker", "Claes", "Visser")  # fmt: skip
_TRADES = ("Drukkerij", "Bakkerij", "Garage", "Atelier", "Brouwerij", "Kwekerij", "Zagerij", "Rederij", "Slagerij",
           "Installatiebedrijf", "Schildersbedrijf", "Boulangerie", "Transport")  # fmt: skip
_FORMS = (" B.V.", " BV", " N.V.", " BVBA", " SRL", " V.O.F.", "")
STREETS = ("Kersenlaan", "Dorpsstraat", "Kerkstraat", "Rue Haute")


@dataclass(slots=True)
class Owing:
    """A customer with how they pay."""

    debtor: Debtor
    is_person: bool
    account: str
    known: bool
    items: list[OpenItem] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """All customers and what they owe; `free` are the open items no payment was made for yet."""

    chance: random.Random
    scheme: str
    amounts: str
    owing: list[Owing]
    settled: list[OpenItem]
    credits: list[CreditLeft]
    free: dict[int, list[OpenItem]]
    free_credits: list[CreditLeft] = field(default_factory=list)
    next_id: int = 1

    def evidence(self) -> Evidence:
        """Return all of it as the matcher is told."""
        items = [item for one in self.owing for item in one.items]
        payers = {
            one.account: (KnownPayer(one.account, one.debtor.id, 3),) for one in self.owing if one.known
        }
        counted: dict[tuple[str, int], int] = {}
        for item in items:
            counted["EUR", item.open_minor] = counted.get(("EUR", item.open_minor), 0) + 1
        return Evidence(
            items=(*items, *self.settled),
            debtors={one.debtor.id: one.debtor for one in self.owing},
            credits=tuple(self.credits),
            owed_by=frozenset(one.debtor.id for one in self.owing),
            common_amounts=frozenset(amount for amount, times in counted.items() if times > 60),
            payers=payers,
        )


def world(seed: int, *, scheme: str, amounts: str, customers: int = 500) -> World:
    """Return a world; the same seed gives the same one."""
    chance = random.Random(f"{seed} {scheme} {amounts}")
    made = World(chance, scheme, amounts, [], [], [], {})
    numbers = list(range(1, customers * 8))
    first = chance.choice((1, 40, 700))
    place = 0
    for customer_id in range(1, customers + 1):
        is_person = chance.random() < 0.5
        debtor = Debtor(
            customer_id, f"K{10000 + customer_id}", name_of(chance, customer_id, is_person=is_person)
        )
        one = Owing(debtor, is_person, account_number(chance, customer_id), chance.random() < 0.8)
        made.owing.append(one)
        for _ in range(min(9, 1 + int(chance.expovariate(0.5)))):
            item = _item(made, customer_id, first + numbers[place])
            place += 1
            if chance.random() < 0.25:
                settled = OpenItem(
                    item.id, customer_id, item.number, item.payment_reference, "EUR", item.amount_minor, 0,
                    item.issue_date, item.due_date,
                )  # fmt: skip
                made.settled.append(settled)
            else:
                one.items.append(item)
        if one.items and chance.random() < 0.15:
            left = max(100, min(item.open_minor for item in one.items) * chance.randrange(70, 450) // 1000)
            made.credits.append(
                CreditLeft(
                    len(made.credits) + 1,
                    customer_id,
                    f"CN-{customer_id:05d}",
                    "EUR",
                    left,
                    is_credit_note=True,
                )
            )
        made.free[customer_id] = list(one.items)
    made.free_credits = list(made.credits)
    return made


def _item(made: World, customer_id: int, number: int) -> OpenItem:
    chance = made.chance
    amount = {
        "mixed": lambda: chance.randrange(500, 500_000),
        "round": lambda: chance.randrange(1, 80) * 2500,
        "few": lambda: chance.choice(_FEW),
        "one": lambda: 4995,
    }[made.amounts]()
    issued = ON - timedelta(days=chance.randrange(3, 120))
    makers = (references.make_ogm, lambda n: references.make_rf(f"{n:07d}"), references.make_betalingskenmerk)
    reference = chance.choice(makers)(20_260_000 + number) if chance.random() < 0.9 else ""
    return OpenItem(
        number, customer_id, SCHEMES[made.scheme](number), reference, "EUR", amount, amount, issued,
        issued + timedelta(days=30), (f"TD{number:08d}",),
    )  # fmt: skip


def name_of(chance: random.Random, place: int, *, is_person: bool) -> str:
    surname = chance.choice(_SURNAMES)
    if is_person:
        given = chance.choice(_GIVEN)
        return chance.choice((f"{given} {surname}", f"{given[0]}. {surname}", f"{given} {surname}"))
    form, second = chance.choice(_FORMS), f" {place}" if chance.random() < 0.05 else ""
    behind = chance.choice(("", " & Zn", " " + chance.choice(_SURNAMES).title()))
    return f"{chance.choice(_TRADES)} {surname.title()}{behind}{second}{form}"


def account_number(chance: random.Random, place: int) -> str:
    country = "NL" if chance.random() < 0.6 else "BE"
    body = f"INGB{place:010d}" if country == "NL" else f"{539:03d}{place:09d}"
    turned = "".join(str(int(c, 36)) for c in body + country + "00")
    return f"{country}{98 - int(turned) % 97:02d}{body}"
