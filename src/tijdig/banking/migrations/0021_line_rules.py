"""Rules by which movements are set aside by themselves, behind their wall."""

from django.db import migrations, models

from tijdig.infra.tenancy import walled


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0020_told_twice"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("account", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("text", models.CharField(blank=True, max_length=140)),
                ("only_in", models.BooleanField(blank=True, null=True)),
                ("why", models.CharField(max_length=300)),
                ("actor", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["organisation_id", "id"],
                        name="rules_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account", ""), ("name", ""), ("text", ""), _negated=True),
                        name="a_rule_is_about_something",
                    )
                ],
            },
        ),
        walled("banking_linerule", may="SELECT, INSERT", update_columns="ended_at"),
    ]
