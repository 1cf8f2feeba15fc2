"""The EPC QR code (EPC069-12, version 002): a payment that a bank app fills in by itself."""

from __future__ import annotations

import io

import segno

from tijdig.domain.money import Money
from tijdig.domain.references import is_iban, is_ogm, is_rf, normalise

LARGEST_BYTES = 331
_LARGEST_MINOR = 99_999_999_999
# Symbols are made by the ten thousand: trying all eight masks would cost four times as much.
_MASK = 4
_LARGEST_VERSION = 13


class EpcInvalid(ValueError):
    """The payment does not fit in an EPC QR code. The message says which part, and why."""


def payload(
    *,
    name: str,
    iban: str,
    amount: Money,
    reference: str = "",
    text: str = "",
    bic: str = "",
    purpose: str = "",
    information: str = "",
) -> str:
    """Return the lines of the code for a payment to `name` at `iban`.

    `reference` is a structured one (RF, or a Belgian OGM, given as its twelve digits); `text` is free text;
    a code holds one of both. Raises EpcInvalid when a part breaks the rules of EPC069-12.
    """
    if reference and text:
        raise EpcInvalid("a code holds a structured reference or free text, not both")
    if reference and not (is_rf(reference) or is_ogm(reference)):
        raise EpcInvalid(f"“{reference}” is not a valid RF or OGM reference; give it as text")
    if not is_iban(iban):
        raise EpcInvalid(f"“{iban}” is not a valid IBAN")
    if not name.strip():
        raise EpcInvalid("the name of the beneficiary is missing")
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        _part("BIC", bic, 11),
        _part("name", name, 70),
        iban.replace(" ", "").upper(),
        _amount(amount),
        _part("purpose", purpose, 4),
        normalise(reference),
        _part("text", text, 140),
        _part("information", information, 70),
    )
    joined = "\n".join(lines).rstrip("\n")
    if len(joined.encode()) > LARGEST_BYTES:
        raise EpcInvalid(f"the code would be larger than {LARGEST_BYTES} bytes; shorten the text or the name")
    return joined


def svg(content: str, *, border: int = 4) -> str:
    """Return the symbol of `content` as an SVG element that scales to its place (one unit per module)."""
    target = io.BytesIO()
    _symbol(content).save(
        target,
        kind="svg",
        border=border,
        xmldecl=False,
        svgns=True,
        omitsize=True,
        nl=False,
        svgclass=None,
        lineclass=None,
    )
    return target.getvalue().decode()


def png(content: str, *, scale: int = 4, border: int = 4) -> bytes:
    """Return the symbol of `content` as PNG, `scale` pixels per module."""
    target = io.BytesIO()
    _symbol(content).save(target, kind="png", scale=scale, border=border)
    return target.getvalue()


def _symbol(content: str) -> segno.QRCode:
    symbol = segno.make(content.encode(), error="m", mode="byte", mask=_MASK, boost_error=False, micro=False)
    if int(symbol.version) > _LARGEST_VERSION:
        raise EpcInvalid(f"the code would need a symbol larger than version {_LARGEST_VERSION}")
    return symbol


def _amount(amount: Money) -> str:
    if amount.currency != "EUR":
        raise EpcInvalid(f"the code can only ask for euros, not {amount.currency}")
    if not 1 <= amount.minor <= _LARGEST_MINOR:
        raise EpcInvalid(f"the amount {amount} is not between 0.01 and 999999999.99")
    return f"EUR{amount}"


def _part(what: str, value: str, longest: int) -> str:
    """Return `value` on one line; raises EpcInvalid past `longest` characters."""
    single = " ".join(value.split())
    if len(single) > longest:
        raise EpcInvalid(f"the {what} is {len(single)} characters long, {longest} is the most")
    return single
