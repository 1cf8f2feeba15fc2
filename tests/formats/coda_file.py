"""A small writer of CODA, for the tests that read it: records of 128 columns by their names.

Written from the record layouts of Febelfin's CODA 2.6; each function returns one record.
"""

from __future__ import annotations

from collections.abc import Sequence

from tijdig.formats import coda

IBAN = "BE68539007547034"


def record(text: str, *, more: str = " ", linked: str = " ") -> str:
    """Return a record: 125 columns of text, whether parts of it follow (126), whether others do (128)."""
    assert len(text) <= 125, text
    return f"{text:125}{more} {linked}"


def header(*, created: str = "011226", duplicate: bool = False, application: str = "00000") -> str:
    flag = "D" if duplicate else " "
    holder = f"{'':7}{'':10}{'VOORBEELD NV':26}{'GEBABEBB':11}00000000097 {application}"
    return record(f"00000{created}30005{flag}{holder}", linked="2")


def opening(amount: int = 0, *, account: str | None = None, structure: str = "2", number: str = "236") -> str:
    """Return record 1; amounts are in thousandths, signed."""
    place = f"{IBAN:34}EUR" if account is None else account
    text = f"1{structure}{number}{place:37}{_signed(amount)}301126{'VOORBEELD NV':26}{'Zichtrekening':35}"
    return f"{text:125}{number}"


def first(
    amount: int,
    says: str = "",
    *,
    key: str = "00010000",
    kind: str = "00150000",
    structured: bool = False,
    reference: str = "BANKREF1",
    value: str = "301126",
    entry: str = "011226",
    level: str = "0",
    more: bool = False,
    linked: bool = False,
) -> str:
    """Return record 2.1."""
    text = f"21{key}{reference:21}{_signed(amount)}{value}{kind}{int(structured)}{says:53}{entry}236{level}"
    return record(text, more=str(int(more)), linked=str(int(linked)))


def second(
    says: str = "", *, key: str = "00010000", customer: str = "", back: str = "", more: bool = False
) -> str:
    """Return record 2.2; `back` is the type and reason of an R-transaction."""
    text = f"22{key}{says:53}{customer:35}{'GEBABEBB':11}{'':3}{back:5}"
    return record(text, more=str(int(more)), linked="0")


def third(account: str = "", name: str = "", says: str = "", *, key: str = "00010000") -> str:
    return record(f"23{key}{account:37}{name:35}{says:43}", more="0", linked="0")


def information(says: str, *, key: str = "00010001", kind: str = "00150000", structured: bool = False) -> str:
    """Return record 3.1."""
    return record(f"31{key}{'BANKREF1':21}{kind}{int(structured)}{says:73}", more="0", linked="0")


def further(part: str, says: str, *, key: str = "00010001") -> str:
    """Return record 3.2 or 3.3."""
    return record(f"3{part}{key}{says}", more="0", linked="0")


def message(says: str) -> str:
    return record(f"4 00010000{'':22}{says:80}", linked="0")


def closing(amount: int = 0, *, account: str | None = None, number: str = "236", day: str = "011226") -> str:
    place = f"{IBAN:34}EUR" if account is None else account
    return record(f"8{number}{place:37}{_signed(amount)}{day}", linked="0")


def totals(records: Sequence[str], *, last: bool = True) -> str:
    """Return record 9 for the records of a statement."""
    count = sum(each[0] in "1238" for each in records)
    booked = [each for each in records if each.startswith("21") and each[6:10] == "0000"]
    debit = sum(int(each[32:47]) for each in booked if each[31] == "1")
    credit = sum(int(each[32:47]) for each in booked if each[31] == "0")
    return record(f"9{'':15}{count:06}{debit:015}{credit:015}", linked="2" if last else "1")


def whole(*movements: str, before: int = 0, extra: Sequence[str] = ()) -> list[str]:
    """Return the records of a statement around those of its movements, adding up."""
    net = sum(
        int(each[32:47]) * (-1 if each[31] == "1" else 1)
        for each in movements
        if each.startswith("21") and each[6:10] == "0000"
    )
    inside = [opening(before), *movements, closing(before + net)]
    return [header(), *inside, *extra, totals(inside)]


def content(records: Sequence[str], *, end: str = "\r\n", encoding: str = "cp1252") -> bytes:
    text = "".join(f"{each}{end}" for each in records)
    content = text.encode(encoding)
    assert coda.looks_like(content)
    return content


def _signed(thousandths: int) -> str:
    return f"{int(thousandths < 0)}{abs(thousandths):015}"
