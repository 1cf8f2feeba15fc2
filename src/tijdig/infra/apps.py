"""Django's name for this app."""

from django.apps import AppConfig


class InfraConfig(AppConfig):
    name = "tijdig.infra"
    label = "infra"
    default_auto_field = "django.db.models.BigAutoField"
