"""Refunds on screen: two people, a file, and who may do what."""

from __future__ import annotations

import html
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.formats.test_pain002 import block, message, transaction
from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tijdig.banking import queries as bank
from tijdig.infra import tenancy
from tijdig.ledger import queries as ledger
from tijdig.organisations import operations as organisations
from tijdig.payments import queries
from tijdig.payments.queries import RefundState
from tijdig.processes import cash_application

pytestmark = pytest.mark.django_db
IBAN = "NL44RABO0123456789"


@pytest.fixture
def world() -> World:
    """The small world, in which the customer has money on account."""
    world = make_world()
    with tenancy.within(world.organisation_id):
        cash_application.import_bank_file(
            name="bank.xml", content=statement([Payment(77_700, "Bakkerij", "dubbel")], on=world.on), on=world.on,
            actor="cli",
        )  # fmt: skip
        [line] = bank.line_page().lines
        cash_application.leave_on_account(
            line_id=line.id, customer_id=world.customer, on=world.on, actor="cli"
        )
    return world


def address(world: World, rest: str = "") -> str:
    return f"/o/{world.slug}/refunds/{rest}"


def credit_of(world: World) -> int:
    with tenancy.within(world.organisation_id):
        return ledger.credits_with_money_left(world.customer)[0].id


def on_account(world: World) -> int:
    with tenancy.within(world.organisation_id):
        return sum(credit.unallocated_minor for credit in ledger.credits_of(world.customer))


def proposed(world: World, client: Client, **changed: str) -> int:
    facts = {
        "amount": "77,00",
        "iban": IBAN,
        "holder": "Bakkerij De Korenaar",
        "why": "Paid twice",
        **changed,
    }
    answer = client.post(address(world, f"new/?credit={credit_of(world)}"), facts)
    assert answer.status_code == 302, answer.content
    return int(answer["Location"].rstrip("/").rpartition("/")[2])


def state_of(world: World, refund_id: int) -> RefundState:
    with tenancy.within(world.organisation_id):
        found = queries.refund(refund_id)
    assert found is not None
    return found.state


def text_of(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_proposed_by_one_approved_by_another_ordered_and_downloaded(world: World) -> None:
    colleague, owner = client_of(world.colleague), client_of(world.owner)
    form = text_of(colleague, address(world, f"new/?credit={credit_of(world)}"))
    assert 'value="777' in form
    assert "somebody else approves" in form
    refund_id = proposed(world, colleague, message="Terugbetaling")
    assert on_account(world) == 70_000
    own = text_of(colleague, address(world, f"{refund_id}/"))
    assert "You proposed it, so somebody else approves it." in own
    assert f"{refund_id}/approve/" not in own
    refused = colleague.post(address(world, f"{refund_id}/approve/"))
    assert (refused.status_code, state_of(world, refund_id)) == (400, RefundState.PROPOSED)
    assert "TB-" in text_of(owner, address(world))
    assert owner.post(address(world, f"{refund_id}/approve/")).status_code == 302
    assert state_of(world, refund_id) is RefundState.APPROVED
    listed = text_of(owner, address(world, "?state=APPROVED"))
    assert f'name="refund" value="{refund_id}" checked' in listed
    day = world.on + timedelta(days=1)
    answer = owner.post(
        address(world, "order/"),
        {"refund": [refund_id], "execution_date": day.isoformat(), "version": "pain.001.001.09"},
    )
    assert answer["Location"] == address(world, "?state=ORDERED")
    with tenancy.within(world.organisation_id):
        [file] = queries.refund_files()
    assert file.message_id in text_of(owner, answer["Location"])
    download = owner.get(address(world, f"files/{file.id}/"))
    assert download["Content-Disposition"] == f'attachment; filename="{file.message_id}.xml"'
    assert b'<InstdAmt Ccy="EUR">77.00</InstdAmt>' in download.content
    assert state_of(world, refund_id) is RefundState.ORDERED


def test_the_upload_of_a_report_says_what_came_of_it(world: World) -> None:
    colleague, owner = client_of(world.colleague), client_of(world.owner)
    refund_id = proposed(world, colleague)
    owner.post(address(world, f"{refund_id}/approve/"))
    day = world.on.isoformat()
    owner.post(
        address(world, "order/"),
        {"refund": [refund_id], "execution_date": day, "version": "pain.001.001.09"},
    )
    with tenancy.within(world.organisation_id):
        [file] = queries.refund_files()
        [refund] = queries.refunds_of_order(file.id)

    def uploaded(content: bytes) -> str:
        given = SimpleUploadedFile("report.xml", content.replace(b"OURS-1", file.message_id.encode()))
        answer = owner.post(f"/o/{world.slug}/import/upload/", {"chosen": given}, follow=True)
        return " ".join(html.unescape(answer.content.decode()).split())

    nothing = "Nothing in it is about your payments or collections."
    goes_on = "It refuses none of your payments; nothing has to be done."
    other = message("", block("", transaction("RJCT", end="E-NOBODY")))
    assert nothing in uploaded(other.replace(b"OURS-1", b"THEIRS"))
    assert goes_on in uploaded(message("", block("", transaction("ACSP", end=refund.end_to_end_id))))
    assert goes_on in uploaded(message("ACCP"))
    assert state_of(world, refund_id) is RefundState.ORDERED
    refused = uploaded(message("", block("", transaction("RJCT", end=refund.end_to_end_id))))
    assert "Refunds refused: 1. Payments taken back: 0." in refused
    assert "was here already" in uploaded(message("ACCP"))
    assert "pain.002" in text_of(owner, f"/o/{world.slug}/import/")


def test_rejected_and_refused_put_the_money_back(world: World) -> None:
    colleague, owner = client_of(world.colleague), client_of(world.owner)
    refund_id = proposed(world, colleague)
    assert colleague.post(address(world, f"{refund_id}/reject/"), {}).status_code == 400
    assert colleague.post(address(world, f"{refund_id}/reject/"), {"reason": "Toch niet"}).status_code == 302
    assert (state_of(world, refund_id), on_account(world)) == (RefundState.REJECTED, 77_700)
    assert "was not approved. Toch niet" in text_of(colleague, address(world, f"{refund_id}/"))
    second = proposed(world, colleague)
    assert owner.post(address(world, f"{second}/refused/"), {"reason": "x"}).status_code == 400
    owner.post(address(world, f"{second}/approve/"))
    facts = {"refund": [second], "execution_date": world.on.isoformat(), "version": "pain.001.001.03"}
    owner.post(address(world, "order/"), facts)
    assert owner.post(address(world, f"{second}/refused/"), {"reason": "AC04"}).status_code == 302
    assert (state_of(world, second), on_account(world)) == (RefundState.REFUSED, 77_700)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"iban": "NL00"}, "iban"),
        ({"amount": "778,00"}, "amount"),
        ({"amount": "veel"}, "amount"),
        ({"why": ""}, "why"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(world: World, changed: dict[str, str], field: str) -> None:
    facts = {"amount": "77,00", "iban": IBAN, "holder": "Bakkerij", "why": "x", **changed}
    answer = client_of(world.colleague).post(address(world, f"new/?customer={world.customer}"), facts)
    assert answer.status_code == 400
    assert answer.context["form"].errors[field]
    assert on_account(world) == 77_700


def test_an_order_needs_a_day_and_something_to_pay(world: World) -> None:
    owner = client_of(world.owner)
    assert owner.post(address(world, "order/"), {"version": "pain.001.001.09"}).status_code == 400
    facts = {"execution_date": world.on.isoformat(), "version": "pain.001.001.09"}
    assert owner.post(address(world, "order/"), facts).status_code == 400
    assert owner.post(address(world, "order/"), {**facts, "refund": ["987654321"]}).status_code == 404


def test_who_works_alone_reads_what_to_do(world: World) -> None:
    with tenancy.within(world.organisation_id):
        organisations.remove_member(user_id=world.colleague, actor="cli")
    owner = client_of(world.owner)
    refund_id = proposed(world, owner)
    assert "Invite a second person under Settings, Users." in text_of(owner, address(world, f"{refund_id}/"))


def test_a_reader_looks_and_does_nothing(world: World) -> None:
    refund_id = proposed(world, client_of(world.colleague))
    reader = client_of(world.reader)
    assert reader.get(address(world)).status_code == 200
    assert "Approve" not in text_of(reader, address(world, f"{refund_id}/"))
    for act in ("approve", "reject", "refused"):
        assert reader.post(address(world, f"{refund_id}/{act}/"), {"reason": "x"}).status_code == 403
    assert reader.get(address(world, f"new/?customer={world.customer}")).status_code == 403


def test_what_does_not_exist_is_not_found(world: World) -> None:
    owner = client_of(world.owner)
    for rest in ("987654321/", "files/987654321/", "new/", "new/?customer=987654321", "new/?credit=x"):
        assert owner.get(address(world, rest)).status_code == 404, rest
    assert "No refunds yet" in text_of(owner, address(world))


def test_a_refund_tells_the_day_its_money_came_in_and_the_day_it_left(world: World) -> None:
    colleague, owner = client_of(world.colleague), client_of(world.owner)
    credit_id, paid_on = credit_of(world), world.on + timedelta(days=3)
    with tenancy.within(world.organisation_id):
        earlier = world.on - timedelta(days=20)
        cash_application.import_bank_file(
            name="earlier.xml", content=statement([Payment(5_000, "Bakkerij", "nog eens")], on=earlier, number="0"),
            on=world.on, actor="cli",
        )  # fmt: skip
        [line] = bank.waiting_lines().lines
        credit_id = cash_application.leave_on_account(
            line_id=line.id, customer_id=world.customer, on=world.on, actor="cli"
        ).credit_id
    facts = {"amount": "50,00", "iban": IBAN, "holder": "Bakkerij", "why": "Paid twice"}
    answer = colleague.post(address(world, f"new/?credit={credit_id}"), facts)
    refund_id = int(answer["Location"].rstrip("/").rpartition("/")[2])
    came_in = f"came in on {_shown(earlier)}"
    assert came_in in text_of(colleague, address(world, f"{refund_id}/"))
    assert _shown(paid_on) not in text_of(colleague, address(world, f"{refund_id}/"))
    owner.post(address(world, f"{refund_id}/approve/"))
    owner.post(
        address(world, "order/"),
        {"refund": [refund_id], "execution_date": paid_on.isoformat(), "version": "pain.001.001.09"},
    )
    with tenancy.within(world.organisation_id):
        number = queries.refunds([refund_id])[0].number
        cash_application.import_bank_file(
            name="left.xml", content=statement([Payment(-5_000, "Bakkerij", number)], on=paid_on, number="2")
            .replace(b"NL13TEST0123456789", IBAN.encode()), on=paid_on, actor="cli",
        )  # fmt: skip
    page = text_of(colleague, address(world, f"{refund_id}/"))
    assert came_in in page
    assert page.count(_shown(paid_on)) == 2  # to be paid on, and paid on
    link = f'href="{address(world, f"{refund_id}/")}"'
    assert link in text_of(colleague, f"/o/{world.slug}/customers/{world.customer}/credits/{credit_id}/")
    assert link in text_of(colleague, f"/o/{world.slug}/bank/{line.id}/")


def _shown(day: date) -> str:
    return f'<time datetime="{day.isoformat()}">'


def test_a_refusal_begins_with_a_capital_where_it_stands_alone(world: World) -> None:
    colleague = client_of(world.colleague)
    page = f"/o/{world.slug}/customers/{world.customer}/credits/{credit_of(world)}/"
    sent = {"customer": "K-1001", "amount": "1,00", "reason": "Samen"}
    refused = colleague.post(f"{page}move/", sent)
    assert refused.status_code == 400
    said = html.unescape(refused.content.decode())
    assert "This money is on that customer's account already" in said
    assert "this money is on that" not in said
