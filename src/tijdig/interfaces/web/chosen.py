"""The customer a list is narrowed to by its address."""

from __future__ import annotations

from django.http import Http404

from tijdig.customers import queries as customers
from tijdig.interfaces.web.listing import is_key


def chosen_customer(key: str) -> customers.CustomerView | None:
    """Return the customer with this id, None where none is asked for. Raises Http404 for one that is not there."""
    if not key:
        return None
    if not is_key(key):
        raise Http404
    try:
        return customers.get(int(key))
    except customers.CustomerUnknown as unknown:
        raise Http404 from unknown
