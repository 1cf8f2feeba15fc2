"""Accounts that pay for many: payment providers, collection agencies, bailiffs, the tax office.

What comes from them says nothing of who the customer is, so such an account is never learned as a customer's.
The names are those they pay under in the Netherlands and Belgium. A customer who happens to bear one is not
harmed: their account is not learned, that is all. Whoever is not named here shows it by paying for many
(MOST_CUSTOMERS).
"""

from __future__ import annotations

import re

MOST_CUSTOMERS = 5
"""An account that paid for more customers than this collects for others, whatever its name."""

_NAMES = (
    # payment providers
    "adyen", "bancontact payconiq", "buckaroo", "ccv", "cm payments", "cm.com", "ems e-commerce", "icepay",
    "ingenico", "klarna", "mollie", "multisafepay", "ogone", "online betaalplatform", "online payment platform",
    "opp b.v.", "pay.nl", "paynl", "payconiq", "paypal", "rabo smart pay", "sisow", "stripe", "sumup", "targetpay",
    "viva wallet", "worldline", "zettle",
    # money held for others
    "compte de tiers", "compte rubrique", "derdengelden", "derdenrekening", "kwaliteitsrekening", "rubriekrekening",
    "tiers payant",
    # collection, courts and the law
    "cjib", "deurwaarder", "deurwaarders", "gerechtsdeurwaarder", "gerechtsdeurwaarders", "gerechtsdeurwaarderskantoor",
    "huissier", "huissiers", "incasso", "incassobureau", "incassocenter", "intrum", "lavg", "flanderijn", "syncasso",
    "ggn", "recouvrement",
    # taxes and benefits
    "belastingdienst", "douane", "fod financien", "spf finances", "uwv", "sociale verzekeringsbank",
)  # fmt: skip
_COLLECTOR = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, _NAMES)) + r")(?!\w)")
_PLAIN = str.maketrans("àáâäçèéêëìíîïòóôöùúûü", "aaaaceeeeiiiioooouuuu")


def is_collector(name: str) -> bool:
    """Return whether a payer of this name pays out what others paid, by the name alone."""
    return _COLLECTOR.search(name.lower().translate(_PLAIN)) is not None
