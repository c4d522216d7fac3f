"""The authors that a page's head names for machines, for pages on which no line names them."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from services.contracts.article import Byline
from services.parser.characters import squeeze
from services.parser.lexicon import either, lexicon
from services.parser.names import is_person
from services.parser.page import Page

MOST = 20
LONGEST = 80  # characters of a name
_NOBODY = re.compile(rf"\b(?:{either(lexicon('bylines')['nobody'])})\b", re.IGNORECASE)
_BY = re.compile(r"^by\s+", re.IGNORECASE)


def promised_byline(page: Page) -> tuple[Byline, ...]:
    """The persons whom the page's JSON-LD names as authors; an organization has no byline."""
    author = next((thing["author"] for thing in page.things if thing.get("author") and thing.get("headline")), None)
    fields = {thing["@id"]: thing for thing in page.things if isinstance(thing.get("@id"), str)}
    names = islice(_names(author, fields), MOST)
    return tuple(Byline(name=name) for name in dict.fromkeys(names))


def _names(author: Any, named: dict[str, dict[str, Any]]) -> Iterator[str]:
    for entry in author if isinstance(author, list) else (author,):
        whole = entry if isinstance(entry, dict) else {"name": entry}
        if "name" not in whole and isinstance(whole.get("@id"), str):
            whole = named.get(whole["@id"], {})
        for name in _each(whole.get("name")):
            if name and len(name) <= LONGEST and _is_writer(name, whole.get("@type")):
                yield name


def _each(name: Any) -> list[str]:
    """The names in one value: a list, or several persons with commas between them."""
    if isinstance(name, list):
        return [squeeze(part) for part in name if isinstance(part, str)]
    whole = _BY.sub("", squeeze(name)) if isinstance(name, str) else ""
    parts = whole[: LONGEST * MOST].split(", ")
    return parts if all(map(is_person, parts)) else [whole]


def _is_writer(name: str, kind: Any) -> bool:
    """Whether it is said to be a person and not contradicted by the name; where nothing is said, the name must tell."""
    message = kind if isinstance(kind, list) else [kind]
    if "Person" in message:
        return not (name.islower() or _NOBODY.search(name))  # in small letters it is a login
    return kind is None and is_person(name)
