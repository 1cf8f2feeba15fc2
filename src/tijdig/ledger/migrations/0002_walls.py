"""Walls round the ledger; the application adds rows and moves the running figures, nothing else."""

from django.db import migrations

from tijdig.infra.tenancy import same_organisation, walled


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("customers", "0002_walls"), ("infra", "0002_walls")]

    operations = [
        walled("ledger_item", may="SELECT, INSERT", update_columns="open, settled_date"),
        walled("ledger_credit", may="SELECT, INSERT", update_columns="unallocated, reversed"),
        walled("ledger_allocation", may="SELECT, INSERT"),
        same_organisation("ledger_item", "customer_id", "customers_customer"),
        same_organisation("ledger_credit", "customer_id", "customers_customer"),
        same_organisation("ledger_allocation", "item_id", "ledger_item"),
        same_organisation("ledger_allocation", "credit_id", "ledger_credit"),
    ]
