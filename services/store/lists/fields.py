"""A search as people type it: words, "phrases", -without, and fields such as `source:war` or `after:2026-01-31`.

What is no field is text (`search_query`). The text is gone through once, so that it costs no more than its length.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, get_args

from services.contracts.article import ArticleKind, ArticleStatus
from services.contracts.errors import UserError
from services.store.wording import instant

ALIKE = 0.8
"""From this likeness on, an unknown field is one that was misspelt; below it is text, as in `https://` or `9:30`."""
_PART = re.compile(
    r'(?P<phrase>-?"[^"]*"?)'
    r'|(?P<sign>-?)(?P<name>[A-Za-z]{2,20}):(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))'
    r'|(?P<word>[^\s"]+)'
)
_MONTH = re.compile(r"\d{4}(-\d\d)?", re.ASCII)


class SearchMistake(UserError):  # noqa: N818 - named for what happened
    """A search that cannot be understood; the sentence says where, and how to write it."""


@dataclass
class SearchFields:
    """What a search asks for: its text without the fields, and each field that it names.

    `since` is part of the span, `until` is not. `not_source`, `not_kind` and `not_status` are left out.
    """

    text: str = ""
    title: tuple[str, ...] = ()
    source: str | None = None
    kind: str | None = None
    status: str | None = None
    tag: str | None = None
    virin: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    not_source: tuple[str, ...] = ()
    not_kind: tuple[str, ...] = ()
    not_status: tuple[str, ...] = ()


def read_fields(typed: str) -> SearchFields:
    """What was typed, field by field; raises `SearchMistake`."""
    result, text = SearchFields(), []
    for part in _PART.finditer(typed):
        known = part["name"] and _NAMES.get(part["name"].lower())
        if known:
            value = part["bare"] if part["quoted"] is None else part["quoted"]
            _note(result, known, part["name"].lower(), value.strip(), without=bool(part["sign"]))
        else:
            text.append(_as_text(part))
    result.text = " ".join(text)
    return result


def _as_text(part: re.Match[str]) -> str:
    name = (part["name"] or "").lower()
    if name and (alike := get_close_matches(name, _NAMES, 1, ALIKE)):
        advice = f"Did you mean {alike[0]}:? In quotes it is searched for as text."
        raise SearchMistake(f"There is no field {name}: to search by. {advice}")
    return part[0]


def _note(result: SearchFields, name: str, typed: str, value: str, *, without: bool) -> None:
    if not value:
        raise SearchMistake(f"{typed}: needs a value without a space before it, as in {typed}:{_EXAMPLES[name]}.")
    read = _READ.get(name, str)(value)
    if without and name not in EXCLUDABLE:
        raise SearchMistake(f"-{typed}: is not possible. These can be left out: {', '.join(EXCLUDABLE)}, and words.")
    if without:
        setattr(result, f"not_{name}", (*getattr(result, f"not_{name}"), read))
    elif name == "title":
        result.title = (*result.title, read)
    else:
        _set(result, name, typed, read)


def _set(result: SearchFields, name: str, typed: str, value: Any) -> None:
    before = getattr(result, name)
    if before not in (None, value):
        raise SearchMistake(f"{typed}: stands there twice with different values, and no article has both.")
    setattr(result, name, value)


def _one_of(name: str, values: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        choice = value.lower().replace("-", "_").replace(" ", "_")
        if choice not in values:
            raise SearchMistake(f"There is no {name} {value!r}. Possible are: {', '.join(values)}.")
        return choice

    return read


def _read_time(value: str) -> datetime:
    try:
        return _instants(value)
    except ValueError:
        raise SearchMistake(f"{value!r} is no date. Write it as 2026-01-31, 2026-01 or 2026.") from None


def _instants(value: str) -> datetime:
    if _MONTH.fullmatch(value):  # a year or a month is its first day
        value += "-01-01" if len(value) == len("2026") else "-01"
    day = date.fromisoformat(value) if len(value) <= len("2026-01-31") else datetime.fromisoformat(value)
    result = instant(day)
    if result is None:
        raise ValueError(value)
    return result


EXCLUDABLE = ("source", "kind", "status")
"""The fields that a leading - turns into what is left out."""
_EXAMPLES = {
    "source": "war",
    "kind": "news",
    "status": "removed",
    "tag": "exercise",
    "virin": "260112-F-AB123-1001",
    "title": "harbor",
    "since": "2026-01-31",
    "until": "2026-02-28",
}
_NAMES = {name: name for name in _EXAMPLES} | {"after": "since", "before": "until", "headline": "title"}
"""What may be typed before a colon, and the field that it means."""
_READ: dict[str, Callable[[str], Any]] = {
    "kind": _one_of("kind", get_args(ArticleKind)),
    "status": _one_of("status", get_args(ArticleStatus)),
    "since": _read_time,
    "until": _read_time,
}
