"""Readings as JSON lines, one for each request, whatever becomes of the page."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.contracts.article import Article, Reading, Rejected
from services.contracts.urls import profile_host
from services.parser.extract import extract
from services.parser.limits import too_costly
from services.parser.page_reader import NotAnswered, PageReader
from services.parser.site_profile import SiteProfile

_SUFFIXES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}

_REFERENCE = {"reason": "reference", "detail": "The page stays as it is and is no news: it is kept, not announced."}


@dataclass(frozen=True)
class Request:
    """A page of a batch: the file that holds it, the address that it had, and when it was fetched, with a zone."""

    path: Path
    url: str | None = None
    fetched_at: datetime | None = None

    @property
    def content_type(self) -> str | None:
        """What the name of the file says of its kind."""
        return _SUFFIXES.get(self.path.suffix.lower())

    @property
    def host(self) -> str:
        """The host of the address as a site profile is learned of it; empty without an address."""
        return profile_host(self.url) or ""


def as_line(reading: Reading, url: str | None) -> dict[str, Any]:
    """A reading as one JSON object with all the keys of an article; `rejected` is null or says why it is no news.

    A reference page has its text and `rejected` as well: it is kept, and not announced.
    """
    if isinstance(reading, Article):
        verdict = _REFERENCE if reading.kind == "reference" else None
        return reading.model_dump(mode="json") | {"url": url or reading.url, "rejected": verdict}
    empty = Article(layout=reading.layout or "unknown", headline="", removed=reading.removed)
    rejected = {"reason": reading.reason, "detail": reading.detail}
    return empty.model_dump(mode="json") | {"url": url, "headline": None, "rejected": rejected}


def read_request(line: str) -> Request:
    """The request of a line.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: the line names no page.

    """
    supplied = json.loads(line)
    url = supplied.get("url") if isinstance(supplied, dict) else None
    fetched_at = datetime.fromisoformat(supplied["fetched_at"]).astimezone() if supplied.get("fetched_at") else None
    return Request(Path(supplied["path"]), url if isinstance(url, str) else None, fetched_at)


def batch(
    lines: Iterable[str],
    profile_of: Callable[[Request], SiteProfile | None] = lambda _: None,
    *,
    now: datetime | None = None,
) -> Iterator[str]:
    """For each request line `{"path", "url"}` exactly one line of JSON, in order; an unreadable file is rejected.

    Where the parser itself fails, the reason is `not_read`: that is no verdict on the page.

    A request may say when the page was fetched, `"fetched_at"` in ISO 8601 with a zone; else that was `now`.
    `profile_of` gives the profile of the site that a page is from, if there is one. Pages are read in a process beside
    this one, which a page that costs too much may end: that page is rejected, and the next ones are read.
    """
    reader = PageReader(_answer)
    try:
        for line in lines:
            if line.strip():
                yield _answered(line, profile_of, now, reader)
    finally:
        reader.end()


@dataclass(frozen=True)
class _Question:
    """A request with the profile of its site, as JSON."""

    request: Request
    now: datetime | None
    profile: str | None


_profile = lru_cache(maxsize=64)(SiteProfile.from_json)


def _answered(
    line: str,
    profile_of: Callable[[Request], SiteProfile | None],
    now: datetime | None,
    reader: PageReader[_Question],
) -> str:
    try:
        request = read_request(line)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _unreadable(error)
    profile = profile_of(request)
    try:
        answer = reader.ask(_Question(request, request.fetched_at or now, profile.to_json() if profile else None))
    except NotAnswered as failure:
        return _failed(request, failure)
    return answer if answer is not None else _as_json(as_line(too_costly(), request.url))


def _answer(question: _Question) -> str:
    request = question.request
    try:
        body = request.path.read_bytes()
    except (ValueError, OSError) as error:
        return _unreadable(error)
    profile = _profile(question.profile) if question.profile else None
    reading = extract(body, url=request.url, content_type=request.content_type, now=question.now, profile=profile)
    return _as_json(as_line(reading, request.url))


def _unreadable(error: Exception) -> str:
    detail = f"This request names no page that can be read: {error}."
    return _as_json(as_line(Rejected(reason="not_an_article", detail=detail), None))


def _failed(request: Request, failure: NotAnswered) -> str:
    """The page was not read, through a fault of the parser: no verdict on it."""
    line = as_line(Rejected(reason="not_an_article", detail=""), request.url)
    detail = f"The parser failed on this page ({failure}); please report it with the page."
    return _as_json(line | {"rejected": {"reason": "not_read", "detail": detail}})


def _as_json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)
