"""Backfill: what a source published before we came, walked at an operator's order."""
