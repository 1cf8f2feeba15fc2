"""Why something was decided: a code with its facts, put into words in the reader's language.

Every automatic decision stores one (architecture D5). The English sentence is here; the screens show it
translated, with the facts filled in. A code that is stored somewhere is never renamed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "ACCOUNT_MISSING": "The organisation has no valid bank account to pay to; fill it in in the settings.",
        "AMOUNT_IS_OPEN": "The amount is exactly what is open on invoice %(number)s.",
        "ANOTHER_FITS": "Invoice %(numbers)s is named, but the amount is exactly what is open on %(other)s.",
        "BANK_DATA_STALE": "The bank data of account %(account)s reach no further than %(until)s, so who has paid "
        "since is not known. Import a newer statement.",
        "BATCH_NOT_BROKEN_DOWN": "This is a batch whose payments do not add up to its amount.",
        "BATCH_TOLD_IN_DETAIL": "Another bank file tells the payments in this batch one by one; they are booked.",
        "BOOKED_AT_RATE": "%(currency)s %(amount)s was paid; a person said what that is worth, at %(rate)s.",
        "BOOKED_BY_HAND": "Booked by hand.",
        "BOOKING_UNDONE": "Its booking was undone.",
        "BOOKING_UNDONE_SAYING": "Its booking was undone. %(text)s",
        "CAME_BACK_UNBOOKED": "It came back before it was booked: %(meaning)s. Both movements are taken out "
        "together.",
        "CHARGES_TAKEN": "Invoice %(numbers)s was paid; banks took %(difference)s of it on the way.",
        "CREDIT_NETTED": "Invoice %(numbers)s less credit note %(credits)s is exactly the amount.",
        "CREDIT_NOTE_CAME_IN": "Credit note %(number)s was sent.",
        "CREDIT_NOTE_NAMES_INVOICE": "Credit note %(credit_note)s is for invoice %(invoice)s.",
        "CURRENCY_WAITS": "This customer already has a message in another currency; this one follows on "
        "%(next_date)s.",
        "CUSTOMER_NUMBER_AND_AMOUNT": "The payer wrote the number of customer %(name)s, whose invoice "
        "%(number)s is exactly the amount.",
        "DISCOUNT_HOLDS": "Paid by %(until)s, so the discount for paying early holds.",
        "DISCOUNT_TAKEN": "Invoice %(numbers)s was paid in time, less the agreed discount of %(difference)s.",
        "DIVIDED_AS_NAMED": "The payer named this invoice, so it comes first (%(source)s).",
        "DIVIDED_BY_AGE": "What is due comes first, and the oldest of it (%(source)s).",
        "DIVIDED_BY_BURDEN": "Of what is due, the most burdensome comes first (%(source)s).",
        "DIVIDED_COSTS_FIRST": "Costs and interest come before the invoice itself (%(source)s).",
        "DIVIDED_IN_PROPORTION": "Equally old debts share a payment in proportion (%(source)s).",
        "DIVIDED_OLDEST_FIRST": "The oldest comes first (%(source)s).",
        "EMAIL_UNUSABLE": "The e-mail address of this customer is missing or is not one.",
        "FLOW_FINISHED": "All steps of the flow have been taken.",
        "FOLLOW_UP_STARTED": "Followed up since it was added.",
        "FOLLOW_UP_WAITS": "The next step is on %(next_date)s.",
        "GIVEN_BACK": "You paid it back to the account it came from.",
        "ITEM_ALREADY_PAID": "Invoice %(numbers)s is named, but nothing is open on it.",
        "ITEM_SETTLED": "Nothing is owed any more.",
        "LEFT_ON_ACCOUNT": "Left on the customer's account.",
        "LUMP_SUM": "Of what this customer owes, only invoices %(numbers)s together are exactly the amount.",
        "MATCHER_GOES_ON": "What it booked is right often enough again for the %(percent)s%% that is asked.",
        "MATCHER_STOPPED": "Of its last %(booked)s bookings people corrected %(corrected)s: too many for the "
        "%(percent)s%% that is asked.",
        "MATCHER_UNPROVEN": "It has not yet been right often enough to be sure of the %(percent)s%% that is asked.",
        "MAY_GIVE_BACK": "It may give back the payment of %(day)s from the same account: a person decides.",
        "MESSAGE_TODAY_ALREADY": "This customer already has a message of that day; the next one can go on "
        "%(next_date)s.",
        "MESSAGE_UNCLEAR": "The message would not say clearly what to pay, for what, when and how. Missing: %(what)s.",
        "MONEY_CAME_BACK": "The payment came back: %(meaning)s.",
        "MONEY_CAME_BACK_CHARGED": "The payment came back: %(meaning)s. Banks charged %(currency)s %(amount)s for it; "
        "nobody is asked for that by itself.",
        "MONEY_CAME_BACK_IN_PART": "%(currency)s %(amount)s of the payment came back: %(meaning)s.",
        "MONEY_OUT": "Money went out.",
        "MOVED_FROM_CUSTOMER": "Moved from customer %(customer)s. %(text)s",
        "MOVED_TO_CUSTOMER": "Moved to customer %(customer)s. %(text)s",
        "NAMED_IN_PAYMENT": "The payment names invoice %(numbers)s.",
        "NAME_AND_AMOUNT": "The payer is named like customer %(name)s, and the amount is exactly what is open on "
        "invoice %(number)s.",
        "NAME_IS_CUSTOMER": "The payer's name is that of customer %(name)s.",
        "NOTHING_OPEN": "There is nothing open to write about.",
        "NOT_SURE_ENOUGH": "This is probably what it is for, but such matches are not sure enough to be "
        "booked by themselves.",
        "NO_ADDRESS": "Neither an e-mail address nor a postal address is known, so nothing can be sent.",
        "NO_MONEY_MOVED": "The amount is zero.",
        "NO_REFERENCE_FOUND": "No payment reference or invoice number of yours was found in it.",
        "NUMBER_AND_AMOUNT": "Invoice number %(number)s is in the description and the amount fits.",
        "NUMBER_MISTYPED": "“%(written)s” is one slip away from invoice %(number)s, and the amount fits.",
        "NUMBER_NEARLY": "“%(written)s” in the description can only be invoice %(number)s, and the amount fits.",
        "ON_HOLD": "On hold: %(why)s",
        "ON_HOLD_UNTIL": "On hold until %(until)s: %(why)s",
        "OTHER_CURRENCY": "Invoice %(numbers)s is named, but is in %(currency)s.",
        "OWED_AGAIN": "It is owed again after all steps of the flow: decide about handing it over.",
        "PAID_BUT_FOR_CENTS": "Invoice %(numbers)s was paid but for %(difference)s, which is too little to ask for.",
        "PAID_LESS": "The payment names invoice %(numbers)s, where %(open)s is open, but is less: "
        "%(amount)s.",
        "PAID_MORE": "The payment names invoice %(numbers)s, where %(open)s is open, but is more: "
        "%(amount)s.",
        "PAID_TOO_MUCH": "Invoice %(numbers)s is named and paid; the %(rest)s more stays on the customer's account.",
        "PART_PAID": "Invoice %(number)s is named; of the %(open)s that was open, %(amount)s was paid.",
        "PAYER_AND_AMOUNT": "This account has paid for customer %(name)s before, and the amount is exactly "
        "what is open on invoice %(number)s.",
        "PAYER_IS_KNOWN": "This payer is known as customer %(name)s.",
        "PAYMENT_ID_AND_AMOUNT": "The payment has the id of your own request for invoice %(number)s and the "
        "amount fits.",
        "PERSON_SAID": "%(text)s",
        "POSTAL_ADDRESS_MISSING": "The postal address of this customer is not complete.",
        "RANGE_ADDS_UP": "The open invoices in the range that is named, %(numbers)s, together are exactly the amount.",
        "REFERENCES_DISAGREE": "The payment reference is that of invoice %(number)s, but the description "
        "names %(numbers)s.",
        "REFERENCE_AND_AMOUNT": "Payment reference %(reference)s is that of invoice %(number)s and the "
        "amount fits.",
        "REFUND_CAME_BACK": "Refund %(number)s came back: %(meaning)s. The money is on account again.",
        "REFUND_DUE": "Put aside to be paid back: refund %(number)s. %(text)s",
        "REFUND_PAID": "Refund %(number)s was paid with it.",
        "REFUND_PAID_OTHERWISE": "It names refund %(number)s, which was not to be paid like this: look what happened.",
        "REFUND_REFUSED": "The bank refused refund %(number)s: %(meaning)s. The money is on account again.",
        "REFUND_REJECTED": "Refund %(number)s was not approved. %(text)s",
        "REFUND_TOLD_ALREADY": "Refund %(number)s was told already by another movement; it counts once.",
        "RETURNED": "A payment came back (%(return_code)s).",
        "RETURN_COULD_BE_SEVERAL": "It takes back an earlier payment, but it could be one of several: "
        "choose which.",
        "RETURN_DOES_NOT_FIT": "It takes back the payment of %(day)s, but the amounts do not fit: of that, "
        "%(currency)s %(open)s is left.",
        "RETURN_ORIGINAL_UNKNOWN": "A payment came back (%(return_code)s), but which one is not known: it "
        "waits for its payment, or for you.",
        "RETURN_TAKEN_BACK": "The return was taken back by hand. %(text)s",
        "RETURN_TOLD_ALREADY": "The bank told this already on %(day)s; it counts once.",
        "RETURN_UNDONE_BEFORE": "A person took this return back before, so a person decides.",
        "RULE_SETS_ASIDE": "Your rule sets these aside: %(text)s",
        "SENDING_REFUSED": "The message was refused: %(text)s",
        "SENDING_UNAVAILABLE": "Sending failed and is tried again: %(text)s",
        "SENDING_UNSURE": "Sending was interrupted; it is unsure whether the message left. Look whether the "
        "customer has it.",
        "SET_ASIDE": "Set aside by hand.",
        "SEVERAL_ADD_UP": "Invoices %(numbers)s are named and together are exactly the amount.",
        "SEVERAL_CUSTOMERS": "Invoices %(numbers)s add up to the amount, but belong to different customers.",
        "SEVERAL_CUSTOMERS_ADD_UP": "Invoices %(numbers)s are named and together are exactly the amount; "
        "they belong to different customers.",
        "SEVERAL_FIT": "More than one invoice could be meant: %(numbers)s.",
        "STATEMENT_DIFFERENCE": "The lines of this statement of %(account)s do not add up to its balances: the "
        "difference is %(difference)s.",
        "STATEMENT_TAKEN_BACK": "The statement it is on was taken back, so nothing of it counts.",
        "STEP_DUE": "The due date, %(due_date)s, has come.",
        "STEP_FORMAL_NOTICE": "%(days_late)s days after the due date, %(due_date)s: time for a formal notice.",
        "STEP_HAND_OVER": "%(days_late)s days after the due date, %(due_date)s, the formal notice had not "
        "helped: decide about handing it over.",
        "STEP_NOTICE": "The due date, %(due_date)s, is near: time for a friendly notice.",
        "STEP_REMINDER": "%(days_late)s days after the due date, %(due_date)s: time for a reminder.",
        "TAKEN_UP_AGAIN": "Taken up again.",
        "TOLD_ELSEWHERE": "Another bank file tells it by now; it counts there.",
        "UNPLACED_MONEY": "%(amount)s %(currency)s of this customer is on account and not set against an "
        "invoice. Place it, or leave it there knowingly.",
        "WAITING_MONEY": "A payment of %(amount)s %(currency)s that may be of this customer waits to be placed.",
        "WHOLE_BALANCE": "The amount is exactly all that customer %(name)s owes: %(numbers)s.",
        "WITHDRAWN_AMOUNT_CHANGED": "What is open on an invoice in it changed before this could be sent.",
        "WITHDRAWN_BLOCKED": "Money of this customer came in, or the bank data grew old, before this could be sent.",
        "WITHDRAWN_HELD": "An invoice in it was put on hold before this could be sent.",
        "WITHDRAWN_SETTLED": "An invoice in it was settled before this could be sent.",
        "WRITTEN_OFF": "Written off by hand.",
        "WRITTEN_OFF_FOR": "Written off: %(meaning)s.",
        "WRITTEN_OFF_SAYING": "Written off: %(meaning)s. %(text)s",
    }
)


class ReasonUnknown(KeyError):
    """A reason was given that has no sentence."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of SENTENCES and the facts its sentence needs (plain strings and numbers).

    Raises ReasonUnknown for a code without a sentence.
    """

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    _json: str = field(default="", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.code not in SENTENCES:
            raise ReasonUnknown(self.code)

    def as_data(self) -> dict[str, Any]:
        """Return the reason as it is stored: {"code": …, **facts}."""
        return {"code": self.code, **self.facts}

    @property
    def as_json(self) -> str:
        """The reason as it is stored, in JSON; made once for all the rows that bear it."""
        if not self._json:
            object.__setattr__(self, "_json", json.dumps(self.as_data(), ensure_ascii=False))
        return self._json

    def __str__(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code] % dict(self.facts)


def from_data(data: Mapping[str, Any]) -> Reason | None:
    """Return the reason that was stored as `data`; None where none was."""
    if not data:
        return None
    return Reason(data["code"], {key: value for key, value in data.items() if key != "code"})
