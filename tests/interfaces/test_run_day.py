"""The command `tijdig run`."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.banking.builders import ACCOUNT, Entry, bank_file, statement
from tests.dunning import story
from tijdig.infra import tenancy
from tijdig.interfaces.cli import main as command
from tijdig.interfaces.cli import run_day
from tijdig.organisations import queries as organisations
from tijdig.processes import cash_application

DUE = date(2026, 11, 2)


def run(*words: str) -> int:
    """Parse the words like the command does and run it on the database of the tests."""
    import argparse

    parser = argparse.ArgumentParser()
    run_day.configure(parser)
    return run_day.run(parser.parse_args(words))


@pytest.fixture
def creditors(db: None) -> tuple[int, int]:
    """Two organisations with an invoice that is due each."""
    ids = (story.a_creditor(), story.a_creditor())
    for organisation_id in ids:
        with tenancy.within(organisation_id):
            story.invoice(story.a_customer(), due=DUE)
    return ids


def slug(organisation_id: int) -> str:
    with tenancy.within(organisation_id):
        return organisations.current().slug


def test_it_runs_the_day_of_all_organisations(
    creditors: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--on", "2026-11-02", "--no-send", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert [entry["organisation"] for entry in printed["organisations"]] == [slug(id_) for id_ in creditors]
    assert [entry["run"]["emails"] for entry in printed["organisations"]] == [1, 1]
    assert all("sent" not in entry for entry in printed["organisations"])
    assert printed["refused"] == []


def test_it_runs_one_organisation_and_leaves_the_other_alone(
    creditors: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--on", "2026-11-02", "--organisation", slug(creditors[1]), "--no-send") == 0
    assert f"{slug(creditors[1])} 2026-11-02: 1 decided, 1 e-mails" in capsys.readouterr().out
    with tenancy.within(creditors[0]):
        assert story.run(DUE).emails == 1


def test_it_warns_of_old_bank_data_and_runs_all_the_same(
    creditors: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    with tenancy.within(creditors[0]):
        content = bank_file(statement([Entry("1.00", "x", day=date(2026, 10, 1))], day=date(2026, 10, 1)))
        cash_application.import_bank_file(name="b.xml", content=content, on=DUE, actor="cli")
    assert run("--on", "2026-11-02", "--no-send", "--json") == 0
    old, unused = json.loads(capsys.readouterr().out)["organisations"]
    assert old["warnings"] == [
        f"The bank data of account {ACCOUNT} reach no further than 2026-10-01, so who has paid since is not "
        "known. Import a newer statement."
    ]
    assert unused["warnings"] == []
    assert old["run"]["emails"] == 1
    assert run("--on", "2026-11-03", "--no-send") == 0
    assert capsys.readouterr().out.count("\n  warning: The bank data of account") == 1


def test_a_year_can_be_run_in_hindsight_over_what_was_imported_today(
    creditors: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    with tenancy.within(creditors[0]):
        story.invoice(story.a_customer(), due=date(2026, 2, 28), on=date(2026, 11, 22))
    days = ("02-24", "02-25", "02-27", "02-28", "03-13", "03-14", "03-30", "04-14", "04-15")
    taken = []
    for day in days:
        run("--on", f"2026-{day}", "--organisation", slug(creditors[0]), "--no-send", "--json")
        (report,) = json.loads(capsys.readouterr().out)["organisations"]
        taken.append((day, report["run"]["emails"], report["run"]["tasks"]))
    assert [entry for entry in taken if any(entry[1:])] == [
        ("02-25", 1, 0), ("02-28", 1, 0), ("03-14", 1, 0), ("03-30", 1, 0), ("04-14", 0, 1),
    ]  # fmt: skip


def test_it_sends_unless_told_not_to(creditors: tuple[int, int], capsys: pytest.CaptureFixture[str]) -> None:
    run("--on", "2026-11-02", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert all(set(entry["sent"]) >= {"sent", "retried", "refused"} for entry in printed["organisations"])


def test_an_unknown_organisation_is_refused(db: None) -> None:
    with pytest.raises(command.Refused):
        run("--organisation", "nobody")


def test_a_date_that_is_none_is_wrong_use(db: None) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--on", "tomorrow")
    assert ended.value.code == 2


def test_trouble_in_one_organisation_does_not_keep_the_other_waiting(
    creditors: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    from tijdig.organisations.models import Organisation

    with tenancy.within(creditors[0]):
        Organisation.objects.update(timezone="Nowhere/Land")
    with pytest.raises(command.Refused):
        run("--organisation", slug(creditors[0]))
    with pytest.raises(command.Refused):
        run("--json")
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [entry["organisation"] for entry in printed["organisations"]] == [slug(creditors[1])]
    assert len(printed["refused"]) == 1
