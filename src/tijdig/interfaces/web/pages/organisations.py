"""Coming in: the first page, making an organisation, one's own account, the house's colour and logo."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.colours import style_sheet
from tijdig.interfaces.web.statuses import WORDS
from tijdig.organisations import operations, queries
from tijdig.organisations.checks import COUNTRIES, SettingInvalid
from tijdig.processes import organisation_setup

LAST_ORGANISATION = "last_organisation"


class NewOrganisation(forms.Form):
    """What must be known to begin; the rest can be filled in later."""

    name = forms.CharField(
        label=gettext_lazy("Name of the organisation"),
        help_text=gettext_lazy("As your customers know it; it stands above every message."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Decides the holidays, the law and the payment references."),
        choices=[(code, WORDS[code]) for code in COUNTRIES],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("For customers whose own language is not known."),
        choices=settings.LANGUAGES,
    )
    iban = forms.CharField(
        label=gettext_lazy("Account that is paid into (IBAN)"),
        required=False,
        max_length=42,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class Account(forms.Form):
    """How one is called, and the language of the screens."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the screens"), choices=settings.LANGUAGES)


def _reader(request: HttpRequest) -> int:
    """Return who is logged in; only for views that need a login."""
    return cast(int, request.user.pk)


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Go to Today of the organisation one was in last, or make the first one."""
    mine = queries.of_user(_reader(request))
    if not mine:
        return redirect("new_organisation")
    slugs = [organisation.slug for organisation, _role in mine]
    last = request.session.get(LAST_ORGANISATION)
    return redirect("today", last if last in slugs else slugs[0])


@login_required
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Make an organisation, in test mode, and go on to its first steps."""
    form = NewOrganisation(request.POST or None, initial={"country": "NL", "language": request.user.language})  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid():
        try:
            slug = _create(request, form.cleaned_data)
        except SettingInvalid as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(
                request, _("Your organisation is there, in test mode: nothing leaves the house.")
            )
            return redirect("today", slug)
    first = not queries.of_user(_reader(request))
    return render(request, "organisations/new.html", {"form": form, "first": first})


def _create(request: HttpRequest, values: dict[str, Any]) -> str:
    organisation_id = organisation_setup.create(
        **values, owner_id=_reader(request), actor=f"user:{request.user.pk}"
    )
    mine = queries.of_user(_reader(request))
    return next(view.slug for view, _role in mine if view.id == organisation_id)


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """One's own name and language."""
    user = queries.user(_reader(request))
    if user is None:
        raise Http404
    form = Account(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        operations.change_user(user_id=user.id, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("me")
    return render(request, "organisations/me.html", {"form": form})


@member_required()
@require_GET
def house_css(request: MemberRequest) -> HttpResponse:
    """The organisation's own colour, as a style sheet: the security policy allows no styles inside a page."""
    text = style_sheet(request.organisation.colour)
    return HttpResponse(text, content_type="text/css", headers={"Cache-Control": "private, max-age=3600"})


@member_required()
@require_GET
def logo(_request: MemberRequest) -> HttpResponse:
    """The organisation's logo."""
    found = queries.logo()
    if found is None:
        raise Http404
    content, media_type = found
    return HttpResponse(content, content_type=media_type, headers={"Cache-Control": "private, max-age=300"})
