"""Layouts of banks' tables that a person pointed out: kept once, used for every file with the same columns."""

from __future__ import annotations

from django.db import transaction

from tijdig.banking.models import TableLayout
from tijdig.formats import bank_table, table
from tijdig.formats.bank_table import Holds, Layout
from tijdig.infra import audit, tenancy


def saved_layout(content: bytes) -> Layout | None:
    """Return the layout kept for tables with the columns of this one; None for another file."""
    try:
        header, _rows = table.stream(content)
    except table.TableRefused:
        return None
    kept = TableLayout.objects.filter(
        organisation_id=tenancy.current_organisation_id(), signature=bank_table.signature(header)
    ).first()
    if kept is None:
        return None
    return Layout(tuple((place, Holds(what)) for place, what in kept.columns), account=kept.account)


@transaction.atomic
def save_layout(*, content: bytes, layout: Layout, actor: str) -> None:
    """Keep the layout for all tables with the columns of this one. Raises formats.table.TableRefused."""
    header, _rows = table.stream(content)
    columns = [[place, what.value] for place, what in layout.columns]
    kept, _created = TableLayout.objects.update_or_create(
        organisation_id=tenancy.current_organisation_id(),
        signature=bank_table.signature(header),
        defaults={"columns": columns, "account": layout.account},
    )
    audit.record(actor=actor, action="bank.table_layout_saved", subject=f"banking_tablelayout:{kept.pk}")
