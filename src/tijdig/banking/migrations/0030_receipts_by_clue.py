"""Finding the payment that a return takes back."""

from django.db import migrations, models


def _receipts_by(name: str, *columns: str) -> migrations.AddIndex:
    filled = models.Q(("amount__gt", 0), models.Q((columns[0], ""), _negated=True))
    fields = ("organisation_id", *columns)
    return migrations.AddIndex("bankline", models.Index(fields=fields, condition=filled, name=name))


class Migration(migrations.Migration):
    dependencies = [("banking", "0022_likely_customers")]

    operations = [
        _receipts_by("receipts_by_end_to_end_id", "end_to_end_id"),
        _receipts_by("receipts_by_bank_reference", "bank_reference"),
        _receipts_by("receipts_by_mandate", "mandate_id"),
        _receipts_by("receipts_by_account_and_amount", "counterparty_iban", "amount"),
    ]
