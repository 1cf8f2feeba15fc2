"""Walls round returns and refunds; of a refund only its journey can change, never whom it pays or how much."""

from django.db import migrations

from tijdig.infra.tenancy import same_organisation, walled


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("ledger", "0002_walls"),
        ("banking", "0002_walls"),
        ("infra", "0002_walls"),
    ]

    operations = [
        walled("payments_return", may="SELECT, INSERT", update_columns="undone_at"),
        walled("payments_returntelling", may="SELECT, INSERT"),
        walled("payments_refundfile", may="SELECT, INSERT"),
        walled(
            "payments_refund",
            may="SELECT, INSERT",
            update_columns="state, decided_by, decided_at, order_id, paid_line_id, returned_line_id, outcome",
        ),
        same_organisation("payments_return", "line_id", "banking_bankline"),
        same_organisation("payments_return", "credit_id", "ledger_credit"),
        same_organisation("payments_return", "item_id", "ledger_item"),
        same_organisation("payments_returntelling", "return_id", "payments_return"),
        same_organisation("payments_refund", "customer_id", "customers_customer"),
        same_organisation("payments_refund", "item_id", "ledger_item"),
        same_organisation("payments_refund", "order_id", "payments_refundfile"),
        same_organisation("payments_refund", "paid_line_id", "banking_bankline"),
        same_organisation("payments_refund", "returned_line_id", "banking_bankline"),
    ]
