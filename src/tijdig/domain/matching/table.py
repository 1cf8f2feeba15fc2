"""The matchers, as a table: each with what it sees and what it proposes, in the order they are asked.

How sure each is stands in `priors`. The first that has an answer gives it: a booking, or that it waits and
why. What no row answers waits as unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tijdig.domain.matching import amounts, guesses, words
from tijdig.domain.matching.cases import Case
from tijdig.domain.matching.facts import Match


@dataclass(frozen=True, slots=True)
class Matcher:
    """One row: the codes it answers under, what it sees and what it proposes, in words for a reader."""

    codes: tuple[str, ...]
    sees: str
    proposes: str
    answer: Callable[[Case], Match | None]


MATCHERS = (
    Matcher(("PAYMENT_ID",), "the id of our own request, handed back by the bank", "that item", words.payment_id),
    Matcher(("REFERENCE",), "an OGM, RF, betalingskenmerk or other reference of an item", "that item", words.reference),
    Matcher(("NUMBER",), "an invoice number that can be nothing else", "that invoice", words.number),
    Matcher(("NEAR_NUMBER",), "a number that several items have but for their prefix", "the one that fits",
            words.several_meanings),
    Matcher((), "an item that is named and owed in another currency", "nothing", words.other_currency),
    Matcher((), "an item that is named and has been paid", "the customer's account", words.already_paid),
    Matcher(
        ("SEVERAL_NAMED", "CREDIT_NETTED", "DISCOUNT", "BANK_CHARGES", "SMALL_DIFFERENCE", "LUMP_SUM", "PART_PAYMENT",
         "OVERPAYMENT"),
        "items that are named, and how the amount differs from what is open on them",
        "what explains the difference to the cent, else a part or more than was open",
        amounts.by_amount,
    ),
    Matcher(("NEAR_NUMBER",), "a number written with less care", "that invoice when the amount fits",
            words.near_number),
    Matcher(("SEVERAL_NAMED",), "numbers written with less care", "those invoices when they add up",
            words.near_numbers),
    Matcher(("CREDIT_NETTED", "DISCOUNT", "BANK_CHARGES", "SMALL_DIFFERENCE", "LUMP_SUM", "PART_PAYMENT",
             "OVERPAYMENT"),
            "a number written with less care, of the payer's own invoice", "as for what is named",
            words.near_and_differs),
    Matcher(("CUSTOMER_NUMBER", "KNOWN_PAYER", "NAME_AND_AMOUNT"), "a customer number, account or name, and an amount",
            "the only invoice of that amount", guesses.payer_and_amount),
    Matcher(("WHOLE_BALANCE",), "a customer number, account or name, and all they owe", "all of it",
            guesses.whole_balance),
    Matcher(("LUMP_SUM",), "a customer number or known account, and what they owe", "the only invoices that add up",
            guesses.only_subset),
)  # fmt: skip
