"""What people look at: tables of a run and of the ledger."""
