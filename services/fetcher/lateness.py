"""How late entries of a listing appear, and where a walk through it may stop. Pure: times in, times out.

Newsrooms backdate, and insert in batches: an entry appears below others that have been there for days. A listing is
read until a whole page of it is known, and older than that.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

LATEST = timedelta(days=30)
"""The most that is believed: a listing in no order at all would be read to its end at each look."""

Since = Sequence[datetime | None]
"""Of each entry of a document, in its order, since when it is shown; None for what was not there before."""


def lateness(since: Since, now: datetime) -> timedelta:
    """How late the latest of the new entries is: how long the entry above it has been there.

    Only where the entry below is no younger than the one above does the place of a new entry say anything: an old one
    that is pinned to the top says nothing.
    """
    late = (now - above for above, below in _around_new(since) if above >= below)
    return min(max(late, default=timedelta()), LATEST)


def is_known_and_old(since: Since, late: timedelta, now: datetime) -> bool:
    """Whether all entries were there before, and for longer than entries of this listing are late."""
    known = [entry for entry in since if entry]
    return len(known) == len(since) and all(now - entry >= late for entry in known)


def _around_new(since: Since) -> Iterator[tuple[datetime, datetime]]:
    """Of each run of new entries the known ones right above and below it."""
    above: datetime | None = None
    is_new = False
    for entry in since:
        if entry and above and is_new:
            yield above, entry
        above, is_new = entry or above, entry is None
