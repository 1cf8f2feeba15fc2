"""Reading the bank: statements with what is odd about them, and movements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from tijdig.banking.known_payers import PayerView as PayerView
from tijdig.banking.known_payers import known_payers as known_payers
from tijdig.banking.known_payers import payers_of as payers_of
from tijdig.banking.models import BankAccount, BankLine, BankStatement
from tijdig.banking.states import LineState as LineState
from tijdig.banking.taken_back import STANDS
from tijdig.domain.documents import Rejected
from tijdig.domain.money import AmountInvalid, Money
from tijdig.domain.reasons import Reason, from_data
from tijdig.domain.statement_order import Before, Placed, missing_before, number_of
from tijdig.infra import tenancy

# Shorter ones are somewhere in every account number.
_SHORTEST_PART_OF_A_NUMBER = 4
_COUNTED_TO = 1000


@dataclass(frozen=True, slots=True)
class LineView:
    """One movement; `amount` is signed, positive is money in. `reason` says why it is in its state."""

    id: int
    statement_id: int
    account: str
    booking_date: date
    value_date: date | None
    amount: Money
    counterparty_name: str
    counterparty_iban: str
    structured_reference: str
    remittance: str
    end_to_end_id: str
    mandate_id: str
    bank_reference: str
    batch: str
    batch_incomplete: bool
    returned: bool
    return_reason: str
    original_amount: Money | None
    charges: Money | None
    exchange_rate: str
    state: LineState
    reason: Reason | None

    @property
    def is_receipt(self) -> bool:
        """Whether money came in."""
        return self.amount.minor > 0


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some movements, newest first; give `after` for the next page ("" on the last)."""

    lines: tuple[LineView, ...]
    after: str


class Flag(StrEnum):
    """What is odd about a statement; none of it stops the import."""

    DOES_NOT_ADD_UP = "DOES_NOT_ADD_UP"
    GAP_BEFORE = "GAP_BEFORE"
    NUMBER_SKIPPED = "NUMBER_SKIPPED"
    OVERLAPS = "OVERLAPS"
    HAS_REJECTED = "HAS_REJECTED"
    TAKEN_BACK = "TAKEN_BACK"


@dataclass(frozen=True, slots=True)
class StatementView:
    """A bank statement. Balances are None where the file held none.

    `balance_difference` is closing less opening less movements; `gap` the opening balance less the closing
    balance of the statement before it.
    """

    id: int
    file_id: int
    account: str
    account_name: str
    currency: str
    number: str
    sequence: str
    from_date: date | None
    to_date: date | None
    opening_balance: Money | None
    closing_balance: Money | None
    entry_count: int
    net_booked: Money
    new_lines: int
    known_lines: int
    balance_difference: Money
    gap: Money | None
    rejected: tuple[Rejected, ...]
    imported_at: datetime
    taken_back_at: datetime | None
    """Since when nothing of it counts; None for one that does."""
    taken_back_by: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class AccountView:
    """An own bank account."""

    id: int
    number: str
    currency: str
    name: str


def _lines() -> QuerySet[BankLine]:
    return BankLine.objects.filter(organisation_id=tenancy.current_organisation_id())


LINE_COLUMNS = (
    "pk",
    "statement_id",
    "account__number",
    "booking_date",
    "value_date",
    "amount",
    "currency",
    "counterparty_name",
    "counterparty_iban",
    "structured_reference",
    "remittance",
    "end_to_end_id",
    "mandate_id",
    "bank_reference",
    "batch",
    "batch_incomplete",
    "returned",
    "return_reason",
    "original_amount",
    "original_currency",
    "charges",
    "exchange_rate",
    "state",
    "reason",
)


def _found(rows: QuerySet[BankLine]) -> list[LineView]:
    """Return the views; columns alone, for a model per row costs several times as much."""
    return line_views(rows.values_list(*LINE_COLUMNS))


def line_views(rows: Iterable[tuple[Any, ...]]) -> list[LineView]:
    """Return the views of rows that have LINE_COLUMNS."""
    views = []
    for row in rows:
        original = None if row[18] is None else Money(row[18], row[19])
        charges = None if row[20] is None else Money(row[20], row[6])
        told = (original, charges, row[21], LineState(row[22]), from_data(row[23]))
        values = (*row[:5], Money(row[5], row[6]), *row[7:18], *told)
        views.append(LineView(*values))
    return views


def line(line_id: int) -> LineView | None:
    """Return the movement, None where there is none in this organisation."""
    return next(iter(lines([line_id]).values()), None)


def lines(line_ids: Collection[int]) -> dict[int, LineView]:
    """Return the movements of these ids that exist, by id."""
    # Row-level security alone keeps to the organisation here: an organisation whose rows are new to the
    # planner seems to have one row, and it would go through all of them for each batch of ids.
    found = BankLine.objects.filter(pk__any=line_ids).order_by("pk")
    return {view.id: view for view in _found(found)}


def line_page(
    *,
    state: LineState | None = None,
    search: str = "",
    statement_id: int | None = None,
    matcher: str = "",
    corrected: bool = False,
    after: str = "",
    limit: int = 50,
) -> LinePage:
    """Return a page of movements, newest first. `search` is words, part of an account, or an amount.

    `matcher` keeps those it booked by itself, with `corrected` those of them that a person took back.

    A page mark that cannot be read starts at the beginning.
    """
    found = _lines()
    if state is not None:
        found = found.filter(state=state)
    if statement_id is not None:
        found = found.filter(statement_id=statement_id)
    if matcher:
        found = found.filter(matcher=matcher)
    if corrected:
        found = found.filter(corrected_date__isnull=False)
    for word in search.split()[:8]:
        found = found.filter(_has_word(word))
    mark = _mark(after)
    if mark is not None:
        day, line_id = mark
        found = found.filter(
            Q(booking_date__lt=day) | Q(booking_date=day, pk__lt=line_id), booking_date__lte=day
        )
    rows = _found(found.order_by("-booking_date", "-pk")[: limit + 1])
    more = f"{rows[limit - 1].booking_date.isoformat()}.{rows[limit - 1].id}" if len(rows) > limit else ""
    return LinePage(tuple(rows[:limit]), more)


def waiting_lines(*, search: str = "", after: str = "", limit: int = 50) -> LinePage:
    """Return a page of the movements a person should look at, newest first."""
    return line_page(state=LineState.WAITING, search=search, after=after, limit=limit)


def _has_word(word: str) -> Q:
    found = Q(counterparty_name__icontains=word) | Q(remittance__icontains=word)
    if len(word) >= _SHORTEST_PART_OF_A_NUMBER:
        found |= Q(structured_reference__icontains=word) | Q(counterparty_iban__icontains=word)
    minor = _minor(word)
    return found if minor is None else found | Q(amount__in=(minor, -minor))


def _minor(word: str) -> int | None:
    """Return `word` in cents when it can be an amount: 121, 121.5, 1.210,00."""
    plain = word.replace(".", "").replace(",", ".") if "," in word else word
    try:
        return abs(Money.of(plain, "EUR").minor)
    except AmountInvalid:
        return None


def _mark(after: str) -> tuple[date, int] | None:
    day, _, line_id = after.partition(".")
    try:
        return date.fromisoformat(day), int(line_id)
    except ValueError:
        return None


def waiting_ids(*, statement_ids: Collection[int] | None = None) -> tuple[int, ...]:
    """Return the ids of the movements that wait, of these statements or of all, as they were read."""
    found = _lines().filter(state=LineState.WAITING)
    if statement_ids is not None:
        found = found.filter(statement_id__in=statement_ids)
    return tuple(found.order_by("pk").values_list("pk", flat=True))


def waiting_after(line_id: int) -> int | None:
    """Return the id of the movement that waits next after this one in the list, or of the first; None for none."""
    here = _lines().filter(pk=line_id).values_list("booking_date", "pk").first()
    waiting = _lines().filter(state=LineState.WAITING).exclude(pk=line_id).order_by("-booking_date", "-pk")
    if here is not None:
        day, key = here
        below = waiting.filter(Q(booking_date__lt=day) | Q(booking_date=day, pk__lt=key))
        found = below.values_list("pk", flat=True).first()
        if found is not None:
            return found
    return waiting.values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True)
class WaitingMoney:
    """A payment that waits and may be a customer's."""

    line_id: int
    amount: Money


def waiting_money_of(customer_ids: Collection[int]) -> dict[int, WaitingMoney]:
    """Return the money that waits and may be of these customers, by customer: the newest of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (customer_id) customer_id, line.id, line.amount, line.currency
               FROM banking_bankline line, unnest(line.likely_customer_ids) AS customer_id
               WHERE line.organisation_id = %s AND line.state = 'WAITING' AND line.amount > 0
                 AND customer_id = ANY(%s)
               ORDER BY customer_id, line.booking_date DESC, line.id DESC""",
            [tenancy.current_organisation_id(), list(customer_ids)],
        )
        return {
            customer_id: WaitingMoney(line_id, Money(minor, currency))
            for customer_id, line_id, minor, currency in cursor.fetchall()
        }


@dataclass(frozen=True, slots=True)
class WaitingPayments:
    """How many payments wait for a person, counted no further than a thousand, and since when."""

    count: int
    more: bool
    since: date | None


def data_until() -> dict[str, date]:
    """Return the last day that any statement tells of, by account; accounts without a statement are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT account.number, statement.to_date FROM banking_bankaccount account
               CROSS JOIN LATERAL (
                   SELECT to_date FROM banking_bankstatement
                   WHERE account_id = account.id AND to_date IS NOT NULL AND taken_back_at IS NULL
                   ORDER BY to_date DESC LIMIT 1
               ) statement
               WHERE account.organisation_id = %s ORDER BY account.number, statement.to_date""",
            [tenancy.current_organisation_id()],
        )
        return dict(cursor.fetchall())


def waiting_payments() -> WaitingPayments:
    """Return how many payments wait for a person and since when."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), min(booking_date) FROM (
                   SELECT booking_date FROM banking_bankline
                   WHERE organisation_id = %s AND state = 'WAITING' AND amount > 0
                   ORDER BY booking_date, id LIMIT %s) waiting""",
            [tenancy.current_organisation_id(), _COUNTED_TO + 1],
        )
        count, since = cursor.fetchone()
        return WaitingPayments(min(count, _COUNTED_TO), count > _COUNTED_TO, since)


def waiting_count(*, up_to: int = 1000) -> int:
    """Return how many movements wait, counting no further than `up_to`."""
    return _lines().filter(state=LineState.WAITING)[:up_to].count()


def state_counts(*, statement_ids: Collection[int] | None = None) -> dict[LineState, int]:
    """Return how many movements are in each state, of these statements or of all."""
    found = _lines()
    if statement_ids is not None:
        found = found.filter(statement_id__in=statement_ids)
    counted = dict(found.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state.value, 0) for state in LineState}


@dataclass(frozen=True, slots=True)
class StateSum:
    """How many movements are in a state, and how much money came in by them (`is_in`) or went out, in a currency."""

    state: LineState
    is_in: bool
    amount: Money
    count: int


def standing_sums(statement_ids: Collection[int]) -> tuple[StateSum, ...]:
    """Return the movements of these statements that count, by state, direction and currency."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT state, amount > 0, currency, sum(amount)::bigint, count(*) FROM banking_bankline
                WHERE organisation_id = %s AND statement_id = ANY(%s) AND {STANDS}
                GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",  # noqa: S608  names of our own
            [tenancy.current_organisation_id(), list(statement_ids)],
        )
        return tuple(
            StateSum(LineState(state), is_in, Money(minor, currency), count)
            for state, is_in, currency, minor, count in cursor.fetchall()
        )


def accounts() -> tuple[AccountView, ...]:
    """Return the own accounts, by number."""
    found = BankAccount.objects.filter(organisation_id=tenancy.current_organisation_id()).order_by(
        "number", "currency"
    )
    return tuple(AccountView(row.pk, row.number, row.currency, row.name) for row in found)


def statement(statement_id: int) -> StatementView | None:
    """Return the statement, None where there is none in this organisation."""
    return next(iter(_statement_views(_statements().filter(pk=statement_id))), None)


def statements(
    *, before: int | None = None, account_id: int | None = None, limit: int = 50
) -> tuple[StatementView, ...]:
    """Return statements, last imported first; `before` is the id to go on from."""
    found = _statements()
    if before is not None:
        found = found.filter(pk__lt=before)
    if account_id is not None:
        found = found.filter(account_id=account_id)
    return _statement_views(found.order_by("-pk")[:limit])


def statements_of_file(file_id: int) -> tuple[StatementView, ...]:
    """Return the statements of one file, in its order."""
    return _statement_views(_statements().filter(file_id=file_id).order_by("pk"))


def _statements() -> QuerySet[BankStatement]:
    return BankStatement.objects.filter(organisation_id=tenancy.current_organisation_id()).select_related(
        "account"
    )


def _statement_views(rows: Iterable[BankStatement]) -> tuple[StatementView, ...]:
    found = list(rows)
    before = _missing_before(found)
    return tuple(_statement_view(row, before.get(row.pk, Before())) for row in found)


def _missing_before(rows: Sequence[BankStatement]) -> dict[int, Before]:
    """Return what is missing before each of these statements, of those that tell their days."""
    known = BankStatement.objects.filter(
        account_id__in={row.account_id for row in rows}, taken_back_at__isnull=True
    ).values_list(
        "account_id", "pk", "format", "from_date", "to_date", "opening_balance", "closing_balance", "sequence"
    )
    of_account: dict[int, list[Placed]] = defaultdict(list)
    for account_id, pk, kind, first, last, opening, closing, sequence in known if rows else ():
        if first is not None and last is not None:
            days = min(first, last), max(first, last)
            of_account[account_id].append(Placed(pk, kind, *days, opening, closing, number_of(sequence)))
    wanted = {row.pk for row in rows}
    return {
        pk: before for placed in of_account.values() for pk, before in missing_before(placed, wanted).items()
    }


def _statement_view(row: BankStatement, before: Before) -> StatementView:
    currency = row.account.currency
    flags = {
        Flag.DOES_NOT_ADD_UP: row.balance_difference != 0,
        Flag.GAP_BEFORE: bool(before.gap),
        Flag.NUMBER_SKIPPED: before.skipped,
        Flag.OVERLAPS: row.known_lines > 0,
        Flag.HAS_REJECTED: bool(row.rejected),
    }
    if row.taken_back_at is not None:
        flags = {Flag.TAKEN_BACK: True}
    return StatementView(
        id=row.pk,
        file_id=row.file_id,
        account=row.account.number,
        account_name=row.account.name,
        currency=currency,
        number=row.number,
        sequence=row.sequence,
        from_date=row.from_date,
        to_date=row.to_date,
        opening_balance=_money(row.opening_balance, currency),
        closing_balance=_money(row.closing_balance, currency),
        entry_count=row.entry_count,
        net_booked=Money(row.net_booked, currency),
        new_lines=row.new_lines,
        known_lines=row.known_lines,
        balance_difference=Money(row.balance_difference, currency),
        gap=_money(before.gap or None, currency),
        rejected=tuple(Rejected(part["where"], part["reason"]) for part in row.rejected),
        imported_at=row.imported_at,
        taken_back_at=row.taken_back_at,
        taken_back_by=row.taken_back_by,
        flags=tuple(flag for flag, raised in flags.items() if raised),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
