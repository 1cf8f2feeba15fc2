"""How an organisation treats money that comes in, behind its wall."""

import django.db.models.deletion
from django.db import migrations, models

from tijdig.infra.tenancy import walled


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="CashPolicy",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="organisations.organisation",
                    ),
                ),
                ("required_precision", models.PositiveIntegerField(default=999000)),
                ("small_difference", models.PositiveIntegerField(default=5)),
                ("allocation_order", models.CharField(default="LAW", max_length=20)),
                ("discount_basis_points", models.PositiveSmallIntegerField(default=0)),
                ("discount_days", models.PositiveSmallIntegerField(default=0)),
                ("discount_grace_days", models.PositiveSmallIntegerField(default=2)),
                ("controller_write_off_limit", models.PositiveIntegerField(default=10000)),
                ("hold_on_unapplied_money", models.BooleanField(default=True)),
                ("stale_after_days", models.PositiveSmallIntegerField(default=5)),
                ("hold_when_stale", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("required_precision__lte", 1000000)),
                        name="precision_is_a_share_of_a_million",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("discount_basis_points__lt", 10000)),
                        name="discount_is_less_than_everything",
                    ),
                ],
            },
        ),
        walled("organisations_cashpolicy", may="SELECT, INSERT, UPDATE"),
    ]
