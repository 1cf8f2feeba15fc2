"""The templates: parsed once, strict, limited, and lawful and plain in what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from tests.messaging.cast import HOUSE, STAGES, a_job, an_invoice
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.messaging.composing import compose
from tijdig.messaging.wording import Wording, WordsInvalid, preset

_SECTIONS = "\n".join(f"== {name}\n{name}" for name in ("greeting", "subject", "lead", "pay", "tell"))


def wording(close: str) -> Wording:
    return Wording(f"version 3\n{_SECTIONS}\n== close\n{close}\n", key="REMINDER", language=Language.DUTCH)


def all_words(language: Language, *, tone: str = "FRIENDLY") -> list[tuple[Stage, str]]:
    """What customers read, without figures and labels, for one and for several invoices."""
    found = []
    for stage, channel, count in product(STAGES, Channel, (1, 3)):
        items = [an_invoice(stage, number=f"N{place}") for place in range(count)]
        message = compose(a_job(*items, channel=channel, language=language), house=replace(HOUSE, tone=tone))
        words = message.facts["words"]
        found.append((stage, " ".join(words[name] for name in ("lead", "pay", "tell", "close"))))
    return found


def test_a_template_says_its_key_language_and_version() -> None:
    assert wording("x").template == "REMINDER/nl/3"
    assert preset(Stage.DUE, Language.FRENCH).template == "DUE/fr/1"


def test_a_template_is_parsed_once() -> None:
    assert preset(Stage.REMINDER, Language.DUTCH) is preset(Stage.REMINDER, Language.DUTCH)


@pytest.mark.parametrize(
    "close",
    [
        "{{ nobody }}",
        "{% if nobody == 1 %}x{% endif %}",
        "{{ name | append: nobody }}",
    ],
)
def test_a_value_that_is_not_given_is_refused_when_filled(close: str) -> None:
    with pytest.raises(WordsInvalid, match="REMINDER/nl/3"):
        wording(close).fill({"name": "Anna"})


@pytest.mark.parametrize(
    "close",
    [
        "{{ name | replace: 'a', 'b' }}",
        "{{ name | base64_decode }}",
        "{% include 'other' %}",
        "{% render 'other' %}",
        "{% for n in (1..9) %}x{% endfor %}",
        "{% if name %}",
        "{{ name",
    ],
)
def test_what_is_not_on_the_list_or_not_whole_is_refused(close: str) -> None:
    with pytest.raises(WordsInvalid):
        wording(close).fill({"name": "Anna"})


def test_a_template_without_version_or_section_is_refused() -> None:
    with pytest.raises(WordsInvalid, match="version"):
        Wording(f"{_SECTIONS}\n== close\nx", key="DUE", language=Language.DUTCH)
    with pytest.raises(WordsInvalid, match="sections"):
        Wording(f"version 1\n{_SECTIONS}\n", key="DUE", language=Language.DUTCH)


def test_a_template_cannot_make_endless_text() -> None:
    grow = "{% assign x = 'xxxxxxxxxx' %}" + "{% assign x = x | append: x %}" * 30 + "{{ x }}"
    with pytest.raises(WordsInvalid):
        wording(grow).fill({})


def test_a_value_is_never_read_as_a_template() -> None:
    filled = wording("{{ name }}").fill({"name": "{{ secret }} {% include 'x' %}"})
    assert filled.close == "{{ secret }} {% include 'x' %}"


# What has no place in a message of this product: threats, costs, blame, officialese.
_UNWANTED = {
    Language.DUTCH: r"incasso|deurwaarder|rechter|advocaat|derhalve|sommer|verschuldigd|voornoemd|gelieve|"
    r"ingebreke|teneinde|rente|boete|wanbetal|dienen te|de meeste",
    Language.FRENCH: r"huissier|tribunal|avocat|recouvrement|intérêts|pénalit|sommation|veuillez|la plupart",
    Language.ENGLISH: r"court|bailiff|lawyer|collection|interest|penalt|debt|most (people|customers)",
    Language.GERMAN: r"Inkasso|Gericht|Anwalt|Zinsen|Vollstreck|Säumnis|Mahngebühr|die meisten",
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("tone", ["FRIENDLY", "BUSINESS"])
def test_no_words_threaten_claim_costs_or_moralise(language: Language, tone: str) -> None:
    for _, text in all_words(language, tone=tone):
        assert re.search(_UNWANTED[language], text, re.IGNORECASE) is None, text


@pytest.mark.parametrize(
    ("language", "word", "days"),
    [
        (Language.DUTCH, "volgende stap", "14 dagen"),
        (Language.FRENCH, "prochaine étape", "14 jours"),
        (Language.ENGLISH, "next step", "14 days"),
        (Language.GERMAN, "nächsten Schritt", "14 Tage"),
    ],
)
def test_only_a_formal_notice_names_a_term_and_what_follows(language: Language, word: str, days: str) -> None:
    for stage, text in all_words(language):
        assert (word in text) == (stage is Stage.FORMAL_NOTICE), text
        assert (days in text) == (stage is Stage.FORMAL_NOTICE), text


@pytest.mark.parametrize(
    ("language", "unwanted"),
    [
        (Language.DUTCH, r"\b(je|jij|jou|jouw)\b"),
        (Language.FRENCH, r"\b(tu|toi|ton|ta|tes)\b"),
        (Language.GERMAN, r"\b(du|dich|dir|dein\w*)\b"),
    ],
)
def test_the_customer_is_addressed_politely(language: Language, unwanted: str) -> None:
    assert not [text for _, text in all_words(language) if re.search(unwanted, text, re.IGNORECASE)]


@pytest.mark.parametrize("language", Language)
def test_every_sentence_starts_with_a_capital_and_no_blank_is_doubled(language: Language) -> None:
    for tone in ("FRIENDLY", "BUSINESS"):
        for _, text in all_words(language, tone=tone):
            assert "  " not in text
            assert re.search(r"[.!?] [a-zà-ÿ]", text) is None, text
            assert text[0].isupper() or text[0].isdigit(), text


def _sentences(text: str) -> list[list[str]]:
    return [
        re.findall(r"[\w’'-]+", sentence) for sentence in re.split(r"[.!?]+\s+", text) if sentence.strip()
    ]


def _syllables(word: str) -> int:
    return max(
        1, len(re.findall(r"aai|ooi|oei|eeu|ieu|[aeo]u|ij|[aeiou]e|aa|oo|uu|[aeiouyáéëïóöü]", word.lower()))
    )


@pytest.mark.parametrize("language", Language)
def test_sentences_are_short(language: Language) -> None:
    for _, text in all_words(language):
        lengths = [len(sentence) for sentence in _sentences(text)]
        assert sum(lengths) / len(lengths) <= 13, text
        assert max(lengths) <= 22, text


def test_the_dutch_words_are_easy_to_read() -> None:
    """Flesch-Douma: 206.84 - 0.77 x syllables per 100 words - 0.93 x words per sentence; 65 is easy."""
    for stage, text in all_words(Language.DUTCH):
        sentences = _sentences(text)
        words = [word for sentence in sentences for word in sentence]
        syllables = 100 * sum(map(_syllables, words)) / len(words)
        score = 206.84 - 0.77 * syllables - 0.93 * len(words) / len(sentences)
        assert score >= 65, (stage, score, text)
