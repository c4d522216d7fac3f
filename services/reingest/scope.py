"""What re-ingestion asks about pages and articles of other services; the composition root supplies the answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.messages import Reingestion, Scope


@dataclass(frozen=True)
class PageBatch:
    """The next pages of a scope, by id; `last` is how far was looked, and `complete` whether that was all."""

    after: int
    pages: Sequence[int]
    last: int
    complete: bool


@dataclass(frozen=True)
class Neighbours:
    """The questions, each with the service or services that answer it."""

    reach: Callable[[Session, Scope, int], tuple[int, Sequence[Row[Any]]]]
    """How many pages a scope holds now, and the first of them: page, url, source and article."""
    next_pages: Callable[[Session, Scope, int, int], PageBatch]
    """The pages of a scope with ids above this one, so many at most."""
    enter: Callable[[Session, Sequence[int], Reingestion], int]
    """Lets these pages enter the path of the news again; how many there were. Each will have a result."""
    still: Callable[[Session, Mapping[int, str | None]], set[int]]
    """Which of these pages still have this newest capture; they are locked until the commit."""


_neighbours: list[Neighbours] = []


def connect(neighbours: Neighbours) -> None:
    """Tells the room, once in a process, who its neighbours are."""
    _neighbours[:] = [neighbours]


def neighbours() -> Neighbours:
    """Whom to ask."""
    if not _neighbours:
        raise LookupError("Nobody has connected re-ingestion with the services that know pages and articles.")
    return _neighbours[0]
