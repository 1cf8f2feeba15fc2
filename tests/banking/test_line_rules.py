"""Rules that set movements aside: in force until ended, counted, within the organisation."""

from __future__ import annotations

import pytest

from tijdig.banking.line_rules import RuleMissing, add_rule, end_rule, rule_list, rules_in_force
from tijdig.domain.line_rules import LineRule
from tijdig.infra import tenancy
from tijdig.processes import organisation_setup

pytestmark = pytest.mark.django_db

RULE = LineRule(account="NL91ABNA0417164300", only_in=True)


def test_a_rule_is_in_force_until_it_is_ended(organisation: int) -> None:
    rule_id = add_rule(rule=RULE, why="payouts", actor="user:1")
    assert [(view.id, view.rule, view.why) for view in rules_in_force()] == [(rule_id, RULE, "payouts")]
    assert rule_list()[0].applied == 0
    end_rule(rule_id=rule_id, actor="user:1")
    assert rules_in_force() == ()
    with pytest.raises(RuleMissing):
        end_rule(rule_id=rule_id, actor="user:1")


def test_it_is_the_organisations_own(organisation: int) -> None:
    rule_id = add_rule(rule=RULE, why="payouts", actor="user:1")
    with tenancy.within(organisation_setup.create(name="Anders", country="BE", language="fr", actor="cli")):
        assert rules_in_force() == ()
        with pytest.raises(RuleMissing):
            end_rule(rule_id=rule_id, actor="user:1")
