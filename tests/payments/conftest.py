"""Every test of payments plays inside an organisation of its own."""

from tests.ledger.conftest import customer, organisation

__all__ = ["customer", "organisation"]
