"""Readings as JSON lines, one for each request, whatever becomes of the page."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from services.contracts.article import Article, Reading, Rejected
from services.parser.extract import extract

_SUFFIXES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}


def as_line(reading: Reading, url: str | None) -> dict[str, Any]:
    """A reading as one JSON object with all the keys of an article; `rejected` is null or says why there is none."""
    if isinstance(reading, Article):
        return reading.model_dump(mode="json") | {"url": url or reading.url, "rejected": None}
    empty = Article(layout=reading.layout or "unknown", headline="", removed=reading.removed)
    rejected = {"reason": reading.reason, "detail": reading.detail}
    return empty.model_dump(mode="json") | {"url": url, "headline": None, "rejected": rejected}


def batch(lines: Iterable[str]) -> Iterator[str]:
    """For each request line `{"path", "url"}` exactly one line of JSON, in order; an unreadable file is rejected."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line), ensure_ascii=False)


def _answer(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
        path, url = Path(request["path"]), request.get("url")
        body = path.read_bytes()
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        detail = f"This request names no page that can be read: {error}."
        return as_line(Rejected(reason="not_an_article", detail=detail), None)
    url = url if isinstance(url, str) else None
    return as_line(extract(body, url=url, content_type=_SUFFIXES.get(path.suffix.lower())), url)
