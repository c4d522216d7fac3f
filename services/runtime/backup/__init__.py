"""Backups: the database as of one moment, and after it every capture that it names, while everything runs."""
