"""Setting movements aside by a person's rule: at once when it is made, and for all that come in later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from tijdig.banking import operations as banking
from tijdig.banking import queries as bank
from tijdig.banking.line_rules import RuleView, add_rule, rules_in_force
from tijdig.banking.operations import StateChange
from tijdig.banking.queries import LineView
from tijdig.banking.states import LEFT_TO_A_PERSON, LineState
from tijdig.domain.line_rules import LineRule
from tijdig.domain.reasons import Reason
from tijdig.infra import audit

_MOST_AT_ONCE = 10_000
# The payer's own words say what it is for; they go before a rule about the payer.
_SAYS_WHAT_FOR = frozenset(
    {"ANOTHER_FITS", "ITEM_ALREADY_PAID", "NOT_SURE_ENOUGH", "OTHER_CURRENCY", "PAID_LESS", "PAID_MORE",
     "REFERENCES_DISAGREE", "SEVERAL_FIT"}
)  # fmt: skip
# What a person took up again stays with the person.
_STAYS = LEFT_TO_A_PERSON | _SAYS_WHAT_FOR


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What came of a new rule: its id, and how many waiting movements it set aside."""

    rule_id: int
    set_aside: int


@transaction.atomic
def make_rule(*, rule: LineRule, why: str, actor: str) -> RuleEffect:
    """Set movements like this aside from now on, and those that wait already."""
    rule_id = add_rule(rule=rule, why=why, actor=actor)
    waiting = bank.waiting_ids()[:_MOST_AT_ONCE]
    states = banking.lock_lines(waiting)
    lines = bank.lines([line_id for line_id in waiting if states[line_id] == LineState.WAITING])
    rules = rules_in_force()
    done = [change for line in lines.values() if (change := set_aside(rules, line)) is not None]
    banking.set_line_states(done)
    if done:
        audit.record(
            actor=actor,
            action="bank.rule_applied",
            subject=f"banking_linerule:{rule_id}",
            data={"lines": len(done)},
        )
    return RuleEffect(rule_id, len(done))


def set_aside(rules: Sequence[RuleView], line: LineView) -> StateChange | None:
    """Return that a rule sets a movement aside that would wait; None when none is about it.

    One that names an invoice waits all the same, as does one that a person took up again: their reasons tell.
    """
    if not rules or (line.reason is not None and line.reason.code in _STAYS):
        return None
    rule = _fitting(rules, line)
    if rule is None:
        return None
    return StateChange(
        line.id, LineState.IGNORED, Reason("RULE_SETS_ASIDE", {"rule": rule.id, "text": rule.why})
    )


def _fitting(rules: Sequence[RuleView], line: LineView) -> RuleView | None:
    for each in rules:
        if each.rule.fits(
            account=line.counterparty_iban,
            name=line.counterparty_name,
            text=f"{line.structured_reference} {line.remittance}",
            amount_minor=line.amount.minor,
        ):
            return each
    return None
