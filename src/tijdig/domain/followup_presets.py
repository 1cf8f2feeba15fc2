"""The flow every organisation starts with: notice, due date, reminder, formal notice, then a person."""

from __future__ import annotations

from tijdig.domain.followup import Flow, Stage, Step, StepKind

STANDARD_KEY = "standard"

STANDARD = Flow(
    key=STANDARD_KEY,
    version=1,
    steps=(
        Step("notice", Stage.NOTICE, StepKind.MESSAGE, -3, required=False),
        Step("due", Stage.DUE, StepKind.MESSAGE, 0, required=False),
        Step("reminder", Stage.REMINDER, StepKind.MESSAGE, 14),
        Step("formal-notice", Stage.FORMAL_NOTICE, StepKind.MESSAGE, 30),
        # 14 full days after the formal notice's receipt, and one to be sure.
        Step("hand-over", Stage.HAND_OVER, StepKind.TASK, 45),
    ),
)
