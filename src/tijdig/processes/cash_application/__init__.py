"""Cash application: bank money to the invoices it is for, by itself where sure and by hand where not."""

from tijdig.processes.cash_application.bank_files import (
    TablePreview,
    is_bank_file,
    keep_layout,
    table_preview,
    unpacked,
)
from tijdig.processes.cash_application.by_hand import (
    AllocatedTooMuch,
    Booking,
    CustomerUnclear,
    LineNotBooked,
    LineNotIgnored,
    LineNotWaiting,
    NotAReceipt,
    allocate_credit,
    book_line,
    ignore_line,
    leave_on_account,
    reopen_line,
    unbook_line,
    undo_allocation,
    write_off,
)
from tijdig.processes.cash_application.importing import (
    BankImport,
    Booked,
    TooBusy,
    apply_waiting,
    import_bank_file,
)
from tijdig.processes.cash_application.proposing import LineProposal, proposals_for
from tijdig.processes.cash_application.setting_aside import RuleEffect, make_rule

__all__ = [
    "AllocatedTooMuch",
    "BankImport",
    "Booked",
    "Booking",
    "CustomerUnclear",
    "LineNotBooked",
    "LineNotIgnored",
    "LineNotWaiting",
    "LineProposal",
    "NotAReceipt",
    "RuleEffect",
    "TablePreview",
    "TooBusy",
    "allocate_credit",
    "apply_waiting",
    "book_line",
    "ignore_line",
    "import_bank_file",
    "is_bank_file",
    "keep_layout",
    "leave_on_account",
    "make_rule",
    "proposals_for",
    "reopen_line",
    "table_preview",
    "unbook_line",
    "undo_allocation",
    "unpacked",
    "write_off",
]
