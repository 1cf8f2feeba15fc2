"""A statement that was taken back, as a whole: it stays to be read, and nothing of it counts."""

from django.db import migrations, models

from tijdig.infra.tenancy import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [("banking", "0030_receipts_by_clue")]

    operations = [
        migrations.AddField("bankstatement", "taken_back_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "bankstatement",
            "taken_back_by",
            models.CharField(blank=True, db_default="", max_length=100),
        ),
        migrations.AlterField("bankline", "fingerprint", models.CharField(max_length=90)),
        migrations.RunSQL(
            sql=f"""GRANT UPDATE (taken_back_at, taken_back_by, format) ON banking_bankstatement TO {APPLICATION_ROLE};
                    GRANT UPDATE (fingerprint) ON banking_bankline TO {APPLICATION_ROLE}""",
            reverse_sql=f"""REVOKE UPDATE (taken_back_at, taken_back_by, format) ON banking_bankstatement
                            FROM {APPLICATION_ROLE};
                            REVOKE UPDATE (fingerprint) ON banking_bankline FROM {APPLICATION_ROLE}""",
        ),
    ]
