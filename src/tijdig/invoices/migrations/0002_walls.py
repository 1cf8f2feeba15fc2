"""Walls round the invoices and their imports."""

from django.db import migrations

from tijdig.infra.tenancy import same_organisation, walled


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial"), ("ledger", "0002_walls"), ("infra", "0002_walls")]

    operations = [
        walled("invoices_invoice", may="SELECT, INSERT"),
        walled("invoices_importbatch", may="SELECT, INSERT, UPDATE"),
        same_organisation("invoices_invoice", "customer_id", "customers_customer"),
        same_organisation("invoices_invoice", "item_id", "ledger_item"),
        same_organisation("invoices_invoice", "credit_id", "ledger_credit"),
    ]
