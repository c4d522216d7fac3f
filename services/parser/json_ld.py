"""What a page's JSON-LD describes, as forgiving as the machines it was written for."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

MAX_JSON = 1_000_000
MAX_THINGS = 2_000  # of one page; a list of links to other articles may be long
_ARTICLE = re.compile(
    r"(?:article|posting|report|blogpost|pressrelease|statement|webpage|creativework)$", re.IGNORECASE
)
_SURE = re.compile(r"(?:article|posting|report|pressrelease|statement)$", re.IGNORECASE)
# The members of a thing that are about the same page.
_SAME = ("@graph", "mainEntity", "mainEntityOfPage", "article", "itemReviewed")
_COMMA = re.compile(r",(?=\s{0,50}[}\]])")
_STRING = re.compile(r'"(datePublished|dateModified|dateCreated|headline)"\s{0,9}:\s{0,9}"([^"\\\n]{1,300})"')


def read_things(texts: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Each thing at the top, in a graph, or named as what the page is about; articles come first."""
    entries: list[dict[str, Any]] = []
    for text in texts:
        if len(text) <= MAX_JSON and len(entries) < MAX_THINGS:
            entries += _things(_load(text), 0)
    return tuple(sorted(entries[:MAX_THINGS], key=_rank))


def is_about_a_page(thing: dict[str, Any]) -> bool:
    """Whether it is an article or a page, or does not say what it is."""
    return _rank(thing) < 3


def is_article(thing: dict[str, Any]) -> bool:
    """Whether it says that it is an article, and not merely a page."""
    return _rank(thing) == 0


def types(thing: dict[str, Any]) -> list[str]:
    """The names of what it says it is."""
    kinds = thing.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _rank(thing: dict[str, Any]) -> int:
    names = types(thing)
    if any(_SURE.search(name) for name in names):
        return 0
    return 1 if any(_ARTICLE.search(name) for name in names) else 3 if names else 2


def _load(text: str) -> Any:
    # Around it may stand comments and CDATA marks, in it a comma too many.
    ends = [at for at in (text.find("{"), text.find("[")) if at >= 0], max(text.rfind("}"), text.rfind("]"))
    inner = text[min(ends[0], default=0) : ends[1] + 1]
    for attempt in (inner, _COMMA.sub("", inner)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    broken: dict[str, Any] = {}
    for name, value in _STRING.findall(text):
        broken.setdefault(name, value)
    return broken


def _things(found: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        for entry in found:
            yield from _things(entry, depth)
    elif isinstance(found, dict) and depth < 5:
        yield found
        for name in _SAME:
            if isinstance(found.get(name), dict | list):
                yield from _things(found[name], depth + 1)
