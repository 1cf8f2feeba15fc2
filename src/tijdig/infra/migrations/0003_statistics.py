"""A way for the application to refresh the planner's statistics, which only a table's owner may do."""

from django.db import migrations

from tijdig.infra.tenancy import APPLICATION_ROLE

# Of each large table that is twice as large as when it was last looked at. A table that somebody else is
# looking at, or has looked at in a transaction under way, is skipped: waiting could end in a deadlock.
REFRESH = f"""
CREATE FUNCTION tijdig_refresh_statistics() RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE grown text;
    BEGIN
        FOR grown IN
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relname = ANY(ARRAY[
                    'customers_customer', 'ledger_item', 'ledger_credit', 'ledger_allocation',
                    'invoices_invoice', 'banking_bankline', 'dunning_followup', 'dunning_action',
                    'messaging_message', 'messaging_messageitem'])
              AND pg_relation_size(oid) / current_setting('block_size')::int > 2 * relpages
            ORDER BY relname
        LOOP
            EXECUTE format('ANALYZE (SKIP_LOCKED) %I', grown);
            RETURN NEXT grown;
        END LOOP;
    END $$;
REVOKE ALL ON FUNCTION tijdig_refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tijdig_refresh_statistics() TO {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("infra", "0002_walls")]

    operations = [migrations.RunSQL(REFRESH, "DROP FUNCTION tijdig_refresh_statistics()")]
