"""The pages Import: handing files over, the columns, the preview, confirming, and what was left out."""

from __future__ import annotations

import html
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.interfaces.bank_files import Payment, statement
from tests.interfaces.web_world import World, client_of, make_world
from tests.processes.invoice_import.world import HEADER, csv, ubl
from tijdig.banking import queries as bank
from tijdig.infra import tenancy
from tijdig.interfaces.web.pages import imports
from tijdig.interfaces.worker.jobs import confirm_import
from tijdig.invoices import queries as invoices
from tijdig.ledger import queries as ledger
from tijdig.organisations import operations as organisations
from tijdig.processes import invoice_import, organisation_setup

pytestmark = pytest.mark.django_db

GOOD = "A1;2026-11-01;2026-12-01;121,00;K-1001;Bakkerij De Korenaar;"
NEW = "A2;2026-11-01;2026-12-01;60,50;K-2001;Kwekerij Maanbrug;post@maanbrug.example"
BAD = "A3;2026-11-01;2026-12-01;honderd;K-1001;;"
OTHER = "Stuk;Wanneer;Uiterlijk;Hoeveel;Relatie\r\nB1;2026-11-01;2026-12-01;80,00;K-1001\r\n"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def colleague(world: World) -> Client:
    return client_of(world.colleague)


def upload(client: Client, world: World, *files: tuple[str, bytes], follow: bool = True) -> HttpResponse:
    given = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"/o/{world.slug}/import/upload/", {"chosen": given}, follow=follow)


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def batch_of(answer: HttpResponse) -> int:
    return answer.context["batch"].id


def act(world: World, batch_id: int, what: str = "") -> str:
    return f"/o/{world.slug}/import/{batch_id}/{what}"


def numbers(world: World, *wanted: str) -> set[str]:
    with tenancy.within(world.organisation_id):
        return set(ledger.known_numbers(wanted))


def a_supplier_of_another_number(world: World) -> None:
    """Give the house a number that its e-invoices do not have, so that each wants a look."""
    with tenancy.within(world.organisation_id):
        organisations.change_settings(vat_number="NL123456782B90", actor="cli")


def zipped(*files: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files:
            packed.writestr(name, content)
    return target.getvalue()


def test_a_table_is_shown_then_stored_and_what_was_wrong_comes_back(world: World, colleague: Client) -> None:
    shown = upload(colleague, world, ("facturen.csv", csv(GOOD, NEW, BAD)))
    page = body(shown)
    assert "Import 2 rows" in page
    assert "honderd" in page
    assert numbers(world, "A1", "A2") == set()
    done = colleague.post(act(world, batch_of(shown), "confirm/"), follow=True)
    assert numbers(world, "A1", "A2", "A3") == {"A1", "A2"}
    assert "€181.50" in body(done)
    again = colleague.post(act(world, batch_of(shown), "confirm/"), follow=True)
    assert "imported already" in body(again)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rows_left_out_are_corrected_in_their_own_file(world: World, colleague: Client, form: str) -> None:
    shown = upload(colleague, world, ("facturen.csv", csv(GOOD, BAD)))
    colleague.post(act(world, batch_of(shown), "confirm/"))
    file = colleague.get(act(world, batch_of(shown), f"left-out.{form}"))
    assert file["Content-Disposition"] == f'attachment; filename="facturen-left-out.{form}"'
    content = file.content
    if form == "csv":
        content = content.replace(b"honderd", b"100,00")
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        for row in book.active.iter_rows():
            for cell in row:
                cell.value = "100,00" if cell.value == "honderd" else cell.value
        target = io.BytesIO()
        book.save(target)
        content = target.getvalue()
    again = upload(colleague, world, (f"correct.{form}", content))
    assert again.context["preview"].new == 1
    colleague.post(act(world, batch_of(again), "confirm/"))
    assert numbers(world, "A3") == {"A3"}


def test_columns_of_other_names_are_pointed_out_with_an_example(world: World, colleague: Client) -> None:
    shown = upload(colleague, world, ("export.csv", OTHER.encode()))
    page = body(shown)
    assert "have to be pointed out first" in page
    assert "80,00" in page  # an example beside each column, before any row can be read
    assert "Import 1 row" not in page
    address = act(world, batch_of(shown), "columns/")
    fields = ("NUMBER", "ISSUE_DATE", "DUE_DATE", "AMOUNT", "CUSTOMER_NUMBER")
    names = {each: invoice_import.Field[each].value for each in fields}
    chosen = {f"column-{place}": names[each] for place, each in enumerate(fields)}
    twice = colleague.post(address, {**chosen, "kind": "INVOICES", "column-1": names["NUMBER"]}, follow=True)
    assert "was chosen for two columns" in body(twice)
    mapped = colleague.post(address, {**chosen, "kind": "INVOICES"}, follow=True)
    assert mapped.context["preview"].new == 1
    colleague.post(act(world, batch_of(shown), "confirm/"))
    assert numbers(world, "B1") == {"B1"}


@pytest.mark.parametrize(
    "sent",
    [{"kind": "NONSENSE"}, {"column-²": "number"}, {"column-0": "nonsense"}, {"column-99999": "number"}],
)
def test_columns_that_do_not_exist_change_nothing(
    world: World, colleague: Client, sent: dict[str, str]
) -> None:
    shown = upload(colleague, world, ("facturen.csv", csv(GOOD)))
    answer = colleague.post(act(world, batch_of(shown), "columns/"), sent, follow=True)
    assert answer.status_code == 200


def test_a_column_that_is_not_used_is_named_and_the_fold_is_open(world: World, colleague: Client) -> None:
    content = b"Debnr;Bedrijf;Lievelingskleur\r\nK-3002;Kwekerij Maanbrug;blauw\r\n"
    page = body(upload(colleague, world, ("klanten.csv", content)))
    assert "1 column is not used: Lievelingskleur." in page
    assert '<details class="card fold" open>' in page
    used = body(upload(colleague, world, ("facturen.csv", csv(GOOD))))
    assert "not used:" not in used
    assert '<details class="card fold">' in used


def test_rows_can_be_customers_instead(world: World, colleague: Client) -> None:
    content = b"Debiteurnummer;Debiteur;E-mail\r\nK-3001;Kwekerij Maanbrug;post@maanbrug.example\r\n"
    shown = upload(colleague, world, ("klanten.csv", content))
    assert shown.context["batch"].kind == "CUSTOMERS"
    turned = colleague.post(act(world, batch_of(shown), "columns/"), {"kind": "INVOICES"}, follow=True)
    assert turned.context["missing"]
    colleague.post(act(world, batch_of(shown), "columns/"), {"kind": "CUSTOMERS"})
    done = colleague.post(act(world, batch_of(shown), "confirm/"), follow=True)
    assert "To the customers" in body(done)


def test_the_same_file_again_changes_nothing_and_says_so(world: World, colleague: Client) -> None:
    first = upload(colleague, world, ("facturen.csv", csv(GOOD)))
    colleague.post(act(world, batch_of(first), "confirm/"))
    again = upload(colleague, world, ("facturen.csv", csv(GOOD)))
    assert "every row is here already" in body(again)
    assert 'form="confirm"' not in body(again)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leeg.csv", b"", "leeg.csv is empty"),
        ("tekst.csv", b"hallo", "no table"),
        ("kapot.zip", b"PK\x03\x04broken", "kapot.zip"),
        ("plaatje.xlsx", b"\x89PNG....", "plaatje.xlsx: this is a picture. What can be read: bank files"),
        ("factuur.pdf", b"%PDF-1.7 ...", "this is a PDF; send the invoice as UBL. What can be read"),
        (
            "opdracht.xml",
            b"<Document><CstmrCdtTrfInitn/></Document>",
            "opdracht.xml: this is a payment order",
        ),
        ("half.xml", ubl("U1")[:-30], "half.xml: line"),
        ("pak.zip", zipped(("a.pdf", b"%PDF"), ("b.xml", b"<Order/>")), "pak.zip › a.pdf: this is a PDF"),
        ("pak.zip", zipped(("a.pdf", b"%PDF"), ("b.xml", b"<Order/>")), "pak.zip › b.xml: this is an order"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    world: World, colleague: Client, name: str, content: bytes, said: str
) -> None:
    answer = upload(colleague, world, (name, content))
    assert answer.status_code == 400
    assert said in html.unescape(body(answer))
    with tenancy.within(world.organisation_id):
        assert invoices.import_batches() == ()
    assert "To confirm" not in body(colleague.get(f"/o/{world.slug}/import/"))


def test_e_invoices_that_are_here_already_leave_nothing_to_confirm(world: World, colleague: Client) -> None:
    shown = upload(colleague, world, ("een.xml", ubl("U1")))
    colleague.post(act(world, batch_of(shown), "confirm/"), {"accept": "*"})
    again = upload(colleague, world, ("een.xml", ubl("U1")))
    assert again.redirect_chain[-1][0] == f"/o/{world.slug}/import/"
    assert "een.xml was here already; nothing was added." in body(again)
    with tenancy.within(world.organisation_id):
        assert [batch.state for batch in invoices.import_batches()] == ["DONE"]


def test_a_table_that_turns_out_damaged_leaves_nothing_to_confirm(world: World, colleague: Client) -> None:
    whole, cut = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    for row in [HEADER, *(GOOD.replace("A1", f"A{n}") for n in range(5_000))]:
        book.active.append(row.split(";"))
    book.save(whole)
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(cut, "w") as damaged:
        for part in parts.namelist():
            content = parts.read(part)
            damaged.writestr(part, content[: len(content) // 2] if part.endswith("sheet1.xml") else content)
    page = upload(colleague, world, ("boek.xlsx", cut.getvalue()))
    assert page.redirect_chain[-1][0] == f"/o/{world.slug}/import/"
    assert "boek.xlsx: the Excel file" in body(page)
    with tenancy.within(world.organisation_id):
        assert [batch.state for batch in invoices.import_batches()] == ["CANCELLED"]


def test_no_file_and_too_large_a_file_are_refused(world: World, colleague: Client) -> None:
    assert "Choose a file first" in body(upload(colleague, world))
    with override_settings(LARGEST_UPLOAD=1024 * 1024):
        answer = upload(colleague, world, ("groot.csv", b"x" * (1024 * 1024 + 1)))
    assert "groot.csv is larger than 1 MB" in body(answer)


def test_one_bad_file_of_several_is_named_and_the_others_go_on(world: World, colleague: Client) -> None:
    good = statement([Payment(124_950, "Bakkerij De Korenaar", "2026-0101")], on=world.on)
    broken = good[: len(good) // 2]
    answer = upload(colleague, world, ("goed.xml", good), ("kapot.xml", broken))
    assert answer.status_code == 400
    assert "kapot.xml:" in body(answer)
    assert "goed.xml: 1 new movement" in body(answer)


def test_a_statement_books_what_is_sure_and_leads_to_its_movements(world: World, colleague: Client) -> None:
    payments = [
        Payment(124_950, "Bakkerij De Korenaar", "Factuur 2026-0101"), Payment(77_700, "S. Vink", "bedankt"),
    ]  # fmt: skip
    answer = upload(colleague, world, ("bank.xml", statement(payments, on=world.on)))
    assert "?statement=" in answer.redirect_chain[-1][0]
    assert "Booked by themselves: 1. Waiting for you: 1." in body(answer)
    with tenancy.within(world.organisation_id):
        item = ledger.item(world.overdue_item)
    assert item is not None
    assert item.settled_date == world.on
    twice = upload(colleague, world, ("bank.xml", statement(payments, on=world.on)))
    assert "was here already" in body(twice)


def test_a_zip_of_statements_is_unpacked(world: World, colleague: Client) -> None:
    files = [
        (f"{n}.xml", statement([Payment(100 + n, "S. Vink", "x")], on=world.on, number=str(n)))
        for n in (1, 2)
    ]
    answer = upload(colleague, world, ("bank.zip", zipped(*files)))
    assert answer.redirect_chain[-1][0] == f"/o/{world.slug}/bank/"
    assert len(answer.context["rows"]) == 2
    assert "bank.zip › 1.xml: 1 new movement." in body(answer)


OURS, THEIRS, THIRD = "NL91ABNA0417164300", "NL20INGB0001234567", "BE68539007547034"


def of_account(world: World, account: str, number: str) -> bytes:
    """A statement of this account."""
    content = statement([Payment(1_000, "Iemand", f"gift {number}")], on=world.on, number=number)
    return content.replace(OURS.encode(), account.encode())


def movements(world: World) -> list[str]:
    with tenancy.within(world.organisation_id):
        return sorted(line.remittance for line in bank.line_page().lines)


def test_a_statement_of_another_account_asks_and_one_button_takes_it_in(
    world: World, colleague: Client
) -> None:
    asked = upload(colleague, world, ("bank.xml", of_account(world, THEIRS, "1")))
    assert asked.status_code == 400
    for told in (THEIRS, OURS, "bank.xml", "This account is ours: take it in"):
        assert told in body(asked)
    assert movements(world) == []
    [([mine], [])] = asked.context["unknown"]
    done = colleague.post(f"/o/{world.slug}/import/ours/", {"ours": mine.file_id}, follow=True)
    assert "bank.xml: 1 new movement" in body(done)
    assert movements(world) == ["gift 1"]
    # From now on it is known.
    assert "1 new movement" in body(upload(colleague, world, ("b.xml", of_account(world, THEIRS, "2"))))


def test_of_many_files_the_known_ones_go_in_and_each_other_account_is_asked_about(
    world: World, colleague: Client
) -> None:
    named = [(OURS, "1"), (THEIRS, "2"), (THIRD, "3"), (THEIRS, "4")]
    files = zipped(*((f"{number}.xml", of_account(world, account, number)) for account, number in named))
    asked = upload(colleague, world, ("bank.zip", files))
    assert movements(world) == ["gift 1"]
    [(theirs, third), (third_too, _theirs)] = asked.context["unknown"]
    assert [each.name for each in theirs] == ["bank.zip › 2.xml", "bank.zip › 4.xml"]
    assert (third_too, body(asked).count("This account is ours: take it in")) == (third, 2)
    given = {"ours": [each.file_id for each in theirs], "other": [each.file_id for each in third]}
    once_more = colleague.post(f"/o/{world.slug}/import/ours/", given)
    assert movements(world) == ["gift 1", "gift 2", "gift 4"]
    [(left, [])] = once_more.context["unknown"]
    assert [each.accounts for each in left] == [(THIRD,)]


def test_only_bank_files_of_this_house_can_be_said_to_be_of_ours(world: World, colleague: Client) -> None:
    [([mine], [])] = upload(colleague, world, ("a.xml", of_account(world, THEIRS, "1"))).context["unknown"]
    upload(colleague, world, ("tabel.csv", csv(GOOD)))
    address = f"/o/{world.slug}/import/ours/"
    for key in ("x", "99999999", str(mine.file_id + 1)):
        assert colleague.post(address, {"ours": key}).status_code == 404
    stranger = client_of(world.stranger)
    assert stranger.post(f"/o/{world.other_slug}/import/ours/", {"ours": mine.file_id}).status_code == 404
    assert client_of(world.reader).post(address, {"ours": mine.file_id}).status_code == 403
    assert movements(world) == []


def test_e_invoices_come_one_by_one_together_or_in_a_zip(world: World, colleague: Client) -> None:
    a_supplier_of_another_number(world)
    for files in (
        [("een.xml", ubl("U1"))],
        [("twee.xml", ubl("U2")), ("drie.xml", ubl("U3"))],
        [("pak.zip", zipped(("vier.xml", ubl("U4")), ("vijf.xml", ubl("U5"))))],
    ):
        shown = upload(colleague, world, *files)
        assert shown.context["preview"].review == len(ubl_names(files))
        assert "Import what is ticked" in body(shown)
        colleague.post(act(world, batch_of(shown), "confirm/"), {"accept": "*"})
    assert numbers(world, "U1", "U2", "U3", "U4", "U5") == {"U1", "U2", "U3", "U4", "U5"}


def ubl_names(files: list[tuple[str, bytes]]) -> list[str]:
    name, content = files[0]
    return zipfile.ZipFile(io.BytesIO(content)).namelist() if name.endswith(".zip") else [n for n, _ in files]


def test_only_the_ticked_e_invoices_are_stored(world: World, colleague: Client) -> None:
    a_supplier_of_another_number(world)
    shown = upload(colleague, world, ("een.xml", ubl("U1")), ("twee.xml", ubl("U2")))
    (first, _second) = shown.context["preview"].rows
    done = colleague.post(act(world, batch_of(shown), "confirm/"), {"accept": first.where}, follow=True)
    assert numbers(world, "U1", "U2") == {"U1"}
    assert "Left out" in body(done)


def test_several_tables_are_imports_of_their_own(world: World, colleague: Client) -> None:
    answer = upload(colleague, world, ("een.csv", csv(GOOD)), ("twee.csv", csv(NEW)))
    assert answer.context["batch"].name == "een.csv"
    assert "Also to confirm:" in body(answer)
    assert [other.name for other in answer.context["others"]] == ["twee.csv"]
    listed = colleague.get(f"/o/{world.slug}/import/").context["imports"]
    assert [(batch.name, batch.state, batch.rows_total > 0) for batch in listed] == [
        ("twee.csv", "PREVIEWED", True),
        ("een.csv", "PREVIEWED", True),
    ]
    done = colleague.post(act(world, answer.context["batch"].id, "confirm/"), follow=True)
    assert [other.name for other in done.context["others"]] == ["twee.csv"]


def test_a_cancelled_import_stores_nothing_and_stays_so(world: World, colleague: Client) -> None:
    shown = upload(colleague, world, ("facturen.csv", csv(GOOD)))
    batch_id = batch_of(shown)
    colleague.post(act(world, batch_id, "cancel/"))
    assert "was cancelled" in body(colleague.get(act(world, batch_id)))
    assert "was cancelled" in body(colleague.post(act(world, batch_id, "confirm/"), follow=True))
    assert "was cancelled" in body(colleague.post(act(world, batch_id, "columns/"), follow=True))
    assert numbers(world, "A1") == set()


@pytest.mark.django_db(transaction=True)
def test_a_large_import_goes_to_the_worker_and_the_page_follows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imports, "_AT_ONCE", 1)
    world = make_world()
    colleague = client_of(world.colleague)
    shown = upload(colleague, world, ("facturen.csv", csv(GOOD, NEW)))
    batch_id = batch_of(shown)
    page = body(colleague.post(act(world, batch_id, "confirm/"), follow=True))
    assert "Waiting for its turn" in page
    assert f'hx-get="{act(world, batch_id, "progress/")}"' in page
    assert "http-equiv" in page  # without script the page asks again by itself
    again = colleague.post(act(world, batch_id, "confirm/"), follow=True)
    assert "under way already" in body(again)
    job = ProcrastinateJob.objects.filter(task_name="confirm_import", status="todo").latest("id")
    confirm_import(**job.args)
    assert colleague.get(act(world, batch_id, "progress/"))["Location"] == act(world, batch_id)
    told = colleague.get(act(world, batch_id, "progress/"), headers={"HX-Request": "true"})
    assert told["HX-Redirect"] == act(world, batch_id)
    assert numbers(world, "A1", "A2") == {"A1", "A2"}


def test_an_import_that_failed_says_why_and_can_be_tried_again(world: World, colleague: Client) -> None:
    shown = upload(colleague, world, ("export.csv", OTHER.encode()))
    failed = colleague.post(act(world, batch_of(shown), "confirm/"), follow=True)
    assert "Say which column holds" in body(failed)
    assert "The last try stored nothing" in body(failed)
    assert failed.context["batch"].state == "FAILED"


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_a_template_comes_in_the_readers_language_and_can_be_imported(language: str) -> None:
    world = make_world(language=language)
    client = client_of(world.colleague)
    for kind in ("invoices", "customers"):
        for form in ("csv", "xlsx"):
            answer = client.get(f"/o/{world.slug}/import/template/{kind}.{form}")
            assert answer.status_code == 200
            shown = upload(client, world, (f"{kind}.{form}", answer.content))
            assert (shown.context["preview"].total, shown.context["preview"].new) == (1, 1), (kind, form)


@pytest.mark.parametrize(
    "address",
    ["import/999/", "import/999/left-out.csv", "import/template/nothing.csv", "import/template/invoices.pdf",
     "try-it/", "try-it/statement/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(world: World, colleague: Client, address: str) -> None:
    assert colleague.get(f"/o/{world.slug}/{address}").status_code == 404


def test_another_house_sees_and_touches_nothing(world: World, colleague: Client) -> None:
    batch_id = batch_of(upload(colleague, world, ("facturen.csv", csv(GOOD))))
    stranger, there = client_of(world.stranger), f"/o/{world.other_slug}/import/{batch_id}/"
    assert stranger.get(there).status_code == 404
    assert stranger.get(f"{there}left-out.csv").status_code == 404
    for what in ("confirm", "columns", "cancel"):
        assert stranger.post(f"{there}{what}/").status_code == 404
    with tenancy.within(world.organisation_id):
        assert invoices.import_batch(batch_id).state == "PREVIEWED"


def test_a_viewer_sees_what_was_imported_and_cannot_import(world: World, colleague: Client) -> None:
    done = upload(colleague, world, ("een.csv", csv(GOOD)))
    colleague.post(act(world, batch_of(done), "confirm/"))
    open_import = batch_of(upload(colleague, world, ("twee.csv", csv(NEW))))
    reader = client_of(world.reader)
    page = body(reader.get(f"/o/{world.slug}/import/"))
    assert 'type="file"' not in page
    assert act(world, batch_of(done)) in page
    assert act(world, open_import) not in page
    assert reader.get(act(world, batch_of(done))).status_code == 200
    assert reader.get(act(world, open_import)).status_code == 403


def test_the_demonstration_offers_files_that_can_be_imported(world: World) -> None:
    made = organisation_setup.create(
        name="Polderlicht", slug="polderlicht", country="NL", language="nl", owner_id=world.owner,
        is_demo=True, actor="cli",
    )  # fmt: skip
    owner = client_of(world.owner)
    page = owner.get("/o/polderlicht/try-it/")
    assert {file.key for file in page.context["files"]} == {"statement", "invoices"}
    files = {key: owner.get(f"/o/polderlicht/try-it/{key}/") for key in ("statement", "invoices")}
    assert "bank-" in files["statement"]["Content-Disposition"]
    taken = owner.post(
        "/o/polderlicht/import/upload/",
        {"chosen": [SimpleUploadedFile("bank.xml", files["statement"].content)]},
        follow=True,
    )
    assert taken.context["statement"].flags == ()
    shown = owner.post(
        "/o/polderlicht/import/upload/",
        {"chosen": [SimpleUploadedFile("facturen.csv", files["invoices"].content)]},
        follow=True,
    )
    assert shown.context["preview"].rejected >= 1
    assert made
