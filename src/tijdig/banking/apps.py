"""Django's name for this app."""

from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "tijdig.banking"
    label = "banking"
    default_auto_field = "django.db.models.BigAutoField"
