"""The ageing as a bar, each part a link to the items behind it."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tijdig.interfaces.web.charts import StackedBar, stacked_bar
from tijdig.ledger.queries import Ageing
from tijdig.reporting.positions import bucket_name


def ageing_bar(ageing: Ageing, slug: str, *, on: date, customer_id: int | None = None) -> StackedBar:
    """Return the bar of one currency; `on` is the day its items are looked up at."""
    rows = []
    for place, bucket in enumerate(ageing.buckets):
        query = {"on": on.isoformat(), "age": str(place), "currency": ageing.currency}
        if customer_id is not None:
            query["customer"] = str(customer_id)
        link = f"{reverse('open_items', args=[slug])}?{urlencode(query)}"
        name = bucket_name(bucket.from_days, bucket.to_days)
        rows.append((name, bucket.amount_minor, bucket.count, link))
    title = _("Open invoices by age, in %(currency)s") % {"currency": ageing.currency}
    return stacked_bar(title=title, currency=ageing.currency, rows=rows)
