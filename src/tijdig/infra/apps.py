"""Django's name for this app."""

from django.apps import AppConfig

from tijdig.infra import arrays


class InfraConfig(AppConfig):
    name = "tijdig.infra"
    label = "infra"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        arrays.use_plain_lists()
