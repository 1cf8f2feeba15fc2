"""How right the matching is: precision and recall of what books by itself, per kind of payment.

`python -m bench matching` prints a line per kind over several seeds, schemes of invoice numbers and kinds of
amounts, and one for all together. `python -m bench.matching --priors` prints what each matcher proposed and how
often that was right (tijdig.domain.matching.priors). `--wrong` shows the bookings that were wrong, `--missed`
what could have been booked and was not. The traffic and its noise are described in bench.traffic.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.fuzz import ratio

from bench import traffic, world
from bench.traffic import Payment
from tijdig.domain.matching import Match, MatchSettings, Proposal, match_all

_SEEDS, _QUICK_SEEDS = 4, 1
_PAYMENTS = 1000
SETTINGS = MatchSettings(
    small_difference_minor=5,
    discount_basis_points=world.DISCOUNT_BASIS_POINTS,
    discount_days=world.DISCOUNT_DAYS,
)


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1."""
    return ratio(one, other) / 100


@dataclass(slots=True)
class Tally:
    """What came of payments: those with a truth, bookable ones, booked and right or wrong, and proposed first."""

    count: int = 0
    known: int = 0
    bookable: int = 0
    right: int = 0
    wrong: int = 0
    first: int = 0

    def line(self, name: str) -> dict[str, Any]:
        """Return it as figures; recall and precision are shares, None where nothing was to be found."""
        booked = self.right + self.wrong
        return {
            "benchmark": "matching",
            "kind": name,
            "n": self.count,
            "bookable": self.bookable,
            "booked": booked,
            "wrong": self.wrong,
            "precision": round(self.right / booked, 5) if booked else None,
            "recall": round(self.right / self.bookable, 4) if self.bookable else None,
            "right_or_proposed_first": round(self.first / self.known, 4) if self.known else None,
        }


@dataclass(slots=True)
class Outcome:
    """The tallies of a whole run, by kind, by world and by matcher."""

    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    worlds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    matchers: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[tuple[str, Payment, Match]] = field(default_factory=list)
    missed: list[tuple[str, Payment, Match]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, world: str, payment: Payment, match: Match) -> None:
        """Count one payment and what was made of it."""
        booking = match.booking
        first = next(iter(match.proposals), None)
        right = booking is not None and settles(booking) == payment.truth
        for tally in (self.kinds[payment.kind], self.worlds[world], self.kinds["all"]):
            tally.count += 1
            tally.known += payment.truth is not None
            tally.bookable += payment.truth is not None and payment.bookable
            tally.right += right
            tally.wrong += booking is not None and not right
            tally.first += first is not None and settles(first) == payment.truth
        if first is not None:
            self.matchers[first.matcher][settles(first) == payment.truth] += 1
        if booking is not None and not right:
            self.wrong.append((world, payment, match))
        if booking is None and payment.truth is not None and payment.bookable:
            self.missed.append((world, payment, match))


def settles(proposal: Proposal) -> tuple[tuple[int, int], ...]:
    """Return how much of each item a proposal settles, by item."""
    parts: Counter[int] = Counter()
    for item_id, amount in proposal.settles():
        parts[item_id] += amount
    return tuple(sorted(parts.items()))


def measure(seeds: int, schemes: tuple[str, ...] = tuple(world.SCHEMES)) -> Outcome:
    """Return what came of all payments of so many worlds of each kind."""
    outcome = Outcome()
    for seed in range(seeds):
        for scheme in schemes:
            for amounts in world.AMOUNTS:
                made = world.world(seed, scheme=scheme, amounts=amounts)
                payments = list(traffic.payments(made, _PAYMENTS))
                evidence = made.evidence()
                started = time.process_time()
                matches = match_all([one.transfer for one in payments], evidence, SETTINGS, likeness)
                outcome.seconds += time.process_time() - started
                for payment, match in zip(payments, matches, strict=True):
                    outcome.add(f"{scheme}, {amounts}", payment, match)
    return outcome


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield a line per kind of payment and per world, and the goal's over all."""
    outcome = measure(_QUICK_SEEDS if quick else _SEEDS)
    for name, tally in (*outcome.kinds.items(), *outcome.worlds.items()):
        if name != "all":
            yield tally.line(name)
    every = outcome.kinds["all"]
    yield every.line("all") | {
        "microseconds_per_line": round(outcome.seconds / every.count * 1e6),
        "goal": "recall 0.95 at precision 0.9995",
    }


def main() -> int:
    """Print the priors, or the cases that went wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--priors", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--missed", default="", metavar="KIND")
    parser.add_argument("--seeds", type=int, default=_SEEDS)
    arguments = parser.parse_args()
    outcome = measure(arguments.seeds)
    if arguments.priors:
        for code, counts in sorted(outcome.matchers.items()):
            print(f'        "{code}": Prior({counts[True]}, {counts.total()}),')
    if arguments.wrong:
        _show(outcome.wrong)
    if arguments.missed:
        _show([one for one in outcome.missed if arguments.missed in one[1].kind])
    return 0


def _show(cases: list[tuple[str, Payment, Match]]) -> None:
    for where, payment, match in cases:
        transfer = payment.transfer
        print(f"{where} | {payment.kind} | {transfer.amount_minor} | {transfer.structured_reference} | "
              f"{transfer.remittance!r} | {transfer.counterparty_name}")  # fmt: skip
        print(f"    truth {payment.truth} | {match.reason.code} | "
              f"{[(one.matcher, one.sure, settles(one)) for one in match.proposals[:3]]}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
