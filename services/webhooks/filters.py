"""What an endpoint wants to hear of: types of events, and conditions on the article, or on the source alone.

A condition holds when one of its values does. Values are compared without regard to case and spacing; bylines,
datelines and words are looked for as whole words. Pure: nothing here knows the database.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.contracts.article import ArticleKind
from services.contracts.caller import Permission
from services.contracts.changes import ChangedField, Grade
from services.contracts.events import SCOPES, event_scope
from services.contracts.log_events import PREFIX as LOG
from services.contracts.source_events import PREFIX, SourceEventType
from services.contracts.troubles import SERVICE_PREFIX
from services.runtime.events.phrases import has_words, plain
from services.runtime.http.problems import Storable
from services.webhooks.models import EventType

TYPES: tuple[str, ...] = get_args(EventType)
ABOUT_ARTICLES = tuple(name for name in TYPES if name.startswith("article."))
ABOUT_SOURCES: tuple[str, ...] = get_args(SourceEventType)
VALUES = 100
"""The most values that one condition may name."""


def known_pattern(pattern: str) -> str:
    """The pattern itself; a `ValueError` when no type of event is like that."""
    if not any(fnmatchcase(name, pattern) for name in TYPES):
        raise ValueError(f"No event is of type {pattern!r}; there are {', '.join(TYPES)}, and patterns like article.*.")
    return pattern


Pattern = Annotated[Storable, StringConstraints(max_length=50, pattern=r"^[a-z_.*]+$"), AfterValidator(known_pattern)]
Value = Annotated[Storable, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(has_words)]


def _some(what: str) -> Any:
    return Field(default=None, min_length=1, max_length=VALUES, description=what)


class Conditions(BaseModel, extra="forbid"):
    """Conditions on an article and on what changed of it; each holds when one of its values does."""

    sources: list[Value] | None = _some("Names of sources, also of some to come.")
    kinds: list[ArticleKind] | None = _some("Kinds of article.")
    tags: list[Value] | None = _some("Tags of the page.")
    bylines: list[Value] | None = _some("Words of a writer's name or affiliation.")
    datelines: list[Value] | None = _some("Words of the place that opens the text.")
    words: list[Value] | None = _some("Words or phrases of headline or body.")
    changed: list[ChangedField] | None = _some("Fields that changed.")
    added: list[Value] | None = _some("Words or phrases that are new: more often there than before.")
    removed: list[Value] | None = _some("Words or phrases that are gone: less often there than before.")

    def conditions(self) -> dict[str, list[str]]:
        """What is named, each with its values."""
        named: dict[str, list[str]] = self.model_dump(exclude_none=True, include={*Conditions.model_fields})
        return named


class Exclusion(Conditions):
    """What must not hold: an event of which one of these holds is not sent."""

    @model_validator(mode="after")
    def _names_something(self) -> "Exclusion":
        if not self.conditions():
            raise ValueError("`exclude` names no condition, so it excludes nothing; name one, or leave it out.")
        return self


class Filter(Conditions):
    """Conditions on an article; `match` says whether all that are named must hold, or any. None named: everything.

    `min_grade` and `exclude` must hold in any case.
    """

    match: Literal["all", "any"] = "all"
    min_grade: Grade | None = Field(default=None, description="The least that a change must weigh.")
    exclude: Exclusion | None = Field(default=None, description="NOT: conditions of which none may hold.")

    @model_validator(mode="after")
    def _can_match(self) -> "Filter":
        if self.match == "any" and not self.conditions():
            raise ValueError("`match` is any of no conditions, so it can never match; name one, or leave it out.")
        both = self.exclude.conditions() if self.exclude else {}
        for name, values in self.conditions().items():
            if self.match == "all" and {*map(plain, values)} <= {*map(plain, both.get(name, ()))}:
                raise ValueError(
                    f"`{name}` and `exclude` name the same, so nothing can ever match; drop one of the two."
                )
        return self

    def named(self) -> dict[str, Any]:
        """The filter as it is kept; empty where it lets everything through."""
        named = self.model_dump(exclude_none=True, mode="json")
        return named if named.keys() - {"match"} else {}


def is_about_article(event_type: str) -> bool:
    """Whether an event of this type tells of an article."""
    return event_type in ABOUT_ARTICLES


def is_about_source(event_type: str) -> bool:
    """Whether an event of this type tells what happened to a source itself."""
    return event_type.startswith(PREFIX)


def takes_type(event_type: str, event_types: Collection[str]) -> bool:
    """Whether these patterns take the type. Checkpoints and trouble of the service are no news: who wants them names
    them.
    """
    if prefix := next((prefix for prefix in (LOG, SERVICE_PREFIX) if event_type.startswith(prefix)), None):
        return _matches_one(event_type, [pattern for pattern in event_types if pattern.startswith(prefix)])
    return not event_types or _matches_one(event_type, event_types)


def lacking_scope(event_types: Collection[str], scopes: Collection[str]) -> tuple[str, Permission] | None:
    """The first of these patterns that only matches events of which a key with these scopes never learns, if any, and
    the scope that it lacks.
    """
    for pattern in event_types:
        needed = {event_scope(name) for name in TYPES if fnmatchcase(name, pattern)}
        if None not in needed and not needed & set(scopes):
            return pattern, next(scope for scope in SCOPES.values() if scope in needed)
    return None


def never(event_types: Collection[str], conditions: Filter) -> str | None:
    """Why no event can ever pass both, in one sentence; None when one can."""
    judged = ABOUT_ARTICLES + (ABOUT_SOURCES if conditions.named().keys() <= {"match", "sources"} else ())
    if event_types and conditions.named() and not any(_matches(pattern, judged) for pattern in event_types):
        return "The filter judges articles, but none of the event types is about one; drop either of the two."
    return None


def _matches_one(event_type: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(event_type, pattern) for pattern in patterns)


def _matches(pattern: str, types: Collection[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in types)
