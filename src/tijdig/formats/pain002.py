"""Payment status reports in ISO 20022 XML: pain.002 of every version, with or without namespace.

What a bank says of a collection or a payment order before anything is booked. One streaming pass; elements
are known by local name and place. Rules and their sources: bank-formats.md §6, 14.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from tijdig.domain.money import AmountInvalid, Money
from tijdig.formats import prolog
from tijdig.formats.camt_entries import EntryInvalid, signed

ROOTS = ("CstmrPmtStsRpt", "pain.002.001.02", "pain.002.001.01")
"""What the element is called that holds a report."""
_NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_REJECTED = "RJCT"
# A status that says its parts differ is none of theirs.
_OF_PARTS = frozenset({"PART", "RVMC"})
# The code for a reason in free text, and one that some banks write for success.
_NO_CODE = frozenset({"NARR", "0000"})
_AMOUNTS = ("Amt/InstdAmt", "Amt/EqvtAmt/Amt", "IntrBkSttlmAmt")
_MANDATES = ("MndtRltdInf/MndtId", "MndtRltdInf/DrctDbtMndt/MndtId")


class ReportRefused(ValueError):
    """The file is no pain.002 that can be read whole: where it breaks, and why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Told:
    """A status and why: codes as the bank wrote them, also those no list knows; "" for none."""

    status: str = ""
    reason: str = ""
    information: str = ""
    """What the bank adds in its own words; with reason NARR all there is."""

    @property
    def is_rejected(self) -> bool:
        """Whether it failed for good (RJCT)."""
        return self.status == _REJECTED

    @property
    def why(self) -> str:
        """The code of the reason, or the bank's words where the code says nothing."""
        return self.information if self.reason in _NO_CODE or not self.reason else self.reason


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """What became of one transaction. Without a status of its own it has that of what it is part of."""

    told: Told
    end_to_end_id: str = ""
    instruction_id: str = ""
    amount: Money | None = None
    mandate_id: str = ""
    name: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What became of one payment information block: a batch with one date and account.

    Without a status of its own it has that of the whole message. `all_failed` says that all of it failed;
    then `transactions` may be empty.
    """

    told: Told
    id: str = ""
    transactions: tuple[TransactionStatus, ...] = ()
    all_failed: bool = False


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a bank says of a message it was sent; `original_message_id` is that message's.

    `all_failed` says that all of the message failed; then `payments` may be empty.
    """

    message_id: str
    original_message_id: str
    original_message_name: str
    told: Told
    payments: tuple[PaymentStatus, ...] = ()
    all_failed: bool = False


def looks_like(content: bytes) -> bool:
    """Whether the file is a payment status report, from its beginning alone."""
    if not prolog.looks_like_xml(content):
        return False
    try:
        return any(element.name in ROOTS for element in prolog.elements(prolog.trusted(content)))
    except prolog.PrologRefused:
        return False


def read(content: bytes) -> StatusReport:
    """Return the report in `content`. Raises ReportRefused for another file, and one that breaks off."""
    try:
        content = prolog.trusted(content)
        elements = prolog.elements(content)
    except prolog.PrologRefused as error:
        raise ReportRefused(error.where, str(error)) from error
    if not any(element.name in ROOTS for element in elements):
        raise ReportRefused("file", "this is no payment status report (pain.002)")
    reading = _Reading()
    parser = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=("{*}GrpHdr", "{*}OrgnlGrpInfAndSts", "{*}OrgnlGrpInf", "{*}TxInfAndSts", "{*}OrgnlPmtInfAndSts"),
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        for _, element in parser:
            reading.take(element)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        problem = error.msg.partition(", line ")[0]
        raise ReportRefused(
            f"line {line}, column {column}", f"the file is cut off or damaged: {problem}"
        ) from error
    return reading.report()


class _Reading:
    """What has been read of a report, in the order of its elements."""

    def __init__(self) -> None:
        self._message_id = ""
        self._original = ("", "")
        self._told = Told()
        self._open: list[tuple[str, TransactionStatus]] = []
        self._payments: list[PaymentStatus] = []

    def take(self, element: etree._Element) -> None:
        """Read an element that has ended, and free it."""
        name = element.tag.rpartition("}")[2]
        if name == "TxInfAndSts":
            self._open.append((_text(element, "OrgnlPmtInfId"), _transaction(element)))
        elif name == "OrgnlPmtInfAndSts":
            self._close(_told(element, "PmtInfSts"), _text(element, "OrgnlPmtInfId"))
        elif name == "GrpHdr":
            self._message_id = _text(element, "MsgId")
        else:
            self._original = _text(element, "OrgnlMsgId"), _text(element, "OrgnlMsgNmId")
            self._told = _told(element, "GrpSts")
        element.clear()

    def _close(self, told: Told, identity: str) -> None:
        """End a block of the original message, with the transactions since the one before."""
        told = told if told.status else _passed_on(self._told)
        inherited = _passed_on(told)
        transactions = tuple(_inheriting(transaction, inherited) for _, transaction in self._open)
        self._open = []
        self._payments.append(PaymentStatus(told, identity, transactions, _all_failed(told, transactions)))

    def report(self) -> StatusReport:
        """Return the whole; version 2 has its transactions outside blocks, each with the id of its own."""
        blocks: dict[str, list[tuple[str, TransactionStatus]]] = {}
        for each in self._open:
            blocks.setdefault(each[0], []).append(each)
        for identity, self._open in blocks.items():
            self._close(Told(), identity)
        failed = self._told.is_rejected and all(payment.all_failed for payment in self._payments)
        return StatusReport(
            self._message_id, *self._original, self._told, tuple(self._payments), all_failed=failed
        )


def _all_failed(told: Told, transactions: Sequence[TransactionStatus]) -> bool:
    """Whether a rejected block failed whole: it says of none of its transactions that it did not."""
    return told.is_rejected and all(each.told.is_rejected for each in transactions)


def _passed_on(told: Told) -> Told:
    """Return what transactions without a status have from what they are part of."""
    return Told() if told.status in _OF_PARTS else told


def _inheriting(transaction: TransactionStatus, inherited: Told) -> TransactionStatus:
    return transaction if transaction.told.status else replace(transaction, told=inherited)


def _transaction(element: etree._Element) -> TransactionStatus:
    reference = element.find("{*}OrgnlTxRef")
    name = iban = mandate = ""
    amount = None
    if reference is not None:
        amount = _amount(reference)
        mandate = next(filter(None, (_text(reference, path) for path in _MANDATES)), "")
        # Of a collection the debtor is the other side; of a payment order the creditor is, or the only one told.
        side = "Dbtr" if mandate or reference.find("{*}Cdtr") is None else "Cdtr"
        name = _text(reference, f"{side}/Nm") or _text(reference, f"{side}/Pty/Nm")
        iban = _text(reference, f"{side}Acct/Id/IBAN").replace(" ", "")
    return TransactionStatus(
        told=_told(element, "TxSts"),
        end_to_end_id=_given(_text(element, "OrgnlEndToEndId")),
        instruction_id=_given(_text(element, "OrgnlInstrId")),
        amount=amount,
        mandate_id=mandate,
        name=name,
        iban=iban,
    )


def _told(element: etree._Element, status: str) -> Told:
    """Return a status with its reasons: of several the first code, and all words."""
    codes, words = [], []
    for found in element.iterfind("{*}StsRsnInf"):
        paths = ("Rsn/Cd", "Rsn/Prtry", "StsRsn/Cd", "StsRsn/Prtry")
        codes += [code for path in paths if (code := _text(found, path))]
        words += [text for part in found.iterfind("{*}AddtlInf") if (text := (part.text or "").strip())]
        words += [text for part in found.iterfind("{*}AddtlStsRsnInf") if (text := (part.text or "").strip())]
    return Told(_text(element, status), codes[0] if codes else "", " ".join(words))


def _amount(reference: etree._Element) -> Money | None:
    for path in _AMOUNTS:
        found = reference.find("/".join(f"{{*}}{name}" for name in path.split("/")))
        if found is not None:
            try:
                return signed((found.text or "").strip(), "CRDT", found.get("Ccy", ""))
            except (EntryInvalid, AmountInvalid):
                return None
    return None


def _given(text: str) -> str:
    return "" if text in _NOT_GIVEN else text


def _text(element: etree._Element, path: str) -> str:
    """Return the stripped text at a path of local names, "" where there is none."""
    return (element.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or "").strip()
