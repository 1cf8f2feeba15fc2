"""`:86:` in words, with a form of its own per bank: ABN AMRO in columns, SNS and ASN, Knab, old ING and Giro.

Sources: bank-formats.md §6.18 and the banks' sample files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tijdig.formats.mt940 import slash
from tijdig.formats.mt940.details import Details, given, marked_reference, one_line, unwrapped

_IBAN = r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}"
_CELL = 32

_PADDED = re.compile(r"SEPA .*?(?:IBAN|INCASSANT|BIC|NAAM|OMSCHRIJVING) ?:", re.IGNORECASE | re.DOTALL)
_LABELS = "IBAN|BIC|NAAM|MACHTIGING|OMSCHRIJVING|KENMERK|BETALINGSKENM|INCASSANT|VOOR|REDEN"
_LABEL = re.compile(rf"({_LABELS})\.?\s?:\s?(.*)\Z", re.IGNORECASE | re.DOTALL)
_NEXT_LABEL = re.compile(rf"(?<! ) +(?=(?:{_LABELS})\.? ?:)", re.IGNORECASE)

_GIRO = re.compile(r"(?:GIRO +([0-9]+) |([0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{3}) )\s*(.+?)(?: {2,}|\n|\Z)")

_SNS = re.compile(rf"(?:({_IBAN}|[0-9]{{7,10}}) ?([^\n]*))?\s?\n *\n")
_SNS_DEBIT = re.compile(
    r"Europese incasso(?: door)?:\s?(?P<name>[^-]*)-(?P<text>.*?)-?Incassant ID:\s?(?P<creditor>[A-Z0-9]*)"
    r"-Kenmerk Machtiging:\s?(?P<mandate>.*)\Z",
    re.DOTALL,
)

_KNAB = re.compile(r"^(?:REK: ?(?P<account>[A-Z0-9]+)/)?NAAM: ?(?P<name>[^\n]*)\Z", re.MULTILINE)

_OLD_ING = re.compile(rf"([0-9]{{9,10}})(?: (?P<kind>[^\n]*?)(?P<iban>{_IBAN}) [A-Z]{{6}}[A-Z0-9]{{2,5}})? ")


def padded(text: str, _credit: bool) -> Details | None:
    """Return what ABN AMRO's two columns tell ("SEPA OVERBOEKING   IBAN: …"); None for another text.

    A label begins a cell; its value goes on in the cells after it.
    """
    if not (text[:5].upper() == "SEPA " and _PADDED.match(text)):
        return None
    kind: list[str] = []
    said: dict[str, str] = {}
    label, full = "", False
    for cell in _cells(text):
        if match := _LABEL.match(cell):
            label = match[1].upper()
            said[label] = match[2].rstrip()
        elif label:
            said[label] += cell.rstrip() if full else f" {cell.strip()}"
        else:
            kind.append(cell.strip())
        full = len(cell) == _CELL and cell[-1:] != " "
    description = one_line(said.get("OMSCHRIJVING", ""))
    reference = said.get("BETALINGSKENM", "").replace(" ", "") or marked_reference(text)
    came_back = slash.came_back(" ".join(kind))
    return Details(
        name=one_line(said.get("NAAM", "")),
        account=said.get("IBAN", "").replace(" ", ""),
        remittance=description or ("" if reference else " ".join(kind)),
        reference=reference,
        end_to_end_id=given(said.get("KENMERK", "")),
        mandate_id=given(said.get("MACHTIGING", "")),
        returned=came_back,
        return_reason=said.get("REDEN", "").strip()[:4] if came_back else "",
    )


def _cells(text: str) -> Sequence[str]:
    """Return the cells of the two columns, each 32 wide with a space between; else what labels divide."""
    cells: list[str] = []
    for line in text.split("\n"):
        if len(line) > _CELL and not line[_CELL :: _CELL + 1].strip():
            cells += [line[start : start + _CELL] for start in range(0, len(line), _CELL + 1)]
        else:
            cells += _NEXT_LABEL.split(line)
    return cells


def giro(text: str, _credit: bool) -> Details | None:
    """Return what "GIRO", an account and a name open, or an account with dots, as ABN AMRO wrote."""
    match = _GIRO.match(text)
    if match is None:
        return None
    return Details(
        name=one_line(match[3]),
        account=match[1] or match[2].replace(".", ""),
        remittance=one_line(text[match.end() :]),
        reference=marked_reference(text),
    )


def sns(text: str, credit: bool) -> Details | None:
    """Return what SNS and ASN tell: the other account and its name (or nothing), a blank line, the text."""
    match = _SNS.match(text)
    if match is None:
        return None
    body = text[match.end() :].strip("\n")
    if found := slash.read("\n".join(filter(str.strip, body.split("\n"))), credit):
        pass
    elif debit := _SNS_DEBIT.match(unwrapped(body)):
        found = Details(
            name=one_line(debit["name"]).removesuffix(" NL"),
            remittance=one_line(debit["text"]),
            mandate_id=given(debit["mandate"]),
        )
    else:
        found = Details(remittance=one_line(unwrapped(body)), reference=marked_reference(body))
    found.name = one_line(match[2] or "") or found.name
    found.account = match[1] or found.account
    return found


def knab(text: str, _credit: bool) -> Details | None:
    """Return what Knab and bunq wrote: text, and on the last line "REK: …/NAAM: …" or "NAAM: …"."""
    match = _KNAB.search(text) if "NAAM: " in text else None
    if match is None:
        return None
    before = text[: match.start()]
    return Details(
        name=one_line(match["name"]),
        account=match["account"] or "",
        remittance=one_line(unwrapped(before.rstrip("\n"))),
        reference=marked_reference(before),
    )


def old_ing(text: str, _credit: bool) -> Details | None:
    """Return what ING and Postbank wrote: an account of nine or ten digits, perhaps its IBAN, and text."""
    match = _OLD_ING.match(text)
    if match is None:
        return None
    account, name, rest = match[1], "", text[match.end() :]
    if match["iban"]:
        name, _, rest = rest.partition("\n")
        account = match["iban"]
    return Details(
        name=one_line(name),
        account="" if not account.strip("0") else account,
        remittance=one_line(rest),
        reference=marked_reference(text),
    )
