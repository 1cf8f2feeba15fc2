"""Pages of the invoices and customers lists over many invoices, asked for by four users at once.

A real server (gunicorn, two workers, as `tijdig serve` starts it) answers logged-in requests over HTTP: every
tab and sort of the invoices list at its start and deep inside, searches by number and by customer, the list of
one customer, and the customers list. The users wait for an answer and ask for the next page at once. The floor
is the SQL of the same pages, run bare by psycopg in as many threads. Times are in milliseconds.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import apart

FULL, QUICK = 1_000_000, 50_000
USERS = 4
INVOICES_PER_CUSTOMER = 5
# How often each user walks round all the pages, each time at other places in the lists.
_ROUNDS, _QUICK_ROUNDS = 3, 1
_SLUG = "benchmark"
_STATUSES = ("OPEN", "OVERDUE", "PAID", "ALL")
_SORTS = {
    "due_date": "due_date",
    "issue_date": "issue_date",
    "amount": "amount",
    "open": "open",
    "number": "number_key",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page to ask for: what it is, where, and how the product reads what is on it."""

    what: str
    path: str
    read: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Answer:
    """How long a page took, in milliseconds."""

    what: str
    milliseconds: float


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the median, the 95th percentile and the slowest of all answers."""
    count, rounds = (QUICK, _QUICK_ROUNDS) if quick else (FULL, _ROUNDS)
    yield from apart.measured("bench.list_page", count, rounds)


def _measure(count: int, rounds: int) -> apart.Figures:
    apart.ready()
    from tijdig.infra import tenancy

    organisation_id, cookie = _creditor()
    fill(organisation_id, count)
    with tenancy.within(organisation_id):
        walks = [_walk(user, rounds, count) for user in range(USERS)]
        statements = [[sql for page in walk for sql in _statements(page)] for walk in walks]
    with served() as (port, workers):
        before = sum(map(_cpu_seconds, workers()))
        answers = _at_once([partial(_ask, port, cookie, walk) for walk in walks])
        cpu = sum(map(_cpu_seconds, workers())) - before
        peak = sum(map(_peak_mb, workers()))
    floor = _at_once([partial(_run_bare, organisation_id, each) for each in statements])
    return _figures(answers, floor, count, peak, cpu)


def _figures(
    answers: Sequence[Answer], floor: Sequence[Answer], count: int, peak: float, cpu: float
) -> apart.Figures:
    ours, bare = _times(answers), _times(floor)
    slowest = max(answers, key=lambda answer: answer.milliseconds)
    more = {
        "unit": "ms",
        "users": USERS,
        "requests": len(answers),
        "web_cpu_per_page": round(cpu / len(answers) * 1000, 1),
    }
    return [
        apart.figure("list_page p50", count, statistics.median(ours), statistics.median(bare), peak, **more),
        apart.figure("list_page p95", count, _p95(ours), _p95(bare), peak, **more),
        apart.figure("list_page max", count, max(ours), max(bare), peak, slowest=slowest.what, **more),
    ]


def _times(answers: Sequence[Answer]) -> list[float]:
    return [answer.milliseconds for answer in answers]


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _creditor() -> tuple[int, str]:
    """Make the organisation with an owner who is logged in; return its id and the owner's cookie."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tijdig.organisations import operations as organisations
    from tijdig.processes import organisation_setup

    owner_id = organisations.create_user(email="owner@benchmark.example", name="Owner", language="nl")
    organisation_id = organisation_setup.create(
        name="Benchmark", slug=_SLUG, country="NL", language="nl", actor="cli", owner_id=owner_id
    )
    client = Client()
    client.force_login(get_user_model().objects.get(pk=owner_id))
    name = settings.SESSION_COOKIE_NAME
    return organisation_id, f"{name}={client.cookies[name].value}"


def fill(organisation_id: int, count: int) -> None:
    """Make the customers and their invoices: 60 % paid, of the open ones nearly half overdue."""
    from django.db import connection, transaction

    from tijdig.infra import database, tenancy

    values = {"organisation": organisation_id, "count": count, "customers": count // INVOICES_PER_CUSTOMER}
    with tenancy.within(organisation_id), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, values)
        cursor.execute(_ITEMS, values)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


_CUSTOMERS = """
    INSERT INTO customers_customer
        (organisation_id, number, name, kind, language, contact_name, email, phone, street, postcode,
         city, country, vat_number, legal_id, preferred_channel, created_at)
    SELECT %(organisation)s, 'K' || lpad(place::text, 7, '0'),
           (ARRAY['Drukkerij', 'Bakkerij', 'Garage', 'Atelier', 'Brouwerij', 'Kwekerij', 'Zagerij', 'Rederij',
                  'Hoeve'])[place %% 9 + 1] || ' ' ||
           (ARRAY['Zilverblad', 'Windstille', 'Wolkenrand', 'Sterrenveld', 'Maanbrug'])[place %% 5 + 1]
           || ' ' || place,
           (ARRAY['COMPANY', 'CONSUMER', 'COMPANY'])[place %% 3 + 1],
           (ARRAY['nl', 'fr', 'nl', 'en', 'de'])[place %% 5 + 1], '',
           CASE WHEN place %% 4 > 0 THEN 'post@klant' || place || '.example' ELSE '' END, '',
           'Kersenlaan ' || place %% 300, '1234 AB', 'Mistdaal ' || place %% 800, 'NL', '', '', 'EMAIL', now()
    FROM generate_series(1, %(customers)s) AS place
"""
_ITEMS = """
    WITH customer AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM customers_customer
    )
    INSERT INTO ledger_item
        (organisation_id, customer_id, kind, number, currency, amount, open, issue_date,
         due_date, payment_reference, settled_date)
    SELECT %(organisation)s, customer.id, 'INVOICE', 'F2026-' || lpad(invoice::text, 7, '0'), 'EUR',
           facts.amount, CASE WHEN facts.paid THEN 0 ELSE facts.amount END,
           facts.issued, facts.issued + 30, '', CASE WHEN facts.paid THEN facts.issued + 28 END
    FROM generate_series(1, %(count)s) AS invoice
    JOIN customer ON customer.place = invoice::bigint * 7919 %% %(customers)s
    CROSS JOIN LATERAL (
        SELECT 1000 + invoice::bigint * 104729 %% 1000000 AS amount, invoice %% 5 < 3 AS paid,
               current_date
               - (CASE WHEN invoice %% 5 < 3 THEN 30 + invoice %% 900 ELSE invoice %% 55 END)::int AS issued
    ) facts
"""


def _walk(user: int, rounds: int, count: int) -> list[Page]:
    """Return the pages one user asks for, in an order of their own."""
    chance = random.Random(user)
    pages = [page for _ in range(rounds) for page in _pages(chance, count)]
    chance.shuffle(pages)
    return pages


def _pages(chance: random.Random, count: int) -> Iterator[Page]:
    """Yield every kind of page once, at places that chance gives."""
    for status in _STATUSES:
        for sort in _SORTS:
            for order in (sort, f"-{sort}"):
                what = f"invoices {status} by {order}"
                yield _invoices(what, status=status, sort=order)
                mark = _mark(sort, chance.randrange(count))
                yield _invoices(f"{what}, deep", status=status, sort=order, after=mark)
                yield _invoices(f"{what}, deep, back", status=status, sort=order, before=mark)
        for what, text in _searches(chance, count):
            yield _invoices(f"invoices {status} with {what}", status=status, q=text)
            yield _invoices(f"invoices {status} with {what} by amount", status=status, q=text, sort="-amount")
        customer_id = _customer_id(chance)
        yield _invoices(f"invoices {status} of one customer", status=status, customer=customer_id)
    for sort in ("name", "-name", "number", "-number"):
        yield _customers(f"customers by {sort}", sort=sort)
        yield _customers(f"customers by {sort}, deep", sort=sort, after=_customer_id(chance))
    for what, text in _searches(chance, count):
        yield _customers(f"customers with {what}", q=text)
    for narrowed in ({"kind": "CONSUMER"}, {"language": "de"}, {"email": "no"}):
        yield _customers(f"customers of {narrowed}", **narrowed)
        yield _customers(f"customers of {narrowed}, deep", **narrowed, after=_customer_id(chance))


def _searches(chance: random.Random, count: int) -> Iterator[tuple[str, str]]:
    place = chance.randrange(count)
    yield "a number", f"F2026-{place:07d}"
    yield "the start of a number", f"f2026-{place:07d}"[:-3]
    yield "the start of all numbers", "F2026"
    yield "a common word", chance.choice(("Sterrenveld", "bakkerij", "zagerij", "Maan"))
    yield "a word of every customer", "Mistdaal"
    yield "two words", f"drukkerij {place // INVOICES_PER_CUSTOMER}"
    yield "a customer's number", f"K{place // INVOICES_PER_CUSTOMER:07d}"
    yield "nothing that is there", "Onvindbaar"


def _invoices(what: str, **choice: Any) -> Page:
    from tijdig.infra import clock
    from tijdig.ledger import queries as ledger

    named = {"q": "search", "customer": "customer_id"}
    arguments = {named.get(name, name): value for name, value in choice.items()}
    arguments["status"] = ledger.ItemStatus(arguments["status"])
    return Page(what, _address("invoices", choice), partial(ledger.item_page, on=clock.today(), **arguments))


def _customers(what: str, **choice: Any) -> Page:
    from tijdig.customers.queries import CustomerFilters, CustomerSort
    from tijdig.infra import clock
    from tijdig.reporting.customers import customers_page

    filters = CustomerFilters(
        kind=choice.get("kind"),
        language=choice.get("language"),
        has_email=False if choice.get("email") == "no" else None,
    )
    read = partial(
        customers_page,
        clock.today(),
        search=choice.get("q", ""),
        sort=CustomerSort(choice.get("sort", "name")),
        filters=filters,
        after=choice.get("after"),
    )
    return Page(what, _address("customers", choice), read)


def _address(which: str, choice: dict[str, Any]) -> str:
    return f"/o/{_SLUG}/{which}/?{urlencode(choice)}"


def _mark(sort: str, place: int) -> str:
    """Return the mark of an invoice in the middle of a list, as it stands in addresses."""
    from django.db import connection

    number = f"f2026-{place + 1:07d}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SORTS[sort]}::text, id, jsonb_typeof(to_jsonb({_SORTS[sort]})) = 'number'"
            " FROM ledger_item WHERE number_key = %s AND open > 0"
            " UNION ALL"
            f" SELECT {_SORTS[sort]}::text, id, jsonb_typeof(to_jsonb({_SORTS[sort]})) = 'number'"
            " FROM ledger_item WHERE number_key = %s AND open = 0",
            [number, number],
        )
        text, item_id, is_number = cursor.fetchone()
    mark = [sort, int(text) if is_number else text, item_id]
    return base64.urlsafe_b64encode(json.dumps(mark).encode()).decode().rstrip("=")


def _customer_id(chance: random.Random) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM customers_customer")
        first, last = cursor.fetchone()
    return chance.randrange(first, last + 1)


def _statements(page: Page) -> list[tuple[str, str, Any]]:
    """Return the SQL with which the product reads this page, with its parameters."""
    from django.db import connection

    noted = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        noted.append((page.what, sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        page.read()
    return noted


@contextmanager
def served() -> Iterator[tuple[int, Callable[[], list[int]]]]:
    """Run the web server; give its port and a way to ask for the process ids of its workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "tijdig.config.wsgi", "--bind", f"127.0.0.1:{port}",
         "--workers", "2", "--threads", "4", "--log-level", "warning", "--no-control-socket"]
    )  # fmt: skip
    try:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        _wait_for(port, children)
        yield port, partial(_ids, children)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int, children: Path) -> None:
    """Wait until both workers have answered once: a server that is starting is not what is measured."""
    for _ in range(300):
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/accounts/login/")
            if connection.getresponse().status == http.client.OK and all(map(_is_ready, _ids(children))):
                return
        time.sleep(0.1)
    raise TimeoutError("the web server did not start")


def _ids(children: Path) -> list[int]:
    return [int(each) for each in children.read_text().split()]


def _is_ready(process_id: int) -> bool:
    """Whether a worker has answered once: it makes its threads when they are needed."""
    return "Threads:\t1\n" not in Path(f"/proc/{process_id}/status").read_text()


def _cpu_seconds(process_id: int) -> float:
    user, system = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _peak_mb(process_id: int) -> float:
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _at_once(works: Sequence[Callable[[], list[Answer]]]) -> list[Answer]:
    with ThreadPoolExecutor(len(works)) as threads:
        return [answer for done in threads.map(lambda work: work(), works) for answer in done]


def _ask(port: int, cookie: str, pages: Sequence[Page]) -> list[Answer]:
    """Ask for these pages one after the other, each over a connection of its own."""
    answers = []
    for page in pages:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", page.path, headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        answers.append(Answer(page.what, (time.perf_counter() - started) * 1000))
        if response.status != http.client.OK:
            raise AssertionError(f"{page.path} answered {response.status}")
        connection.close()
    return answers


def _run_bare(organisation_id: int, statements: Sequence[tuple[str, str, Any]]) -> list[Answer]:
    """Run these statements as the application's role; return the time of each page's together."""
    import psycopg
    from django.db import connection

    facts = connection.settings_dict
    server = psycopg.connect(
        host=facts["HOST"], user=facts["USER"], dbname=facts["NAME"], autocommit=True,
        options=f"{facts['OPTIONS']['options']} -c tijdig.organisation={organisation_id}",
        cursor_factory=psycopg.ClientCursor,
    )  # fmt: skip
    answers: list[Answer] = []
    with server, server.cursor() as cursor:
        for what, sql, parameters in statements:
            started = time.perf_counter()
            cursor.execute(sql, parameters)
            cursor.fetchall()
            answers.append(Answer(what, (time.perf_counter() - started) * 1000))
    return answers


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
