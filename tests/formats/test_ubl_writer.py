"""The written invoice: tax that adds up, and elements only for what there is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.formats.test_ubl import CREDIT, INVOICE, written
from tijdig.domain.documents import DueDateSource
from tijdig.formats import ubl_writer


def test_the_written_tax_adds_up() -> None:
    assert '<cbc:TaxableAmount currencyID="EUR">100.00<' in written()
    zero = ubl_writer.write(INVOICE, description="x", vat_percent=Decimal(0)).decode()
    assert "<cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent>" in zero


def test_a_due_date_that_nobody_stated_is_not_written() -> None:
    silent = replace(INVOICE, due_date_source=DueDateSource.MISSING)
    assert "DueDate" not in written(silent)
    assert "<cbc:DueDate>2026-12-01<" in written()
    assert "<cbc:PaymentDueDate>2026-12-01<" in written(CREDIT)
