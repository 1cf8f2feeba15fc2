"""Walls round the follow-up; what was done stays done."""

from django.db import migrations

from tijdig.infra.tenancy import same_organisation, walled


class Migration(migrations.Migration):
    dependencies = [("dunning", "0001_initial"), ("messaging", "0002_walls"), ("infra", "0002_walls")]

    operations = [
        walled("dunning_flowversion", may="SELECT, INSERT"),
        walled("dunning_followup", may="SELECT, INSERT, UPDATE"),
        walled("dunning_action", may="SELECT, INSERT", update_columns="taken_back_at"),
        walled("dunning_hold", may="SELECT, INSERT", update_columns="lifted_at"),
        same_organisation("dunning_followup", "item_id", "ledger_item"),
        same_organisation("dunning_followup", "flow_version_id", "dunning_flowversion"),
        same_organisation("dunning_action", "item_id", "ledger_item"),
        same_organisation("dunning_hold", "customer_id", "customers_customer"),
    ]
