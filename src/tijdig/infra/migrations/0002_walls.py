"""The application's role, what it may do, and the walls round the shared tables."""

from django.db import migrations

from tijdig.infra.tenancy import APPLICATION_ROLE, walled

ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
        CREATE ROLE {APPLICATION_ROLE} NOLOGIN NOINHERIT;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database's set-up was first
END $$;
DO $$ BEGIN EXECUTE format('GRANT {APPLICATION_ROLE} TO %I', current_user); END $$;
GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APPLICATION_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APPLICATION_ROLE};
"""

CACHE = """
CREATE TABLE infra_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX infra_cache_expires ON infra_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("infra", "0001_initial")]

    operations = [
        migrations.RunSQL(ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(CACHE, "DROP TABLE infra_cache"),
        walled("infra_auditentry", may="SELECT, INSERT"),
        walled("infra_audithead", may="SELECT, INSERT", update_columns="sequence, hash"),
        walled("infra_storedfile", may="SELECT, INSERT"),
    ]
