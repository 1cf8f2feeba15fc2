"""Names nothing in our code speaks of, and who uses them all the same.

vulture finds unused code by name; these are looked up by a framework, by SQL, or by whoever reads a file.
"""

from __future__ import annotations

USED_BY_NAME = {
    # Django finds these by their names or by a dotted path in the settings.
    "urlpatterns": "Django: the addresses of a urls module",
    "BankingConfig": "Django: an app",
    "CustomersConfig": "Django: an app",
    "DunningConfig": "Django: an app",
    "InfraConfig": "Django: an app",
    "InvoicesConfig": "Django: an app",
    "LedgerConfig": "Django: an app",
    "MailboxConfig": "Django: an app",
    "MessagingConfig": "Django: an app",
    "OrganisationsConfig": "Django: an app",
    "PaymentsConfig": "Django: an app",
    "SecureHeaders": "settings.MIDDLEWARE",
    "OrganisationWall": "settings.MIDDLEWARE",
    "WayBack": "settings.MIDDLEWARE",
    "USERNAME_FIELD": "Django: what a user logs in with",
    "REQUIRED_FIELDS": "Django: what a user has besides",
    "is_staff": "Django: what its admin asks of a user",
    "is_superuser": "Django: what its permissions ask of a user",
    "has_perm": "Django: what its permissions ask of a user",
    "has_module_perms": "Django: what its permissions ask of a user",
    "perm": "Django: a parameter of has_perm",
    "obj": "Django: a parameter of has_perm",
    "app_label": "Django: a parameter of has_module_perms",
    "allow_multiple_selected": "Django: a file field that takes several",
    "value_from_datadict": "Django: how a form field reads what was sent",
    "remove_logo": "Django: a field of a form, read from cleaned_data",
    "mixed_subtype": "Django: how an e-mail is put together",
    "connection_class": "Django: how its SMTP backend connects",
    # Other libraries.
    "AccountAdapter": "settings.ACCOUNT_ADAPTER",
    "get_reset_password_from_key_url": "allauth: the link to choose a new password",
    "is_open_for_signup": "allauth: whether the sign-up page is open",
    "timestamp": "Procrastinate: when a periodic job was due",
    "StartElementHandler": "expat: called for a tag",
    "StartDoctypeDeclHandler": "expat: called for a document type",
    "freeze_panes": "openpyxl: the rows that stay in view",
    "context_depth_limit": "Liquid: a limit of a template",
    "loop_iteration_limit": "Liquid: a limit of a template",
    "local_namespace_limit": "Liquid: a limit of a template",
    "output_stream_limit": "Liquid: a limit of a template",
    "block_nesting_limit": "Liquid: a limit of a template",
    # Columns that SQL of our own reads and writes, and the tables it does so in.
    "Item": "the table ledger_item",
    "Credit": "the table ledger_credit",
    "Allocation": "the table ledger_allocation",
    "MatcherMonth": "the table banking_matchermonth",
    "corrected_date": "SQL: when a person first took a matcher's booking back",
    "fingerprint": "SQL: tells movements apart",
    "original_currency": "SQL: of which currency the original amount of a movement is",
    "name_key": "SQL: a generated column, to sort and search by",
    "number_key": "SQL: a generated column, to sort and search by",
    "outcome_reason": "SQL: why a message was withdrawn or failed",
    "received_at": "SQL: when a file came in",
    "ended_at": "SQL: since when a rule is not applied any more",
    # Reached through its value.
    "NUMBER_BACKWARDS": "the sort “-number” in an address",
}
