"""Flows between the table and the pure value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tijdig.domain.followup import Flow, Stage, Step, StepKind
from tijdig.dunning.models import FlowVersion


def as_data(flow: Flow) -> list[dict[str, Any]]:
    """Return the steps as they are stored."""
    return [
        {
            "key": step.key,
            "stage": step.stage,
            "kind": step.kind,
            "offset_days": step.offset_days,
            "required": step.required,
        }
        for step in flow.steps
    ]


def from_row(row: FlowVersion) -> Flow:
    """Return the flow that is stored in `row`."""
    steps = tuple(
        Step(
            key=step["key"],
            stage=Stage(step["stage"]),
            kind=StepKind(step["kind"]),
            offset_days=step["offset_days"],
            required=step["required"],
        )
        for step in row.steps
    )
    return Flow(key=row.key, version=row.version, steps=steps)


def by_id(flow_version_ids: Collection[int]) -> Mapping[int, Flow]:
    """Return the flows with these ids."""
    return {row.pk: from_row(row) for row in FlowVersion.objects.filter(pk__in=set(flow_version_ids))}


def newest(key: str) -> FlowVersion | None:
    """Return the flow version that new follow-ups get; None when none is published."""
    return FlowVersion.objects.filter(key=key).order_by("-version").first()
