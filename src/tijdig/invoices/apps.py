"""Django's name for this app."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "tijdig.invoices"
    label = "invoices"
    default_auto_field = "django.db.models.BigAutoField"
