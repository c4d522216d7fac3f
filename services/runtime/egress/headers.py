"""Reads response headers that any server may have written, such as Retry-After."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The pause that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3); None: it says neither.

    As written: centuries, or less than nothing for a date that is past. The caller knows what it will put up with.
    """
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return timedelta(seconds=int(value.strip()[:12]))
    with suppress(ValueError, OverflowError):
        when = parsedate_to_datetime(value)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)) - now
    return None
