"""Who may see and do what: the only door to a page of an organisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from tijdig.infra import clock, tenancy
from tijdig.organisations import queries as organisations
from tijdig.organisations.queries import OrganisationView, Role

_RANK = {Role.VIEWER: 0, Role.CONTROLLER: 1, Role.OWNER: 2}
_READING = {"GET", "HEAD", "OPTIONS"}


class MemberRequest(HttpRequest):
    """A request of a member, inside their organisation."""

    organisation: OrganisationView
    role: Role
    actor: str
    """The member as the audit trail names them."""
    today: date
    """The date it is where the organisation is."""
    now: datetime


View = Callable[..., HttpResponseBase]


def member_required(role: Role = Role.VIEWER, *, writes: Role = Role.CONTROLLER) -> Callable[[View], View]:
    """Let a view be used by members with at least `role`; what changes something takes at least `writes`.

    The view's first address part is the organisation's slug; the view itself gets what follows. It runs, and
    its template is rendered, inside that organisation. Nobody is sent to log in; a stranger is told the page
    does not exist, whether or not it does; a member who may not do this gets a page that says so.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, *arguments: Any, **named: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            organisation_id = organisations.by_slug_id(slug)
            if organisation_id is None:
                raise Http404
            with tenancy.within(organisation_id):
                member = _as_member(request)
                needed = role if request.method in _READING else max(role, writes, key=_RANK.__getitem__)
                with timezone.override(ZoneInfo(member.organisation.timezone)):
                    if _RANK[member.role] < _RANK[needed]:
                        return render(request, "403.html", {"needed": needed}, status=403)
                    response = view(member, *arguments, **named)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()
                return response

        return guarded

    return decorate


def may_write(request: MemberRequest) -> bool:
    """Return whether this member may do more than read."""
    return _RANK[request.role] >= _RANK[Role.CONTROLLER]


def _as_member(request: HttpRequest) -> MemberRequest:
    user_id = cast(int, request.user.pk)
    role = organisations.role_of(user_id)
    if role is None:
        raise Http404
    member = cast(MemberRequest, request)
    member.organisation = organisations.current()
    member.role = role
    member.actor = f"user:{user_id}"
    member.now = clock.now()
    member.today = clock.today(member.organisation.timezone)
    return member


def _to_login(request: HttpRequest) -> HttpResponse:
    response = redirect_to_login(request.get_full_path())
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(response.url)
    return response
