"""Walls round the bank; of a line only what became of it can change."""

from django.db import migrations

from tijdig.infra.tenancy import walled


class Migration(migrations.Migration):
    dependencies = [("banking", "0001_initial"), ("infra", "0002_walls")]

    operations = [
        walled("banking_bankaccount", may="SELECT, INSERT", update_columns="name"),
        walled("banking_bankstatement", may="SELECT, INSERT", update_columns="new_lines, known_lines"),
        walled("banking_bankline", may="SELECT, INSERT", update_columns="state, reason"),
    ]
