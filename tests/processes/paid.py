"""A payment of an invoice, and the same money going back."""

from datetime import timedelta

from tests.banking.builders import DAY, Entry

BACK_ON = DAY + timedelta(days=3)
PAID = Entry("100.00", "2026-0042", end_to_end_id="E-1", bank_reference="PAYMENT-1")
BACK = Entry("-100.00", end_to_end_id="E-1", return_code="AM04", day=BACK_ON, bank_reference="RETURN-1")
