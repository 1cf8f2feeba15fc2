"""Django's name for this app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tijdig.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
