"""Acts on customers: making and changing them, thousands at once too, and noting what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import TypedDict, Unpack

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tijdig.customers import queries
from tijdig.customers.checks import is_email, problem_of
from tijdig.customers.models import Customer, Note
from tijdig.infra import audit, clock, statistics, tenancy
from tijdig.infra.bulk import NULL, copy_lines, escaped, many_objects
from tijdig.organisations import queries as organisations


class CustomerFields(TypedDict, total=False):
    """What may be said of a customer beside number and name."""

    kind: str
    language: str
    contact_name: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str
    vat_number: str
    legal_id: str
    payment_term_days: int | None
    preferred_channel: str
    customer_since: date | None


class CustomerChange(CustomerFields, total=False):
    """What may be changed of a customer."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class CustomerData:
    """A customer as a file or a system gives it. None says nothing: what is known stays as it is."""

    number: str
    name: str | None = None
    kind: str | None = None
    language: str | None = None
    contact_name: str | None = None
    email: str | None = None
    phone: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str | None = None
    vat_number: str | None = None
    legal_id: str | None = None
    payment_term_days: int | None = None
    preferred_channel: str | None = None
    customer_since: date | None = None


class CustomerInvalid(ValueError):
    """A value was refused. `field` and `number` say where; the message says why."""

    def __init__(self, field: str, number: str, problem: str) -> None:
        super().__init__(
            _("Customer %(number)s: %(problem)s") % {"number": number or "?", "problem": problem}
        )
        self.field = field
        self.number = number
        self.problem = problem


class NumberTaken(ValueError):
    """Another customer has this number."""


class NoteEmpty(ValueError):
    """There is nothing to note down."""


_COLUMNS = tuple(field.name for field in fields(CustomerData))
_values = attrgetter(*_COLUMNS)
# What a new customer is where nothing was said; a name that is missing is the number.
_DEFAULTS = {
    "kind": "'UNKNOWN'",
    "preferred_channel": "'EMAIL'",
    "payment_term_days": "NULL",
    "customer_since": "NULL",
}


def problems_of(row: CustomerData) -> tuple[str, ...]:
    """Return in words what is wrong with the values of this row; empty: it can be stored."""
    return tuple(problem for _, problem in _problems(row))


def _problems(row: CustomerData) -> Iterator[tuple[str, str]]:
    for name in _COLUMNS:
        value = getattr(row, name)
        problem = problem_of(name, value) if value is not None else None
        if problem:
            yield name, problem


@transaction.atomic
def create_customer(*, number: str, name: str, actor: str, **fields: Unpack[CustomerFields]) -> int:
    """Make a customer and return their id. Raises CustomerInvalid, NumberTaken."""
    values = _checked({"number": number, "name": name, **fields})
    values.setdefault("language", _house_language())
    try:
        with transaction.atomic():
            row = Customer.objects.create(organisation_id=tenancy.current_organisation_id(), **values)
    except IntegrityError as error:
        raise NumberTaken(_number_taken(values["number"])) from error
    _record("customer.created", row.pk, actor, {})
    return row.pk


def _record(action: str, customer_id: int, actor: str, data: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, subject=f"customer:{customer_id}", data=data)


@transaction.atomic
def change_customer(*, customer_id: int, actor: str, **fields: Unpack[CustomerChange]) -> None:
    """Change a customer. Raises CustomerUnknown, CustomerInvalid, NumberTaken."""
    before = queries.get(customer_id)
    values = _checked(dict(fields), number=before.number)
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        return
    try:
        with transaction.atomic():
            Customer.objects.filter(pk=customer_id).update(**changed)
    except IntegrityError as error:
        raise NumberTaken(_number_taken(changed["number"])) from error
    _record("customer.changed", customer_id, actor, {"fields": sorted(changed)})


def _number_taken(number: object) -> str:
    return _("Another customer has the number %(number)s") % {"number": number}


def _checked(values: dict[str, object], *, number: str = "") -> dict[str, object]:
    """Return what a person typed, trimmed. Raises CustomerInvalid; a wrong e-mail address is refused here."""
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    number = str(trimmed.get("number", number))
    for name, value in trimmed.items():
        problem = None if value is None else problem_of(name, value)
        if name == "email" and value and not is_email(str(value)):
            problem = _("“%(text)s” is not an e-mail address") % {"text": value}
        if problem:
            raise CustomerInvalid(name, number, problem)
    return trimmed


def _house_language() -> str:
    return organisations.current().language


@transaction.atomic
def upsert_customers(rows: Sequence[CustomerData], *, actor: str) -> dict[str, int]:
    """Make the customers that are new, change those that are known, and return all their ids by number.

    Set-based: hundreds of thousands at once. What a row leaves None stays as it is; a number that comes twice
    is taken together, the later row first. Raises CustomerInvalid for the first value that is refused; then
    nothing is stored.
    """
    wanted = _by_number(rows)
    if not wanted:
        return {}
    organisation_id = tenancy.current_organisation_id()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE customer_rows ({_ROW_COLUMNS}) ON COMMIT DROP")
        with many_objects():
            copy_lines(cursor, "customer_rows", map(_copy_line, wanted.values()))
        cursor.execute("ANALYZE customer_rows")
        cursor.execute(_INSERT, [organisation_id, _house_language(), clock.now()])
        created = cursor.rowcount
        cursor.execute(_UPDATE, [organisation_id])
        changed = cursor.rowcount
        cursor.execute(_IDS, [organisation_id])
        ids: dict[str, int] = dict(cursor.fetchall())
        cursor.execute("DROP TABLE customer_rows")
    if created >= statistics.MANY_ROWS:
        statistics.refresh()
    if created or changed:
        audit.record(actor=actor, action="customers.imported", data={"created": created, "changed": changed})
    return ids


def _by_number(rows: Sequence[CustomerData]) -> dict[str, CustomerData]:
    """Return the rows by number, each checked. Raises CustomerInvalid."""
    found: dict[str, CustomerData] = {}
    for row in rows:
        for name, problem in _problems(row):
            raise CustomerInvalid(name, row.number, problem)
        known = found.get(row.number)
        found[row.number] = row if known is None else _together(known, row)
    return found


def _together(earlier: CustomerData, later: CustomerData) -> CustomerData:
    said = {name: getattr(later, name) for name in _COLUMNS if getattr(later, name) is not None}
    return CustomerData(**{name: said.get(name, getattr(earlier, name)) for name in _COLUMNS})


def _copy_line(row: CustomerData) -> str:
    values = _values(row)
    return "\t".join([NULL if value is None else escaped(str(value)) for value in values]) + "\n"


_ROW_TYPES = {"payment_term_days": "smallint", "customer_since": "date"}
_ROW_COLUMNS = ", ".join(f"{name} {_ROW_TYPES.get(name, 'text')}" for name in _COLUMNS)


def _insert_value(name: str) -> str:
    if name == "number":
        return "number"
    if name == "language":
        return "coalesce(language, %s)"
    return f"coalesce({name}, {'number' if name == 'name' else _DEFAULTS.get(name, repr(''))})"


_INSERT = f"""
    INSERT INTO customers_customer (organisation_id, {", ".join(_COLUMNS)}, created_at)
    SELECT %s, {", ".join(map(_insert_value, _COLUMNS))}, %s FROM customer_rows
    ON CONFLICT (organisation_id, number) DO NOTHING
"""  # noqa: S608 - names of our own columns
_CHANGING = _COLUMNS[1:]
_UPDATE = f"""
    UPDATE customers_customer AS known
    SET {", ".join(f"{name} = coalesce(said.{name}, known.{name})" for name in _CHANGING)}
    FROM customer_rows AS said
    WHERE known.organisation_id = %s AND known.number = said.number
      AND ({" OR ".join(f"said.{name} <> known.{name}" for name in _CHANGING if name not in _ROW_TYPES)}
           OR {" OR ".join(f"said.{name} IS NOT NULL AND said.{name} IS DISTINCT FROM known.{name}" for name in _ROW_TYPES)})
"""  # noqa: S608, E501 - names of our own columns
_IDS = """
    SELECT known.number, known.id FROM customer_rows AS said
    JOIN customers_customer AS known ON known.organisation_id = %s AND known.number = said.number
"""


@transaction.atomic
def add_note(*, customer_id: int, text: str, actor: str, item_id: int | None = None) -> int:
    """Note something about a customer, or about one of their items; return the note's id.

    Raises CustomerUnknown, NoteEmpty.
    """
    if not text.strip():
        raise NoteEmpty(_("Write down something"))
    queries.get(customer_id)
    row = Note.objects.create(
        organisation_id=tenancy.current_organisation_id(),
        customer_id=customer_id,
        item_id=item_id,
        text=text.strip(),
        actor=actor,
        at=clock.now(),
    )
    _record("customer.noted", customer_id, actor, {"note": row.pk})
    return row.pk
