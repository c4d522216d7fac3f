"""Whether an event is one that an endpoint wants, and why or why not. Pure: nothing here knows the database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from services.contracts.changes import Grade
from services.contracts.events import LISTED
from services.runtime.events.changes import ChangeSubject, weighs
from services.runtime.events.phrases import first_of, plain
from services.webhooks.filters import Filter, is_about_source
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


def why_not(event_types: Collection[str], wanted: Filter, told: FilterSubject) -> list[str]:
    """Why the event is not let through, a sentence for each reason; none when it is. Of an event about a source,
    a filter only judges the source; of one about an endpoint, nothing.
    """
    return (
        not_of_type(event_types, told)
        or _known_without(event_types, wanted, told)
        or [*_missed(wanted, told), *change_refused(wanted, told)]
    )


def _known_without(event_types: Collection[str], wanted: Filter, told: FilterSubject) -> list[str]:
    """Why an endpoint need not hear that a further source shows an article: it does not go by sources, or only by
    those that brought it the article before.
    """
    if told.type != LISTED or LISTED in event_types:
        return []
    if wanted.sources is None:
        return ["Another source shows it, and the filter names no sources."]
    before = _first_equal(told.sources, wanted.sources)
    return [f"Another source shows it, and {before} has shown it before."] if before else []


def not_of_type(event_types: Collection[str], told: FilterSubject) -> list[str]:
    """Why an endpoint that takes these types does not take the event."""
    fits = told.type != TEST and (not event_types or any(fnmatchcase(told.type, pattern) for pattern in event_types))
    return [] if fits else [f"Its type is {told.type}."]


def why(wanted: Filter, told: FilterSubject) -> list[str]:
    """Which conditions of the filter hold for the event, each with the value that does; none where none is named."""
    labels = {name: values for name, values in wanted.conditions().items() if _judges(name, told)}
    held = ((name, _FIRST[name](told, values)) for name, values in labels.items())
    reasons = [f"{name}: {value}" for name, value in held if value is not None]
    if wanted.min_grade and told.change.grade:
        reasons.append(f"min_grade: {told.change.grade}")
    return reasons


def _missed(wanted: Filter, told: FilterSubject) -> list[str]:
    labels = {name: values for name, values in wanted.conditions().items() if _judges(name, told)}
    missed = [_MISSED[name](told) for name, values in labels.items() if not _holds(name, told, values)]
    missed = [] if wanted.match == "any" and len(missed) < len(labels) else missed
    return missed + [
        f"It is excluded by {name}: {value}."
        for name, values in (wanted.exclude.conditions() if wanted.exclude else {}).items()
        if _judges(name, told) and name not in ON_CHANGES and (value := _FIRST[name](told, values)) is not None
    ]


def change_refused(wanted: Filter, told: FilterSubject) -> list[str]:
    """Why what changed keeps the event from an endpoint: it weighs too little, or something in it is excluded."""
    if told.article is None:
        return []
    refused = [
        f"It is excluded by {name}: {value}."
        for name, values in (wanted.exclude.conditions() if wanted.exclude else {}).items()
        if name in ON_CHANGES and (value := _FIRST[name](told, values)) is not None
    ]
    if wanted.min_grade and not weighs(told.change, wanted.min_grade):
        refused.append(f"Its change is only {told.change.grade}.")
    return refused


def reaches_readers(event_types: Collection[str], wanted: Filter, told: FilterSubject) -> bool:
    """Whether the event goes to an endpoint that was sent its article before, whatever the article is like now.

    The conditions on the article count no more. Those on the change do, but not for what every reader must know: a
    correction notice, a large removal, and what is no change of words, such as a removal of the whole article.
    """
    if not_of_type(event_types, told):
        return False
    if told.change.grade is None or told.change.grade in MUST_KNOW:
        return True
    labels = {name: values for name, values in wanted.conditions().items() if name in ON_CHANGES}
    held = wanted.match == "any" or all(_holds(name, told, values) for name, values in labels.items())
    return held and not change_refused(wanted, told)


MUST_KNOW: frozenset[Grade] = frozenset({"correction", "removal"})
"""Grades of which every reader of an article is told."""
ON_CHANGES = frozenset({"changed", "added", "removed"})
"""The conditions on what changed."""


def _holds(name: str, told: FilterSubject, values: list[str]) -> bool:
    # Of an event that does not show all its words nobody can tell: rather one too many than one too few.
    unknown = told.change.uncertain and name in {"added", "removed"}
    return unknown or _FIRST[name](told, values) is not None


def _judges(condition: str, told: FilterSubject) -> bool:
    """Whether the condition is one on such an event."""
    return told.article is not None or (condition == "sources" and is_about_source(told.type))


def _among(told: Collection[str], values: Sequence[str]) -> str | None:
    return next((value for value in values if plain(value) in told), None)


def _equal(told: str, values: Sequence[str]) -> str | None:
    return told if told in values else None


def _first_equal(told: Sequence[str], values: Sequence[str]) -> str | None:
    return next((name for name in told if name in values), None)


def _any_source(told: FilterSubject, values: Sequence[str]) -> str | None:
    return _first_equal((told.source, *(() if told.type == LISTED else told.sources)), values)


def _writer(told: FilterSubject, values: Sequence[str]) -> str | None:
    return next((value for writer in told.byline if (value := first_of(writer, values))), None)


_FIRST: dict[str, Callable[[FilterSubject, list[str]], str | None]] = {
    "sources": _any_source,
    "kinds": lambda details, values: _equal(details.kind, values),
    "tags": lambda told, values: _among(told.tags, values),
    "bylines": _writer,
    "datelines": lambda told, values: first_of(told.dateline, values),
    "words": lambda told, values: first_of(told.text, values),
    "changed": lambda told, values: _among(told.change.changed, values),
    "added": lambda told, values: told.change.first_added(values),
    "removed": lambda told, values: told.change.first_removed(values),
}
"""The first of a condition's values that holds; None where none does."""
_MISSED: dict[str, Callable[[FilterSubject], str]] = {
    "sources": lambda report: f"Its source is {report.source}.",
    "kinds": lambda told: f"Its kind is {told.kind}.",
    "tags": lambda details: f"Its tags are {', '.join(details.tags)}." if details.tags else "It has no tags.",
    "bylines": lambda told: "No writer of it is named." if told.byline else "It has no byline.",
    "datelines": lambda told: f"Its dateline is {told.dateline.upper()}." if told.dateline else "It has no dateline.",
    "words": lambda _told: "None of the words is in headline or body.",
    "changed": lambda told: (
        f"It changed {', '.join(told.change.changed)}." if told.change.changed else "It changed nothing."
    ),
    "added": lambda _told: "None of the words is new.",
    "removed": lambda _told: "None of the words is gone.",
}
