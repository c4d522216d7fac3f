"""Readings as JSON lines, one for each request, whatever becomes of the page."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.contracts.article import Article, Reading, Rejected
from services.parser.extract import extract
from services.parser.site.profile import SiteProfile

_SUFFIXES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}


@dataclass(frozen=True)
class Request:
    """A page of a batch: the file that holds it, and the address that it had."""

    path: Path
    url: str | None = None

    @property
    def content_type(self) -> str | None:
        """What the name of the file says of its kind."""
        return _SUFFIXES.get(self.path.suffix.lower())

    @property
    def host(self) -> str:
        """The host of the address without `www`; empty without an address."""
        try:
            return (urlsplit(self.url or "").hostname or "").removeprefix("www.")
        except ValueError:
            return ""


def as_line(reading: Reading, url: str | None) -> dict[str, Any]:
    """A reading as one JSON object with all the keys of an article; `rejected` is null or says why there is none."""
    if isinstance(reading, Article):
        return reading.model_dump(mode="json") | {"url": url or reading.url, "rejected": None}
    empty = Article(layout=reading.layout or "unknown", headline="", removed=reading.removed)
    rejected = {"reason": reading.reason, "detail": reading.detail}
    return empty.model_dump(mode="json") | {"url": url, "headline": None, "rejected": rejected}


def read_request(line: str) -> Request:
    """The request of a line.

    Raises:
        ValueError, KeyError, TypeError: the line names no page.

    """
    given = json.loads(line)
    url = given.get("url") if isinstance(given, dict) else None
    return Request(Path(given["path"]), url if isinstance(url, str) else None)


def batch(lines: Iterable[str], profile_of: Callable[[Request], SiteProfile | None] = lambda _: None) -> Iterator[str]:
    """For each request line `{"path", "url"}` exactly one line of JSON, in order; an unreadable file is rejected.

    `profile_of` gives the profile of the site that a page is from, if there is one.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line, profile_of), ensure_ascii=False)


def _answer(line: str, profile_of: Callable[[Request], SiteProfile | None]) -> dict[str, Any]:
    try:
        request = read_request(line)
        body = request.path.read_bytes()
    except (ValueError, KeyError, TypeError, OSError) as error:
        detail = f"This request names no page that can be read: {error}."
        return as_line(Rejected(reason="not_an_article", detail=detail), None)
    profile = profile_of(request)
    return as_line(extract(body, url=request.url, content_type=request.content_type, profile=profile), request.url)
