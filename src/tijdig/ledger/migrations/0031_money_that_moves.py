"""Costs say which invoice they are on, and a discount which payment it was given with."""

from django.db import migrations, models

from tijdig.infra.tenancy import same_organisation


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0020_items_by_tail"),
    ]

    operations = [
        migrations.AddField(
            model_name="credit",
            name="beside_credit_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="item",
            name="about_item_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("beside_credit_id__isnull", False)),
                fields=["organisation_id", "beside_credit_id"],
                name="credits_beside",
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("beside_credit_id__isnull", True),
                    ("kind__in", ("DISCOUNT", "WRITE_OFF")),
                    _connector="OR",
                ),
                name="only_a_discount_or_write_off_stands_beside",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("about_item_id__isnull", True), ("kind__in", ("FEE", "INTEREST")), _connector="OR"
                ),
                name="only_costs_and_interest_are_about_an_item",
            ),
        ),
        same_organisation("ledger_item", "about_item_id", "ledger_item"),
        same_organisation("ledger_credit", "beside_credit_id", "ledger_credit"),
    ]
