"""Whose a movement that waits may be; the application may change that with its state."""

import django.contrib.postgres.fields
from django.db import migrations, models

from tijdig.infra.tenancy import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0021_line_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankline",
            name="likely_customer_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, null=True, size=None
            ),
        ),
        migrations.RunSQL(
            f"GRANT UPDATE (likely_customer_ids) ON banking_bankline TO {APPLICATION_ROLE}",
            f"REVOKE UPDATE (likely_customer_ids) ON banking_bankline FROM {APPLICATION_ROLE}",
        ),
    ]
