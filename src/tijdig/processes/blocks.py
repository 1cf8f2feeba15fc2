"""What keeps a customer from being reminded though nobody put them on hold: money that is not placed yet, and
bank data too old to tell who has paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from tijdig.banking import queries as bank
from tijdig.domain.bank_data import furthest_behind, is_stale
from tijdig.domain.money import Money
from tijdig.domain.reasons import Reason
from tijdig.ledger import queries as ledger
from tijdig.organisations import queries as organisations


def stale_bank_data(on: date) -> Reason | None:
    """Return why the bank data are too old on `on`; None when they are fresh, or the bank is not used."""
    here, policy = organisations.current(), organisations.cash_policy()
    account, until = furthest_behind(bank.data_until()) or ("", None)
    if not is_stale(until, on=on, country=here.country, after_days=policy.stale_after_days):
        return None
    return Reason("BANK_DATA_STALE", {"until": str(until), "account": account})


def blocked_customers(customer_ids: Collection[int], *, on: date) -> Mapping[int, Reason]:
    """Return those of the customers who may not be reminded on `on`, each with the reason; set-based."""
    if not customer_ids:
        return {}
    policy = organisations.cash_policy()
    stale = stale_bank_data(on) if policy.hold_when_stale else None
    if stale is not None:
        return dict.fromkeys(customer_ids, stale)
    if not policy.hold_on_unapplied_money:
        return {}
    waiting = bank.waiting_money_of(customer_ids)
    unplaced = ledger.unplaced_money_of(customer_ids)
    return {
        **{
            each: Reason("UNPLACED_MONEY", {**_told(money), "customer": each})
            for each, money in unplaced.items()
        },
        **{
            each: Reason("WAITING_MONEY", {**_told(money.amount), "line": money.line_id})
            for each, money in waiting.items()
        },
    }


def _told(money: Money) -> dict[str, str | int]:
    return {"amount": str(money), "currency": money.currency}
