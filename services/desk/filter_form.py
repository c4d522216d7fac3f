"""The form of an endpoint: what it shows of one, and what the API is asked when it is sent. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from services.contracts.article import ArticleKind
from services.contracts.changes import GRADES, ChangedField
from services.contracts.events import PublicEventType
from services.contracts.troubles import RECOVERED, TROUBLE

EVENT_TYPES: tuple[str, ...] = (*get_args(PublicEventType), TROUBLE, RECOVERED, "endpoint.disabled")
CHANGES = get_args(ChangedField)
KINDS = get_args(ArticleKind)
WRITTEN = ("tags", "bylines", "datelines", "words", "added", "removed")
"""Conditions whose values are written, one on each line; those of the others are ticked."""
CONDITIONS = ("sources", "kinds", *WRITTEN[:4], "changed", *WRITTEN[4:])
NOT = "not_"
"""How the names of fields begin that must not hold."""
LABELS = {
    "tags": "Tags of the page",
    "bylines": "Words of a writer’s name or affiliation",
    "datelines": "Words of the place that opens the text",
    "words": "Words or phrases of headline or body",
    "added": "Words or phrases that a change brought",
    "removed": "Words or phrases that a change took away",
}


@dataclass(frozen=True)
class EndpointForm:
    """The fields of the form, each with its values, as they were sent or as an endpoint has them."""

    fields: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, endpoint: Mapping[str, Any]) -> "EndpointForm":
        """What the form shows of an endpoint as the API gives it."""
        chosen = endpoint["filter"]
        fields: dict[str, Sequence[str]] = {
            "url": [endpoint["url"]],
            "description": [endpoint["description"]],
            "payload": [endpoint["payload"]],
            "rate": [f"{endpoint['rate']:g}"] if endpoint["rate"] else [],
            "event_types": endpoint["event_types"],
            "match": [chosen.get("match") or "all"],
            "min_grade": [chosen["min_grade"]] if chosen.get("min_grade") else [],
            "metadata": [f"{name}: {value}" for name, value in endpoint["metadata"].items()],
        }
        fields |= {name: chosen.get(name) or [] for name in CONDITIONS}
        exclude = chosen.get("exclude") or {}
        return cls(fields | {NOT + name: exclude.get(name) or [] for name in CONDITIONS})

    def one(self, name: str, default: str = "") -> str:
        """The value of a field; of several the last."""
        return (self.fields.get(name) or [default])[-1]

    def lines(self, name: str) -> list[str]:
        """The values of a field that has one on each line."""
        return list(_lines(self.fields.get(name) or ()))

    def has(self, name: str, value: str) -> bool:
        """Whether a box is ticked."""
        return value in (self.fields.get(name) or ())

    @property
    def is_narrow(self) -> bool:
        """Whether anything but types of events is chosen."""
        return bool(self.filter())

    @property
    def has_exclusions(self) -> bool:
        """Whether anything is chosen that must not hold."""
        return bool(self._conditions(NOT))

    def choice(self) -> dict[str, Any]:
        """Which events: as the API takes it, null for everything."""
        return {"event_types": self.lines("event_types") or None, "filter": self.filter() or None}

    def filter(self) -> dict[str, Any]:
        """The filter; empty where it lets everything through."""
        named, exclude = self._conditions(), self._conditions(NOT)
        chosen: dict[str, Any] = {**named, **({"exclude": exclude} if exclude else {})}
        chosen |= {"min_grade": self.one("min_grade")} if self.one("min_grade") else {}
        return {"match": self.one("match", "all") if named else "all", **chosen} if chosen else {}

    def order(self) -> dict[str, Any]:
        """All that the form says, as the API takes it. Headers only where some are written, or all are to go."""
        written = {name: self.one(name).strip() for name in ("url", "description")}
        rate = self.one("rate").strip()
        fields: dict[str, Any] = {**written, "payload": self.one("payload", "full"), "rate": rate or None}
        fields |= {"metadata": _pairs(self.lines("metadata"))}
        headers = _pairs(self.lines("headers"))
        return fields | self.choice() | ({"headers": headers} if headers or self.one("no_headers") else {})

    def order_of_people(self) -> dict[str, Any]:
        """What can be changed here of an endpoint that reaches people: where they are is changed with its own form."""
        return {"description": self.one("description").strip()} | self.choice()

    def _conditions(self, begin: str = "") -> dict[str, list[str]]:
        return {name: values for name in CONDITIONS if (values := self.lines(begin + name))}


def event_types(chosen: Sequence[str]) -> dict[str, list[str]]:
    """The types of events to tick, by the pattern of their family, which is for types to come as well.

    Patterns that were chosen elsewhere stand alone.
    """
    families: dict[str, list[str]] = {}
    for name in EVENT_TYPES:
        families.setdefault(f"{name.partition('.')[0]}.*", []).append(name)
    known = {*families, *EVENT_TYPES}
    return families | {pattern: [] for pattern in chosen if pattern not in known}


def offered(present: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """What can be ticked: all there is, and what was chosen besides, such as a source to come."""
    return list(dict.fromkeys([*present, *chosen]))


def _lines(values: Sequence[str]) -> Iterator[str]:
    for value in values:
        yield from (line.strip() for line in value.splitlines() if line.strip())


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    """A name and a value of each line, apart by a colon."""
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


__all__ = ["CHANGES", "EVENT_TYPES", "GRADES", "KINDS", "LABELS", "WRITTEN", "EndpointForm", "event_types", "offered"]
