"""Every address of the resolver, walked by nobody, by a stranger, by a viewer and by those who may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.processes.invoice_import.world import csv
from tijdig.banking import queries as bank
from tijdig.infra import audit, tenancy
from tijdig.interfaces.web.middleware import leave_every_organisation
from tijdig.invoices import queries as imports
from tijdig.messaging import queries as messaging
from tijdig.processes import cash_application, daily_run, invoice_import
from tijdig.processes.invoice_import import Upload

pytestmark = pytest.mark.django_db

# What stands in an address where nothing of the world is meant: it exists nowhere.
NOWHERE = 987_654_321
TEXTS = {"what": "customers", "form": "csv", "kind": "INVOICES", "part": "html"}
# Pages for everybody who is logged in, and those of logging in itself.
OUTSIDE = {"home", "new_organisation", "me", "mailbox"}


@pytest.fixture
def world() -> World:
    """The small world, with a movement on the bank, a message that waits and an import to confirm."""
    world = make_world()
    payments = [Payment(77_700, "S. Vink", "bedankt")]
    with tenancy.within(world.organisation_id):
        cash_application.import_bank_file(
            name="bank.xml", content=statement(payments, on=world.on), on=world.on, actor="cli"
        )
        daily_run.run_day(on=world.on, actor="cli")
        invoice_import.receive(
            uploads=[Upload("een.csv", csv("A1;2026-11-01;2026-12-01;121,00;K-1001;;"))], actor="cli"
        )
    return world


def _patterns(
    resolver: URLResolver, before: str = "", converters: dict[str, object] | None = None
) -> Iterator[tuple[str, str, dict[str, object]]]:
    for entry in resolver.url_patterns:
        known = {**(converters or {}), **entry.pattern.converters}
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route, known)
        elif isinstance(entry, URLPattern):
            yield entry.name or "", route, known


def _house_pages() -> list[tuple[str, str, dict[str, object]]]:
    return [page for page in _patterns(get_resolver()) if page[1].startswith("o/<slug:slug>/")]


def _address(route: str, converters: dict[str, object], *, slug: str, ids: dict[str, int]) -> str:
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        kind = {"string": "str"}.get(kind, kind)
        value = slug if name == "slug" else TEXTS.get(name, "x")
        if kind == "int":
            value = str(ids.get(name, NOWHERE))
        route = route.replace(f"<{kind}:{name}>", value)
    assert "<" not in route, f"no example for {route}"
    return f"/{route}"


def _addresses(world: World) -> list[str]:
    """Addresses of things that exist, so that a refusal is about who asks."""
    ids = {
        "customer_id": world.customer,
        "item_id": world.part_paid_item,
        "allocation_id": world.allocation,
        "user_id": world.reader,
        **_ids_of_what_came_in(world),
    }
    return [_address(route, known, slug=world.slug, ids=ids) for _name, route, known in _house_pages()]


def _ids_of_what_came_in(world: World) -> dict[str, int]:
    with tenancy.within(world.organisation_id):
        return {
            "line_id": bank.line_page().lines[0].id,
            "statement_id": bank.statements()[0].id,
            "message_id": messaging.message_page().lines[0].id,
            "batch_id": imports.import_batches()[0].id,
        }


def test_the_walk_sees_the_pages() -> None:
    names = {name for name, _route, _known in _house_pages()}
    assert {
        "today",
        "customers",
        "customer",
        "invoice",
        "undo_allocation",
        "settings_users",
        "audit",
    } <= names


def test_every_page_outside_an_organisation_is_known() -> None:
    routes = [
        page for page in _patterns(get_resolver()) if not page[1].startswith(("o/<slug:slug>/", "accounts/"))
    ]
    assert {name for name, _route, _known in routes} <= OUTSIDE


def test_nobody_is_sent_to_log_in_everywhere(world: World) -> None:
    client = Client()
    for address in [*_addresses(world), "/", "/new/", "/me/"]:
        for ask in (client.get, client.post):
            answer = ask(address)
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/accounts/login/?next="), address


def test_nobody_in_a_live_part_of_a_page_is_sent_to_log_in_whole(world: World) -> None:
    answer = Client().get(f"/o/{world.slug}/customers/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/accounts/login/")


def test_a_stranger_is_told_that_no_page_exists(world: World) -> None:
    """Also not whether the organisation exists: the answer is that for one that does not."""
    client = client_of(world.stranger)
    nowhere = client.get("/o/no-such-house/").content
    for address in _addresses(world):
        for ask in (client.get, client.post):
            answer = ask(address)
            assert answer.status_code == 404, address
            assert answer.content == nowhere, address


def test_a_strangers_own_house_shows_nothing_of_another(world: World) -> None:
    """The ids of one house in the addresses of another lead nowhere."""
    client = client_of(world.stranger)
    for page in (f"customers/{world.customer}/", f"invoices/{world.overdue_item}/"):
        assert client.get(f"/o/{world.other_slug}/{page}").status_code == 404
    listed = client.get(f"/o/{world.other_slug}/invoices/?status=ALL").content.decode()
    assert "2026-0101" not in listed
    assert client.get(f"/o/{world.other_slug}/search/?q=korenaar").content.decode().count("Korenaar") == 0


def test_a_viewer_reads_and_changes_nothing(world: World) -> None:
    client = client_of(world.reader)
    with tenancy.within(world.organisation_id):
        before = audit.entries(limit=1)[0].sequence
    for address in _addresses(world):
        assert client.post(address).status_code in (403, 405), address
        assert client.get(address).status_code in (200, 302, 403, 404, 405), address
    with tenancy.within(world.organisation_id):
        assert audit.entries(limit=1)[0].sequence == before


@pytest.mark.parametrize(
    "page",
    [
        "",
        "customers/",
        "invoices/",
        "insight/",
        "insight/open-items/",
        "insight/on-account/",
        "settings/",
        "audit/",
        "audit/verify/",
        "search/",
        "bank/",
        "bank/statements/",
        "messages/",
        "mailbox/",
        "flows/",
        "import/",
    ],
)
def test_a_viewer_may_look(world: World, page: str) -> None:
    assert client_of(world.reader).get(f"/o/{world.slug}/{page}").status_code == 200


@pytest.mark.parametrize("page", ["customers/new/", "invoices/new/", "settings/users/", "settings/mode/"])
def test_a_viewer_is_told_what_it_takes(world: World, page: str) -> None:
    answer = client_of(world.reader).get(f"/o/{world.slug}/{page}")
    assert answer.status_code == 403
    assert "Viewer" in answer.content.decode()


def test_settings_are_the_owners(world: World) -> None:
    """A controller works, but neither invites people nor goes live."""
    client = client_of(world.colleague)
    for page in ("organisation/", "house-style/", "mode/", "users/", f"users/{world.reader}/"):
        assert client.get(f"/o/{world.slug}/settings/{page}").status_code == 403
        assert client.post(f"/o/{world.slug}/settings/{page}", {"remove": "1"}).status_code == 403


def test_a_member_taken_off_is_a_stranger_at_once(world: World) -> None:
    reader = client_of(world.reader)
    assert reader.get(f"/o/{world.slug}/").status_code == 200
    client_of(world.owner).post(f"/o/{world.slug}/settings/users/{world.reader}/", {"remove": "1"})
    assert reader.get(f"/o/{world.slug}/").status_code == 404


def test_every_page_forbids_scripts_and_styles_inside_it(world: World) -> None:
    client = client_of(world.owner)
    for address in _addresses(world):
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy or "default-src 'none'" in policy, address
        assert "unsafe-inline" not in policy.split("style-src")[0], address
        if (
            answer.status_code == 200
            and answer["Content-Type"].startswith("text/html")
            and not answer.streaming
        ):
            page = answer.content.decode()
            assert "<base " not in page
            if "data-as-sent" not in page and "<html" in page and 'class="no-script"' in page:
                assert " style=" not in page, address
                assert "onclick=" not in page, address
                assert "<style" not in page, address


def test_a_setting_left_behind_is_cleared_for_the_next_request(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tijdig.organisation', %s, false)", [str(world.organisation_id)])
        cursor.execute("SELECT set_config('tijdig.user', %s, false)", [str(world.owner)])
    Client().get("/accounts/login/")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('tijdig.organisation', true), current_setting('tijdig.user', true)"
        )
        assert cursor.fetchone() == ("", "")


def test_leaving_costs_nothing_without_a_connection() -> None:
    open_connection, connection.connection = connection.connection, None
    try:
        leave_every_organisation()
        assert connection.connection is None
    finally:
        connection.connection = open_connection


def test_form_posts_need_the_pages_own_token(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_of(world.colleague).cookies
    answer = strict.post(f"/o/{world.slug}/customers/{world.customer}/notes/", {"text": "x"})
    assert answer.status_code == 403
    assert "try once more" in answer.content.decode()


def test_the_address_of_a_form_leads_back_to_its_page(world: World) -> None:
    """A refused form is shown at the address it went to; opening that anew is no dead end."""
    client = client_of(world.owner)
    ids = _ids_of_what_came_in(world)
    here = f"/o/{world.slug}"
    for address, page in (
        ("/import/upload/", "/import/"),
        (f"/import/{ids['batch_id']}/confirm/", f"/import/{ids['batch_id']}/"),
        (f"/bank/{ids['line_id']}/book/", f"/bank/{ids['line_id']}/"),
        (f"/customers/{world.customer}/notes/", f"/customers/{world.customer}/"),
        (f"/customers/{world.customer}/holds/1/lift/", f"/customers/{world.customer}/"),
        (f"/invoices/{world.overdue_item}/undo/{world.allocation}/", f"/invoices/{world.overdue_item}/"),
        ("/tasks/done/", "/tasks/"),
        ("/messages/print/", "/messages/"),
    ):
        answer = client.get(here + address)
        assert (answer.status_code, answer["Location"]) == (302, here + page), address
        assert client.get(answer["Location"]).status_code == 200
    assert client.delete(f"{here}/").status_code == 405
