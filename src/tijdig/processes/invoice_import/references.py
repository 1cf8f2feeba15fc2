"""The reference a customer is asked to pay with.

The document's own reference stands: it is printed on what the customer holds. Where it has none, a Belgian
organisation gets a generated OGM (its banks check the figures, so a payment with one books itself); the
number in it is the document's own id, so that no two are alike. Elsewhere nothing is generated: no Dutch
payer can be expected to type an RF reference, and the invoice number is what they will quote. Then the item
has no reference of its own and the invoice number serves.
"""

from __future__ import annotations

from tijdig.domain import references


def as_stored(text: str) -> str:
    """Return a reference in the writing that people recognise; a valid OGM or RF in its usual form."""
    bare = " ".join(text.split())
    if references.is_ogm(bare):
        return references.print_ogm(bare)
    if references.is_rf(bare):
        return references.normalise(bare)
    return bare


def generated(*, country: str, document_id: int) -> str:
    """Return the reference for a document without one; empty where the invoice number serves."""
    if country != "BE":
        return ""
    return references.print_ogm(references.make_ogm(document_id))
