"""Django's name for this app."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "tijdig.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
