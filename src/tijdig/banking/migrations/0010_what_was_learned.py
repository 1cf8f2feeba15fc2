"""Which accounts pay for whom, how each matcher does, and which matcher booked a movement; behind their walls."""

import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import F, Q

from tijdig.infra.tenancy import APPLICATION_ROLE, same_organisation, walled


def _id() -> tuple[str, models.BigAutoField]:
    return (
        "id",
        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0003_what_came_back"),
        ("customers", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownPayer",
            fields=[
                _id(),
                ("organisation_id", models.BigIntegerField()),
                ("account", models.CharField(max_length=40)),
                ("customer_id", models.BigIntegerField()),
                ("confirmed", models.IntegerField(default=0)),
                ("refuted", models.IntegerField(default=0)),
                ("first_date", models.DateField()),
                ("last_date", models.DateField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "customer_id"], name="payers_of_customer")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "account", "customer_id"),
                        name="one_row_per_payer_and_customer",
                    ),
                    models.CheckConstraint(
                        condition=Q(confirmed__gte=0, refuted__gte=0), name="a_payer_is_counted_up_only"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatcherMonth",
            fields=[
                _id(),
                ("organisation_id", models.BigIntegerField()),
                ("matcher", models.CharField(max_length=40)),
                ("month", models.DateField()),
                ("booked", models.IntegerField(default=0)),
                ("corrected", models.IntegerField(default=0)),
                ("forgiven", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "matcher", "month"),
                        name="one_record_per_matcher_and_month",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            booked__gte=0, corrected__gte=0, forgiven__gte=0, forgiven__lte=F("corrected")
                        ),
                        name="only_corrections_are_forgiven",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatcherTurn",
            fields=[
                _id(),
                ("organisation_id", models.BigIntegerField()),
                ("matcher", models.CharField(max_length=40)),
                ("books", models.BooleanField()),
                ("on_date", models.DateField()),
                ("reason", models.JSONField()),
                ("actor", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "matcher", "-id"], name="turns_of_matcher")
                ],
            },
        ),
        migrations.AddField(
            "bankline", "matcher", models.CharField(blank=True, db_default="", max_length=40)
        ),
        migrations.AddField("bankline", "corrected_date", models.DateField(blank=True, null=True)),
        migrations.AddIndex(
            "bankline",
            models.Index(
                condition=Q(("matcher", ""), _negated=True),
                fields=["organisation_id", "matcher", "booking_date", "id"],
                name="lines_by_matcher",
            ),
        ),
        migrations.AddIndex(
            "bankline",
            models.Index(
                condition=Q(("corrected_date__isnull", False)),
                fields=["organisation_id", "matcher", "booking_date", "id"],
                name="lines_that_were_corrected",
            ),
        ),
        walled("banking_knownpayer"),
        walled("banking_matchermonth", may="SELECT, INSERT", update_columns="booked, corrected, forgiven"),
        walled("banking_matcherturn", may="SELECT, INSERT"),
        same_organisation("banking_knownpayer", "customer_id", "customers_customer"),
        migrations.RunSQL(
            f"GRANT UPDATE (matcher, corrected_date) ON banking_bankline TO {APPLICATION_ROLE}",
            f"REVOKE UPDATE (matcher, corrected_date) ON banking_bankline FROM {APPLICATION_ROLE}",
        ),
    ]
