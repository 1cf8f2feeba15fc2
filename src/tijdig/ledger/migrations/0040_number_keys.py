"""The core of a number and its end become columns: an index over an expression works it out at every change of
an item, one over a column does not, and behind the wall a column needs no function of its own to be looked up by.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models.functions import Lower

_by_core = import_module("tijdig.ledger.migrations.0003_items_by_clue")
_by_tail = import_module("tijdig.ledger.migrations.0020_items_by_tail")


def _text(function: str, text: models.Expression | str, *arguments: str) -> models.Func:
    return models.Func(
        text, *map(models.Value, arguments), function=function, output_field=models.TextField()
    )


_CORE = _text(
    "ltrim", _text("regexp_replace", Lower("number"), "[^0-9a-z]", "", "g"), "abcdefghijklmnopqrstuvwxyz"
)
_LAST_DIGITS = _text(
    "substring",
    _text("regexp_replace", "number", r"([0-9][^0-9]+[0-9]+)[^0-9]+([0-9])[^0-9]*$", r"\1\2"),
    "([0-9]+)[^0-9]*$",
)
_TAIL = _text("ltrim", _text("regexp_replace", _LAST_DIGITS, "^20[0-9]{2}([0-9]{3,})$", r"\1"), "0")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0031_money_that_moves")]

    operations = [
        migrations.RunSQL(_by_tail.NO_LOOK_UP, _by_tail.LOOK_UP),
        migrations.RunSQL(_by_core.NO_LOOK_UP, _by_core.LOOK_UP),
        migrations.AddField(
            "item",
            "number_core",
            models.GeneratedField(
                expression=_CORE, output_field=models.TextField(db_collation="C"), db_persist=True
            ),
        ),
        migrations.AddField(
            "item",
            "number_tail",
            models.GeneratedField(
                expression=_TAIL, output_field=models.TextField(db_collation="C", null=True), db_persist=True
            ),
        ),
        migrations.AddIndex(
            "item",
            models.Index(
                fields=("organisation_id", "payment_reference"),
                condition=models.Q(open=0) & ~models.Q(payment_reference=""),
                name="settled_items_by_reference",
            ),
        ),
        migrations.AddIndex(
            "item", models.Index(fields=("organisation_id", "number_core"), name="items_by_number_core")
        ),
        migrations.AddIndex(
            "item",
            models.Index(
                fields=("organisation_id", "number_tail"),
                condition=models.Q(open__gt=0),
                name="open_items_by_number_tail",
            ),
        ),
    ]
