"""Tijdig: invoices paid on time, and the customer kept."""

__version__ = "0.1.0"
