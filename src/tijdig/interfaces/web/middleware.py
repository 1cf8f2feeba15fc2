"""What every request passes: the headers that protect a page, the reader's language, the wall."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils import translation

from tijdig.infra import tenancy

_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class SecureHeaders:
    """Sends the content security policy and keeps pages with personal data out of shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class WayBack:
    """Leads somebody who opens the address of a form that was sent to the page the form is on.

    A form that was refused is shown again at the address it went to; loading that anew, or keeping it, would
    end at a page that says nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD"):
            return response
        return HttpResponseRedirect(_page_above(request.path))


def _page_above(path: str) -> str:
    """Return the nearest address above this one that exists."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"


class OrganisationWall:
    """Clears the organisation and user of the database session before and after every request.

    A connection is used again for the next request; without this, a setting left behind by a request that
    broke off would show the rows of whoever came before. Views enter an organisation themselves, by
    `member_required`. A request that has no connection has nothing to clear.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        leave_every_organisation()
        self._speak_the_readers_language(request)
        try:
            return self.get_response(request)
        finally:
            leave_every_organisation()

    @staticmethod
    def _speak_the_readers_language(request: HttpRequest) -> None:
        """A person's own choice goes before what the browser asks for."""
        language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language


def leave_every_organisation() -> None:
    """Make the open database connection, if there is one, show no organisation's rows."""
    if connection.connection is None:
        return
    try:
        tenancy.leave()
    except DatabaseError:
        # It cannot be made clean, so nobody may use it again.
        connection.close()
