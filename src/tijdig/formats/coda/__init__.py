"""Bank statements in CODA, the fixed columns of Belgian banks (Febelfin, version 2).

`records` cuts the bytes into records, `communications` reads what they say, `movements` makes lines of them,
`statements` puts it together. Rules and their sources: bank-formats.md §6, 20–23.
"""

from tijdig.formats.coda.records import looks_like
from tijdig.formats.coda.statements import CodaRefused, read, stream

__all__ = ["CodaRefused", "looks_like", "read", "stream"]
