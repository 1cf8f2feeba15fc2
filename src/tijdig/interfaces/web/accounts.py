"""How people get an account: by invitation. Nobody signs themselves up on somebody's own server."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the sign-up page, and sends mail only where a server for it is known."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send mail of the account pages; without an SMTP server the page says whom to ask instead."""
        if settings.EMAIL_HOST:
            super().send_mail(template_prefix, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link to choose a new password, on the address people know this server by."""
        address = str(super().get_reset_password_from_key_url(key))
        path = "/" + address.split("://", 1)[-1].partition("/")[2]
        return str(settings.PUBLIC_URL).rstrip("/") + path
