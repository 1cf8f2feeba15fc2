"""The files to try: they go on from the day the demonstration was made, and book what they pay for."""

from __future__ import annotations

from functools import partial

import pytest

from tijdig.infra import clock, tenancy
from tijdig.organisations import operations as organisations
from tijdig.organisations import queries
from tijdig.processes import cash_application, invoice_import, organisation_setup
from tijdig.processes.demonstration import play, try_it
from tijdig.processes.demonstration.cast import CREDITORS
from tijdig.processes.demonstration.story import tell
from tijdig.processes.invoice_import import Upload

pytestmark = pytest.mark.django_db
CREDITOR = CREDITORS[0]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> int:
    """The first house of the demonstration, with a history of some weeks."""
    short = partial(tell, days=50)
    monkeypatch.setattr(try_it, "tell", short)
    user = organisations.create_user(email="c@tijdig.example", name="C", language="nl")
    made = organisation_setup.create(
        name=CREDITOR.name, slug=CREDITOR.slug, country=CREDITOR.country, language=CREDITOR.language,
        iban=CREDITOR.iban, owner_id=user, is_demo=True, actor="cli",
    )  # fmt: skip
    with tenancy.within(made):
        story = short(CREDITOR, last_day=clock.today(CREDITOR.timezone))
        play.live_through(story, user=f"user:{user}", progress=lambda *_told: None)
    return made


def test_the_statement_books_payments_by_itself_and_leaves_some(house: int) -> None:
    with tenancy.within(house):
        files = {file.key: file for file in try_it.files(queries.current())}
        today = clock.today(CREDITOR.timezone)
        done = cash_application.import_bank_file(
            name=files["statement"].name, content=files["statement"].content, on=today, actor="cli"
        )
        assert done.booked > 0
        assert done.rejected == 0
        batch_id = invoice_import.receive(
            uploads=[Upload(files["invoices"].name, files["invoices"].content)], actor="cli"
        )
        shown = invoice_import.preview(batch_id=batch_id, on=today)
        assert (shown.new, shown.rejected) == (7, 1)


def test_a_house_of_ones_own_has_no_files_to_try() -> None:
    user = organisations.create_user(email="o@tijdig.example", name="O", language="nl")
    made = organisation_setup.create(name="Echt", country="NL", language="nl", owner_id=user, actor="cli")
    with tenancy.within(made), pytest.raises(try_it.NoDemonstration):
        try_it.files(queries.current())
