"""Payment traffic made up with known truth: who pays what, and in how many ways people write that down.

The noise model. A world has customers (people and companies, Dutch and Belgian; some of one family, some with
the same name but for a number), open and settled invoices in one scheme of numbers (SCHEMES), credit notes, and
accounts that have paid before (four customers of five). Amounts are of four kinds (AMOUNTS): mixed; round; few
prices; one price for everybody. Every payment is of a kind (KINDS, with its share): 70 of 100 carry a good
reference or number, the rest pay sloppily, in lump sums, short, too much, less a discount, for another, twice,
under a wrong number or for nothing of ours. Around what they write stand greetings, dates, amounts, telephone
and customer numbers, and banks cut the text at 35 or 140 characters or wrap it at 35 or 65, with or without a
space. Payers' names come whole, in capitals, cut at 32, with initials, with a partner, or are somebody else's.

The truth of a payment is what it settles, item by item, or None where nobody could know (it must not book).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bench.habits import KINDS
from bench.world import (
    DISCOUNT_BASIS_POINTS,
    DISCOUNT_DAYS,
    ON,
    SCHEMES,
    STREETS,
    Owing,
    World,
    account_number,
    name_of,
)
from tijdig.domain import references
from tijdig.domain.matching import OpenItem, Transfer


@dataclass(frozen=True, slots=True)
class Payment:
    """A transfer with its kind and truth: (item id, minor units) of everything it settles; None: nobody knows.

    What is not `bookable` has a truth that only a person may decide for.
    """

    kind: str
    transfer: Transfer
    truth: tuple[tuple[int, int], ...] | None
    bookable: bool = True


def payments(made: World, count: int) -> Iterator[Payment]:
    """Yield up to `count` payments: each for items no other payment was for."""
    kinds = [kind for kind, share in KINDS.items() for _ in range(share)]
    for _ in range(count):
        kind = made.chance.choice(kinds)
        payment = _MAKERS[kind](made, kind)
        if payment is not None:
            yield payment


def _pick(
    made: World, least: int = 1, *, known: bool | None = None, with_reference: bool = False
) -> Owing | None:
    """Return a customer with so many unpaid items."""
    for _ in range(40):
        one = made.chance.choice(made.owing)
        free = made.free[one.debtor.id]
        if (
            len(free) >= least
            and known in (None, one.known)
            and (not with_reference or free[0].payment_reference)
        ):
            return one
    return None


def _take(made: World, one: Owing, count: int) -> list[OpenItem]:
    free = made.free[one.debtor.id]
    taken, made.free[one.debtor.id] = free[:count], free[count:]
    return taken


def _paid(
    made: World, kind: str, one: Owing, amount: int, truth: list[tuple[int, int]] | None, *, text: str = "",
    reference: str = "", name: str | None = None, account: str | None = None, **more: object,
) -> Payment:  # fmt: skip
    made.next_id += 1
    transfer = Transfer(
        id=made.next_id, amount_minor=amount, currency="EUR", structured_reference=reference, remittance=text,
        booking_date=ON, counterparty_name=_payers_name(made.chance, one) if name is None else name,
        counterparty_account=one.account if account is None else account,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return Payment(kind, transfer, None if truth is None else tuple(sorted(truth)))


def _payers_name(chance: random.Random, one: Owing) -> str:
    name = one.debtor.name
    given, _, surname = name.partition(" ")
    ways = [name, name, name.upper(), name.upper()[:32]]
    if one.is_person:
        ways += [f"{given[0]} {surname}", f"{surname}, {given[0]}.", f"{given[0]} {surname} EN/OF P Visser"]
    else:
        ways += [name.replace("B.V.", "").strip(), name.replace(".", "")]
    return chance.choice(ways)


def _stranger(made: World) -> tuple[str, str]:
    """Return name and account of somebody who is no customer; half of them have a name like customers have."""
    place = made.chance.randrange(100_000, 999_999)
    name = name_of(made.chance, place, is_person=made.chance.random() < 0.5)
    if made.chance.random() < 0.5:
        name = made.chance.choice(
            ("Q. Onbekend", "Stichting Ver Weg", "Handelshuis Elders BV", "X. Ailleurs")
        )
    return name, account_number(made.chance, place)


def _text(chance: random.Random, number: str, one: Owing) -> str:
    return chance.choice((
        number, f"Factuur {number}", f"factuurnr {number}", f"Fact. {number} bedankt", f"betaling {number}",
        f"Facture {number}", f"Invoice {number}", f"Rechnung {number}", f"{number} {one.debtor.name}",
    ))  # fmt: skip


def _busy(chance: random.Random, number: str, one: Owing, amount: int) -> str:
    """Return a text with what else people and their software write."""
    house = f"{chance.choice(STREETS)} {chance.randrange(1, 250)}"
    parts = [
        _text(chance, number, one),
        chance.choice((f"d.d. {chance.randrange(1, 28)}-{chance.randrange(1, 12)}-2026", "nov 2026", "12 november")),
        chance.choice((f"klantnr {one.debtor.number}", f"tel 06{chance.randrange(10_000_000, 99_999_999)}", house,
                       f"EUR {amount / 100:.2f}".replace(".", ","), f"uw offerte {chance.randrange(100, 999)}",
                       f"{chance.randrange(1000, 9999)} AB Mistdal", "met vriendelijke groet")),
    ]  # fmt: skip
    chance.shuffle(parts)
    return " ".join(parts)


def _one(
    made: World, kind: str, say: Callable[[World, Owing, OpenItem], dict[str, object]], **wanted: object
) -> Payment | None:
    """One item paid to the cent."""
    one = _pick(made, **wanted)  # type: ignore[arg-type]
    if one is None:
        return None
    [item] = _take(made, one, 1)
    return _paid(made, kind, one, item.open_minor, [(item.id, item.open_minor)], **say(made, one, item))  # type: ignore[arg-type]


def _in_field(made: World, kind: str) -> Payment | None:
    def say(made: World, one: Owing, item: OpenItem) -> dict[str, object]:
        reference = item.payment_reference
        if references.is_ogm(reference) and made.chance.random() < 0.5:
            reference = references.print_ogm(reference)
        text = made.chance.choice(
            ("", "", f"klant {one.debtor.number}", _text(made.chance, item.number, one))
        )
        return {"reference": reference, "text": text}

    return _one(made, kind, say, with_reference=True)


def _in_text(made: World, kind: str) -> Payment | None:
    def say(made: World, _one: Owing, item: OpenItem) -> dict[str, object]:
        reference = item.payment_reference
        if references.is_ogm(reference):
            plain = references.print_ogm(reference)
            reference = made.chance.choice((plain, plain.replace("+", "*"), reference, f"{plain} bedankt"))
        elif len(reference) == 16 and made.chance.random() < 0.5:
            reference = " ".join(reference[i : i + 4] for i in range(0, 16, 4))
        elif made.chance.random() < 0.5:
            reference = " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
        return {
            "text": made.chance.choice((reference, f"Betalingskenmerk {reference}", f"{reference} dank u"))
        }

    return _one(made, kind, say, with_reference=True)


def _number(made: World, kind: str) -> Payment | None:
    return _one(made, kind, lambda made, one, item: {"text": _text(made.chance, item.number, one)})


def _busy_number(made: World, kind: str) -> Payment | None:
    return _one(
        made, kind, lambda made, one, item: {"text": _busy(made.chance, item.number, one, item.open_minor)}
    )


def _for_another(made: World, kind: str) -> Payment | None:
    def say(made: World, one: Owing, item: OpenItem) -> dict[str, object]:
        if made.chance.random() < 0.5:
            name, account = _stranger(made)
        else:
            other = made.chance.choice(made.owing)
            name, account = other.debtor.name, other.account
        return {"text": _text(made.chance, item.number, one), "name": name, "account": account}

    return _one(made, kind, say)


def _in_id(made: World, kind: str) -> Payment | None:
    return _one(made, kind, lambda _made, _one, item: {"end_to_end_id": item.number, "text": "betaling"})


def _own_id(made: World, kind: str) -> Payment | None:
    """The bank hands back what a payment link or direct debit asked for, or the reference of a QR code."""

    def say(made: World, _one: Owing, item: OpenItem) -> dict[str, object]:
        ids = [one for one in (*item.payment_ids, item.payment_reference) if one]
        return {
            "end_to_end_id": made.chance.choice(ids),
            "text": made.chance.choice(("", "incasso", "iDEAL")),
        }

    return _one(made, kind, say)


def _cut(made: World, kind: str) -> Payment | None:
    def say(made: World, _one: Owing, item: OpenItem) -> dict[str, object]:
        street = made.chance.choice(STREETS)
        long = f"Betaling voor geleverde goederen {street} factuur {item.number} met dank en groet"
        width, glue = made.chance.choice(((140, ""), (65, " "), (65, "\n"), (35, " ")))
        return {"text": glue.join(long[i : i + width] for i in range(0, len(long), width))}

    return _one(made, kind, say)


def _several(made: World, kind: str) -> Payment | None:
    one = _pick(made, 2)
    if one is None:
        return None
    items = _take(made, one, made.chance.choice((2, 2, 3, 4)))
    glue = made.chance.choice((" ", ", ", " en ", " + ", " / ", "; "))
    text = made.chance.choice(("", "Facturen ", "fact ", "betreft ")) + glue.join(
        item.number for item in items
    )
    return _together(made, kind, one, items, text)


def _together(
    made: World, kind: str, one: Owing, items: list[OpenItem], text: str = "", **more: object
) -> Payment:
    amount = sum(item.open_minor for item in items)
    truth = [(item.id, item.open_minor) for item in items]
    return _paid(made, kind, one, amount, truth, text=text, **more)  # type: ignore[arg-type]


def _short(made: World, item: OpenItem) -> str:
    """Return the number without zeros, year or prefix, as far as the scheme has them."""
    tail = str(item.id if made.scheme != "4521" else item.number)
    year = {"2026-00042": "2026-", "F2026/0042": "2026/", "20260042": "2026", "VF 26.0042": "26."}.get(
        made.scheme, ""
    )
    zeros = {"F2026/0042": 4, "20260042": 4, "VF 26.0042": 4}.get(made.scheme, 0)
    return made.chance.choice((tail, year + tail.zfill(zeros if year == "2026" else 0)))


def _zeros(made: World, kind: str) -> Payment | None:
    def say(made: World, one: Owing, item: OpenItem) -> dict[str, object]:
        short = _short(made, item)
        said = made.chance.choice((f"factuur {short}", f"fact {short}", f"klant {one.debtor.number} fact {short}",
                                   f"nota {short} bedankt", short))  # fmt: skip
        return {"text": said}

    return _one(made, kind, say)


def _separators(made: World, kind: str) -> Payment | None:
    def say(made: World, _one: Owing, item: OpenItem) -> dict[str, object]:
        number, glue = item.number, made.chance.choice((" ", ".", "/", "-", ""))
        for mark in "-/. ":
            number = number.replace(mark, glue)
        if made.scheme.startswith(("2026", "F2026")) and made.chance.random() < 0.4:
            number = made.chance.choice((f"{item.id} 2026", f"{item.id}/2026", f"2026 {item.id}"))
        return {"text": made.chance.choice((f"factuur {number}", number, f"betaling fact. {number}"))}

    return _one(made, kind, say)


_AS_OCR_READS = str.maketrans("0158", "OISB")


def _letters(made: World, kind: str) -> Payment | None:
    def say(made: World, _one: Owing, item: OpenItem) -> dict[str, object]:
        first = next(place for place, c in enumerate(item.number) if c.isdigit())
        digits = item.number[first:]
        swapped = made.chance.choice((
            digits.replace("0", made.chance.choice("Oo")) if "0" in digits else digits.replace("1", "l"),
            digits[0] + digits[1:-1].translate(_AS_OCR_READS) + digits[-1],
        ))  # fmt: skip
        return {"text": f"factuur {item.number[:first]}{swapped}"}

    return _one(made, kind, say)


def _several_short(made: World, kind: str) -> Payment | None:
    one = _pick(made, 2)
    if one is None:
        return None
    items = _take(made, one, made.chance.choice((2, 3)))
    rest = [str(item.id if made.scheme != "4521" else item.number) for item in items[1:]]
    return _together(made, kind, one, items, f"fact {items[0].number}, {', '.join(rest)}")


def _wrapped(made: World, kind: str) -> Payment | None:
    def say(made: World, _one: Owing, item: OpenItem) -> dict[str, object]:
        number = item.number
        place = made.chance.randrange(max(1, len(number) - 4), len(number))
        return {"text": f"Betaling van factuur {number[:place]} {number[place:]} met dank"}

    return _one(made, kind, say)


def _range(made: World, kind: str) -> Payment | None:
    one = _pick(made, 3)
    if one is None:
        return None
    items = _take(made, one, 9)
    return _together(made, kind, one, items, f"facturen {items[0].number} t/m {items[-1].number}")


def _lump_named(made: World, kind: str) -> Payment | None:
    one = _pick(made, 3)
    if one is None:
        return None
    items = _take(made, one, 2)
    return _together(made, kind, one, items, f"factuur {items[0].number} e.a.")


def _lump(made: World, kind: str) -> Payment | None:
    one = _pick(made, 4, known=True)
    return (
        None
        if one is None
        else _together(made, kind, one, _take(made, one, 2), "betaling openstaande facturen")
    )


def _balance(made: World, kind: str) -> Payment | None:
    one = _pick(made, 2, known=True)
    if one is None or len(made.free[one.debtor.id]) != len(one.items):
        return None
    return _together(
        made, kind, one, _take(made, one, 99), made.chance.choice(("", "saldo", "alles openstaand"))
    )


def _nothing_said(made: World, kind: str) -> Payment | None:
    words = ("", "betaling", "bedankt!", "november", "huur 12", "/")
    return _one(made, kind, lambda made, _one, _item: {"text": made.chance.choice(words)}, known=True)


def _said(made: World, one: Owing) -> str:
    """Return the customer's number as payers write it; theirs is K and five digits."""
    number = one.debtor.number
    return made.chance.choice((number, f"klantnummer {number}", f"klant {number[1:]}", f"klantnr. K-{number[1:]}",
                               f"uw klantnummer {number[1:]}", f"Kundennr. {number}", f"client {number[1:]}",
                               f"betaling {number.lower()}"))  # fmt: skip


def _customer_number(made: World, kind: str) -> Payment | None:
    return _one(made, kind, lambda made, one, _item: {"text": _said(made, one), "account": ""}, known=False)


def _customer_number_for_several(made: World, kind: str) -> Payment | None:
    one = _pick(made, 3)
    if one is None:
        return None
    items = _take(made, one, made.chance.choice((2, 99)))
    return _together(made, kind, one, items, _said(made, one), name="Q. Onbekend", account="")


def _name_only(made: World, kind: str) -> Payment | None:
    words = ("", "betaling", "zie factuur")
    return _one(made, kind, lambda made, _one, _item: {"text": made.chance.choice(words)}, known=False)


def _part(made: World, kind: str) -> Payment | None:
    by_reference = kind.endswith("reference")
    one = _pick(made, with_reference=by_reference)
    if one is None:
        return None
    [item] = _take(made, one, 1)
    amount = item.open_minor * made.chance.choice((25, 40, 50, 75)) // 100
    said = (
        {"reference": item.payment_reference} if by_reference else {"text": f"deel van factuur {item.number}"}
    )
    return _paid(made, kind, one, amount, [(item.id, amount)], **said)  # type: ignore[arg-type]


def _part_for_another(made: World, kind: str) -> Payment | None:
    """A part of somebody else's invoice: likely what is named, but a number may be mistyped, so a person looks."""
    paid = _part(made, kind)
    if paid is None:
        return None
    name, account = _stranger(made)
    return replace(
        paid,
        transfer=replace(paid.transfer, counterparty_name=name, counterparty_account=account),
        bookable=False,
    )


def _too_much(made: World, kind: str) -> Payment | None:
    one = _pick(made, with_reference=True)
    if one is None:
        return None
    [item] = _take(made, one, 1)
    extra = made.chance.choice((1, 100, 1000, item.open_minor))
    said = made.chance.choice(({"reference": item.payment_reference}, {"text": f"factuur {item.number}"}))
    return _paid(made, kind, one, item.open_minor + extra, [(item.id, item.open_minor)], **said)  # type: ignore[arg-type]


def _discount(made: World, kind: str) -> Payment | None:
    for _ in range(30):
        one = _pick(made)
        if one and (ON - (made.free[one.debtor.id][0].issue_date or ON)).days <= DISCOUNT_DAYS:
            [item] = _take(made, one, 1)
            taken = (item.open_minor * DISCOUNT_BASIS_POINTS + 5000) // 10000
            text = f"factuur {item.number} min 2% korting"
            return _paid(made, kind, one, item.open_minor - taken, [(item.id, item.open_minor)], text=text)
    return None


def _charges(made: World, kind: str) -> Payment | None:
    one = _pick(made)
    if one is None or made.free[one.debtor.id][0].open_minor < 4000:
        return None
    [item] = _take(made, one, 1)
    costs = made.chance.choice((500, 750, 1250))
    return _paid(made, kind, one, item.open_minor - costs, [(item.id, item.open_minor)],
                 text=f"INVOICE {item.number}", charges_minor=costs)  # fmt: skip


def _cents(made: World, kind: str) -> Payment | None:
    one = _pick(made)
    if one is None:
        return None
    [item] = _take(made, one, 1)
    less = made.chance.choice((1, 2, 5))
    return _paid(
        made, kind, one, item.open_minor - less, [(item.id, item.open_minor)], text=f"fact {item.number}"
    )


def _credit(made: World, kind: str) -> Payment | None:
    for credit in made.free_credits:
        one = made.owing[credit.customer_id - 1]
        free = made.free[one.debtor.id]
        if free and free[0].open_minor > credit.left_minor and made.chance.random() < 0.05:
            [item] = _take(made, one, 1)
            made.free_credits.remove(credit)
            named = made.chance.choice((f" -/- {credit.number}", " minus creditnota"))
            return _paid(made, kind, one, item.open_minor - credit.left_minor, [(item.id, item.open_minor)],
                         text=f"factuur {item.number}{named}")  # fmt: skip
    return None


def _twice(made: World, kind: str) -> Payment | None:
    """Nothing is open on it any more: the money belongs on the account, for a person to say so."""
    item = made.chance.choice(made.settled)
    one = made.owing[item.customer_id - 1]
    paid = _paid(made, kind, one, item.amount_minor, [], text=f"factuur {item.number}")
    return replace(paid, bookable=False)


def _of_another(made: World, kind: str) -> Payment | None:
    """Somebody copies the number of a neighbour's invoice and pays their own amount."""
    one, other = _pick(made), _pick(made)
    if one is None or other is None or one is other:
        return None
    [item] = _take(made, one, 1)
    wrong = made.free[other.debtor.id]
    if not wrong or wrong[0].open_minor == item.open_minor:
        return None
    return _paid(made, kind, one, item.open_minor, None, text=f"factuur {wrong[0].number}")


def _of_another_with_that_amount(made: World, kind: str) -> Payment | None:
    """Somebody copies the number of an invoice of the same amount that is not theirs: nothing tells so but who paid."""
    one = _pick(made)
    if one is None:
        return None
    item = made.free[one.debtor.id][0]
    owed = (each for other in made.owing if other is not one for each in made.free[other.debtor.id])
    wrong = next((each for each in owed if each.open_minor == item.open_minor), None)
    if wrong is None:
        return None
    _take(made, one, 1)
    return _paid(made, kind, one, item.open_minor, None, text=f"factuur {wrong.number}", name=one.debtor.name)


def _of_nobody(made: World, kind: str) -> Payment | None:
    """Somebody who paid before pays to the cent what they owe, and writes a number that nobody has."""
    one = _pick(made, known=True)
    if one is None:
        return None
    [item] = _take(made, one, 1)
    number = SCHEMES[made.scheme](made.chance.randrange(5000, 9000))
    text = made.chance.choice(
        (number, f"factuur {number}", f"ref {number}", f"factuur {item.id + 87_000_000}")
    )
    return _paid(made, kind, one, item.open_minor, None, text=text)


def _slip(made: World, kind: str) -> Payment | None:
    """One digit wrong: what was meant is proposed, but a number that is not there is not guessed at."""
    one = _pick(made)
    if one is None:
        return None
    [item] = _take(made, one, 1)
    places = [place for place, c in enumerate(item.number) if c.isdigit()][-3:]
    place = made.chance.choice(places)
    digit = str((int(item.number[place]) + made.chance.randrange(1, 9)) % 10)
    number = item.number[:place] + digit + item.number[place + 1 :]
    if any(other.number == number for other in one.items):
        return None  # nobody could know that another invoice of theirs was meant
    paid = _paid(made, kind, one, item.open_minor, [(item.id, item.open_minor)], text=f"factuur {number}")
    return replace(paid, bookable=False)


def _old_number(made: World, kind: str) -> Payment | None:
    """Last month's number with this month's amount."""
    settled = made.chance.choice(made.settled)
    one = made.owing[settled.customer_id - 1]
    if not made.free[one.debtor.id] or made.free[one.debtor.id][0].open_minor == settled.amount_minor:
        return None
    [item] = _take(made, one, 1)
    return _paid(made, kind, one, item.open_minor, None, text=f"factuur {settled.number}")


def _not_ours(made: World, kind: str) -> Payment | None:
    name, account = _stranger(made)
    number = made.chance.randrange(100, 99_999_999)
    words = ("cadeau", f"factuur {number}", f"order {number}", "terugbetaling", f"{number}", "huur december",
             f"polis {number}", "2026 lidmaatschap", "", "betaling")  # fmt: skip
    amount = made.chance.choice((4995, 2500, 12100, made.chance.randrange(500, 500_000)))
    return _paid(
        made, kind, made.owing[0], amount, None, text=made.chance.choice(words), name=name, account=account
    )


def _came_back(made: World, kind: str) -> Payment | None:
    one = made.chance.choice(made.owing)
    if not one.items:
        return None
    item = one.items[0]
    return _paid(made, kind, one, item.open_minor, None, text=item.number, return_reason="AC01")


_MAKERS: dict[str, Callable[[World, str], Payment | None]] = {
    "ogm, rf or kenmerk in its field": _in_field,
    "ogm, rf or kenmerk in the text": _in_text,
    "number": _number,
    "number among other things": _busy_number,
    "number, paid by somebody else": _for_another,
    "several numbers": _several,
    "number in the end-to-end id": _in_id,
    "number, text cut or wrapped": _cut,
    "id of our own request": _own_id,
    "sloppy: zeros or prefix left out": _zeros,
    "sloppy: other separators, year behind": _separators,
    "sloppy: letters for digits": _letters,
    "sloppy: several, one said whole": _several_short,
    "sloppy: wrapped in the middle": _wrapped,
    "range": _range,
    "lump sum, one named": _lump_named,
    "lump sum, known payer": _lump,
    "whole balance, known payer": _balance,
    "nothing said, known payer": _nothing_said,
    "customer number said": _customer_number,
    "customer number, all or several": _customer_number_for_several,
    "nothing said, name": _name_only,
    "part, reference": _part,
    "part, number": _part,
    "part, paid by somebody else": _part_for_another,
    "too much": _too_much,
    "discount": _discount,
    "charges": _charges,
    "cents short": _cents,
    "credit note taken off": _credit,
    "paid twice": _twice,
    "number of another's invoice": _of_another,
    "number of another's of the same amount": _of_another_with_that_amount,
    "number that nobody has": _of_nobody,
    "number with a slip": _slip,
    "old number, other amount": _old_number,
    "nothing of ours": _not_ours,
    "came back": _came_back,
}
