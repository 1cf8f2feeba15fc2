"""Reasons as raw SQL gives them back."""

from __future__ import annotations

import json
from typing import Any

from tijdig.domain.reasons import SENTENCES, Reason


def stored_reason(stored: str | dict[str, Any] | None) -> Reason | None:
    """Return the reason stored in a JSON column; None where there is none or its sentence is gone."""
    data = json.loads(stored) if isinstance(stored, str) else stored
    if not data or data.get("code") not in SENTENCES:
        return None
    return Reason(data["code"], {name: value for name, value in data.items() if name != "code"})
