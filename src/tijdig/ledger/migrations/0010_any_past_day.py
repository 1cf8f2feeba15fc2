"""Indexes for the position of any past day: what was allocated since, and sources that were booked anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0030_left_on_account")]

    operations = [
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["organisation_id", "on_date"], name="allocations_by_day"),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("reversed", True), models.Q(("origin", ""), _negated=True)),
                fields=["organisation_id", "origin"],
                name="reversed_credits_by_origin",
            ),
        ),
    ]
