"""Walls round the customers, and a way to find them by the beginning of words."""

from django.db import migrations

from tijdig.infra.tenancy import APPLICATION_ROLE, same_organisation, walled

# Words are compared without accents, capitals and punctuation. A full-text operator is not leakproof, so
# under row-level security PostgreSQL would not use its index; the function looks as the owner and keeps the
# wall itself. It finds first and sorts then: walking along the names until enough are found looks cheap to the
# planner for a common word, but such customers may all be at the end. Of a word that nearly everybody has, no
# more are gathered than anybody looks through.
MOST_GATHERED = 5_000
SEARCH = f"""
CREATE FUNCTION tijdig_search_text(said text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lower(regexp_replace(
        CASE WHEN octet_length(said) = length(said) THEN said
             ELSE regexp_replace(normalize(said, NFD), U&'[\\0300-\\036F]', '', 'g') END,
        '[]!-/:-@[^_`{{|}}~\\\\]', ' ', 'g'));
CREATE INDEX customer_by_word ON customers_customer
    USING gin (to_tsvector('simple', tijdig_search_text(name || ' ' || number || ' ' || city)));
CREATE FUNCTION tijdig_customers_with_words(words text, most bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
    SET enable_seqscan = off SET enable_indexscan = off
    AS $$ SELECT id FROM (
              SELECT id, name_key FROM customers_customer
              WHERE organisation_id = nullif(current_setting('tijdig.organisation', true), '')::bigint
                AND to_tsvector('simple', tijdig_search_text(name || ' ' || number || ' ' || city))
                    @@ to_tsquery('simple', lower(regexp_replace(normalize(words, NFD), U&'[\\0300-\\036F]', '', 'g')))
              LIMIT greatest(most, {MOST_GATHERED})
          ) found ORDER BY name_key, id LIMIT most $$;
REVOKE ALL ON FUNCTION tijdig_customers_with_words(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tijdig_customers_with_words(text, bigint) TO {APPLICATION_ROLE};
"""
NO_SEARCH = """
DROP INDEX customer_by_word;
DROP FUNCTION tijdig_customers_with_words(text, bigint);
DROP FUNCTION tijdig_search_text(text);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("infra", "0002_walls")]

    operations = [
        walled("customers_customer"),
        walled("customers_note", may="SELECT, INSERT"),
        same_organisation("customers_note", "customer_id", "customers_customer"),
        migrations.RunSQL(SEARCH, NO_SEARCH),
    ]
