"""Writing the follow-up: its flows, how far each item is, what was done and what is held."""

from tijdig.dunning.operations.following import (
    FlowMissing,
    end_follow_ups,
    publish_preset_flow,
    restart_follow_ups,
    resume_follow_ups,
    start_follow_ups,
)
from tijdig.dunning.operations.holding import HoldInvalid, HoldMissing, lift_hold, place_hold
from tijdig.dunning.operations.stepping import (
    BUCKETS,
    FollowUpChange,
    NewAction,
    apply_changes,
    bucket_of,
    claim_buckets,
    lock_unchanged,
    record_actions,
    take_back_steps,
)

__all__ = [
    "BUCKETS",
    "FlowMissing",
    "FollowUpChange",
    "HoldInvalid",
    "HoldMissing",
    "NewAction",
    "apply_changes",
    "bucket_of",
    "claim_buckets",
    "end_follow_ups",
    "lift_hold",
    "lock_unchanged",
    "place_hold",
    "publish_preset_flow",
    "record_actions",
    "restart_follow_ups",
    "resume_follow_ups",
    "start_follow_ups",
    "take_back_steps",
]
