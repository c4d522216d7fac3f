"""How attempts went over time: counted by the database in classes of time and of latency, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    case,
    cast,
    extract,
    func,
    literal_column,
    null,
    select,
)
from sqlmodel import Session

from services.runtime.database import is_sqlite
from services.webhooks.limits import SECONDS
from services.webhooks.models import attempts, deliveries

Span = Literal["hour", "day", "week"]
STEPS: Mapping[Span, tuple[timedelta, int]] = {
    "hour": (timedelta(minutes=1), 60),
    "day": (timedelta(minutes=30), 48),
    "week": (timedelta(hours=3), 56),
}
"""Of each span: the length of a step, and how many there are."""
LATENCIES = (25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, round(SECONDS * 1_000))
"""Classes of latency, by their upper bounds in milliseconds; the last is the time that an attempt may take."""


class AttemptCounts(BaseModel):
    """How many attempts there were, how many delivered, and how quick the answers were."""

    attempts: int = 0
    delivered: int = 0
    half_within: int | None = Field(default=None, description="Milliseconds within which half were answered")
    most_within: int | None = Field(default=None, description="Milliseconds within which 95 of 100 were answered")


class AttemptStep(AttemptCounts):
    """The attempts from this time until the next."""

    at: datetime


class EndpointStatistics(BaseModel):
    """How attempts to an endpoint went, over all and in steps, the oldest first. Times of answers are upper bounds."""

    span: Span
    seconds: int = Field(description="Length of a step")
    total: AttemptCounts
    steps: list[AttemptStep]


class EndpointSummary(BaseModel):
    """One endpoint: what it is owed, and its attempts of the span."""

    endpoint: int
    pending: int
    failed: int
    oldest_pending: datetime | None
    total: AttemptCounts


class EndpointSummaries(BaseModel):
    """All of your endpoints that were made, by number."""

    span: Span
    endpoints: list[EndpointSummary]


@dataclass
class Tally:
    """Attempts as the database counts them: by whether they delivered, and by class of latency."""

    attempts: int = 0
    delivered: int = 0
    answered: Counter[int] = field(default_factory=Counter)

    def add(self, number: int, latency: int | None, *, delivered: bool) -> None:
        """So many attempts of one class; without a latency nobody answered."""
        self.attempts += number
        self.delivered += number if delivered else 0
        if latency is not None:
            self.answered[latency] += number

    def counts(self) -> AttemptCounts:
        """What people see of it."""
        return AttemptCounts(
            attempts=self.attempts,
            delivered=self.delivered,
            half_within=within(self.answered, 0.5),
            most_within=within(self.answered, 0.95),
        )


def within(answered: Mapping[int, int], share: float) -> int | None:
    """The upper bound under which this share of the answers lies; None without an answer."""
    needed, passed = share * sum(answered.values()), 0
    for bound in sorted(answered):
        passed += answered[bound]
        if passed >= needed:
            return bound
    return None


def statistics(session: Session, endpoint: int, span: Span, now: datetime) -> EndpointStatistics:
    """The attempts to this endpoint in the span that ends now."""
    length, count = STEPS[span]
    seconds = round(length.total_seconds())
    last = int(now.timestamp()) // seconds
    first = last - count + 1
    step = (_epoch(session) // literal_column(str(seconds), Integer)).label("step")
    tallies = _tallies(session, step, attempts.c.endpoint == endpoint, attempts.c.at >= _moment(first * seconds))
    steps = [
        AttemptStep(at=_moment(number * seconds), **tallies[number].counts().model_dump())
        for number in range(first, last + 1)
    ]
    return EndpointStatistics(span=span, seconds=seconds, total=_sum(tallies.values()).counts(), steps=steps)


def summaries(session: Session, endpoints: Iterable[int], span: Span, now: datetime) -> EndpointSummaries:
    """Of each of these endpoints what it is owed, and how the attempts of the span went."""
    numbers, (length, count) = sorted(endpoints), STEPS[span]
    recent = attempts.c.endpoint.in_(numbers), attempts.c.at >= now - length * count
    tallies = _tallies(session, attempts.c.endpoint, *recent)
    backlogs = {(row.endpoint, row.state): row for row in session.execute(_backlogs(numbers))}
    return EndpointSummaries(span=span, endpoints=[_summary(number, backlogs, tallies[number]) for number in numbers])


def _summary(endpoint: int, backlogs: Mapping[tuple[int, str], Row[Any]], tally: Tally) -> EndpointSummary:
    pending, failed = (backlogs.get((endpoint, state)) for state in ("pending", "failed"))
    return EndpointSummary(
        endpoint=endpoint,
        pending=pending.deliveries if pending else 0,
        failed=failed.deliveries if failed else 0,
        oldest_pending=pending.oldest if pending else None,
        total=tally.counts(),
    )


def _tallies(session: Session, key: ColumnElement[int], *criteria: ColumnElement[bool]) -> dict[int, Tally]:
    """The attempts that these criteria fit, counted by this key."""
    tallies: dict[int, Tally] = defaultdict(Tally)
    classes = select(key, *_CLASSES).where(*criteria).group_by(key, *_GROUPED)
    for value, delivered, latency, number in session.execute(classes):
        tallies[value].add(number, latency, delivered=delivered)
    return tallies


def _backlogs(endpoints: list[int]) -> Select[tuple[int, str, int, datetime]]:
    created = deliveries.c.created_at
    return (
        select(
            deliveries.c.endpoint,
            deliveries.c.state,
            func.count().label("deliveries"),
            func.min(created, type_=created.type).label("oldest"),
        )
        .where(deliveries.c.state.in_(("pending", "failed")), deliveries.c.endpoint.in_(endpoints))
        .group_by(deliveries.c.endpoint, deliveries.c.state)
    )


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.attempts += tally.attempts
        whole.delivered += tally.delivered
        whole.answered += tally.answered
    return whole


def _epoch(session: Session) -> ColumnElement[int]:
    seconds = extract("epoch", attempts.c.at)
    return seconds if is_sqlite(session) else cast(func.floor(seconds), BigInteger)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# The values stand in the words of the statement: as parameters, PostgreSQL would not see that two are the same.
_DELIVERED = (attempts.c.outcome == literal_column("'delivered'")).label("delivered")
_LATENCY = case(
    (attempts.c.status.is_(None), null()),
    *((attempts.c.milliseconds <= bound, literal_column(str(bound))) for bound in LATENCIES[:-1]),
    else_=literal_column(str(LATENCIES[-1])),
).label("latency")
_GROUPED = _DELIVERED, _LATENCY
_CLASSES = *_GROUPED, func.count().label("attempts")
