"""Search everything: customers, invoices, credit notes and payments by whatever one remembers of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tijdig.banking import queries as bank
from tijdig.customers import queries as customers
from tijdig.domain.money import AmountInvalid
from tijdig.domain.references import is_iban, is_ogm, normalise, print_ogm
from tijdig.interfaces.web.access import MemberRequest, member_required
from tijdig.interfaces.web.forms import read_amount
from tijdig.interfaces.web.pages.customers import state_of
from tijdig.invoices import queries as invoices
from tijdig.ledger import queries as ledger
from tijdig.ledger.queries import ItemView

_SHOWN = 10
_SHORTEST_REFERENCE = 5
_SHORTEST_WORD = 3
_LARGEST_AMOUNT = 2**62


@member_required()
@require_GET
def everything(request: MemberRequest) -> HttpResponse:
    """Show what fits; go straight to it when an invoice, customer or credit note has exactly this number."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    slug = request.organisation.slug
    if words:
        exact = ledger.known_numbers([words])
        if words in exact:
            return redirect("invoice", slug, exact[words].id)
        by_number = customers.by_numbers([words])
        if words in by_number:
            return redirect("customer", slug, by_number[words])
        for note in invoices.credit_notes(number=words, limit=1):
            if note.number == words and note.credit_id is not None:
                return redirect("credit", slug, note.customer_id, note.credit_id)
    found = _customers(words) if words else ()
    items = _items(request, words) if words else ()
    notes = invoices.credit_notes(number=words, limit=_SHOWN) if words else ()
    names = customers.many({item.customer_id for item in items} | {note.customer_id for note in notes})
    context = {
        "everything": words,
        "customers": found,
        "items": [(item, names.get(item.customer_id), state_of(item, on=request.today)) for item in items],
        "notes": [(note, names.get(note.customer_id)) for note in notes],
        "lines": _lines(words),
    }
    return render(request, "search/found.html", context)


def _customers(words: str) -> tuple[customers.CustomerView, ...]:
    """Return customers by name, number or town; by their e-mail address when it may be part of one."""
    found = customers.page(search=words, limit=_SHOWN).rows
    written = customers.with_email(words, limit=_SHOWN) if "@" in words or "." in words else ()
    return tuple({customer.id: customer for customer in (*found, *written)}.values())[:_SHOWN]


def _items(request: MemberRequest, words: str) -> tuple[ItemView, ...]:
    """Return items by reference, then by number or customer, then by amount."""
    page = ledger.item_page(
        on=request.today, status=ledger.ItemStatus.ALL, search=words, sort="-due_date", limit=_SHOWN
    )
    found = (*_by_reference(words), *page.items, *_by_amount(words, currency=request.organisation.currency))
    return tuple({item.id: item for item in found}.values())[:_SHOWN]


def _by_reference(words: str) -> tuple[ItemView, ...]:
    bare = normalise(words)
    if len(bare) < _SHORTEST_REFERENCE:
        return ()
    printed = {print_ogm(bare)} if is_ogm(bare) else set()
    return ledger.items_by_clue(references={words, bare, *printed}, cores=())


def _by_amount(words: str, *, currency: str) -> tuple[ItemView, ...]:
    try:
        minor = read_amount(words, currency=currency).minor
    except AmountInvalid:
        return ()
    return ledger.items_of_amount(minor, limit=_SHOWN) if 0 < minor < _LARGEST_AMOUNT else ()


def _lines(words: str) -> tuple[bank.LineView, ...]:
    """Return movements by name, text, account or amount; what is too short would be in every second text."""
    if len(words) < _SHORTEST_WORD:
        return ()
    return bank.line_page(search=_as_one_word(words), limit=_SHOWN).lines


def _as_one_word(words: str) -> str:
    """Return an account number without its spaces, a reference without its signs, other words as they are."""
    if is_iban(words):
        return words.replace(" ", "")
    bare = normalise(words)
    return bare if bare.isdigit() and len(bare) >= _SHORTEST_REFERENCE and "+" in words else words
