"""One id for everything that one look at a source causes: it travels with the messages and stands in every log line."""

import secrets

import structlog


def current() -> str | None:
    """The trace id bound to what this thread is doing."""
    entry = structlog.contextvars.get_contextvars().get("trace_id")
    return str(entry) if entry else None


def new() -> str:
    """A fresh trace id, in the 16 bytes of a W3C trace."""
    return secrets.token_hex(16)
