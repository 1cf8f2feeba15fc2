"""Django's name for this app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tijdig.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
