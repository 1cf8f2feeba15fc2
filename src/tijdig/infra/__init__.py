"""What every app shares: tenancy, the audit trail, stored files, the clock, money fields."""
