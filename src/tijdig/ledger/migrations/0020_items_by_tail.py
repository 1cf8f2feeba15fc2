"""Finding the items a payment may mean though it names them with less care, and what a customer owes and has left.

The end of a number, without year and zeros, is what payers write when they write little. As with the core of a
number (0003), an expression cannot use its index behind row-level security, so a function looks, for each end no
further than a few items. What a customer owes, and has left, is looked up for many customers at once; of those
with a long history the open rows are few among many.
"""

from django.db import migrations, models

from tijdig.infra.tenancy import APPLICATION_ROLE

# The same as tijdig.domain.matching.nearness.tail_of.
TAIL = r"""
    ltrim(regexp_replace(
        substring(regexp_replace(number, '([0-9][^0-9]+[0-9]+)[^0-9]+([0-9])[^0-9]*$', '\1\2') from '([0-9]+)[^0-9]*$'),
        '^20[0-9]{2}([0-9]{3,})$', '\1'), '0')
"""

LOOK_UP = f"""
CREATE INDEX open_items_by_number_tail ON ledger_item (organisation_id, ({TAIL})) WHERE open > 0;
CREATE FUNCTION tijdig_open_items_by_number_tail(tails text[], most bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
    AS $$ SELECT found.id FROM unnest(tails) AS wanted (tail) CROSS JOIN LATERAL (
              SELECT id FROM ledger_item
              WHERE organisation_id = nullif(current_setting('tijdig.organisation', true), '')::bigint
                AND open > 0 AND {TAIL} = wanted.tail
              LIMIT most) AS found $$;
REVOKE ALL ON FUNCTION tijdig_open_items_by_number_tail(text[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tijdig_open_items_by_number_tail(text[], bigint) TO {APPLICATION_ROLE};
"""
NO_LOOK_UP = """
DROP FUNCTION tijdig_open_items_by_number_tail(text[], bigint);
DROP INDEX open_items_by_number_tail;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_any_past_day")]

    operations = [
        migrations.AddIndex(
            "item",
            models.Index(
                fields=("organisation_id", "customer_id", "due_date", "id"),
                condition=models.Q(open__gt=0),
                name="open_items_of_customer",
            ),
        ),
        migrations.AddIndex(
            "credit",
            models.Index(
                fields=("organisation_id", "customer_id", "id"),
                condition=models.Q(unallocated__gt=0),
                name="credits_left_of_customer",
            ),
        ),
        migrations.RunSQL(LOOK_UP, NO_LOOK_UP),
    ]
