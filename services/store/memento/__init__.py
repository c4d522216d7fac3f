"""Memento: each capture that proves a wording, found by the address of its page and a time."""
