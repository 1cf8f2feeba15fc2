"""Walls round the messages; of a message only its journey can change, never its words."""

from django.db import migrations

from tijdig.infra.tenancy import same_organisation, walled


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("ledger", "0002_walls"), ("infra", "0002_walls")]

    operations = [
        walled(
            "messaging_message",
            may="SELECT, INSERT",
            update_columns="pdf, state, attempts, next_attempt_at, sent_at, transport_id, outcome_reason",
        ),
        walled("messaging_messageitem", may="SELECT, INSERT"),
        walled("messaging_task", may="SELECT, INSERT, UPDATE"),
        same_organisation("messaging_message", "customer_id", "customers_customer"),
        same_organisation("messaging_messageitem", "message_id", "messaging_message"),
        same_organisation("messaging_messageitem", "item_id", "ledger_item"),
        same_organisation("messaging_task", "customer_id", "customers_customer"),
    ]
