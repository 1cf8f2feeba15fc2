"""Customers and invoices coming in: from tables, from e-invoices, and by hand."""

from tijdig.processes.invoice_import.by_hand import InvoiceRefused, NumberThereAlready, add_by_hand
from tijdig.processes.invoice_import.columns import LABELS, Field, TableKind, fields_of
from tijdig.processes.invoice_import.importing import (
    ColumnsMissing,
    change_columns,
    confirm,
    left_out,
    preview,
    receive,
    rejected_file,
)
from tijdig.processes.invoice_import.sources import FileRefused, Upload
from tijdig.processes.invoice_import.storing import Storable, Storing
from tijdig.processes.invoice_import.templates import template
from tijdig.processes.invoice_import.values import Draft, Imported, Outcome, Preview, PreviewRow

__all__ = [
    "LABELS",
    "ColumnsMissing",
    "Draft",
    "Field",
    "FileRefused",
    "Imported",
    "InvoiceRefused",
    "NumberThereAlready",
    "Outcome",
    "Preview",
    "PreviewRow",
    "Storable",
    "Storing",
    "TableKind",
    "Upload",
    "add_by_hand",
    "change_columns",
    "confirm",
    "fields_of",
    "left_out",
    "preview",
    "receive",
    "rejected_file",
    "template",
]
