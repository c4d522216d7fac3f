"""Dateline: watches government newsrooms and tells, provably, what was published and what was changed."""

from importlib.metadata import version

__version__ = version("dateline")
