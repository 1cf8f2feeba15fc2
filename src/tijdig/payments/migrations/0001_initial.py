"""Returns and refunds, before their walls."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("iban", models.CharField(max_length=34)),
                ("holder", models.CharField(max_length=70)),
                ("message", models.CharField(blank=True, max_length=140)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("end_to_end_id", models.CharField(max_length=35)),
                ("state", models.CharField(default="PROPOSED", max_length=9)),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=100)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("order_id", models.BigIntegerField(blank=True, null=True)),
                ("paid_line_id", models.BigIntegerField(blank=True, null=True)),
                ("returned_line_id", models.BigIntegerField(blank=True, null=True)),
                ("outcome", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "-id"], name="refunds_newest_first"),
                    models.Index(
                        condition=models.Q(("state__in", ("PROPOSED", "APPROVED", "ORDERED"))),
                        fields=["organisation_id", "state"],
                        name="refunds_under_way",
                    ),
                    models.Index(fields=["organisation_id", "customer_id"], name="refunds_of_customer"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "end_to_end_id"), name="one_refund_per_end_to_end_id"
                    ),
                    models.UniqueConstraint(
                        fields=("organisation_id", "item_id"), name="one_refund_per_item"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="a_refund_is_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("PROPOSED", "REJECTED")),
                            models.Q(
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="somebody_else_approves_a_refund",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("order_id__isnull", False),
                            models.Q(("state", "ORDERED"), _negated=True),
                            _connector="OR",
                        ),
                        name="an_ordered_refund_is_in_a_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("file_id", models.BigIntegerField()),
                ("message_id", models.CharField(max_length=35)),
                ("version", models.CharField(max_length=20)),
                ("account", models.CharField(max_length=34)),
                ("execution_date", models.DateField()),
                ("count", models.IntegerField()),
                ("total", models.BigIntegerField()),
                ("made_by", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "id"), name="refund_file_in_organisation"
                    ),
                    models.UniqueConstraint(
                        fields=("organisation_id", "message_id"), name="one_order_per_message"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Return",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("line_id", models.BigIntegerField()),
                ("credit_id", models.BigIntegerField(blank=True, null=True)),
                ("item_id", models.BigIntegerField(blank=True, null=True)),
                ("on_date", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("charges", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("code", models.CharField(blank=True, max_length=140)),
                ("loosened", models.JSONField(default=list)),
                ("actor", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "line_id"], name="returns_of_line"),
                    models.Index(
                        condition=models.Q(("credit_id__isnull", False)),
                        fields=["organisation_id", "credit_id"],
                        name="returns_of_credit",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "id"), name="return_in_organisation"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("charges__gte", 0)),
                        name="a_return_is_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnTelling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("return_id", models.BigIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("statement", models.CharField(blank=True, max_length=80)),
                ("bank_reference", models.CharField(blank=True, max_length=140)),
                ("counts", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "return_id"], name="tellings_of_return"),
                    models.Index(fields=["organisation_id", "source"], name="tellings_by_source"),
                    models.Index(
                        condition=models.Q(("bank_reference", ""), _negated=True),
                        fields=["organisation_id", "bank_reference"],
                        name="tellings_by_bank_reference",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("counts", True)),
                        fields=("organisation_id", "return_id"),
                        name="a_return_counts_once",
                    )
                ],
            },
        ),
    ]
