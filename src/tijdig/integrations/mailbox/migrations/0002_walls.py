"""Walls round the mailbox. Mail is only added; with its organisation it goes."""

from django.db import migrations

from tijdig.infra.tenancy import same_organisation, walled


class Migration(migrations.Migration):
    dependencies = [("mailbox", "0001_initial"), ("messaging", "0002_walls")]

    operations = [
        walled("mailbox_mail", may="SELECT, INSERT"),
        same_organisation("mailbox_mail", "message_id", "messaging_message"),
    ]
