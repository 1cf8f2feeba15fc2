"""What a statement told of a return is withdrawn when the statement is taken back."""

from django.db import migrations, models

from tijdig.infra.tenancy import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_walls")]

    operations = [
        migrations.AddField("returntelling", "withdrawn", models.BooleanField(default=False)),
        migrations.RunSQL(
            sql=f"GRANT UPDATE (withdrawn) ON payments_returntelling TO {APPLICATION_ROLE}",
            reverse_sql=f"REVOKE UPDATE (withdrawn) ON payments_returntelling FROM {APPLICATION_ROLE}",
        ),
    ]
