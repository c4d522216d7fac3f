"""Hiding articles and erasing them, on an operator's order."""
