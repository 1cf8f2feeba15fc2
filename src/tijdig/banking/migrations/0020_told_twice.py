"""Which kind of file told a movement, and how the tables of banks nobody knows are read."""

from django.db import migrations, models

from tijdig.infra.tenancy import walled


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0010_what_was_learned"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankstatement",
            name="format",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.CreateModel(
            name="TableLayout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("signature", models.CharField(max_length=1000)),
                ("columns", models.JSONField()),
                ("account", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "signature"), name="one_layout_per_kind_of_table"
                    )
                ],
            },
        ),
        walled("banking_tablelayout", may="SELECT, INSERT", update_columns="columns, account"),
    ]
