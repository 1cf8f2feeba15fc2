"""Organisations show to those inside them and to their members; the list of ids to whoever goes round them all."""

from django.db import migrations

from tijdig.infra.tenancy import APPLICATION_ROLE

HERE = "(SELECT nullif(current_setting('tijdig.organisation', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('tijdig.user', true), '')::bigint)"

WALLS = f"""
ALTER TABLE organisations_organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations_membership ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON organisations_organisation, organisations_membership FROM {APPLICATION_ROLE};
GRANT SELECT, INSERT, UPDATE ON organisations_organisation TO {APPLICATION_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON organisations_membership TO {APPLICATION_ROLE};
CREATE POLICY own_memberships ON organisations_membership FOR SELECT TO {APPLICATION_ROLE}
    USING (organisation_id = {HERE} OR user_id = {ME});
CREATE POLICY memberships_from_inside ON organisations_membership TO {APPLICATION_ROLE}
    USING (organisation_id = {HERE}) WITH CHECK (organisation_id = {HERE});
CREATE POLICY own_organisations ON organisations_organisation FOR SELECT TO {APPLICATION_ROLE}
    USING (id = {HERE} OR id IN (SELECT organisation_id FROM organisations_membership WHERE user_id = {ME}));
CREATE POLICY change_from_inside ON organisations_organisation FOR UPDATE TO {APPLICATION_ROLE}
    USING (id = {HERE}) WITH CHECK (id = {HERE});
CREATE POLICY make_one ON organisations_organisation FOR INSERT TO {APPLICATION_ROLE}
    WITH CHECK (id = {HERE});

CREATE FUNCTION tijdig_organisation_ids() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS 'SELECT id FROM organisations_organisation ORDER BY id';
CREATE FUNCTION tijdig_organisation_id(wanted text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS 'SELECT id FROM organisations_organisation WHERE slug = wanted';
REVOKE ALL ON FUNCTION tijdig_organisation_ids(), tijdig_organisation_id(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tijdig_organisation_ids(), tijdig_organisation_id(text) TO {APPLICATION_ROLE};
"""

NO_WALLS = """
DROP FUNCTION tijdig_organisation_ids();
DROP FUNCTION tijdig_organisation_id(text);
DROP POLICY make_one ON organisations_organisation;
DROP POLICY change_from_inside ON organisations_organisation;
DROP POLICY own_organisations ON organisations_organisation;
DROP POLICY memberships_from_inside ON organisations_membership;
DROP POLICY own_memberships ON organisations_membership;
ALTER TABLE organisations_membership DISABLE ROW LEVEL SECURITY;
ALTER TABLE organisations_organisation DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial"), ("infra", "0002_walls")]

    operations = [migrations.RunSQL(WALLS, NO_WALLS)]
