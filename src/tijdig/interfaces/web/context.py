"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from tijdig.organisations import queries as organisations

# The pages in the order they stand: address name, word, picture, and the address names that belong to it.
NAVIGATION = (
    ("today", _("Today"), "today"),
    ("customers", _("Customers"), "customers"),
    ("invoices", _("Invoices"), "invoices"),
    ("bank", _("Bank"), "bank"),
    ("insight", _("Insight"), "insight"),
    ("messages", _("Messages"), "messages"),
    ("flows", _("Flows"), "flows"),
    ("settings", _("Settings"), "settings"),
    ("audit", _("Audit"), "audit"),
)
# Pages that stand under another's word while their address begins differently.
_BELOW = {"bank": ("refunds",)}


def house(request: HttpRequest) -> dict[str, Any]:
    """Return the organisation and role of this request, and the navigation with the place in it."""
    organisation = getattr(request, "organisation", None)
    role = getattr(request, "role", None)
    return {
        "organisation": organisation,
        "role": role,
        "may_write": role in ("CONTROLLER", "OWNER"),
        "is_owner": role == "OWNER",
        "today": getattr(request, "today", None),
        "languages": settings.LANGUAGES,
        "sends_mail": bool(settings.EMAIL_HOST),
        "navigation": _navigation(request) if organisation else (),
        "my_organisations": SimpleLazyObject(lambda: _organisations_of(request)),
        "layout": "layouts/drawer.html" if _asks_for_a_drawer(request) else "layouts/page.html",
    }


def _asks_for_a_drawer(request: HttpRequest) -> bool:
    return getattr(request, "htmx", None) is not None and request.headers.get("HX-Target") == "drawer-body"


def _navigation(request: HttpRequest) -> tuple[dict[str, Any], ...]:
    slug = request.organisation.slug  # type: ignore[attr-defined]
    links = []
    for name, word, picture in NAVIGATION:
        try:
            link = reverse(name, args=[slug])
        except NoReverseMatch:
            continue
        belongs = (link, *(reverse(other, args=[slug]) for other in _BELOW.get(name, ())))
        here = request.path == link if name == "today" else request.path.startswith(belongs)
        links.append({"link": link, "word": word, "icon": picture, "here": here})
    return tuple(links)


def _organisations_of(request: HttpRequest) -> tuple[Any, ...]:
    return organisations.of_user(request.user.pk) if request.user.is_authenticated else ()
