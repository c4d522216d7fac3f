"""What a newly read wording means for the article we have: decided on values, written by `save`.

One rule makes the outcome independent of the order in which captures arrive: the current wording is that of the
latest capture, as the newest parser reads it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Self

from services.contracts.article import Article
from services.contracts.messages import EarlierReading, SaveArticle
from services.contracts.versions import generation
from services.store.publication import ChannelTime, hour_written
from services.store.traces import Traces, traces_of
from services.store.wording import content_hash, differences, storable, trimmings

SETTLES = timedelta(hours=1)
"""How long a page that returns to an earlier wording is waited for: servers that disagree, and edits that are taken
back at once, are no news twice. After that the wording that stands is announced."""


@dataclass(frozen=True)
class Reading:
    """A wording as it arrives: what one parser read in one capture, and the digest of what a reader sees."""

    order: SaveArticle
    content_hash: str
    before: "Reading | None" = None
    """What the capture before says, as the same versions of the reader read it, where others had read it."""

    @cached_property
    def time(self) -> ChannelTime | None:
        """The hour at which a channel says that the page was published."""
        return hour_written(self.order.origin, self.order.fetched_at)

    @cached_property
    def traces(self) -> Traces:
        """What the text has in common with the same text elsewhere."""
        return traces_of(self.order.article, self.order.fetched_at)

    @classmethod
    def of(cls, order: SaveArticle) -> Self:
        """The order with its text made storable."""
        article = storable(order.article)
        before = cls.of(_earlier(order, order.before)) if order.before else None
        return cls(order.model_copy(update={"article": article}), content_hash(article), before)


@dataclass(frozen=True)
class Known:
    """The article as it stands: its current wording and who read it, and the latest capture that showed it."""

    article: Article
    content_hash: str
    read_by: str
    fetched_at: datetime
    parser: str
    capture: str
    since: datetime
    """When the current wording became current here."""
    withheld: bool = False
    """Whether an operator has withdrawn it."""


@dataclass(frozen=True)
class Created:
    """The first wording of an article: an event."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Updated:
    """Another wording is current from now on: a revision and an event.

    `returns_to` is the number of the earlier revision that said the same, if one did.
    """

    changed: tuple[str, ...]
    returns_to: int | None = None


@dataclass(frozen=True)
class Unsettled:
    """The page says what it said before, soon after it had said something else: to be judged again `until` then."""

    until: datetime
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refreshed:
    """The page says the same, but a newer reader knows more of it: its reading replaces the old one, silently."""

    changed: tuple[str, ...]


@dataclass(frozen=True)
class Unchanged:
    """The page still says the same."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Late:
    """What an earlier capture, or an older parser, said: a revision if it was never seen, but no news."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Withheld:
    """An operator has withdrawn the article: whatever its page says, nothing is written of it."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """The page is built otherwise than before: what it says waits in quarantine, to be judged again `until` then."""

    reasons: tuple[str, ...]
    until: datetime | None = None
    changed: tuple[str, ...] = ()


Change = Created | Updated | Unsettled | Held | Refreshed | Unchanged | Late | Withheld


def decide(known: Known | None, reading: Reading, now: datetime, earlier: int | None = None) -> Change:
    """What becomes of a reading of this article; `known` is None when there is none yet.

    `earlier` is the number of the revision before the current one that says the same, if one does.
    """
    if known is None or known.withheld:
        return Withheld() if known else Created()
    order = reading.order
    if _rank(order.fetched_at, order.parser) < _rank(known.fetched_at, known.parser):
        return Late()
    before = reread(known, reading)
    base, base_hash = (before.order.article, before.content_hash) if before else (known.article, known.content_hash)
    different = differences(base, order.article) if reading.content_hash != base_hash else ()
    if different and earlier and order.origin.cause == "live" and now < known.since + SETTLES:
        return Unsettled(known.since + SETTLES)
    if different:
        return Updated(different, earlier)
    changed = (*differences(known.article, order.article), *trimmings(known.article, order.article))
    if changed and _knows_more(known, order.parser, again=before is not None):
        return Refreshed(changed)
    return Unchanged()


def reread(known: Known, reading: Reading) -> Reading | None:
    """The capture that the article stands on as the reader of the new one reads it, where another reader had read it.

    What differs from that, the page has changed; what both say alike, and the article says otherwise, the reader has.
    """
    before = reading.before
    return before if before and before.order.capture == known.capture else None


def base_of(known: Known, reading: Reading) -> Article:
    """What the page said before, as far as the reader of now can tell: what the new wording is compared with."""
    before = reread(known, reading)
    return before.order.article if before else known.article


def refreshed(known: Known, reading: Reading) -> Reading | None:
    """What the words that stand become before the page's own change is told: as `reread`, by no older reader."""
    before = reread(known, reading)
    if before is None or not _knows_more(known, before.order.parser, again=True):
        return None
    changed = before.content_hash != known.content_hash or trimmings(known.article, before.order.article)
    return before if changed else None


def _knows_more(known: Known, parser: str, *, again: bool) -> bool:
    """Whether this parser is newer; the same is enough where both captures were read `again`, in another version."""
    conditions, theirs = generation(parser), generation(known.read_by)
    return conditions > theirs or (again and conditions == theirs)


def _earlier(order: SaveArticle, before: EarlierReading) -> SaveArticle:
    fields = {"capture": before.capture, "fetched_at": before.fetched_at, "article": before.article}
    return order.model_copy(update=fields | {"before": None})


def _rank(fetched_at: datetime, parser: str) -> tuple[datetime, int]:
    return fetched_at, generation(parser)
