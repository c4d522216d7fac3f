"""The fields of a request as people read them: name, type, fixed values, and what each is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]

DEEPEST = 3
"""Levels of objects within objects that are listed; a schema may hold itself."""
_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list"}
_FORMATS = {"date-time": "date and time", "date": "date", "uri": "address"}
_UNIONS = ("anyOf", "oneOf", "allOf")


@dataclass(frozen=True)
class BodyField:
    """A field of a body; one within another is named with a dot, one of each entry of a list with `[].`."""

    name: str
    shape: str
    required: bool
    about: str


def fields(openapi: JsonObject, schema: JsonObject, prefix: str = "", depth: int = 1) -> Iterator[BodyField]:
    """Every field that a value of this schema may have, each once, those within a field right after it."""
    listed: set[str] = set()
    for whole in alternatives(openapi, schema):
        for name, inner in whole.get("properties", {}).items():
            if name not in listed:
                listed.add(name)
                required, about = name in whole.get("required", ()), _about(openapi, inner)
                yield BodyField(prefix + name, shape(openapi, inner), required, about)
                yield from _within(openapi, inner, prefix + name, depth)


def shape(openapi: JsonObject, schema: JsonObject) -> str:
    """The type of a value, with the values that it may have where they are fixed."""
    return " or ".join(dict.fromkeys(_shape(openapi, entry) for entry in alternatives(openapi, schema)))


def values(openapi: JsonObject, schema: JsonObject) -> list[str]:
    """The values to choose from; none where any of its kind will do."""
    lists = [_fixed(entry) for entry in alternatives(openapi, schema)]
    return list(dict.fromkeys(str(value) for entry in lists for value in entry)) if all(lists) else []


def alternatives(openapi: JsonObject, schema: JsonObject) -> list[JsonObject]:
    """The schemas that a value may have, without references, and without null."""
    schema = _resolved(openapi, schema)
    options = next((schema[name] for name in _UNIONS if name in schema), None)
    if options is None:
        return [] if schema.get("type") == "null" else [schema]
    return [entry for option in options for entry in alternatives(openapi, option)]


def _resolved(openapi: JsonObject, schema: JsonObject) -> JsonObject:
    reference = schema.get("$ref")
    return _resolved(openapi, openapi["components"]["schemas"][reference.rsplit("/", 1)[1]]) if reference else schema


def _within(openapi: JsonObject, schema: JsonObject, name: str, depth: int) -> Iterator[BodyField]:
    if depth == DEEPEST:
        return
    for entry in alternatives(openapi, schema):
        if "properties" in entry:
            yield from fields(openapi, entry, f"{name}.", depth + 1)
        elif "items" in entry:
            yield from fields(openapi, entry["items"], f"{name}[].", depth + 1)


def _shape(openapi: JsonObject, schema: JsonObject) -> str:
    if fixed := _fixed(schema):
        return ", ".join(map(str, fixed))
    if "items" in schema:
        return f"list of {shape(openapi, schema['items'])}"
    kind: str = schema.get("type", "any value")
    return _FORMATS.get(schema.get("format", "")) or _TYPES.get(kind, kind)


def _fixed(schema: JsonObject) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _about(openapi: JsonObject, schema: JsonObject) -> str:
    entries = [schema, *alternatives(openapi, schema)] if "properties" not in schema else [schema]
    text = next((entry["description"] for entry in entries if "description" in entry), "")
    default = schema.get("default")
    return text if default in (None, "", [], {}) else f"{text} Default: `{default}`.".strip()
