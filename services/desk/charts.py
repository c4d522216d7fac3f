"""Bar charts over time as the server draws them: a scale, times beneath, and what each bar says when pointed at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.desk.times import clock

WIDTH, HEIGHT, FLOOR, TOP = 100.0, 190.0, 162.0, 12.0
"""The width in percent, so that letters keep their size on every screen; in pixels the whole height, the line that bars
stand on, and the highest place."""
PATTERNS = {"hour": "%H:%M", "day": "%H:%M", "week": "%a %H:%M"}
"""How the times beneath a chart are written, by how far back it goes."""
SPANS = tuple(PATTERNS)
TICKS = 8
"""Times beneath a chart, at most; every second one is left out on a phone."""


@dataclass(frozen=True)
class Tick:
    """A place on an axis and what stands there; a minor one may be left out."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True)
class Part:
    """A piece of a bar: the name that gives it its colour, its upper edge, its height."""

    name: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One span of time: its place in percent, its pieces from the floor up, its sentence, and the gap beside it."""

    x: float
    width: float
    parts: tuple[Part, ...]
    title: str
    gap: float


@dataclass(frozen=True)
class BarChart:
    """What the macro `bars` draws; `summary` says in a sentence what there is to see."""

    summary: str
    scale: tuple[Tick, ...]
    times: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    height: float = HEIGHT
    floor: float = FLOOR


def bar_chart(
    summary: str,
    spans: Sequence[tuple[datetime, Mapping[str, float]]],
    title: Callable[[datetime, Mapping[str, float]], str],
    *,
    pattern: str = "%H:%M",
    unit: Callable[[float], str] = "{:,.0f}".format,
) -> BarChart:
    """A bar for each span, which is its begin and its values by name, stacked in their order.

    `title` is the sentence about a span, `pattern` how the times beneath are written, and `unit` writes the scale.
    """
    top = ceiling(max((sum(values.values()) for _, values in spans), default=0))
    width = WIDTH / max(len(spans), 1)
    bars = tuple(
        Bar(_round(i * width), _round(width), _parts(values, top), title(begin, values), round(width / 8, 2))
        for i, (begin, values) in enumerate(spans)
    )
    steps = [top * part / 4 for part in range(5)] if top >= 4 else [float(step) for step in range(int(top) + 1)]
    scale = tuple(Tick(_round(FLOOR - _height(value, top)), unit(value)) for value in steps)
    every = max(1, -(-len(spans) // TICKS))
    times = tuple(
        Tick(_round((i + 0.5) * width), clock(begin, pattern), minor=bool(i // every % 2))
        for i, (begin, _) in enumerate(spans)
        if i % every == 0
    )
    return BarChart(summary, scale, times, bars)


def ceiling(most: float) -> float:
    """A round number that is no less, to end a scale with: 1, 2, 4, 8, 12, 20, 40, 60, 80, 100, 200 and so on."""
    if most <= 1:
        return 1.0
    size = 1.0
    while True:
        for step in (1, 2, 4, 6, 8) if size >= 10 else (1, 2, 4, 8):
            if most <= step * size:
                return step * size
        if size == 1.0 and most <= 12:
            return 12.0
        size *= 10


def _parts(values: Mapping[str, float], top: float) -> tuple[Part, ...]:
    parts, floor = [], FLOOR
    for name, value in values.items():
        if value:
            height = _height(value, top)
            floor -= height
            parts.append(Part(name, _round(floor), _round(height)))
    return tuple(parts)


def _height(value: float, top: float) -> float:
    return value / top * (FLOOR - TOP)


def _round(place: float) -> float:
    return round(place, 2)
