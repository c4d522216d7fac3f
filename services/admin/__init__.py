"""The API of operators: keys, dead letters, retries, the audit log, and the reference at /docs."""
