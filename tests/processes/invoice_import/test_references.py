"""The reference a customer is asked to pay with."""

from __future__ import annotations

from tijdig.domain.references import is_ogm
from tijdig.processes.invoice_import.references import as_stored, generated


def test_a_reference_is_kept_in_its_usual_writing() -> None:
    assert as_stored("010806817183") == "+++010/8068/17183+++"
    assert as_stored("***010/8068/17183***") == "+++010/8068/17183+++"
    assert as_stored("rf18 5390 0754 7034") == "RF18539007547034"
    assert as_stored("  Klant  12 / order 7 ") == "Klant 12 / order 7"


def test_only_a_belgian_organisation_gets_one_made_and_no_two_are_alike() -> None:
    made = {generated(country="BE", document_id=number) for number in range(1, 200)}
    assert len(made) == 199
    assert all(is_ogm(each) for each in made)
    assert generated(country="NL", document_id=1) == ""
