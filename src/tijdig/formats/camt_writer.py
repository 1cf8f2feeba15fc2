"""Writing a camt.053.001.08 statement: for the demonstration's files, the tests and the benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from tijdig.domain.documents import Statement, StatementLine
from tijdig.domain.money import Money

_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n<BkToCstmrStmt>\n'
)


def write(statement: Statement) -> bytes:
    """Return the statement as a camt.053.001.08 file, each line an entry of its own."""
    return "".join(parts(statement, statement.lines)).encode()


def parts(statement: Statement, lines: Iterable[StatementLine]) -> Iterator[str]:
    """Yield the text of the file piece by piece, so that a long statement need not be held."""
    identity, made = escape(statement.id), f"{statement.to_date or '2000-01-01'}T06:00:00"
    yield f"{_OPENING}<GrpHdr><MsgId>{identity}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>\n"
    yield f"<Stmt><Id>{identity}</Id>"
    if statement.sequence:
        yield f"<ElctrncSeqNb>{escape(statement.sequence)}</ElctrncSeqNb>"
    yield f"<CreDtTm>{made}</CreDtTm>"
    yield f"<Acct><Id><IBAN>{escape(statement.account)}</IBAN></Id><Ccy>{statement.currency}</Ccy></Acct>\n"
    for code, balance, day in (
        ("OPBD", statement.opening_balance, statement.from_date),
        ("CLBD", statement.closing_balance, statement.to_date),
    ):
        if balance is not None:
            yield f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(balance)}"
            yield f"<Dt><Dt>{day or '2000-01-01'}</Dt></Dt></Bal>\n"
    for line in lines:
        yield _entry(line)
    yield "</Stmt>\n</BkToCstmrStmt>\n</Document>\n"


def _amount(amount: Money) -> str:
    indicator = "DBIT" if amount.minor < 0 else "CRDT"
    return f'<Amt Ccy="{amount.currency}">{abs(amount)}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>'


def _entry(line: StatementLine) -> str:
    amount = _amount(line.amount)
    dates = ""
    if line.booking_date:
        dates += f"<BookgDt><Dt>{line.booking_date}</Dt></BookgDt>"
    if line.value_date:
        dates += f"<ValDt><Dt>{line.value_date}</Dt></ValDt>"
    family = "<Cd>RCDT</Cd>" if line.amount.minor >= 0 else "<Cd>ICDT</Cd>"
    references = _element("EndToEndId", line.end_to_end_id or "NOTPROVIDED") + _element(
        "MndtId", line.mandate_id
    )
    return (
        f"<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts>{dates}{_element('AcctSvcrRef', line.bank_reference)}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly>{family}<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\n"
        f"<NtryDtls><TxDtls><Refs>{references}</Refs>{amount}{_parties(line)}{_remittance(line)}"
        f"{_returned(line)}</TxDtls></NtryDtls></Ntry>\n"
    )


def _parties(line: StatementLine) -> str:
    role = "Cdtr" if line.amount.minor < 0 else "Dbtr"
    name = (
        f"<{role}><Pty>{_element('Nm', line.counterparty_name)}</Pty></{role}>"
        if line.counterparty_name
        else ""
    )
    iban = _element("IBAN", line.counterparty_iban)
    account = f"<{role}Acct><Id>{iban}</Id></{role}Acct>" if iban else ""
    return f"<RltdPties>{name}{account}</RltdPties>" if name or account else ""


def _remittance(line: StatementLine) -> str:
    text = _element("Ustrd", line.remittance)
    if line.structured_reference:
        kind = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
        text += f"<Strd><CdtrRefInf>{kind}{_element('Ref', line.structured_reference)}</CdtrRefInf></Strd>"
    return f"<RmtInf>{text}</RmtInf>" if text else ""


def _returned(line: StatementLine) -> str:
    return f"<RtrInf><Rsn>{_element('Cd', line.return_reason)}</Rsn></RtrInf>" if line.return_reason else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
