"""Settings: the organisation, its house style, its users, and whether messages really leave the house."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tijdig.interfaces.web import invitations
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.statuses import WORDS
from tijdig.organisations import operations, queries
from tijdig.organisations.checks import COUNTRIES, TONES, SettingInvalid
from tijdig.organisations.logo import LogoInvalid
from tijdig.organisations.queries import Mode, Role

_ROLES = [(role.value, WORDS[role.value]) for role in (Role.VIEWER, Role.CONTROLLER, Role.OWNER)]


class OrganisationForm(forms.Form):
    """Who the organisation is, where it is paid, and its usual terms."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    country = forms.ChoiceField(
        label=gettext_lazy("Country"), choices=[(code, WORDS[code]) for code in COUNTRIES]
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("For customers whose own language is not known."),
    )
    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=200, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("Town"), max_length=100, required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("Where customers' answers arrive."),
    )
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    iban = forms.CharField(
        label=gettext_lazy("Account that is paid into (IBAN)"), max_length=42, required=False
    )
    bic = forms.CharField(label=gettext_lazy("BIC"), max_length=11, required=False)
    vat_number = forms.CharField(label=gettext_lazy("VAT number"), max_length=30, required=False)
    legal_id = forms.CharField(label=gettext_lazy("KvK or KBO number"), max_length=40, required=False)
    payment_term_days = forms.IntegerField(
        label=gettext_lazy("Payment term in days"), min_value=0, max_value=365
    )
    daily_run_at = forms.TimeField(
        label=gettext_lazy("Daily run at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Follow-ups that are due are decided then."),
    )


class HouseStyleForm(forms.Form):
    """How messages look and sound."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG or JPEG, at most 512 KB."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Use no logo"), required=False)
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        label=gettext_lazy("Colour"),
        help_text=gettext_lazy("Of the line on top and of your name; darker where it would be hard to read."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    sender_name = forms.CharField(
        label=gettext_lazy("Sender's name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Empty: the organisation's name."),
    )
    sender_email = forms.EmailField(
        label=gettext_lazy("Sender's address"),
        required=False,
        help_text=gettext_lazy("Empty: the organisation's address."),
    )
    tone = forms.ChoiceField(
        label=gettext_lazy("Tone"), choices=[(tone, WORDS[tone]) for tone in TONES], widget=forms.RadioSelect
    )
    signature = forms.CharField(
        label=gettext_lazy("Signed by"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A person's name works best."),
    )


class InvitationForm(forms.Form):
    """Who may come in, and as what."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES, initial=Role.CONTROLLER)


class RoleForm(forms.Form):
    """What a member may do."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)


@member_required()
@require_GET
def overview(request: MemberRequest) -> HttpResponse:
    """What can be set, with how it stands."""
    return render(
        request, "settings/overview.html", {"members": queries.members(), "cash": queries.cash_policy()}
    )


@member_required(Role.OWNER)
def organisation(request: MemberRequest) -> HttpResponse:
    """Who the organisation is and where it is paid."""
    known = {name: getattr(request.organisation, name) for name in OrganisationForm.base_fields}
    form = OrganisationForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid() and _saved(request, form, form.cleaned_data):
        return redirect("settings", request.organisation.slug)
    return render(request, "settings/organisation.html", {"form": form})


@member_required(Role.OWNER)
def house_style(request: MemberRequest) -> HttpResponse:
    """How messages look and sound, with a preview that follows."""
    names = ("colour", "sender_name", "sender_email", "tone", "signature")
    known = {name: getattr(request.organisation, name) for name in names}
    form = HouseStyleForm(request.POST or None, request.FILES or None, initial=known)
    if (
        request.method == "POST"
        and form.is_valid()
        and _logo_set(request, form)
        and _saved(request, form, {name: form.cleaned_data[name] for name in names})
    ):
        return redirect("settings", request.organisation.slug)
    return render(request, "settings/house_style.html", {"form": form})


def _saved(request: MemberRequest, form: forms.Form, values: dict[str, Any]) -> bool:
    try:
        operations.change_settings(actor=request.actor, **values)
    except SettingInvalid as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return False
    except operations.NotReadyForLive as problem:
        for field in problem.missing:
            form.add_error(
                field if field in form.fields else None, _("A live organisation cannot do without this.")
            )
        return False
    messages.success(request, _("Saved."))
    return True


def _logo_set(request: MemberRequest, form: HouseStyleForm) -> bool:
    upload = form.cleaned_data["logo"]
    content = upload.read() if upload else b""
    if not upload and not form.cleaned_data["remove_logo"]:
        return True
    try:
        operations.set_logo(content=content, actor=request.actor)
    except LogoInvalid as problem:
        form.add_error("logo", str(problem))
        return False
    return True


@member_required(Role.OWNER)
def mode(request: MemberRequest) -> HttpResponse:
    """From test to live and back; says first what that means."""
    wanted = Mode.TEST if request.organisation.is_live else Mode.LIVE
    if request.method == "POST":
        try:
            operations.set_mode(mode=wanted, actor=request.actor)
        except operations.NotReadyForLive:
            messages.error(request, _("Some settings that every message needs are still empty."))
            return redirect("settings_mode", request.organisation.slug)
        said = (
            _("You are live: messages leave from now on.") if wanted == Mode.LIVE else _("Back in test mode.")
        )
        messages.success(request, said)
        return redirect("settings", request.organisation.slug)
    labels = OrganisationForm.base_fields
    missing = [labels[name].label for name in queries.missing_for_live()]
    return render(request, "settings/mode.html", {"missing": missing})


@member_required(Role.OWNER)
def users(request: MemberRequest) -> HttpResponse:
    """Who may come in, and inviting somebody."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user_id = operations.invite(
                email=given["email"],
                name=given["name"],
                language=request.organisation.language,
                role=Role(given["role"]),
                actor=request.actor,
            )
        except (operations.AlreadyMember, SettingInvalid) as problem:
            form.add_error("email", str(problem))
        else:
            invitations.send(user_id, organisation=request.organisation)
            messages.success(request, _("%(name)s may come in now.") % {"name": given["name"]})
            return redirect("settings_member", request.organisation.slug, user_id)
    return render(request, "settings/users.html", {"form": form, "members": queries.members()})


@member_required(Role.OWNER)
def member(request: MemberRequest, user_id: int) -> HttpResponse:
    """One member: their role, their invitation, taking them off."""
    found = next((each for each in queries.members() if each.user.id == user_id), None)
    if found is None:
        raise Http404
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST":
        if "invite" in request.POST and not found.user.has_password:
            invitations.send(user_id, organisation=request.organisation)
            messages.success(request, _("The invitation was sent."))
            return redirect("settings_member", request.organisation.slug, user_id)
        if "link" in request.POST and invitations.may_get_a_link(user_id):
            link = invitations.new_link(user_id, actor=request.actor)
            return render(request, "settings/member.html", {"member": found, "form": form, "new_link": link})
        if _removed(request, user_id) or _role_changed(request, form, user_id):
            return redirect("settings_users", request.organisation.slug)
    invitation = None if found.user.has_password else invitations.standing(user_id)
    context = {
        "member": found,
        "form": form,
        "invitation": invitation,
        "may_link": found.user.has_password and invitations.may_get_a_link(user_id),
    }
    return render(request, "settings/member.html", context)


def _removed(request: MemberRequest, user_id: int) -> bool:
    if "remove" not in request.POST:
        return False
    try:
        operations.remove_member(user_id=user_id, actor=request.actor)
    except operations.LastOwner as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("They may not come in here any more."))
    return True


def _role_changed(request: MemberRequest, form: RoleForm, user_id: int) -> bool:
    if not form.is_valid():
        return False
    try:
        operations.change_role(user_id=user_id, role=Role(form.cleaned_data["role"]), actor=request.actor)
    except operations.LastOwner as problem:
        form.add_error("role", str(problem))
        return False
    messages.success(request, _("Saved."))
    return True
