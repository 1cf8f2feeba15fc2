"""The components every template may use: one money, one date, one badge, one reason, one form row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, RadioSelect
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext

from tijdig.domain.money import Money
from tijdig.domain.reasons import SENTENCES, Reason, from_data
from tijdig.domain.returns import meaning_of
from tijdig.infra.readers_language import in_words
from tijdig.interfaces.web import formatting, statuses
from tijdig.interfaces.web.charts import StackedBar
from tijdig.interfaces.web.forms import amount_as_typed
from tijdig.interfaces.web.timeline_looks import LOOKS, Look, places_of
from tijdig.organisations.queries import members
from tijdig.reporting.timeline import TITLES, TimelineEntry, TimelineKind

register = template.Library()
# Facts of reasons: amounts as decimal strings, and what rooms without translation said.
AMOUNTS = frozenset({"amount", "open", "difference", "rest", "percent", "rate"})
_WORDS = frozenset({"meaning", "source", "text"})
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _language() -> str:
    return (translation.get_language() or "en")[:2]


@register.simple_tag
def money(amount: Money | int | None, currency: str = "") -> SafeString:
    """`{% money view.open %}` for a Money, `{% money minor "EUR" %}` for minor units; a dash for nothing."""
    if amount is None:
        return mark_safe('<span class="quiet">–</span>')
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    text = formatting.money_text(value.minor, value.currency, language=_language())
    return format_html('<span class="money{}">{}</span>', " money-minus" if value.minor < 0 else "", text)


@register.simple_tag
def figure(amount: Money | int, currency: str = "") -> SafeString:
    """An amount in a table whose head or heading names the currency: `{% figure line.balance %}`."""
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    text = amount_as_typed(value, language=_language())
    return format_html('<span class="money{}">{}</span>', " money-minus" if value.minor < 0 else "", text)


@register.filter
def amount(value: Money) -> str:
    """The same without markup, for sentences: `{{ money|amount }}`."""
    return formatting.money_text(value.minor, value.currency, language=_language())


@register.filter
def plain_amount(minor: int, currency: str) -> str:
    """An amount as a person of this language would type it into a box."""
    return amount_as_typed(Money(minor, currency), language=_language())


@register.filter
def rate(text: str) -> str:
    """An exchange rate as a bank wrote it, with this language's decimal sign."""
    return _readable("", "rate", text)


@register.filter
def return_meaning(code: str) -> str:
    """What a bank's return code means, with the code."""
    return in_words(meaning_of(code))


@register.filter
def breakable(text: str) -> SafeString:
    """A long reference that may go on on the next line, after a stroke."""
    return mark_safe(escape(text).replace("/", "/<wbr>"))  # noqa: S308  escaped


@register.filter
def count(value: int) -> str:
    """A whole number grouped in thousands."""
    return formatting.number_text(value, decimals=0, language=_language())


@register.simple_tag
def percent(ppm: int) -> str:
    """A share of a million in percent, never rounded up: 999_000 → "99.9%"."""
    hundredths = ppm // 100
    decimals = 0 if hundredths % 100 == 0 else 1 if hundredths % 10 == 0 else 2
    text = formatting.number_text(hundredths // 10 ** (2 - decimals), decimals=decimals, language=_language())
    return text + ("%" if _language() in ("en", "nl") else "\N{NO-BREAK SPACE}%")


@register.simple_tag
def day(value: date | None, form: str = "") -> SafeString:
    """A date: `{% day item.due_date %}`; "short" leaves the year out, "long" is how one says it."""
    if value is None:
        return mark_safe('<span class="quiet">–</span>')
    writers: dict[str, Callable[..., str]] = {
        "short": formatting.short_day_text,
        "long": formatting.long_day_text,
    }
    text = writers.get(form, formatting.day_text)(value, language=_language())
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """A date with its time, in the organisation's zone."""
    if value is None:
        return mark_safe('<span class="quiet">–</span>')
    return format_html(
        '<time datetime="{}">{}</time>',
        value.isoformat(),
        formatting.moment_text(value, language=_language()),
    )


@register.simple_tag
def when(value: datetime) -> SafeString:
    """A moment of which only the date is known, as midnight, reads as that date."""
    local = localtime(value)
    return day(local.date()) if local.time() == time.min else moment(value)


@register.simple_tag
def badge(code: str) -> SafeString:
    """A status as a word and a tone; the codes are in statuses.py."""
    status = statuses.status_of(code)
    return format_html('<span class="badge badge-{}">{}</span>', status.tone.lower(), status.word)


@register.filter
def word(code: str) -> str:
    """The word for a code that is no status: a kind, a role, a channel, a language."""
    return statuses.word_of(code)


@register.filter
def reason(value: Reason | Mapping[str, Any] | None) -> str:
    """The sentence of a Reason (or of one as it was stored) in the reader's language; empty for none."""
    found = value if isinstance(value, Reason) or value is None else from_data(value)
    if found is None:
        return ""
    readable = {name: _readable(found.code, name, str(fact)) for name, fact in found.facts.items()}
    return gettext(SENTENCES[found.code]) % readable


def _readable(code: str, name: str, fact: str) -> str:
    """A fact is stored as it is everywhere; it reads as a date, an amount or words of this language."""
    if code == "PERSON_SAID":
        return fact
    if name in AMOUNTS and _DECIMAL.fullmatch(fact):
        places = len(fact.partition(".")[2])
        return formatting.number_text(int(fact.replace(".", "")), decimals=places, language=_language())
    if name == "what":
        return ", ".join(in_words(part) for part in fact.split(", "))
    if name in _WORDS:
        return in_words(fact)
    if len(fact) == 10 and fact[4] == "-":
        try:
            return formatting.day_text(date.fromisoformat(fact), language=_language())
        except ValueError:
            return fact
    return fact


register.filter("in_words", in_words)


@register.inclusion_tag("components/why.html")
def why(value: Reason | Mapping[str, Any] | None) -> dict[str, str]:
    """“Why?”, which opens to the reason of an automatic decision; nothing where there is none."""
    return {"sentence": reason(value)}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """A form row: label, hint, error, input; the input is told of its hint and its error."""
    widget = bound.field.widget
    single = isinstance(widget, CheckboxInput)
    described = [f"{bound.auto_id}-hint"] if hint or bound.help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    attributes: dict[str, Any] = {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if widget.attrs.get("placeholder") == bound.label:
        attributes["placeholder"] = False  # the label says it already
    return {
        "bound": bound,
        "input": bound.as_widget(attrs=attributes),
        "hint": hint or bound.help_text,
        "single": single,
        "group": isinstance(widget, RadioSelect),
    }


@register.inclusion_tag("components/problems.html")
def problems(form: Any, heading: str = "") -> dict[str, Any]:
    """The box at the top of a form that was not accepted: what is wrong, each a link to its field."""
    return {"form": form, "heading": heading}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture beside a word; screen readers pass it by."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def org_url(context: template.Context, name: str, *arguments: Any) -> str:
    """The address of a page of this organisation: `{% org_url "invoice" item.id %}`."""
    slug = context["organisation"].slug
    if len(arguments) == 1 and isinstance(arguments[0], int):
        before, after = _around_id(name, slug)
        return f"{before}{arguments[0]}{after}"
    return reverse(name, args=[slug, *arguments])


_ANY_ID = 777_777_777_777


@lru_cache(maxsize=1000)
def _around_id(name: str, slug: str) -> tuple[str, str]:
    """Return what stands before and after the id in such an address; a long list asks for hundreds."""
    before, after = reverse(name, args=[slug, _ANY_ID]).split(str(_ANY_ID))
    return before, after


@register.simple_tag(takes_context=True)
def org_url_or_none(context: template.Context, name: str, *arguments: Any) -> str:
    """The same; empty where this installation has no such page."""
    try:
        return org_url(context, name, *arguments)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def who(context: template.Context, actor: str) -> str:
    """The name of who did something: `{% who entry.actor %}`; "Tijdig" for what went by itself."""
    kind, _colon, key = actor.partition(":")
    if kind != "user":
        return {"cli": gettext("Command line")}.get(kind, "Tijdig")
    names = context.render_context.get("names_of_users")
    if names is None:
        names = {str(member.user.id): member.user.name or member.user.email for member in members()}
        context.render_context["names_of_users"] = names
    return names.get(key) or gettext("Former colleague")


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(context: template.Context, key: str, label: str, numeric: str = "") -> dict[str, Any]:
    """A heading that sorts: `{% sort "due_date" _("Due") %}`; pass "numeric" for a column of figures."""
    listing = context["listing"]
    return {"label": label, "numeric": bool(numeric), **listing.heading(key)}


@register.inclusion_tag("components/stacked_bar.html")
def stacked_bar(chart: StackedBar) -> dict[str, Any]:
    """A bar in parts with its table behind it; made by charts.stacked_bar."""
    return {"chart": chart}


@register.filter
def timeline_title(entry: TimelineEntry) -> str:
    """What happened, in the reader's language."""
    return gettext(TITLES[entry.kind]) % entry.facts


_OF_ONE_PAYMENT = frozenset({TimelineKind.PAYMENT, TimelineKind.ALLOCATED})


@register.filter
def told_once(entries: Sequence[TimelineEntry]) -> list[tuple[TimelineEntry, Reason | None]]:
    """The entries, each with the reason to show: a payment and its allocation, side by side, give theirs once."""
    told: list[tuple[TimelineEntry, Reason | None]] = []
    before: TimelineEntry | None = None
    for entry in entries:
        echoes = (
            before is not None
            and {before.kind, entry.kind} == _OF_ONE_PAYMENT
            and before.reason == entry.reason
        )
        told.append((entry, None if echoes else entry.reason))
        before = entry
    return told


@register.filter
def timeline_look(entry: TimelineEntry) -> Look:
    """The picture and tone of what happened."""
    return LOOKS[entry.kind]


@register.simple_tag(takes_context=True)
def timeline_link(context: template.Context, entry: TimelineEntry) -> str:
    """The page nearest to what happened; empty where there is none, or where the reader is there already."""
    here = context["request"].path
    links = (org_url_or_none(context, name, key) for name, key in places_of(entry))
    return next((link for link in links if link and link != here), "")


_PAGES_OF_SUBJECTS = {
    "customer": "customer",
    "ledger_item": "invoice",
    "messaging_message": "message",
    "banking_bankline": "bank_line",
    "banking_bankstatement": "statement",
    "bank": "bank_line",
    "invoices_importbatch": "import_preview",
}


@register.simple_tag(takes_context=True)
def subject_link(context: template.Context, subject: str) -> str:
    """The page of what an audit entry is about, or of where a credit came from; empty where it has none."""
    table, _colon, key = subject.partition(":")
    page = _PAGES_OF_SUBJECTS.get(table)
    return org_url_or_none(context, page, int(key)) if page and key.isdigit() else ""


@register.simple_tag(takes_context=True)
def reason_link(context: template.Context, value: Reason | None) -> str:
    """The page where something can be done about a reason; empty where there is none."""
    if value is None:
        return ""
    if value.code == "BANK_DATA_STALE":
        return org_url(context, "import")
    if value.code == "WAITING_MONEY" and "line" in value.facts:
        return org_url(context, "bank_line", int(value.facts["line"]))
    if value.code == "UNPLACED_MONEY" and "customer" in value.facts:
        return org_url(context, "customer", int(value.facts["customer"])) + "#on-account"
    return ""


@register.filter
def deed(action: str) -> str:
    """What an entry of the audit trail tells, in words: "hold.placed" → "Hold placed"."""
    known = statuses.DEEDS.get(action)
    return str(known) if known else action.replace(".", " ").replace("_", " ").capitalize()
