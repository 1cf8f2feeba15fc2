"""The ways a payment may be recognised, as people read them: what each goes by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Way(NamedTuple):
    """What a way of matching is called, and what it goes by."""

    name: Promise
    sees: Promise


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "REFERENCE": Way(
            _("Payment reference"),
            _("A reference of yours that can be nothing else, and the amount that is open."),
        ),
        "PAYMENT_ID": Way(
            _("Your own payment request"), _("The bank hands back the mark of your request or debit.")
        ),
        "NUMBER": Way(
            _("Invoice number"), _("A number that can be nothing else, and the amount that is open.")
        ),
        "SEVERAL_NAMED": Way(_("Several invoices"), _("They are named and together are exactly the amount.")),
        "NEAR_NUMBER": Way(
            _("Invoice number, written with less care"),
            _("Nearly a number of yours, and the amount that is open."),
        ),
        "CREDIT_NETTED": Way(
            _("Less a credit note"), _("The payer took off what they had left, and it fits to the cent.")
        ),
        "DISCOUNT": Way(_("Less the discount"), _("Paid in time, less exactly the discount you allow.")),
        "BANK_CHARGES": Way(_("Less bank charges"), _("What is missing is what banks say they took.")),
        "SMALL_DIFFERENCE": Way(
            _("Small difference"), _("A few cents less on what is named, within what you allow.")
        ),
        "LUMP_SUM": Way(_("Lump sum"), _("The only invoices of this customer that together are the amount.")),
        "WHOLE_BALANCE": Way(_("All that is owed"), _("Exactly everything this customer has open.")),
        "PART_PAYMENT": Way(_("Part of an invoice"), _("What is named is certain, and the amount is less.")),
        "OVERPAYMENT": Way(
            _("More than an invoice"), _("What is named is certain, and the rest goes on account.")
        ),
        "CUSTOMER_NUMBER": Way(
            _("Customer number"), _("The only invoice of this customer that is exactly the amount.")
        ),
        "KNOWN_PAYER": Way(
            _("Known account"), _("The account has paid for this customer, and one invoice is the amount.")
        ),
        "NAME_AND_AMOUNT": Way(
            _("Name and amount"), _("The payer's name is the customer's, and one invoice is the amount.")
        ),
    }
)


def name_of(code: str) -> str:
    """Return what a way of matching is called; an unknown one reads as its code."""
    return str(WAYS[code].name) if code in WAYS else code


def sees_of(code: str) -> str:
    """Return what a way of matching goes by; "" for an unknown one."""
    return str(WAYS[code].sees) if code in WAYS else ""
