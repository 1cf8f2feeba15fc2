"""The small parts of the pages: amounts, dates, lists, charts, colours, tags."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from tijdig.domain.money import AmountInvalid, Money
from tijdig.domain.reasons import SENTENCES, Reason
from tijdig.interfaces.web import formatting, statuses
from tijdig.interfaces.web.charts import stacked_bar
from tijdig.interfaces.web.colours import ink_on, style_sheet
from tijdig.interfaces.web.forms import AmountField, DayField, amount_as_typed, read_amount
from tijdig.interfaces.web.listing import read_listing
from tijdig.interfaces.web.statuses import STATUSES, status_of, word_of
from tijdig.interfaces.web.tags import deed, reason
from tijdig.interfaces.web.timeline_looks import LOOKS
from tijdig.messaging.house_style import contrast
from tijdig.reporting.timeline import TimelineKind


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("nl", "€ 1.234.567,89"),
        ("fr", "1 234 567,89 €"),
        ("de", "1.234.567,89 €"),
        ("en", "€1,234,567.89"),
    ],
)
def test_an_amount_is_written_as_its_readers_write_it(language: str, written: str) -> None:
    assert formatting.money_text(123_456_789, "EUR", language=language) == written


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(-5, "EUR", "€ -0,05"), (0, "EUR", "€ 0,00"), (1500, "JPY", "JPY 1.500"), (1, "TND", "TND 0,001")],
)
def test_an_amount_has_the_decimals_of_its_currency(minor: int, currency: str, written: str) -> None:
    assert formatting.money_text(minor, currency, language="nl").replace("\xa0", " ") == written


@given(minor=st.integers(-(10**14), 10**14), language=st.sampled_from(["nl", "fr", "en", "de"]))
def test_what_is_written_can_be_typed_back(minor: int, language: str) -> None:
    amount = Money(minor, "EUR")
    assert read_amount(amount_as_typed(amount, language=language), currency="EUR") == amount


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1.234,56", 123_456), ("1234.56", 123_456), ("€ 12", 1_200), ("1.234", 123_400), ("1,234", 123_400),
        ("0,5", 50), ("1 234,56", 123_456), ("12'000.50", 1_200_050), ("-3,10", -310), ("EUR 7,00", 700),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(typed: str, minor: int) -> None:
    assert read_amount(typed, currency="EUR") == Money(minor, "EUR")


@pytest.mark.parametrize("typed", ["", "twelve", "1,2,3,4", "12,345678", "--4", "1e9", "NaN", "٣"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(AmountInvalid):
        read_amount(typed, currency="EUR")


def test_dates_read_in_the_language() -> None:
    day = date(2026, 3, 5)
    assert formatting.day_text(day, language="nl") == "5 mrt 2026"
    assert formatting.short_day_text(day, language="fr") == "5 mars"
    assert formatting.day_text(day, language="de") == "5. März 2026"
    assert formatting.short_day_text(day, language="de") == "5. März"
    assert formatting.long_day_text(day, language="de") == "Donnerstag, 5. März"
    assert formatting.long_day_text(day, language="en") == "Thursday 5 March"


@pytest.mark.parametrize(
    ("language", "day", "short"),
    [
        ("nl", "16 sep 2026", "16 sep"),
        ("fr", "16 sept. 2026", "16 sept."),
        ("en", "16 Sep 2026", "16 Sep"),
        ("de", "16. Sept. 2026", "16. Sept."),
    ],
)
def test_a_shortened_month_has_its_full_stop_where_the_language_wants_one(
    language: str, day: str, short: str
) -> None:
    assert formatting.day_text(date(2026, 9, 16), language=language) == day
    assert formatting.short_day_text(date(2026, 9, 16), language=language) == short


def test_a_moment_is_shown_where_the_organisation_is() -> None:
    with timezone.override("Europe/Amsterdam"):
        shown = formatting.moment_text(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), language="nl")
    assert shown == "2 jul 2026 00:30"


def test_a_form_reads_amounts_and_days() -> None:
    class Both(forms.Form):
        amount = AmountField()
        day = DayField()

    good = Both({"amount": "12,50", "day": "31-12-2026"})
    assert good.is_valid()
    assert good.cleaned_data == {"amount": Money(1250, "EUR"), "day": date(2026, 12, 31)}
    assert set(Both({"amount": "much", "day": "32-12-2026"}).errors) == {"amount", "day"}


def _listing(query: str):
    request = RequestFactory().get(f"/o/x/invoices/?{query}")
    return read_listing(
        request, sorts=("due_date", "number"), filters={"status": ("OPEN", "PAID"), "who": ()}
    )


def test_a_list_takes_only_what_is_on_offer() -> None:
    chosen = _listing("q=%20abc%00&sort=password&status=EVIL&who=7&after=12")
    assert (chosen.search, chosen.sort, chosen.filters) == ("abc", "due_date", {"status": "", "who": "7"})
    assert chosen.after_id == 12
    assert chosen.chosen


@pytest.mark.parametrize("key", ["-1", "1.5", "x", "٣", "9" * 19, ""])
def test_a_key_that_is_no_number_begins_at_the_beginning(key: str) -> None:
    assert _listing(f"after={key}").after_id is None


def test_the_links_of_a_list_keep_what_was_chosen() -> None:
    chosen = _listing("q=a%26b&sort=-number&status=PAID&after=40").with_pages(after=90, before=41)
    assert chosen.next_link == "/o/x/invoices/?q=a%26b&sort=-number&status=PAID&after=90"
    assert chosen.previous_link.endswith("&before=41")
    assert chosen.first_link == ""
    assert chosen.heading("number") == {
        "link": "/o/x/invoices/?q=a%26b&sort=number&status=PAID", "direction": "descending",
    }  # fmt: skip


def test_a_list_that_cannot_go_back_leads_to_its_start() -> None:
    chosen = _listing("after=40").with_pages(after=None)
    assert (chosen.next_link, chosen.previous_link, chosen.first_link) == (
        "",
        "",
        "/o/x/invoices/?sort=due_date",
    )


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_the_parts_of_a_bar_stay_inside_it_and_none_is_lost(amounts: list[int]) -> None:
    rows = [(str(n), amount, n, "/") for n, amount in enumerate(amounts)]
    chart = stacked_bar(title="t", currency="EUR", rows=rows)
    assert chart.total.minor == sum(amounts)
    assert sum(part.width for part in chart.parts) <= 1000
    assert all(
        left.x + left.width == right.x for left, right in zip(chart.parts, chart.parts[1:], strict=False)
    )
    assert [part.amount.minor for part in chart.parts] == amounts


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#ffd400", "#1f5fbf", "#777777", "#e30613", "#00a651"]
)
def test_letters_on_the_houses_colour_can_be_read(colour: str) -> None:
    def parts(text: str) -> tuple[int, int, int]:
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)

    assert contrast(parts(ink_on(colour)), parts(colour)) >= 4.5
    assert f"--house: {colour}" in style_sheet(colour)


def test_every_status_has_a_word_and_a_known_tone() -> None:
    assert {status.tone for status in STATUSES.values()} <= {"GOOD", "WARN", "BAD", "INFO", "PLAIN"}
    assert status_of("SOMETHING_NEW") == ("SOMETHING_NEW", "PLAIN")
    assert word_of("EMAIL") == "E-mail"
    assert word_of("OVERDUE") == "Overdue"


def test_every_kind_of_happening_has_a_look() -> None:
    assert set(LOOKS) == set(TimelineKind)


def test_a_deed_without_words_still_reads() -> None:
    assert deed("hold.placed") == statuses.DEEDS["hold.placed"]
    assert deed("plan.half_paid") == "Plan half paid"


def test_a_reason_reads_as_a_sentence_with_its_dates_in_words() -> None:
    with translation.override("en"):
        due = Reason("STEP_DUE", {"due_date": "2026-03-05"})
        assert reason(due) == "The due date, 5 Mar 2026, has come."
        assert reason(Reason("PERSON_SAID", {"text": "2026-03-05"})) == "2026-03-05"
        assert reason({"code": "PERSON_SAID", "text": "<b>no</b>"}) == "<b>no</b>"
        assert reason({}) == reason(None) == ""


def test_every_reason_can_be_put_into_words() -> None:
    """No sentence has a placeholder that Python cannot fill."""
    for code, sentence in SENTENCES.items():
        names = {part.split(")")[0]: "1" for part in sentence.split("%(")[1:]}
        assert reason({"code": code, **names}), code


def _shown(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


def test_what_a_person_wrote_is_never_markup() -> None:
    shown = _shown(
        "{% why r %}{% badge b %}", r=Reason("PERSON_SAID", {"text": "<script>x</script>"}), b="<b>"
    )
    assert "<script>" not in shown
    assert "<b>" not in shown


def test_the_form_row_names_its_hint_and_its_error() -> None:
    class One(forms.Form):
        town = forms.CharField(label="Town", help_text="Where", max_length=3)

    shown = _shown("{% problems form %}{% field form.town %}", form=One({"town": "Utrecht"}))
    assert 'aria-describedby="id_town-hint id_town-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'href="#id_town"' in shown


def test_nothing_reads_as_a_dash() -> None:
    assert _shown("{% money None %}{% day None %}{% moment None %}").count("–") == 3


def test_a_moment_at_midnight_is_a_date() -> None:
    with timezone.override("Europe/Amsterdam"), translation.override("nl"):
        shown = _shown("{% when at %}", at=datetime(2026, 11, 19, 23, 0, tzinfo=UTC))
    assert shown == '<time datetime="2026-11-20">20 nov 2026</time>'


def test_an_id_in_a_form_keeps_its_digits_together() -> None:
    """A thousand separator in an id would make every form and link of a larger house useless."""
    with translation.override("nl"):
        assert Template("{{ id }}").render(Context({"id": 1_234_567})) == "1234567"
