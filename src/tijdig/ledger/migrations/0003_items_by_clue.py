"""Finding the items a payment may name, by the core of their number and, once settled, by their reference.

An expression over a column cannot use an index behind row-level security (the planner does not know that it
tells nothing), so the look-up is a function that keeps to the organisation itself.
"""

from django.db import migrations

from tijdig.infra.tenancy import APPLICATION_ROLE

# The same as tijdig.domain.matching.numbers.core.
CORE = "ltrim(regexp_replace(lower(number), '[^0-9a-z]', '', 'g'), 'abcdefghijklmnopqrstuvwxyz')"

LOOK_UP = f"""
CREATE INDEX items_by_number_core ON ledger_item (organisation_id, ({CORE}));
CREATE INDEX settled_items_by_reference ON ledger_item (organisation_id, payment_reference)
    WHERE open = 0 AND payment_reference <> '';
CREATE FUNCTION tijdig_items_by_number_core(cores text[]) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 100
    AS $$ SELECT id FROM ledger_item
          WHERE organisation_id = nullif(current_setting('tijdig.organisation', true), '')::bigint
            AND {CORE} = ANY(cores) $$;
REVOKE ALL ON FUNCTION tijdig_items_by_number_core(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tijdig_items_by_number_core(text[]) TO {APPLICATION_ROLE};
"""
NO_LOOK_UP = """
DROP FUNCTION tijdig_items_by_number_core(text[]);
DROP INDEX settled_items_by_reference;
DROP INDEX items_by_number_core;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_walls")]

    operations = [migrations.RunSQL(LOOK_UP, NO_LOOK_UP)]
