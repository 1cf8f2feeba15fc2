"""The reader's language for rooms that know none: sentences of `formats` and `domain`, dates and amounts.

Those rooms know nothing but Python, so they say in English what is wrong, and so it is stored. Each of their
sentences stands here, with %(…)s where a fact goes; a text that was made from one is told by its form, and is
then said again in the language that is active. A text that is not known stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from tijdig.domain.money import Money, exponent

SENTENCES = (
    # where it is
    _("file"),
    _("line %(line)s"),
    _("line %(line)s, column %(column)s"),
    _("row %(place)s"),
    _("%(where)s, entry %(place)s (line %(line)s)"),
    _("statement %(place)s"),
    _("statement %(place)s (%(name)s)"),
    _("balance %(code)s (line %(line)s)"),
    _("opening balance (line %(line)s)"),
    _("closing balance (line %(line)s)"),
    _("totals (line %(line)s)"),
    _("%(document)s at line %(line)s"),
    # amounts and dates
    _("there is no amount"),
    _("there is no date"),
    _("it has no amount"),
    _("its amount has no currency"),
    _("“%(text)s” is not an amount"),
    _("“%(text)s” is not an amount; write it like 1.234,56 or 1234.56"),
    _("“%(text)s” is not an amount that can be booked"),
    _("“%(text)s” can be read in two ways; write it with two decimals"),
    _("“%(text)s” has more decimals than %(currency)s has"),
    _("“%(text)s” is too large an amount"),
    _("“%(text)s” is not a date"),
    _("“%(text)s” is not a date; write it like 31-12-2026 or 2026-12-31"),
    _("“%(text)s” is not a day that exists; the order is day, month, year"),
    _("“%(text)s” is not a currency"),
    _("“%(text)s” is not a known currency"),
    _("it has no currency"),
    # tables
    _("the file is empty"),
    _("the file is not text"),
    _("the file is larger than %(size)s MB"),
    _("the file is larger than %(size)s MB; split it"),
    _("the table has %(columns)s columns, %(most)s is the most"),
    _("the table has more than %(most)s rows; split it"),
    _("the row has %(cells)s cells, the header has %(width)s"),
    _("line %(line)s cannot be read: %(detail)s"),
    _("the Excel file cannot be read: %(detail)s"),
    _("the Excel file is damaged: %(detail)s"),
    _("its columns are not those of a bank that Tijdig knows"),
    _("none of the rows can be read as a movement"),
    _("point out the column with the date of each movement"),
    _("point out the column with the amount, or those with money in and money out"),
    _("point out one column with the amount, or two with money in and out, not both"),
    _("two columns were said to hold the same: %(names)s"),
    _("it says both money in and money out"),
    _("“%(text)s” says neither money in nor money out"),
    _("the Excel file unpacks to more than %(size)s MB"),
    # archives
    _("the archive holds more than %(most)s files"),
    _("the archive unpacks to more than %(size)s MB"),
    _("%(name)s is a zip file inside a zip file inside a zip file"),
    _("%(name)s unpacks to more than %(most)s times its size"),
    _("the zip file cannot be read: %(detail)s"),
    _("the zip file holds no files"),
    _("this is a zip file; its members are read one by one"),
    # XML
    _("the file is cut off or damaged: %(detail)s"),
    _("the XML cannot be read: %(detail)s"),
    _("the file has a document type definition (DOCTYPE), which is refused for safety"),
    _("the file says it is in “%(name)s”, which is no known encoding"),
    _("the file holds several XML documents one after another; save each as a file of its own"),
    _("this XML (%(name)s) is no bank statement or invoice that Tijdig knows"),
    # what a file is instead
    _("this is no bank statement"),
    _("this is no payment status report (pain.002)"),
    _("this is no bank statement, invoice or table that Tijdig knows"),
    _("this is an invoice in CII (as in ZUGFeRD and Factur-X); send it as UBL"),
    _("this is an invoice in CII (ZUGFeRD 1); send it as UBL"),
    _("this is a payment order (pain.001), not a bank statement"),
    _("this is a direct debit order (pain.008), not a bank statement"),
    _("this is an audit file (XAF), not an invoice or a bank statement"),
    _("this is a web page, not an invoice or a bank statement"),
    _("this is an order, not an invoice"),
    _("this is an application response, not an invoice"),
    _("this is a PDF; send the invoice as UBL"),
    _("this is an old Office document; save it as .xlsx or CSV"),
    _("this is a picture"),
    _("this is JSON, which is not a format of invoices or bank statements here"),
    # statements
    _("“%(text)s” is not a balance"),
    _("“%(text)s” is not an entry"),
    _("it holds no statement: no balance (:60F:) and no entry (:61:)"),
    _("the file is cut off here, and the entry may not be whole"),
    _("the file is cut off here: its last statement has no closing balance (:62F:)"),
    _("the text that begins here has no end; this is no MT940 file"),
    _("the message holds no statement"),
    _("the file holds no statement"),
    _("it says neither credit nor debit (CdtDbtInd is “%(text)s”)"),
    _("it says neither credit nor debit (the sign is “%(text)s”)"),
    # CODA
    _("this is no CODA: it begins with neither record 0 nor record 1"),
    _("“%(text)s” is no record that CODA knows"),
    _("%(count)s more lines are no records that CODA knows"),
    _("record %(code)s of this movement comes twice"),
    _("the movement has more than %(most)s information records"),
    _("it is a detail of a movement that is not in the file"),
    _("it belongs to no movement"),
    _("the file is cut off in it"),
    _("the file is cut off: the closing balance (record 8) is missing"),
    _("the closing balance (record 8) is missing"),
    _("the file says it holds %(stated)s records; %(found)s were read"),
    _("the file says %(stated)s went out; what was read makes %(found)s"),
    _("the file says %(stated)s came in; what was read makes %(found)s"),
    # rules for the bank
    _("say which account, name or text the rule is about"),
    _("a text of so few letters would fit too much; write more of it, or add the account"),
    # e-invoices
    _("the invoice is larger than %(size)s MB"),
    _("this invoice is in a format that Tijdig does not know; send it as UBL 2"),
    _("it has no number"),
    _("it has no amount to pay that can be read (PayableAmount)"),
    _("it is written as an invoice, but its type code %(code)s says credit note"),
    _("it is a credit note with a negative amount, which would raise what is owed"),
    _("the buyer made it out (type %(code)s, self-billing)"),
    _("it asks to pay somebody else: %(name)s"),
    _("it has no issue date that can be read"),
    _("its due date %(due_date)s lies before its issue date %(issue_date)s"),
    _("it names no customer"),
    _("its amount %(amount)s has more decimals than %(currency)s has"),
    _("its amount to pay %(amount)s is not its total %(total)s less what was prepaid"),
    _("its amount to pay is in %(currency)s, the document in %(other_currency)s"),
    _("it splits the payment over several accounts"),
    # the flow every organisation starts with
    _("Standard"),
    # the audit chain
    _("entry %(place)s is missing"),
    _("does not follow from the entry before it"),
    _("has been changed after it was written"),
    _("the chain ends before its recorded end"),
    # the rule a payment was divided by
    _("art. 6:43–6:44 BW"),
    _("art. 1253–1256 oud BW"),
    _("art. 1253–1256 oud BW, principal first"),
    _("boek 5 BW"),
    _("boek 5 BW, principal first"),
    _("as you set it: the invoice itself first"),
    _("as you set it: the oldest first"),
    # why a payment came back
    _("the account number is not right (AC01)"),
    _("the account is closed (AC04)"),
    _("the account is blocked (AC06)"),
    _("it is a consumer's account (AC13)"),
    _("direct debits are not allowed on this account (AG01)"),
    _("the kind of transaction is not right (AG02)"),
    _("there was not enough money on the account (AM04)"),
    _("it was a duplicate (AM05)"),
    _("the creditor's address is missing (BE04)"),
    _("the creditor's identifier is not right (BE05)"),
    _("the creditor's bank cannot be reached (CNOR)"),
    _("the payer asked for it back (CUST)"),
    _("the debtor's bank cannot be reached (DNOR)"),
    _("it was a duplicate (DUPL)"),
    _("the bank could not read the order (FF01)"),
    _("the kind of direct debit is not right (FF05)"),
    _("it was called back (FOCR)"),
    _("it was fraud (FRAD)"),
    _("there is no valid mandate (MD01)"),
    _("data of the mandate are missing or not right (MD02)"),
    _("the payer claimed it back (MD06)"),
    _("the payer has died (MD07)"),
    _("the payer refused it (MS02)"),
    _("the bank does not say why (MS03)"),
    _("the bank's code is not right (RC01)"),
    _("the payer's account is missing (RR01)"),
    _("the payer's name or address is missing (RR02)"),
    _("the creditor's name or address is missing (RR03)"),
    _("the bank's rules do not allow it (RR04)"),
    _("the payer lets no direct debits through (SL01)"),
    _("a technical fault at the bank (TECH)"),
    _("the bank does not say why"),
    # why something was written off
    _("a small difference"),
    _("bank charges"),
    _("goodwill"),
    _("it cannot be collected"),
    _("it is disputed, and rightly so"),
    _("another reason"),
    # what no bank would take in a payment order
    _("there is nothing to pay"),
    _("“%(text)s” cannot be the id of a payment"),
    _("two payments have the same id"),
    _("%(amount)s cannot be paid in a SEPA order"),
    _("“%(text)s” is not an IBAN"),
    _("“%(text)s” is no name that a bank can read"),
    # what a message would lack
    _("amount"),
    _("account"),
    _("reference"),
    _("date"),
    _("name"),
    _("subject"),
    _("invoice %(number)s"),
    # what a mail server makes of a message
    _("no mail server is set up; fill in TIJDIG_SMTP_HOST"),
    _("the mail server could not be reached: %(detail)s"),
    _("the mail server cannot write to this address: %(detail)s"),
    _("the connection was lost while it was handed over; it is unsure whether it was delivered"),
    _("an address or the subject holds a line break"),
)
_FACT = re.compile(r"%\((\w+)\)s")
# Facts that are amounts where they are decimals: they read as the reader's language writes them.
_AMOUNTS = frozenset({"amount", "total", "stated", "found"})
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
_NUMBERS = frozenset({"line", "column", "columns", "place", "size", "most", "cells", "width"})
# A place within a place: "statement 1 (2026-11), entry 3 (line 42)".
_WITHIN = "where"


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each sentence with the form of a text that was made from it."""
    return tuple((sentence, _form(sentence)) for sentence in SENTENCES)


def _form(sentence: str) -> re.Pattern[str]:
    parts = iter(_FACT.split(sentence))
    form = re.escape(next(parts))
    for name, rest in zip(parts, parts, strict=True):
        form += f"(?P<{name}>{'[0-9]+' if name in _NUMBERS else '.*'}){re.escape(rest)}"
    return re.compile(form, re.DOTALL)


def recognised(text: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the first sentence a text can have been made from, with its facts; None where there is none."""
    for sentence, form in _forms():
        if found := form.fullmatch(text):
            return sentence, found.groupdict()
    return None


def in_words(text: str) -> str:
    """Return a text of `formats` or `domain` in the language that is active; an unknown one as it is."""
    found = recognised(text)
    if found is None:
        return text
    sentence, facts = found
    return gettext(sentence) % {
        name: in_words(fact) if name == _WITHIN else _fact(name, fact) for name, fact in facts.items()
    }


def _fact(name: str, fact: str) -> str:
    """Return a fact as it reads: an ISO date as a date, an amount with this language's signs."""
    if name in _AMOUNTS and _DECIMAL.fullmatch(fact):
        places = len(fact.partition(".")[2])
        return number_format(Decimal(fact), decimal_pos=places, force_grouping=True)
    try:
        return day_in_words(date.fromisoformat(fact)) if len(fact) == 10 else fact
    except ValueError:
        return fact


@lru_cache(maxsize=20_000)
def day_text(day: date, *, language: str) -> str:
    """Return a date in a few letters: "5 mrt 2026", in German "5. März 2026"."""
    return with_our_stops(format_date(day, f"{day_form(language)} MMM y", locale=language), language)


def day_form(language: str) -> str:
    """Return how the day of the month is written, as a pattern: in German it is an ordinal."""
    return "d." if language == "de" else "d"


def with_our_stops(text: str, language: str) -> str:
    """Return a date without the full stops after shortened names, where the language can do without them.

    French and German cannot: "9 juil. 2026", "8. Aug. 2026".
    """
    return text if language in ("fr", "de") else re.sub(r"(?<=[^\W\d_])\.", "", text)


def day_in_words(day: date) -> str:
    """Return a date in a few letters in the language that is active."""
    return day_text(day, language=(get_language() or "en")[:2])


def amount_in_words(amount: Money) -> str:
    """Return an amount with its currency as a sentence holds it: "1.210,00 EUR"."""
    places = exponent(amount.currency)
    value = Decimal(amount.minor).scaleb(-places)
    return f"{number_format(value, decimal_pos=places, force_grouping=True)} {amount.currency}"
