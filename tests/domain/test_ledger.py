"""The ledger's words."""

from __future__ import annotations

from tijdig.domain.ledger import CreditKind, ItemKind


def test_what_exists_for_one_item_only_may_not_stay_on_account() -> None:
    own = {kind for kind in CreditKind if kind.belongs_to_its_item}
    assert own == {
        CreditKind.DISCOUNT,
        CreditKind.WRITE_OFF,
        CreditKind.CANCELLATION,
        CreditKind.RELEASE,
    }


def test_stored_codes_are_their_own_names_and_fit_their_columns() -> None:
    assert all(kind.value == kind.name and len(kind) <= 10 for kind in ItemKind)
    assert all(kind.value == kind.name and len(kind) <= 12 for kind in CreditKind)
