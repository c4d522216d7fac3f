"""Whether a page is built otherwise than before, so that its new reading cannot be trusted. Pure: it is given `now`.

What a template explains (another layout, no date any more) waits for a decision. A body that is another one, or a
byline that is gone, may be the newsroom's doing where layout and date are as before: it waits for a day, and is news
then if no other pages did the same.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.contracts.article import Article
from services.store.changes.words import folded

DriftReason = Literal["layout", "date", "fields", "body"]
DriftOutcome = Literal["news", "held", "discarded", "late"]

SOFT: frozenset[DriftReason] = frozenset({"fields", "body"})
"""What a newsroom may have done to one article as well: it is news after `PATIENCE`, if no other page did the same."""
LOST = ("byline", "dek", "dateline")
"""Fields that a template loses sooner than a newsroom takes them away."""
KEPT = 0.5
"""The part of the words before that a body must still have, or most of it was replaced."""
LEAST_WORDS = 30
"""Words of a body below which nothing is said about its parts."""
PATIENCE = timedelta(hours=24)
"""How long a `SOFT` reason on one page alone is waited for."""
PEERS = 5
"""Pages of a host that drift within `WINDOW`, from which on it is the site that changed and not an article."""
WINDOW = timedelta(days=7)
"""As long as it takes until a few pages of a site were visited again."""


@dataclass(frozen=True)
class HeldBefore:
    """What is or was in quarantine of an article: which wording and capture, since when, and what became of it."""

    state: str
    content_hash: str
    fetched_at: datetime
    held_at: datetime


def drifted(old: Article, new: Article) -> tuple[DriftReason, ...]:
    """What of the page is built otherwise; nothing where only words changed."""
    found: dict[DriftReason, bool] = {
        "layout": old.layout not in {new.layout, "unknown"},
        "date": old.published_at is not None and new.published_at is None,
        "fields": any(getattr(old, name) and not getattr(new, name) for name in LOST),
        "body": _replaced(old, new),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def outcome(
    reasons: tuple[DriftReason, ...],
    before: HeldBefore | None,
    content_hash: str,
    fetched_at: datetime,
    *,
    peers: int,
    now: datetime,
) -> DriftOutcome:
    """What becomes of a reading that drifted; `peers` counts the pages of its host that did so lately, itself too."""
    if before and before.state == "discarded" and before.content_hash == content_hash:
        return "discarded"
    held = before if before and before.state == "held" else None
    if held and fetched_at < held.fetched_at:
        return "late"
    waited = held is not None and now >= held.held_at + PATIENCE
    alone = SOFT.issuperset(reasons) and peers < PEERS
    return "news" if alone and waited else "held"


def _replaced(old: Article, new: Article) -> bool:
    """Whether most of the body is another text: less than half is left, and most of what is there is new."""
    before, after = (Counter(word for block in article.body for word in folded(block.text)) for article in (old, new))
    if before.total() < LEAST_WORDS:
        return False
    shared = (before & after).total()
    return shared < KEPT * before.total() and shared < KEPT * after.total()
