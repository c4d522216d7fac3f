"""What an endpoint wants to hear of: types of events, and conditions on the article, or on the source alone.

A condition holds when one of its values does. Values are compared without regard to case and spacing; bylines,
datelines and words are looked for as whole words. Pure: nothing here knows the database.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.contracts.article import ArticleKind
from services.contracts.source_events import PREFIX, SourceEventType
from services.runtime.http.problems import Storable
from services.webhooks.models import TEST, EventType

TYPES: tuple[str, ...] = get_args(EventType)
ABOUT_ARTICLES = tuple(name for name in TYPES if name.startswith("article."))
ABOUT_SOURCES: tuple[str, ...] = get_args(SourceEventType)
OTHERS = tuple(name for name in TYPES if name not in ABOUT_SOURCES)
VALUES = 100
"""The most values that one condition may name."""


def known_pattern(pattern: str) -> str:
    """The pattern itself; a `ValueError` when no type of event is like that."""
    if not any(fnmatchcase(name, pattern) for name in TYPES):
        raise ValueError(f"No event is of type {pattern!r}; there are {', '.join(TYPES)}, and patterns like article.*.")
    return pattern


def has_words(value: str) -> str:
    """The value itself; a `ValueError` when it holds nothing that could be found as a word."""
    if not re.search(r"\w", value):
        raise ValueError(f"{value!r} holds neither letter nor digit, so it can never be found.")
    return value


Pattern = Annotated[Storable, StringConstraints(max_length=50, pattern=r"^[a-z_.*]+$"), AfterValidator(known_pattern)]
Value = Annotated[Storable, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(has_words)]


def _some(what: str) -> Any:
    return Field(default=None, min_length=1, max_length=VALUES, description=what)


class Filter(BaseModel, extra="forbid"):
    """Conditions on an article; `match` says whether all that are named must hold, or any. None named: everything."""

    match: Literal["all", "any"] = "all"
    sources: list[Value] | None = _some("Names of sources, also of some to come.")
    kinds: list[ArticleKind] | None = _some("Kinds of article.")
    tags: list[Value] | None = _some("Tags of the page.")
    bylines: list[Value] | None = _some("Words of a writer's name or affiliation.")
    datelines: list[Value] | None = _some("Words of the place that opens the text.")
    words: list[Value] | None = _some("Words or phrases of headline or body.")

    @model_validator(mode="after")
    def _can_match(self) -> "Filter":
        if self.match == "any" and not self.conditions():
            raise ValueError("`match` is any of no conditions, so it can never match; name one, or leave it out.")
        return self

    def conditions(self) -> dict[str, list[str]]:
        """What is named."""
        return self.model_dump(exclude_none=True, exclude={"match"})


@dataclass(frozen=True)
class FilterSubject:
    """What an event says, as far as filters ask."""

    type: str
    source: str = ""
    kind: str = ""
    headline: str = ""
    tags: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    dateline: str = ""
    text: str = ""
    article: str | None = None


def is_about_article(event_type: str) -> bool:
    """Whether an event of this type tells of an article."""
    return event_type in ABOUT_ARTICLES


def is_about_source(event_type: str) -> bool:
    """Whether an event of this type tells what happened to a source itself."""
    return event_type.startswith(PREFIX)


def only_about_sources(event_types: Collection[str]) -> str | None:
    """The first of these patterns that only matches events about sources, if any."""
    return next((pattern for pattern in event_types if not _matches(pattern, OTHERS)), None)


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
        kind=article.get("kind", ""),
        headline=article.get("headline", ""),
        tags=tuple(plain(tag) for tag in article.get("tags", ())),
        byline=tuple(map(plain, writers)),
        dateline=plain(article.get("dateline") or ""),
        text=plain("\n".join((article.get("headline", ""), *blocks))),
        article=str(article["id"]),
    )


def why_not(event_types: Collection[str], wanted: Filter, told: FilterSubject) -> list[str]:
    """Why the event is not let through, a sentence for each reason; none when it is. Of an event about a source,
    a filter only judges the source; of one about an endpoint, nothing.
    """
    if told.type == TEST or (event_types and not any(fnmatchcase(told.type, pattern) for pattern in event_types)):
        return [f"Its type is {told.type}."]
    labels = {name: values for name, values in wanted.conditions().items() if _judges(name, told)}
    missed = [_MISSED[name](told) for name, values in labels.items() if not _HOLDS[name](told, values)]
    return [] if wanted.match == "any" and len(missed) < len(labels) else missed


def _judges(condition: str, told: FilterSubject) -> bool:
    """Whether the condition is one on such an event."""
    return told.article is not None or (condition == "sources" and is_about_source(told.type))


def _matches(pattern: str, types: Collection[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in types)


def never(event_types: Collection[str], wanted: Filter) -> str | None:
    """Why no event can ever pass both, in one sentence; None when one can."""
    judged = ABOUT_ARTICLES + (ABOUT_SOURCES if wanted.conditions().keys() <= {"sources"} else ())
    if event_types and wanted.conditions() and not any(_matches(pattern, judged) for pattern in event_types):
        return "The filter judges articles, but none of the event types is about one; drop either of the two."
    return None


def plain(text: str) -> str:
    """Text as it is compared."""
    return " ".join(text.casefold().split())


def _among(told: Collection[str], values: list[str]) -> bool:
    return any(plain(value) in told for value in values)


def _found(text: str, values: list[str]) -> bool:
    return _finder(tuple(values)).search(text) is not None


@lru_cache(maxsize=512)
def _finder(values: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(plain(value)) for value in values)})(?!\w)")


_HOLDS: dict[str, Callable[[FilterSubject, list[str]], bool]] = {
    "sources": lambda told, values: told.source in values,
    "kinds": lambda details, values: details.kind in values,
    "tags": lambda told, values: _among(told.tags, values),
    "bylines": lambda report, values: any(_found(writer, values) for writer in report.byline),
    "datelines": lambda told, values: _found(told.dateline, values),
    "words": lambda told, values: _found(told.text, values),
}
_MISSED: dict[str, Callable[[FilterSubject], str]] = {
    "sources": lambda report: f"Its source is {report.source}.",
    "kinds": lambda told: f"Its kind is {told.kind}.",
    "tags": lambda details: f"Its tags are {', '.join(details.tags)}." if details.tags else "It has no tags.",
    "bylines": lambda told: "No writer of it is named." if told.byline else "It has no byline.",
    "datelines": lambda told: f"Its dateline is {told.dateline.upper()}." if told.dateline else "It has no dateline.",
    "words": lambda _told: "None of the words is in headline or body.",
}
