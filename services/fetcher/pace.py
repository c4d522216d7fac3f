"""Whose turn it is: pure arithmetic on what waits and how its hosts stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.contracts.messages import Rank
from services.fetcher.schedule import HOST_PATIENCE

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Slot:
    """How a host stands: when it may be asked again, when it was asked last, and what is known of it."""

    name: str
    ready_at: datetime = LONG_AGO
    taken_at: datetime = LONG_AGO
    crawl_delay: float = 0.0
    failures: int = 0
    on_trial: bool = True
    """Nothing is known of it, or what is known is that it did not answer. What has no host yet (its name is empty) is
    not: no request is made for it."""

    def is_single(self, pace: float) -> bool:
        """Whether it is asked for one thing at a time: only a newsroom of your own, that answers, is not."""
        asks = self.on_trial or max(pace, self.crawl_delay) > 0 or self.failures >= HOST_PATIENCE
        return asks and self.name != ""


@dataclass(frozen=True)
class Waiting:
    """A host with something due; `ranks` are those of its due messages, the first to go first."""

    slot: Slot
    ranks: tuple[int, ...]
    is_asked: bool = False
    """Whether something of it is in flight, in whichever process."""

    @property
    def is_backlog(self) -> bool:
        """Whether nothing of it is news."""
        return self.ranks[0] >= Rank.BACKLOG


@dataclass(frozen=True)
class Places:
    """How many requests may begin now: of all, of those to hosts on trial, and of those that are kept for a backlog."""

    all: int
    on_trial: int
    backlog: int = 0


@dataclass(frozen=True)
class Turn:
    """So many messages of a host may go now; `single`: only while nothing else of it is in flight."""

    slot: Slot
    ranks: tuple[int, ...]
    number: int
    single: bool


@dataclass
class _Left:
    all: int
    on_trial: int
    turns: list[Turn] = field(default_factory=list)


def choose(
    waiting: Sequence[Waiting], now: datetime, places: Places, *, pace: float, slow: frozenset[str] = frozenset()
) -> list[Turn]:
    """Whose turn it is: news before backlogs, and of either the host first that was asked longest ago.

    A few places are a backlog's, so that it goes on beside any amount of news. Hosts that answer go before those that
    never did. The `slow` ones get no second request.
    """
    ready = [element for element in waiting if element.slot.ready_at <= now and _is_free(element, pace, slow)]
    ready.sort(key=lambda entry: (entry.slot.on_trial, entry.slot.taken_at, entry.slot.name))
    news = [member for member in ready if not member.is_backlog]
    backlog = [each for each in ready if each.is_backlog]
    return _fill([*backlog[: places.backlog], *news, *backlog[places.backlog :]], places, pace)


def _is_free(waiting: Waiting, pace: float, slow: frozenset[str]) -> bool:
    return not waiting.slot.is_single(pace) or not (waiting.is_asked or waiting.slot.name in slow)


def _fill(ordered: Sequence[Waiting], places: Places, pace: float) -> list[Turn]:
    left = _Left(places.all, places.on_trial)
    for number, entry in enumerate(ordered):
        single = entry.slot.is_single(pace)
        if left.all <= 0 or (entry.slot.on_trial and left.on_trial <= 0):
            continue
        # Where a host may be asked for several things at once, it shares with those that are still to come.
        count = 1 if single else -(-left.all // (len(ordered) - number))
        left.turns.append(Turn(entry.slot, entry.ranks, count, single))
        left.all -= count
        left.on_trial -= entry.slot.on_trial
    return left.turns
