"""The reader's language: whatever the rooms without translation say is recognised, and read translated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from tijdig.domain import allocation
from tijdig.domain.ledger import WriteOffReason
from tijdig.domain.money import Money
from tijdig.domain.returns import MEANINGS, meaning_of
from tijdig.formats import detect
from tijdig.infra import readers_language
from tijdig.infra.readers_language import SENTENCES, amount_in_words, day_in_words, in_words, recognised

SOURCE = Path(readers_language.__file__).parent.parent
# What is raised with these is a fault of a caller, never read by a user.
_NOT_FOR_USERS = {"ReasonUnknown", "CurrencyMismatch", "FlowInvalid", "ReferenceInvalid", "CountryUnknown"}
# What writes files for customers and tries is given right values by its callers.
_READERS = [
    *(
        each
        for each in (SOURCE / "formats").rglob("*.py")
        if each.name != "epc_qr.py" and not each.name.endswith("_writer.py")
    ),
    SOURCE / "domain" / "money.py",
]
_SPEAKING = ("Invalid", "Refused", "Rejected", "_unknown")


def _said(module: Path) -> Iterator[str]:
    """Yield the texts a module refuses with, each fact as an “X” or, where only that fits, a 7."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name.endswith(_SPEAKING) and name not in _NOT_FOR_USERS:
                yield from (text for argument in node.args for text in _texts(argument))
        elif isinstance(node, ast.Yield) and node.value is not None and module.name == "ubl.py":
            yield from _texts(node.value)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


def test_each_refusal_of_the_formats_and_of_amounts_is_a_known_sentence() -> None:
    said = {text for module in _READERS for text in _said(module)}
    assert len(said) > 40
    # "this is …" is put together from tables; the test below goes through those.
    assert sorted(text for text in said if text != "this is 7" and recognised(text) is None) == []


def test_each_kind_of_file_that_is_not_read_is_a_known_sentence() -> None:
    reasons = [reason for _, reason in detect._NOT_READ_XML.values()]
    reasons += [reason for *_, reason in detect._NOT_READ_BYTES]
    assert [reason for reason in reasons if recognised(f"this is {reason}") is None] == []


def test_each_rule_a_payment_is_divided_by_is_a_known_sentence() -> None:
    assert [each.source for each in allocation.POLICIES if recognised(each.source) is None] == []


def test_each_order_an_organisation_may_choose_is_a_known_sentence() -> None:
    chosen = [allocation.CHOSEN_OLDEST_FIRST, allocation.CHOSEN_PRINCIPAL_FIRST]
    assert [text for text in chosen if recognised(text) is None] == []


def test_each_reason_money_came_back_or_was_written_off_is_a_known_sentence() -> None:
    said = [meaning_of(code) for code in (*MEANINGS, "")] + [why.meaning for why in WriteOffReason]
    assert [text for text in said if recognised(text) is None] == []


def test_no_sentence_stands_there_twice() -> None:
    assert len(SENTENCES) == len(set(SENTENCES))


@pytest.mark.parametrize(
    ("text", "dutch"),
    [
        ("“veel” is not an amount", "‘veel’ is geen bedrag"),
        ("the row has 9 cells, the header has 7", "de rij heeft 9 cellen, de kop 7"),
        ("line 3, column 14", "regel 3, kolom 14"),
        ("statement 1 (2026-11), entry 3 (line 42)", "afschrift 1 (2026-11), boeking 3 (regel 42)"),
        ("entry 12 is missing", "regel 12 ontbreekt"),
        (
            "its due date 2026-03-01 lies before its issue date 2026-03-05",
            "de vervaldatum, 1 mrt 2026, ligt voor de factuurdatum, 5 mrt 2026",
        ),
        (
            "the file says 1234.50 went out; what was read makes 57.52",
            "volgens het bestand ging er 1.234,50 af; wat gelezen is komt op 57,52",
        ),
        ("“57.52” is not a balance", "‘57.52’ is geen saldo"),
        ("something nobody wrote down", "something nobody wrote down"),
    ],
)
def test_a_text_reads_in_the_readers_language(text: str, dutch: str) -> None:
    with translation.override("nl"):
        assert in_words(text) == dutch
    with translation.override("en"):
        assert in_words(text).startswith(text[:12])


@pytest.mark.parametrize(
    ("language", "day", "amount"),
    [
        ("nl", "5 mrt 2026", "1.210,00 EUR"),
        ("de", "5. März 2026", "1.210,00 EUR"),
        ("en", "5 Mar 2026", "1,210.00 EUR"),
    ],
)
def test_dates_and_amounts_read_in_the_readers_language(language: str, day: str, amount: str) -> None:
    with translation.override(language):
        assert day_in_words(date(2026, 3, 5)) == day
        assert amount_in_words(Money(121000, "EUR")) == amount


def test_without_a_language_english_is_spoken() -> None:
    translation.deactivate_all()
    try:
        assert (in_words("file"), day_in_words(date(2026, 3, 5))) == ("file", "5 Mar 2026")
    finally:
        translation.deactivate()
