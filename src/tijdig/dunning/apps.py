"""Django's name for this app."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    name = "tijdig.dunning"
    label = "dunning"
    default_auto_field = "django.db.models.BigAutoField"
