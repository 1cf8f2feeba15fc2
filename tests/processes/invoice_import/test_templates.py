"""The files to fill in can be read back, example and all."""

from __future__ import annotations

import pytest

from tests.processes.invoice_import.world import imported
from tijdig.domain.parties import Language
from tijdig.formats import table
from tijdig.processes.invoice_import.columns import TableKind, kind_of
from tijdig.processes.invoice_import.templates import template


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", TableKind)
def test_a_template_is_read_back_as_what_it_is(kind: TableKind, language: Language, format: str) -> None:
    content = template(kind=kind, language=language, format=format)
    read = table.read(content)
    assert kind_of(read.header) is kind
    assert len(read.rows) == 1
    assert content.startswith(b"PK" if format == "xlsx" else b"\xef\xbb\xbf")


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_example_of_a_template_imports(organisation: int, format: str) -> None:
    content = template(kind=TableKind.INVOICES, language=Language.DUTCH, format=format)
    done = imported(content, "template")
    assert (done.new, done.rejected) == (1, ())
