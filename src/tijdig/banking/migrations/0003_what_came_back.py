"""What a movement says when it takes an earlier one back, or comes from another currency."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankline",
            name="charges",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="bankline",
            name="exchange_rate",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="bankline",
            name="original_amount",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="bankline",
            name="original_currency",
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name="bankline",
            name="returned",
            field=models.BooleanField(default=False),
        ),
    ]
