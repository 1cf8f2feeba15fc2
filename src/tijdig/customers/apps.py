"""Django's name for this app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "tijdig.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"
