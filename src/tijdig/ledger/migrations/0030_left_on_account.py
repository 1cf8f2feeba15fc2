"""Since when somebody knowingly leaves money on account."""

from django.db import migrations, models

from tijdig.infra.tenancy import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_items_by_clue"),
    ]

    operations = [
        migrations.AddField(
            model_name="credit",
            name="left_on_account_date",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunSQL(
            f"GRANT UPDATE (left_on_account_date) ON ledger_credit TO {APPLICATION_ROLE}",
            f"REVOKE UPDATE (left_on_account_date) ON ledger_credit FROM {APPLICATION_ROLE}",
        ),
    ]
