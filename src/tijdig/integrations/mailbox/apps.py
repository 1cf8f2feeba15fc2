"""Django's name for the mailbox."""

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "tijdig.integrations.mailbox"
    label = "mailbox"
    default_auto_field = "django.db.models.BigAutoField"
