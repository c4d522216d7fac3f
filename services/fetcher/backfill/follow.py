"""What a backfill takes of a document, and where it goes on. Pure: readings in, decisions out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from services.contracts.times import shown_time
from services.fetcher.discover import Listed
from services.fetcher.discover.further import DatedList, archive_at
from services.fetcher.rounds import RoundResult

BARREN = 4
"""Documents in a row that show nothing new to their trail, after which it ends: a listing that gives the same page for
every number, a calendar without an end, a circle."""
LONGEST_TRAIL = 5_000
"""Documents of one trail."""


@dataclass(frozen=True)
class Span:
    """From a day on, until before another."""

    since: date
    until: date | None = None

    def meets(self, archive: DatedList) -> bool:
        """Whether any day of the archive is in it."""
        return archive.last >= self.since and (self.until is None or archive.first < self.until)


@dataclass(frozen=True)
class Sorted:
    """The entries of a document that are in the span, or of which nobody can tell; and what the others are."""

    inside: tuple[Listed, ...]
    older: int
    newer: int
    oldest: date | None

    @property
    def is_past(self) -> bool:
        """Whether all that it lists is older than the span: so is what comes behind it."""
        return self.older > 0 and not self.inside and not self.newer


def sort_entries(entries: Sequence[Listed], span: Span) -> Sorted:
    """Which entries are in the span."""
    days = [day_of(entry) for entry in entries]
    older = [
        (day is not None and day < span.since) or (day is None and _changed_before(entry, span.since))
        for entry, day in zip(entries, days, strict=True)
    ]
    newer = [span.until is not None and day is not None and day >= span.until for day in days]
    inside = [entry for entry, old, new in zip(entries, older, newer, strict=True) if not old and not new]
    return Sorted(tuple(inside), sum(older), sum(newer), min((day for day in days if day), default=None))


def day_of(entry: Listed) -> date | None:
    """The day of an entry, as its channel writes it or as it stands in its address."""
    if shown := shown_time(entry.published):
        return shown.day
    inside = archive_at(entry.url.removesuffix("/").rpartition("/")[0])
    return inside.first if inside and inside.first == inside.last else None


def _changed_before(entry: Listed, since: date) -> bool:
    """Whether it did not change since then: so it was published before, too."""
    changed = shown_time(entry.updated)
    return changed is not None and changed.day < since


def parts_to_read(look: RoundResult, span: Span) -> list[str]:
    """Parts of an index that may hold pages of the span: not what did not change since, or is of another time."""
    return [part for part in look.parts if not _is_before(look.changed.get(part), span) and _may_hold(part, span)]


def _is_before(changed: str | None, span: Span) -> bool:
    shown = shown_time(changed)
    # A day is granted to zones and to clocks that go wrong.
    return shown is not None and shown.day < span.since - timedelta(days=1)


def _may_hold(part: str, span: Span) -> bool:
    """Whether the name of a part speaks of no other time, as sitemap-2019-03.xml does."""
    name = urlsplit(part).path.rpartition("/")[2].replace("_", "-")
    archives = (archive_at(f"https://part.invalid/{piece}") for piece in _pieces(name))
    named = next(filter(None, archives), None)
    return named is None or span.meets(named)


def _pieces(name: str) -> Iterable[str]:
    """The endings of a name at its hyphens, the longest first, without what stands behind the first dot."""
    pieces = name.partition(".")[0].split("-")
    return ("-".join(pieces[place:]) for place in range(len(pieces)))


def why_it_ends(result: Sorted, *, listed: int, place: int, barren: int, span: Span) -> str | None:
    """Why a trail goes on no further than this document; None while it goes on.

    `barren`: documents in a row, with this one, that showed nothing that the trail had not shown before.
    """
    if not listed:
        return "It lists nothing more."
    if result.is_past:
        return f"All that it lists is older than {span.since:%Y-%m-%d}."
    if barren >= BARREN:
        return f"{BARREN} documents in a row showed nothing that was not shown before."
    if place >= LONGEST_TRAIL:
        return f"It is the {LONGEST_TRAIL:,}th document of its kind; no more are looked at."
    return None
