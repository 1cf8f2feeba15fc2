"""Django's name for this app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "tijdig.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
