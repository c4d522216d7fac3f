"""Where the services run: settings, ledger, bus, database, archive, egress, logs and metrics."""
