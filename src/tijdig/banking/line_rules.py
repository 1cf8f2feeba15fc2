"""Rules that set movements aside by themselves: making one, ending it, and what each did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tijdig.banking import models
from tijdig.domain.line_rules import LineRule
from tijdig.infra import audit, clock, tenancy


class RuleMissing(LookupError):
    """There is no such rule, or it was ended already."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in force, why it was made and by whom, and how many movements it set aside."""

    id: int
    rule: LineRule
    why: str
    actor: str
    created_at: datetime
    applied: int = 0


def rules_in_force() -> tuple[RuleView, ...]:
    """Return the rules, oldest first; what each did is not counted."""
    found = models.LineRule.objects.filter(
        organisation_id=tenancy.current_organisation_id(), ended_at__isnull=True
    ).order_by("pk")
    return tuple(
        RuleView(
            row.pk,
            LineRule(account=row.account, name=row.name, text=row.text, only_in=row.only_in),
            row.why,
            row.actor,
            row.created_at,
        )
        for row in found
    )


def rule_list() -> tuple[RuleView, ...]:
    """Return the rules in force, newest first, with what each did."""
    applied = _applied()
    return tuple(replace(rule, applied=applied.get(rule.id, 0)) for rule in reversed(rules_in_force()))


def _applied() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (reason->>'rule')::bigint, count(*) FROM banking_bankline
               WHERE organisation_id = %s AND state = 'IGNORED' AND reason->>'code' = 'RULE_SETS_ASIDE'
               GROUP BY 1""",
            [tenancy.current_organisation_id()],
        )
        return dict(cursor.fetchall())


@transaction.atomic
def add_rule(*, rule: LineRule, why: str, actor: str) -> int:
    """Set movements like this aside from now on; return the rule's id."""
    row = models.LineRule.objects.create(
        organisation_id=tenancy.current_organisation_id(),
        account=rule.account[:40],
        name=rule.name[:200],
        text=rule.text[:140],
        only_in=rule.only_in,
        why=why.strip()[:300],
        actor=actor,
        created_at=clock.now(),
    )
    audit.record(actor=actor, action="bank.rule_added", subject=f"banking_linerule:{row.pk}")
    return row.pk


@transaction.atomic
def end_rule(*, rule_id: int, actor: str) -> None:
    """Apply a rule no more; what it set aside stays so. Raises RuleMissing."""
    if not models.LineRule.objects.filter(
        pk=rule_id, organisation_id=tenancy.current_organisation_id(), ended_at__isnull=True
    ).update(ended_at=clock.now()):
        raise RuleMissing(_("This rule is not in force any more."))
    audit.record(actor=actor, action="bank.rule_ended", subject=f"banking_linerule:{rule_id}")
