"""Every test of the messages that needs the database plays inside an organisation of its own."""

from __future__ import annotations

from tests.ledger.conftest import organisation

__all__ = ["organisation"]
