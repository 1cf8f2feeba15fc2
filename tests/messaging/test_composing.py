"""Composing: from invoices to a message a customer understands, or a clear refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messaging.cast import DEBTOR, HOUSE, ON, STAGES, a_job, an_invoice
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.messaging.composing import (
    ComposedMessage,
    House,
    MessageJob,
    SomeRefused,
    address_lines,
    compose,
    compose_batch,
)
from tijdig.messaging.language import LABELS, amount, day


def refusal(job: MessageJob, house: House = HOUSE) -> str:
    """The code of the reason this job is refused with."""
    with pytest.raises(SomeRefused) as caught:
        compose(job, house=house)
    return caught.value.refused[0].reason.code


@pytest.mark.parametrize(("stage", "language", "channel"), list(product(STAGES, Language, Channel)))
def test_every_stage_says_in_every_language_what_to_pay_for_what_when_and_how(
    stage: Stage, language: Language, channel: Channel
) -> None:
    item = an_invoice(stage, reference="RF18539007547034")
    message = compose(a_job(item, channel=channel, language=language), house=HOUSE)
    for part in (
        "Anna Voorbeeld",
        amount(123_456, "EUR", language),
        "2026-00017",
        day(item.issue_date, language),
        day(item.due_date, language),
        "NL91 ABNA 0417 1643 00",
        HOUSE.name,
        "RF18 5390 0754 7034",
        HOUSE.phone,
        "K-1001",
        HOUSE.legal_id,
    ):
        assert part in message.text
    assert message.template == f"{stage}/{language}/1"
    assert message.stage is stage
    assert "\n" not in message.subject
    assert "2026-00017" in message.subject
    assert bool(message.html) == (channel is Channel.EMAIL)


@pytest.mark.parametrize(
    ("stage", "language", "subject"),
    [
        (Stage.NOTICE, Language.DUTCH, "Factuur 2026-00017: graag betalen tot en met 23 november 2026"),
        (Stage.DUE, Language.DUTCH, "Factuur 2026-00017: vandaag is de laatste dag om te betalen"),
        (Stage.REMINDER, Language.DUTCH, "Herinnering: factuur 2026-00017 staat nog open"),
        (Stage.FORMAL_NOTICE, Language.DUTCH, "Aanmaning: betaal factuur 2026-00017 binnen 14 dagen"),
        (Stage.REMINDER, Language.FRENCH, "Rappel\u00a0: la facture 2026-00017 reste à payer"),
        (
            Stage.FORMAL_NOTICE,
            Language.FRENCH,
            "Mise en demeure\u00a0: facture 2026-00017 à payer dans les 14 jours",
        ),
        (Stage.REMINDER, Language.ENGLISH, "Reminder: invoice 2026-00017 is still open"),
        (Stage.REMINDER, Language.GERMAN, "Zahlungserinnerung: Rechnung 2026-00017 ist noch offen"),
    ],
)
def test_the_subject_tells_it_all(stage: Stage, language: Language, subject: str) -> None:
    assert compose(a_job(an_invoice(stage), language=language), house=HOUSE).subject == subject


@pytest.mark.parametrize(("stage", "language"), list(product(STAGES, Language)))
def test_several_invoices_are_counted_and_each_listed_with_its_own_status(
    stage: Stage, language: Language
) -> None:
    items = [an_invoice(stage, number=f"N-{place}", open_minor=10_000 + place) for place in range(3)]
    message = compose(a_job(*items, language=language), house=HOUSE)
    assert "3" in message.subject
    assert "N-0" not in message.subject
    for item in items:
        assert item.number in message.text
        assert amount(item.open_minor, "EUR", language) in message.text
    assert amount(30_003, "EUR", language) in message.text
    assert message.total_minor == message.facts["asked"] == 30_003


def test_a_message_goes_out_at_its_highest_stage_and_asks_now_only_for_what_is_late() -> None:
    late = an_invoice(Stage.FORMAL_NOTICE, number="LATE", open_minor=10_000)
    later = an_invoice(Stage.NOTICE, number="LATER", open_minor=5_000, item_id=2)
    message = compose(a_job(later, late), house=HOUSE)
    assert message.stage is Stage.FORMAL_NOTICE
    assert (message.facts["asked"], message.total_minor) == (10_000, 15_000)
    assert message.facts["reference"] == "LATE"
    assert "30 dagen te laat" in message.text
    assert "nog 3 dagen" in message.text
    assert "De andere facturen betaalt u op hun eigen dag." in message.text
    assert message.subject == "Aanmaning: betaal factuur LATE binnen 14 dagen"


def test_an_earlier_reminder_is_only_claimed_for_what_was_reminded() -> None:
    formal, reminded = an_invoice(Stage.FORMAL_NOTICE), an_invoice(Stage.REMINDER, number="B", item_id=2)
    both = compose(a_job(formal, reminded), house=HOUSE).text
    alone = compose(a_job(formal), house=HOUSE).text
    assert "Over een deel daarvan stuurden wij u al een herinnering." in both
    assert "Wij stuurden u hierover al een herinnering." in alone


@pytest.mark.parametrize(
    ("channel", "word"), [(Channel.EMAIL, "deze e-mail"), (Channel.LETTER, "deze brief")]
)
def test_the_fourteen_days_start_the_day_after_receipt(channel: Channel, word: str) -> None:
    message = compose(a_job(an_invoice(Stage.FORMAL_NOTICE), channel=channel), house=HOUSE)
    assert f"Die 14 dagen beginnen op de dag nadat u {word} hebt ontvangen." in message.text
    assert "U betaalt geen kosten voor deze aanmaning." in message.text


def test_a_notice_made_too_late_speaks_of_the_due_date_that_came() -> None:
    today = compose(a_job(an_invoice(Stage.NOTICE, days_late=0)), house=HOUSE)
    after = compose(a_job(an_invoice(Stage.NOTICE, days_late=2)), house=HOUSE)
    assert today.template == after.template == "DUE/nl/1"
    assert today.stage is Stage.NOTICE
    assert "vandaag is de laatste dag" in today.subject
    assert after.subject == "Factuur 2026-00017 staat nog open"


def test_the_box_asks_for_a_day_that_can_be_kept() -> None:
    pay_by = {stage: compose(a_job(an_invoice(stage)), house=HOUSE).facts["pay_by"] for stage in STAGES}
    assert pay_by[Stage.NOTICE] == (ON + timedelta(days=3)).isoformat()
    assert pay_by[Stage.DUE] == ON.isoformat()
    assert pay_by[Stage.REMINDER] == (ON + timedelta(days=7)).isoformat()
    different = a_job(an_invoice(Stage.NOTICE), an_invoice(Stage.NOTICE, number="B", days_late=-5))
    assert "zie de datum per factuur" in compose(different, house=HOUSE).text


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        (["RF18539007547034"], "RF18539007547034"),
        ([""], "N-0"),
        (["RF18539007547034", ""], "N-0 N-1"),
        ([""] * 30, "Klantnummer K-1001"),
    ],
)
def test_the_payer_writes_one_thing_that_finds_the_payment_back(references: list[str], expected: str) -> None:
    items = [an_invoice(number=f"N-{place}", reference=text) for place, text in enumerate(references)]
    assert compose(a_job(*items), house=HOUSE).facts["reference"] == expected


def test_an_ogm_is_printed_with_its_signs() -> None:
    message = compose(a_job(an_invoice(reference="010806817183")), house=HOUSE)
    assert "+++010/8068/17183+++" in message.text
    assert "+++010/8068/17183+++" in message.html


def test_the_tone_of_the_house_changes_the_greeting_and_not_the_facts() -> None:
    friendly = compose(a_job(), house=HOUSE)
    business = compose(a_job(), house=replace(HOUSE, tone="BUSINESS"))
    assert friendly.text.startswith(
        "Beste Anna Voorbeeld,\n\nMisschien is het u ontgaan: factuur 2026-00017 staat"
    )
    assert business.text.startswith("Geachte Anna Voorbeeld,\n\nFactuur 2026-00017 staat nog open.")
    assert friendly.facts["asked"] == business.facts["asked"]


def test_a_contact_person_is_greeted_by_name() -> None:
    message = compose(a_job(to=replace(DEBTOR, name="Bakkerij BV", contact_name="Piet Proef")), house=HOUSE)
    assert message.text.startswith("Beste Piet Proef,")
    assert message.facts["address"][:2] == ("Bakkerij BV", "Piet Proef")


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "a@b.example\nBcc: x@y.example", "a@b.example,c@d.example"]
)
def test_without_a_usable_address_an_email_is_refused(email: str) -> None:
    assert refusal(a_job(to=replace(DEBTOR, email=email))) == "EMAIL_UNUSABLE"


@pytest.mark.parametrize("missing", ["street", "city"])
def test_without_a_whole_postal_address_a_letter_is_refused(missing: str) -> None:
    to = replace(DEBTOR, **{missing: " "})
    assert refusal(a_job(to=to, channel=Channel.LETTER)) == "POSTAL_ADDRESS_MISSING"


@pytest.mark.parametrize("iban", ["", "NL91ABNA0417164301"])
def test_without_a_valid_account_nothing_is_made(iban: str) -> None:
    assert refusal(a_job(), replace(HOUSE, iban=iban)) == "ACCOUNT_MISSING"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("channel", Channel)
def test_in_test_mode_it_is_made_all_the_same_and_says_where_the_account_comes(
    language: Language, channel: Channel
) -> None:
    house = replace(HOUSE, iban="", in_test_mode=True)
    message = compose(a_job(channel=channel, language=language), house=house)
    assert LABELS[language].no_account in message.text
    assert (message.test, message.facts["iban"]) == (True, "")


def test_nothing_open_is_nothing_to_write_about() -> None:
    assert refusal(a_job(an_invoice(open_minor=0))) == "NOTHING_OPEN"
    assert refusal(replace(a_job(), items=())) == "NOTHING_OPEN"


def test_a_message_that_would_not_be_clear_is_refused_with_what_lacks() -> None:
    with pytest.raises(SomeRefused, match=r"Missing: .*reference.*invoice") as caught:
        compose(a_job(an_invoice(number="\x00")), house=HOUSE)
    assert caught.value.refused[0].reason.code == "MESSAGE_UNCLEAR"
    assert refusal(a_job(to=replace(DEBTOR, name=" "))) == "MESSAGE_UNCLEAR"


def test_one_refused_message_does_not_hold_up_the_others() -> None:
    bad = a_job(to=replace(DEBTOR, email=""))
    with pytest.raises(SomeRefused) as caught:
        compose_batch([a_job(), bad, a_job(language=Language.FRENCH)], house=HOUSE)
    assert [message.language for message in caught.value.composed] == ["nl", "fr"]
    assert [refused.job for refused in caught.value.refused] == [bad]


def test_in_test_mode_a_message_is_a_test() -> None:
    assert compose(a_job(), house=replace(HOUSE, in_test_mode=True)).test
    assert not compose(a_job(), house=HOUSE).test


def test_the_same_job_makes_the_same_message_and_another_figure_another_hash() -> None:
    assert compose(a_job(), house=HOUSE) == compose(a_job(), house=HOUSE)
    other = compose(a_job(an_invoice(open_minor=123_457)), house=HOUSE)
    assert other.hash != compose(a_job(), house=HOUSE).hash


@pytest.mark.parametrize(("country", "last"), [("NL", "1000 AA Voorbeelddorp"), ("BE", "NL")])
def test_the_country_is_in_the_address_only_when_it_is_another(country: str, last: str) -> None:
    assert address_lines(DEBTOR, country=country)[-1] == last


hostile = st.text(min_size=1, max_size=70).filter(lambda text: any(c.isalnum() for c in text))


@given(name=hostile, number=hostile, minor=st.integers(1, 10**13), language=st.sampled_from(list(Language)))
def test_whatever_a_customer_is_called_the_message_is_whole_and_its_html_is_ours(
    name: str, number: str, minor: int, language: Language
) -> None:
    job = a_job(an_invoice(number=number, open_minor=minor), to=replace(DEBTOR, name=name), language=language)
    message: ComposedMessage = compose(job, house=HOUSE)
    plain = compose(a_job(an_invoice(open_minor=minor), language=language), house=HOUSE)
    assert message.html.count("<") == plain.html.count("<")
    assert amount(minor, "EUR", language) in message.text
    assert "\n" not in message.subject
    assert "\x1e" not in message.text
