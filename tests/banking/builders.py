"""Bank statements as banks send them (camt.053), from a few words each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

ACCOUNT = "NL91ABNA0417164300"
DAY = date(2026, 11, 19)


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement; `amount` as signed decimal text."""

    amount: str
    text: str = ""
    reference: str = ""
    name: str = "Bakkerij De Verzonnen Oven"
    iban: str = "NL02RABO0123456789"
    bank_reference: str = ""
    day: date | None = DAY
    return_code: str = ""
    currency: str = "EUR"
    end_to_end_id: str = ""
    mandate: str = ""
    original: str = ""
    charges: str = ""
    rate: str = ""

    def _amounts(self) -> str:
        """What was ordered ("100.00 USD", or in the entry's own currency), at what rate, and what banks took."""
        original, _, currency = self.original.partition(" ")
        rate = f"<CcyXchg><XchgRate>{self.rate}</XchgRate></CcyXchg>" if self.rate else ""
        instructed = (
            f'<AmtDtls><InstdAmt><Amt Ccy="{currency or self.currency}">{original}</Amt>{rate}</InstdAmt></AmtDtls>'
            if original
            else ""
        )
        charged = f'<Chrgs><Amt Ccy="{self.currency}">{self.charges}</Amt></Chrgs>' if self.charges else ""
        return instructed + charged

    def xml(self) -> str:
        """The entry as camt writes it."""
        incoming = not self.amount.startswith("-")
        side = "Dbtr" if incoming else "Cdtr"
        strd = (
            f"<Strd><CdtrRefInf><Ref>{escape(self.reference)}</Ref></CdtrRefInf></Strd>"
            if self.reference
            else ""
        )
        ustrd = f"<Ustrd>{escape(self.text)}</Ustrd>" if self.text else ""
        returned = f"<RtrInf><Rsn><Cd>{self.return_code}</Cd></Rsn></RtrInf>" if self.return_code else ""
        ref = f"<AcctSvcrRef>{self.bank_reference}</AcctSvcrRef>" if self.bank_reference else ""
        day = f"<BookgDt><Dt>{self.day}</Dt></BookgDt><ValDt><Dt>{self.day}</Dt></ValDt>" if self.day else ""
        ids = f"<EndToEndId>{self.end_to_end_id}</EndToEndId>" if self.end_to_end_id else ""
        ids += f"<MndtId>{self.mandate}</MndtId>" if self.mandate else ""
        refs = f"<Refs>{ids}</Refs>" if ids else ""
        return (
            f'<Ntry><Amt Ccy="{self.currency}">{self.amount.lstrip("-")}</Amt>'
            f"<CdtDbtInd>{'CRDT' if incoming else 'DBIT'}</CdtDbtInd><Sts>BOOK</Sts>{day}{ref}"
            f"<NtryDtls><TxDtls>{refs}{self._amounts()}<RltdPties><{side}><Nm>{escape(self.name)}</Nm></{side}>"
            f"<{side}Acct><Id><IBAN>{self.iban}</IBAN></Id></{side}Acct></RltdPties>"
            f"<RmtInf>{ustrd}{strd}</RmtInf>{returned}</TxDtls></NtryDtls></Ntry>"
        )


def statement(
    entries: Sequence[Entry] = (),
    *,
    id: str = "S1",
    opening: str | None = "1000.00",
    closing: str | None = None,
    account: str = ACCOUNT,
    sequence: str = "",
    raw: str = "",
    day: date = DAY,
) -> str:
    """One statement; without `closing` it adds up."""
    if opening is not None and closing is None:
        closing = str(Decimal(opening) + sum(Decimal(entry.amount) for entry in entries))
    number = f"<ElctrncSeqNb>{sequence}</ElctrncSeqNb>" if sequence else ""
    return (
        f"<Stmt><Id>{id}</Id>{number}<CreDtTm>{day}T23:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('OPBD', opening, day)}{_balance('CLBD', closing, day)}"
        f"{''.join(entry.xml() for entry in entries)}{raw}</Stmt>"
    )


def _balance(code: str, amount: str | None, day: date) -> str:
    if amount is None:
        return ""
    mark = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def bank_file(*statements: str) -> bytes:
    """A camt.053 file of these statements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-19T23:00:00</CreDtTm></GrpHdr>"
        f"{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()
