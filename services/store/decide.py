"""What a newly read wording means for the article we have: decided on values, written by `save`.

One rule makes the outcome independent of the order in which captures arrive: the current wording is that of the
latest capture, as the newest parser reads it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.contracts.article import Article
from services.contracts.messages import SaveArticle
from services.contracts.versions import generation
from services.store.wording import content_hash, differences, storable, trimmings


@dataclass(frozen=True)
class Reading:
    """A wording as it arrives: what one parser read in one capture, and the digest of what a reader sees."""

    order: SaveArticle
    content_hash: str

    @classmethod
    def of(cls, order: SaveArticle) -> Self:
        """The order with its text made storable."""
        article = storable(order.article)
        return cls(order.model_copy(update={"article": article}), content_hash(article))


@dataclass(frozen=True)
class Known:
    """The article as it stands: its current wording and who read it, and the latest capture that showed it."""

    article: Article
    content_hash: str
    read_by: str
    fetched_at: datetime
    parser: str


@dataclass(frozen=True)
class Created:
    """The first wording of an article: an event."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Updated:
    """Another wording is current from now on, seen before or not: a revision and an event."""

    changed: tuple[str, ...]


@dataclass(frozen=True)
class Refreshed:
    """The same wording, but a newer parser knows more about it: its reading replaces the old one, silently."""

    changed: tuple[str, ...]


@dataclass(frozen=True)
class Unchanged:
    """The page still says the same."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Late:
    """What an earlier capture, or an older parser, said: a revision if it was never seen, but no news."""

    changed: tuple[str, ...] = ()


Change = Created | Updated | Refreshed | Unchanged | Late


def decide(known: Known | None, reading: Reading) -> Change:
    """What becomes of a reading of this article; `known` is None when there is none yet."""
    if known is None:
        return Created()
    order = reading.order
    if _rank(order.fetched_at, order.parser) < _rank(known.fetched_at, known.parser):
        return Late()
    if reading.content_hash != known.content_hash:
        return Updated(differences(known.article, order.article))
    changed = trimmings(known.article, order.article)
    if changed and generation(order.parser) > generation(known.read_by):
        return Refreshed(changed)
    return Unchanged()


def _rank(fetched_at: datetime, parser: str) -> tuple[datetime, int]:
    return fetched_at, generation(parser)
