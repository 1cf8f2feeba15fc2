"""Every status as a word and a tone, the same on every page."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(NamedTuple):
    """What a code reads as, and its tone: GOOD, WARN, BAD, INFO or PLAIN."""

    word: Promise
    tone: str


STATUSES = {
    # an open item
    "OPEN": Status(_("Open"), "INFO"),
    "NOT_DUE": Status(_("Not due yet"), "PLAIN"),
    "DUE_TODAY": Status(_("Due today"), "WARN"),
    "OVERDUE": Status(_("Overdue"), "BAD"),
    "PAID": Status(_("Paid"), "GOOD"),
    "SETTLED": Status(_("Settled"), "GOOD"),
    "PART_PAID": Status(_("Partly paid"), "WARN"),
    # a credit
    "ON_ACCOUNT": Status(_("On account"), "WARN"),
    "ALLOCATED": Status(_("Allocated"), "GOOD"),
    "REVERSED": Status(_("Reversed"), "PLAIN"),
    # a bank line
    "BOOKED": Status(_("Booked"), "GOOD"),
    "IGNORED": Status(pgettext_lazy("state of a movement", "Set aside"), "PLAIN"),
    "PARTLY": Status(_("Partly booked"), "WARN"),
    # a way of matching
    "BOOKS": Status(_("Books by itself"), "GOOD"),
    "ASKS": Status(_("Waits for a person"), "WARN"),
    # a message
    "WAITING": Status(_("Waiting"), "WARN"),
    "SENDING": Status(_("Sending"), "INFO"),
    "SENT": Status(_("Sent"), "GOOD"),
    "WITHDRAWN": Status(_("Withdrawn"), "PLAIN"),
    "FAILED": Status(_("Failed"), "BAD"),
    "TEST": Status(pgettext_lazy("state of a message", "Test, not sent"), "INFO"),
    # an import
    "UPLOADED": Status(_("Uploaded"), "INFO"),
    "PREVIEWED": Status(_("To confirm"), "WARN"),
    "RUNNING": Status(_("Running"), "INFO"),
    "DONE": Status(pgettext_lazy("state of an import", "Done"), "GOOD"),
    "CANCELLED": Status(pgettext_lazy("state of an import", "Cancelled"), "PLAIN"),
    # what becomes of a row that is imported
    "NEW": Status(_("Will be imported"), "GOOD"),
    "CHANGED": Status(_("Will be changed"), "INFO"),
    "KNOWN": Status(_("Known already"), "PLAIN"),
    "REVIEW": Status(_("Wants a look"), "WARN"),
    "REJECTED": Status(_("Left out"), "BAD"),
    # what is odd about a bank statement
    "DOES_NOT_ADD_UP": Status(_("Does not add up"), "BAD"),
    "GAP_BEFORE": Status(_("Gap before it"), "WARN"),
    "NUMBER_SKIPPED": Status(_("A number was skipped"), "WARN"),
    "OVERLAPS": Status(_("Overlaps an earlier one"), "PLAIN"),
    "TAKEN_BACK": Status(pgettext_lazy("state of a statement", "Taken back"), "WARN"),
    "HAS_REJECTED": Status(_("Lines that could not be read"), "BAD"),
    # a refund
    "REFUND_PROPOSED": Status(_("To approve"), "WARN"),
    "REFUND_APPROVED": Status(_("Approved"), "INFO"),
    "REFUND_ORDERED": Status(pgettext_lazy("refunds", "At the bank"), "INFO"),
    "REFUND_PAID": Status(_("Paid back"), "GOOD"),
    "REFUND_REJECTED": Status(_("Rejected"), "PLAIN"),
    "REFUND_REFUSED": Status(_("Refused by the bank"), "BAD"),
    "REFUND_CAME_BACK": Status(_("Came back"), "BAD"),
    # an organisation
    "LIVE": Status(_("Live"), "GOOD"),
    "TEST_MODE": Status(_("Test mode"), "INFO"),
    "HELD": Status(_("On hold"), "WARN"),
    # a flow's stages
    "NOTICE": Status(_("Friendly notice"), "PLAIN"),
    "DUE": Status(_("On the due date"), "PLAIN"),
    "REMINDER": Status(_("Reminder"), "WARN"),
    "FORMAL_NOTICE": Status(_("Formal notice"), "BAD"),
    "HAND_OVER": Status(_("Decide about hand-over"), "BAD"),
}

WORDS = {
    # kinds of party
    "CONSUMER": _("Consumer"),
    "SOLE_TRADER": _("Sole trader"),
    "COMPANY": _("Company"),
    "PUBLIC_BODY": _("Public body"),
    "UNKNOWN": _("Unknown"),
    # roles
    "OWNER": _("Owner"),
    "CONTROLLER": _("Controller"),
    "VIEWER": _("Viewer"),
    # channels
    "EMAIL": _("E-mail"),
    "LETTER": _("Letter"),
    # what is owed and what settles it
    "INVOICE": _("Invoice"),
    "FEE": _("Fee"),
    "INTEREST": _("Interest"),
    "REFUND_DUE": _("Refund due"),
    "REVERSAL": _("Reversal"),
    "RETURNED": _("Came back"),
    "MOVED_OUT": _("Moved to another customer"),
    "PAYMENT": _("Payment"),
    "CREDIT_NOTE": _("Credit note"),
    "DISCOUNT": _("Discount"),
    "WRITE_OFF": _("Write-off"),
    "CANCELLATION": _("Cancellation"),
    "MOVED_IN": _("Moved from another customer"),
    "RELEASE": _("Put back on account"),
    # where a due date comes from
    "DOCUMENT": _("The document"),
    "PAYMENT_MEANS": _("The document"),
    "PAYMENT_TERMS": _("The terms on the document"),
    "TERMS_TEXT": _("The terms on the document"),
    "CUSTOMER_TERMS": _("The customer's payment term"),
    "ORGANISATION_TERMS": _("Your own payment term"),
    "MISSING": _("Your usual payment term"),
    # tones of voice
    "FRIENDLY": _("Friendly"),
    "BUSINESS": _("Businesslike"),
    # languages and countries
    "nl": _("Dutch"),
    "fr": _("French"),
    "en": _("English"),
    "de": _("German"),
    "NL": _("Netherlands"),
    "BE": _("Belgium"),
    "DE": _("Germany"),
    "FR": _("France"),
    "LU": _("Luxembourg"),
}

# What an entry of the audit trail is about.
SUBJECTS = {
    "bank": _("Movement"),
    "banking_bankline": _("Movement"),
    "banking_bankstatement": _("Statement"),
    "banking_linerule": _("Rule"),
    "banking_tablelayout": _("Columns of a bank"),
    "customer": _("Customer"),
    "dunning_flowversion": _("Flow"),
    "dunning_hold": _("Hold"),
    "infra_storedfile": _("File"),
    "invoices_importbatch": _("Import"),
    "ledger_allocation": _("Booking"),
    "ledger_credit": _("Payment or credit note"),
    "ledger_item": _("Invoice"),
    "messaging_message": _("Message"),
    "messaging_task": _("Task"),
    "organisation": _("Organisation"),
    "user": _("User"),
}

# What an entry of the audit trail tells.
DEEDS = {
    "bank.file_recorded": _("Bank file taken in"),
    "bank.file_refused": _("Bank file in the folder refused"),
    "bank.statement_taken_back": _("Bank statement taken back"),
    "bank.statement_taken_in_again": _("Bank statement taken in again"),
    "bank.report_heard": _("Bank's report on orders taken in"),
    "bank.line_ignored": _("Bank line set aside"),
    "bank.line_reopened": _("Bank line taken up again"),
    "bank.payer_forgotten": _("Account of a customer forgotten"),
    "bank.line_unbooked": _("Booking of a payment taken back"),
    "cash.applied": _("Payments placed"),
    "customer.created": _("Customer added"),
    "customer.changed": _("Customer changed"),
    "customer.noted": _("Note added"),
    "customers.imported": _("Customers imported"),
    "day.followed_up": _("Daily run done"),
    "flow.published": _("Flow published"),
    "hold.lifted": _("Hold lifted"),
    "hold.placed": _("Follow-up put on hold"),
    "import.cancelled": _("Import cancelled"),
    "import.done": _("Import confirmed"),
    "import.opened": _("Import begun"),
    "invoices.added": _("Invoices added"),
    "ledger.allocated": _("Payment set against invoices"),
    "ledger.allocation_undone": _("Allocation undone"),
    "ledger.credit_reversed": _("Booking reversed"),
    "ledger.credits_reversed": _("Bookings reversed"),
    "ledger.discounted": _("Discount given"),
    "ledger.credits_added": _("Payments or credit notes booked"),
    "ledger.item_cancelled": _("Invoice cancelled"),
    "ledger.items_added": _("Open items booked"),
    "ledger.left_on_account": _("Money left on account knowingly"),
    "ledger.money_came_back": _("A payment that came back was taken off"),
    "ledger.money_moved": _("Money moved to another customer"),
    "ledger.money_released": _("Money put back on account"),
    "ledger.refund_due": _("Money put aside to pay back"),
    "ledger.written_off": _("Written off"),
    "letters.printed": _("Letters printed"),
    "matching.let_book": _("Way of matching let book again"),
    "matching.turned": _("Ways of matching stopped or went on"),
    "member.added": _("Member added"),
    "member.link_made": _("Link for a new password made"),
    "member.removed": _("Member taken off"),
    "member.role_changed": _("Role changed"),
    "message.failed": _("Message could not be sent"),
    "message.sent": _("Message sent"),
    "messages.composed": _("Messages composed"),
    "messages.withdrawn": _("Messages withdrawn"),
    "organisation.cash_policy_changed": _("Settings for money changed"),
    "organisation.created": _("Organisation made"),
    "organisation.logo_changed": _("Logo changed"),
    "organisation.mode_changed": _("Test or live changed"),
    "organisation.settings_changed": _("Settings changed"),
    "task.done": _("Task done"),
    "tasks.added": _("Tasks added"),
    "refund.approved": _("Refund approved"),
    "refund.came_back": _("Refund came back"),
    "refund.not_paid": _("Refund not paid after all"),
    "refund.proposed": _("Refund proposed"),
    "refund.refused": _("Refund refused by the bank"),
    "refund.rejected": _("Refund rejected"),
    "refunds.ordered": _("Refunds put in a file for the bank"),
    "refunds.paid": _("Refunds paid"),
    "returns.recorded": _("Payments that came back noted"),
    "returns.undone": _("Return taken back"),
    "tasks.done": _("Tasks done"),
}


def status_of(code: str) -> Status:
    """Return how this code reads; an unknown code reads as itself, in a plain tone."""
    return STATUSES.get(code) or Status(WORDS.get(code, code), "PLAIN")  # type: ignore[arg-type]


def word_of(code: str) -> str:
    """Return the word for this code, in the active language."""
    found = WORDS.get(code) or (STATUSES[code].word if code in STATUSES else code)
    return str(found)
