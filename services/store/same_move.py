"""Many pages that move in the same way, such as on the day of a rename that nobody ordered: one notice for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from sqlmodel import Session

from services.store.changes.drift import PEERS
from services.store.identity import plain_address
from services.store.same_change import tally
from services.store.shared_changes import SharedNotice, announce_shared


@dataclass(frozen=True)
class PageMove:
    """Where an article of a source was, and where it is."""

    article: str
    source: str
    before: str
    after: str

    @cached_property
    def replaced(self) -> tuple[str, str]:
        """What of the address is another: both without the parts of the path at their ends that are the same."""
        olds, news = ((plain_address(url) or url).split("/") for url in (self.before, self.after))
        while len(olds) > 1 and len(news) > 1 and olds[-1] == news[-1]:
            olds.pop()
            news.pop()
        return "/".join(olds), "/".join(news)

    @property
    def mark(self) -> tuple[str, str]:
        """Of the host that it left, how it moved."""
        return urlsplit(self.before).hostname or self.source, "moved: {} > {}".format(*self.replaced)


def moved_alike(session: Session, moves: Sequence[PageMove], now: datetime) -> set[str]:
    """The articles that moved as `PEERS` others of their host did within a week, these included.

    The first few are news each, until there are so many. The moment there are, one `source.drifted` event lists them.
    """
    if not moves:
        return set()
    rows = [{"host": move.mark[0], "signature": move.mark[1], "article": move.article, "at": now} for move in moves]
    counted = tally(session, rows, now)
    first = {move.mark: move for move in reversed(moves)}
    for mark, move in sorted(first.items()):
        if counted.reaches(mark, PEERS):
            about = f"{{}} pages moved in the same way so far: from {move.replaced[0]} to {move.replaced[1]}."
            announce_shared(session, SharedNotice(move.source, [mark], about, ("url",)), now)
    return {move.article for move in moves if counted.is_many(move.mark)}
