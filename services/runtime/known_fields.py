"""Names the fields that are known where a request or file has an unknown one."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

MOST = 40
"""Fields that one sentence names at most."""


def about_unknown(shape: Any, way: Sequence[int | str]) -> str:
    """A sentence about an unknown field; `way` is where it stood in the shape, as in `("filter", "kind")`."""
    *place, name = way
    known = known_fields(shape, place)
    if not known:
        return "Not known here."
    near = get_close_matches(str(name)[:100], known, 1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"Not known here.{meant} Known are: {', '.join(known[:MOST])}."


def known_fields(shape: Any, way: Sequence[int | str]) -> list[str]:
    """The names that the model at this place takes; none where the way leads to no model."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        if not way:
            return [field.alias or name for name, field in shape.model_fields.items()]
        field = shape.model_fields.get(str(way[0]))
        return known_fields(field.annotation, way[1:]) if field else []
    if way and isinstance(way[0], int):
        way = way[1:]
    return next(filter(None, (known_fields(inner, way) for inner in get_args(shape))), [])
