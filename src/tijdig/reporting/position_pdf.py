"""The ageing and the open items of a day on paper, in the reader's language and the house style."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tijdig.domain.parties import Language
from tijdig.infra.readers_language import day_in_words
from tijdig.ledger import queries as ledger
from tijdig.messaging.language import LABELS, clean
from tijdig.messaging.typesetting import as_pdf, house_data
from tijdig.messaging.values import House
from tijdig.reporting import positions
from tijdig.reporting.figures_in_words import figure
from tijdig.reporting.positions import AgeingRow, Narrowing, OnAccountRow, OpenRow

MOST_ROWS = 3_000
Row = dict[str, Any]


class TooLong(ValueError):
    """A report on paper would have more rows than anybody reads; the message says what to do."""


def ageing(on: date, which: Narrowing, *, house: House, at: datetime) -> bytes:
    """Return the ageing per customer as PDF, largest late amount first.

    Raises TooLong, messaging.typesetting.PagesNotMade.
    """
    rows = positions.ageing(on, which, limit=MOST_ROWS + 1)
    _check_length(rows)
    money = (*positions.short_bucket_names(), _("Open"), _("On account"), _("Net"))
    columns = [_column(_("Customer"), width=1), _column(_("Number")), _column(""), *_right(money)]
    return as_pdf(
        _source(),
        _document(
            on, house, _("Ageing"), columns, [*map(_aged, rows), *_ageing_totals(on, which)], wide=True
        ),
        at=at,
    )


def open_items(on: date, which: Narrowing, *, house: House, at: datetime) -> bytes:
    """Return the open items as PDF, customer by customer with what each had on account beside it.

    Raises TooLong, messaging.typesetting.PagesNotMade.
    """
    items = positions.open_items(on, which, by_customer=True, limit=MOST_ROWS + 1)
    money = () if which.age else positions.on_account(on, which, limit=MOST_ROWS + 1)
    _check_length((*items, *money))
    columns = [
        _column(_("Number"), width=1),
        *(_column(word) for word in (_("Date"), _("Due"))),
        *_right((_("Days late"), _("Amount"), _("Open"))),
    ]
    rows = list(_by_customer(on, items, money))
    return as_pdf(_source(), _document(on, house, _("Open items"), columns, rows, wide=False), at=at)


def _check_length(rows: Sequence[object]) -> None:
    if len(rows) > MOST_ROWS:
        raise TooLong(
            _(
                "This PDF would have more than %(most)s rows: choose one customer or currency, or take Excel or CSV."
            )
            % {"most": number_format(MOST_ROWS, force_grouping=True)}
        )


@cache
def _source() -> bytes:
    return (resources.files(__package__) / "report.typ").read_bytes()


def _document(
    on: date, house: House, title: str, columns: Sequence[Row], rows: Sequence[Row], *, wide: bool
) -> Row:
    language = Language((get_language() or "en")[:2])
    return {
        **house_data(house),
        "language": language.value,
        "title": title,
        "subtitle": _("At the end of %(day)s") % {"day": day_in_words(on)},
        "wide": wide,
        "columns": columns,
        "rows": rows,
        "empty": _("Nothing was open on this day"),
        "notes": [],
        "page": LABELS[language].page,
    }


def _column(label: str, *, width: int = 0, right: bool = False) -> Row:
    return {"label": label, "width": width, "right": right}


def _right(labels: Iterable[str]) -> Iterator[Row]:
    return (_column(label, right=True) for label in labels)


def _row(style: str, *cells: str) -> Row:
    return {"style": style, "cells": cells}


def _aged(row: AgeingRow) -> Row:
    sums = (*row.bucket_minor, row.open_minor, row.on_account_minor, row.net_minor)
    figures = (figure(minor, row.currency) if minor else "–" for minor in sums)
    return _row("plain", clean(row.customer_name), clean(row.customer_number), row.currency, *figures)


def _ageing_totals(on: date, which: Narrowing) -> Iterator[Row]:
    for each in ledger.position_as_of(on, customer_id=which.customer_id):
        if which.currency in ("", each.currency):
            sums = (*(bucket.amount_minor for bucket in each.ageing.buckets), each.open_minor,
                    each.on_account_minor, each.net_minor)  # fmt: skip
            figures = (figure(minor, each.currency) for minor in sums)
            yield _row("total", _("Total"), "", each.currency, *figures)


def _by_customer(on: date, items: Sequence[OpenRow], money: Sequence[OnAccountRow]) -> Iterator[Row]:
    """Yield per customer and currency a heading, the items, the money on account and the subtotal; and totals."""
    on_account: defaultdict[tuple[int, str], list[OnAccountRow]] = defaultdict(list)
    for one in money:
        on_account[one.money.customer_id, one.money.currency].append(one)
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, group in groupby(items, key=lambda row: (row.item.customer_id, row.item.currency)):
        mine = list(group)
        yield from _customer(on, mine, on_account.pop(key, []), totals[key[1]])
    for (_customer_id, currency), left in on_account.items():
        yield from _customer(on, [], left, totals[currency])
    for currency, (open_, left_minor) in sorted(totals.items()):
        yield from _sums(currency, open_, left_minor, style="total", words=_("Total %(currency)s"))


def _customer(
    on: date, items: Sequence[OpenRow], money: Sequence[OnAccountRow], totals: list[int]
) -> Iterator[Row]:
    first: OpenRow | OnAccountRow = items[0] if items else money[0]
    currency = items[0].item.currency if items else money[0].money.currency
    open_ = sum(row.item.open_minor for row in items)
    left = sum(row.money.remaining_minor for row in money)
    totals[0] += open_
    totals[1] += left
    yield _row("group", f"{clean(first.customer_name)} · {clean(first.customer_number)}")
    for row in items:
        yield _item(row, on)
    for one in money:
        taken = one.money
        left_text = figure(-taken.remaining_minor, currency)
        yield _row("quiet", f"{_('On account')} {clean(taken.number)}".strip(), day_in_words(taken.booking_date),
                   "", "", figure(taken.amount_minor, currency), left_text)  # fmt: skip
    count = ngettext("%(count)s item", "%(count)s items", len(items)) % {"count": len(items)}
    yield _row("subtotal", f"{count}, {currency}", "", "", "", "", figure(open_ - left, currency))


def _item(row: OpenRow, on: date) -> Row:
    item, late = row.item, row.item.days_late(on)
    return _row("plain", clean(item.number), day_in_words(item.issue_date), day_in_words(item.due_date),
                str(late) if late > 0 else "–", figure(item.amount_minor, item.currency),
                figure(item.open_minor, item.currency))  # fmt: skip


def _sums(currency: str, open_: int, left: int, *, style: str, words: str) -> Iterator[Row]:
    named = {"currency": currency}
    yield _row(style, words % named, "", "", "", "", figure(open_, currency))
    if left:
        yield _row("quiet", _("On account"), "", "", "", "", figure(-left, currency))
        yield _row(style, _("Net"), "", "", "", "", figure(open_ - left, currency))
