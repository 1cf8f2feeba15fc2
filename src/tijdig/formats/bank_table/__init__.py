"""Bank movements in a table (CSV, Excel): which column holds what, and the statements that follow from it.

Every bank has columns of its own and changes them; so a layout is data: those of the usual banks are known,
any other is pointed out once by a person and kept.
"""

from tijdig.formats.bank_table.known import recognise
from tijdig.formats.bank_table.layout import Holds, Layout, LayoutInvalid, guess, signature
from tijdig.formats.bank_table.reading import BankTableRefused, read, stream

__all__ = [
    "BankTableRefused",
    "Holds",
    "Layout",
    "LayoutInvalid",
    "guess",
    "read",
    "recognise",
    "signature",
    "stream",
]
