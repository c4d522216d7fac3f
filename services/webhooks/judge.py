"""Whether an event is one that an endpoint wants, and why or why not. Pure: nothing here knows the database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.contracts.article_events import LISTED
from services.contracts.changes import Grade
from services.runtime.events.changes import ChangeSubject, weighs
from services.runtime.events.phrases import first_of, plain
from services.webhooks.filters import Filter, is_about_source, takes_type
from services.webhooks.models import TEST


@dataclass(frozen=True)
class FilterSubject:
    """What an event says, as far as filters ask."""

    type: str
    source: str = ""
    sources: tuple[str, ...] = ()
    """All sources of the article; of `article.listed`, all but the new one, which is its `source`."""
    kind: str = ""
    headline: str = ""
    tags: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    dateline: str = ""
    text: str = ""
    article: str | None = None
    merged: str | None = None
    """The article that turned out to be this one: its readers are told as well."""
    change: ChangeSubject = field(default_factory=ChangeSubject)


def story(source: str, event: Mapping[str, Any]) -> FilterSubject:
    """What the body of an event says; one that is about no article has a type only."""
    event_type, article = str(event["type"]), event["data"].get("article")
    if article is None:
        return FilterSubject(event_type, source)
    blocks = (block["text"] for block in article.get("body", ()))
    writers = (entry.get(part) or "" for entry in article.get("byline", ()) for part in ("name", "affiliation"))
    return FilterSubject(
        type=event_type,
        source=source,
        sources=tuple(name for name in article.get("sources", ()) if event_type != LISTED or name != source),
        kind=article.get("kind", ""),
        headline=article.get("headline", ""),
        tags=tuple(plain(tag) for tag in article.get("tags", ())),
        byline=tuple(map(plain, writers)),
        dateline=plain(article.get("dateline") or ""),
        text=plain("\n".join((article.get("headline", ""), *blocks))),
        article=str(article["id"]),
        merged=(event["data"].get("merged") or {}).get("id"),
        change=ChangeSubject.of(event),
    )


def why_not(event_types: Collection[str], criteria: Filter, event: FilterSubject) -> list[str]:
    """Why the event is not let through, a sentence for each reason; none when it is. Of an event about a source,
    a filter only judges the source; of one about an endpoint, nothing.
    """
    return (
        not_of_type(event_types, event)
        or _known_without(event_types, criteria, event)
        or [*_missed(criteria, event), *change_refused(criteria, event)]
    )


def _known_without(event_types: Collection[str], criteria: Filter, event: FilterSubject) -> list[str]:
    """Why an endpoint need not hear that a further source shows an article: it does not go by sources, or only by
    those that brought it the article before.
    """
    if event.type != LISTED or LISTED in event_types:
        return []
    if criteria.sources is None:
        return ["Another source shows it, and the filter names no sources."]
    before = _first_equal(event.sources, criteria.sources)
    return [f"Another source shows it, and {before} has shown it before."] if before else []


def not_of_type(event_types: Collection[str], event: FilterSubject) -> list[str]:
    """Why an endpoint that takes these types does not take the event."""
    fits = event.type != TEST and takes_type(event.type, event_types)
    return [] if fits else [f"Its type is {event.type}."]


def why(criteria: Filter, event: FilterSubject) -> list[str]:
    """Which conditions of the filter hold for the event, each with the value that does; none where none is named."""
    labels = {name: values for name, values in criteria.conditions().items() if _judges(name, event)}
    firsts = ((name, _FIRST[name](event, values)) for name, values in labels.items())
    reasons = [f"{name}: {value}" for name, value in firsts if value is not None]
    if criteria.min_grade and event.change.grade:
        reasons.append(f"min_grade: {event.change.grade}")
    return reasons


def _missed(criteria: Filter, event: FilterSubject) -> list[str]:
    labels = {name: values for name, values in criteria.conditions().items() if _judges(name, event)}
    missed = [_MISSED[name](event) for name, values in labels.items() if not _holds(name, event, values)]
    missed = [] if criteria.match == "any" and len(missed) < len(labels) else missed
    return missed + [
        f"It is excluded by {name}: {value}."
        for name, values in (criteria.exclude.conditions() if criteria.exclude else {}).items()
        if _judges(name, event) and name not in ON_CHANGES and (value := _FIRST[name](event, values)) is not None
    ]


def change_refused(criteria: Filter, event: FilterSubject) -> list[str]:
    """Why what changed keeps the event from an endpoint: it weighs too little, or something in it is excluded."""
    if event.article is None:
        return []
    refused = [
        f"It is excluded by {name}: {value}."
        for name, values in (criteria.exclude.conditions() if criteria.exclude else {}).items()
        if name in ON_CHANGES and (value := _FIRST[name](event, values)) is not None
    ]
    if criteria.min_grade and not weighs(event.change, criteria.min_grade):
        refused.append(f"Its change is only {event.change.grade}.")
    return refused


def reaches_readers(event_types: Collection[str], criteria: Filter, event: FilterSubject) -> bool:
    """Whether the event goes to an endpoint that was sent its article before, whatever the article is like now.

    The conditions on the article count no more. Those on the change do, but not for what every reader must know: a
    correction notice, a large removal, and what is no change of words, such as a removal of the whole article.
    """
    if not_of_type(event_types, event):
        return False
    if event.change.grade is None or event.change.grade in MUST_KNOW:
        return True
    labels = {name: values for name, values in criteria.conditions().items() if name in ON_CHANGES}
    holds = criteria.match == "any" or all(_holds(name, event, values) for name, values in labels.items())
    return holds and not change_refused(criteria, event)


MUST_KNOW: frozenset[Grade] = frozenset({"correction", "removal"})
"""Grades of which every reader of an article is told."""
ON_CHANGES = frozenset({"changed", "added", "removed"})
"""The conditions on what changed."""


def _holds(name: str, event: FilterSubject, values: list[str]) -> bool:
    # Of an event that does not show all its words nobody can tell: rather one too many than one too few.
    unknown = event.change.uncertain and name in {"added", "removed"}
    return unknown or _FIRST[name](event, values) is not None


def _judges(condition: str, event: FilterSubject) -> bool:
    """Whether the condition is one on such an event."""
    return event.article is not None or (condition == "sources" and is_about_source(event.type))


def _among(present: Collection[str], values: Sequence[str]) -> str | None:
    return next((value for value in values if plain(value) in present), None)


def _equal(present: str, values: Sequence[str]) -> str | None:
    return present if present in values else None


def _first_equal(present: Sequence[str], values: Sequence[str]) -> str | None:
    return next((name for name in present if name in values), None)


def _any_source(event: FilterSubject, values: Sequence[str]) -> str | None:
    return _first_equal((event.source, *(() if event.type == LISTED else event.sources)), values)


def _writer(event: FilterSubject, values: Sequence[str]) -> str | None:
    return next((value for writer in event.byline if (value := first_of(writer, values))), None)


_FIRST: dict[str, Callable[[FilterSubject, list[str]], str | None]] = {
    "sources": _any_source,
    "kinds": lambda details, values: _equal(details.kind, values),
    "tags": lambda event, values: _among(event.tags, values),
    "bylines": _writer,
    "datelines": lambda event, values: first_of(event.dateline, values),
    "words": lambda event, values: first_of(event.text, values),
    "changed": lambda event, values: _among(event.change.changed, values),
    "added": lambda event, values: event.change.first_added(values),
    "removed": lambda event, values: event.change.first_removed(values),
}
"""The first of a condition's values that holds; None where none does."""
_MISSED: dict[str, Callable[[FilterSubject], str]] = {
    "sources": lambda report: f"Its source is {report.source}.",
    "kinds": lambda event: f"Its kind is {event.kind}.",
    "tags": lambda details: f"Its tags are {', '.join(details.tags)}." if details.tags else "It has no tags.",
    "bylines": lambda event: "No writer of it is named." if event.byline else "It has no byline.",
    "datelines": lambda event: (
        f"Its dateline is {event.dateline.upper()}." if event.dateline else "It has no dateline."
    ),
    "words": lambda _event: "None of the words is in headline or body.",
    "changed": lambda event: (
        f"It changed {', '.join(event.change.changed)}." if event.change.changed else "It changed nothing."
    ),
    "added": lambda _event: "None of the words is new.",
    "removed": lambda _event: "None of the words is gone.",
}
