"""Lists: what a reader chose (search, filters, sort, place), read from the address and written back to it.

Paging goes by key: a page begins after the last row of the one before it, or ends before the first row of
the one after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """What the reader chose. `after` and `before` are the keys in the address, "" for the first page."""

    path: str
    search: str
    sort: str
    filters: Mapping[str, str]
    after: str
    before: str
    next_key: str = ""
    previous_key: str = ""

    def with_pages(self, *, after: object, before: object = None) -> Listing:
        """Return the same, knowing the keys of the pages beside this one (None or "": there is none)."""
        return replace(self, next_key=_as_key(after), previous_key=_as_key(before))

    @property
    def after_id(self) -> int | None:
        """The key as the number of a row; None for none, or for what is no number."""
        return _number(self.after)

    @property
    def before_id(self) -> int | None:
        """The key backwards as the number of a row."""
        return _number(self.before)

    @property
    def chosen(self) -> bool:
        """Whether the reader narrowed the list, so that nothing found is no empty list."""
        return bool(self.search) or any(self.filters.values())

    @property
    def query(self) -> dict[str, str]:
        """The choices as parameters, without the place in the list."""
        own = {"q": self.search, "sort": self.sort, **self.filters}
        return {name: value for name, value in own.items() if value}

    @property
    def query_text(self) -> str:
        """The same as it stands in an address, for the export of this list."""
        return urlencode(self.query)

    @property
    def next_link(self) -> str:
        """The address of the next page; empty on the last."""
        return self._link(after=self.next_key) if self.next_key else ""

    @property
    def previous_link(self) -> str:
        """The address of the page before; empty on the first."""
        return self._link(before=self.previous_key) if self.previous_key else ""

    @property
    def first_link(self) -> str:
        """The address of the first page, where this is another and there is no way one page back."""
        return self._link() if (self.after or self.before) and not self.previous_key else ""

    def heading(self, key: str) -> dict[str, str]:
        """Return the link of a heading that sorts by `key`, and the direction it is sorted in now."""
        direction = {key: "ascending", f"-{key}": "descending"}.get(self.sort, "")
        other = f"-{key}" if direction == "ascending" else key
        return {"link": self._link(sort=other), "direction": direction}

    def filter_link(self, **changed: str) -> str:
        """Return the address with these filters changed, at the first page."""
        return self._link(**changed)

    def _link(self, **changed: str) -> str:
        query = {name: value for name, value in {**self.query, **changed}.items() if value}
        return f"{self.path}?{urlencode(query)}" if query else self.path


def read_listing(
    request: HttpRequest,
    *,
    sorts: Sequence[str] = ("",),
    filters: Mapping[str, Sequence[str]] | None = None,
) -> Listing:
    """Return what the address asks for; what is not on offer is ignored.

    The first of `sorts` is the usual one; each may be turned round with a minus. `filters` names each filter
    with the values it may have; an empty sequence lets it have any.
    """
    asked = request.GET
    chosen = {}
    for name, values in (filters or {}).items():
        value = asked.get(name, "")
        chosen[name] = value if not values or value in values else ""
    sort = asked.get("sort", "")
    return Listing(
        path=request.path,
        search=asked.get("q", "").replace("\x00", "").strip()[:200],
        sort=sort if sort.removeprefix("-") in {key.removeprefix("-") for key in sorts} else sorts[0],
        filters=chosen,
        after=asked.get("after", ""),
        before=asked.get("before", ""),
    )


def _as_key(key: object) -> str:
    return "" if key is None else str(key)


def is_key(text: str) -> bool:
    """Return whether this text from an address or a form can be the id of a row."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _number(key: str) -> int | None:
    return int(key) if is_key(key) else None
