"""From organisation, customer and items to a message to make."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.dunning import story
from tests.dunning.conftest import creditor  # noqa: F401
from tijdig.customers import queries as customers
from tijdig.domain.followup import Stage
from tijdig.domain.parties import Channel, Language
from tijdig.infra import tenancy
from tijdig.processes.message_making import house, message_job

DUE = date(2026, 11, 2)
pytestmark = pytest.mark.usefixtures("creditor")


def test_the_house_is_the_organisation_with_its_mode() -> None:
    speaking = house()
    assert (speaking.iban, speaking.country, speaking.in_test_mode) == ("NL91ABNA0417164300", "NL", False)
    with tenancy.within(story.a_creditor(live=False)):
        assert house().in_test_mode


def test_the_job_lists_the_oldest_invoice_first_in_the_customers_language() -> None:
    customer_id = story.a_customer()
    later, older = story.invoices(customer_id, due=(DUE, DUE - timedelta(days=9)))
    items = {item.id: item for item in story.open_items(customer_id)}
    job = message_job(
        customer=customers.get(customer_id),
        items=[(items[later], Stage.DUE), (items[older], Stage.REMINDER)],
        channel=Channel.EMAIL,
        on=DUE,
    )
    assert [(item.item_id, item.stage) for item in job.items] == [(older, Stage.REMINDER), (later, Stage.DUE)]
    assert (job.language, job.currency, job.on) == (Language.DUTCH, "EUR", DUE)
