"""The sample newsroom: a small government news site on loopback, polite as such sites are at their best.

It serves articles under AFPIMS addresses, a feed, listings and a sitemap, with strong ETags and Last-Modified, and
answers 304 to both. Nothing is public until it `publishes` it.
"""

import re
import struct
import threading
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from services.demo import pages
from services.demo.pages import Publication
from services.demo.samples import SAMPLES, SECTIONS, Sample, read_samples
from services.demo.site import Answer, Clock, Request, Site, SiteRequest, utc_now

FEED_PATH = "/DesktopModules/ArticleCS/RSS.ashx"
DISALLOWED_PATH = "/API/"
PAGE_SIZE = 10
HTML = "text/html; charset=utf-8"
_ARTICLE = re.compile(r"/Article/(\d{1,12})(?:/|$)")
_PICTURE = re.compile(r"^/media/.+\.JPG$")


@dataclass(frozen=True)
class Resource:
    """Bytes at an address, and when they last changed."""

    body: bytes
    content_type: str
    changed_at: datetime


class Newsroom:
    """A news site on 127.0.0.1; port 0 means any free one, which `url` then names. `now` dates what it publishes."""

    def __init__(self, samples: Path = SAMPLES, *, port: int = 0, now: Clock = utc_now) -> None:
        self.samples: dict[str, Sample] = read_samples(samples)
        self._templates = pages.read_templates(samples)
        self._now = now
        self._opened_at = self._changed_at = now()
        self._guard = threading.Lock()
        self._public: dict[str, Publication] = {}
        self._withdrawn: dict[int, int] = {}
        self._deleted: dict[str, Publication] = {}
        self._flapping: dict[int, int] = {}
        self._lagging: dict[int, int] = {}
        self.site = Site(self.answer, port=port, now=now)

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def feed_url(self) -> str:
        """The feed of every kind of article; add `ContentType=1` for news stories alone, as the real sites do."""
        return f"{self.url}{FEED_PATH}?Site=945&max=10"

    @property
    def requests(self) -> list[SiteRequest]:
        """What it was asked, oldest first."""
        return self.site.requests

    def start(self) -> None:
        self.site.start()

    def stop(self) -> None:
        self.site.stop()

    def address(self, slug: str) -> str:
        """Where a sample is, or would be."""
        return self.url + self._sample(slug).path

    def publishes(self, slug: str, dated: datetime | None = None) -> str:
        """The sample becomes public now, in its first wording, as of another time if `dated`; returns its address."""
        sample, now = self._sample(slug), self._now()
        with self._guard:
            self._withdrawn.pop(sample.number, None)
            self._changed_at = now
            self._public[slug] = Publication(sample, 1, dated or sample.published_at(now), now)
        return self.url + sample.path

    def corrects(self, slug: str, version: int = 2) -> None:
        """Same address, the words of this version (counted from 1)."""
        sample = self._sample(slug)
        if not 1 <= version <= len(sample.wordings):
            raise ValueError(f"{slug} has {len(sample.wordings)} wordings; there is no version {version}.")
        with self._guard:
            self._changed_at = self._now()
            self._public[slug] = replace(self._public[slug], version=version, changed_at=self._changed_at)

    def withdraws(self, slug: str, status: int = 410) -> None:
        """The article is gone from the feed, the listings and the sitemap, and its address answers `status`."""
        with self._guard:
            self._changed_at = self._now()
            self._withdrawn[self._sample(slug).number] = status
            self._public.pop(slug, None)

    def deletes(self, *slugs: str, status: int = 404) -> None:
        """These are taken down, many at once as well as one; `restores` brings them back as they were."""
        with self._guard:
            self._deleted |= {slug: self._public[slug] for slug in slugs}
        for slug in slugs:
            self.withdraws(slug, status)

    def restores(self, *slugs: str) -> None:
        """What was taken down is there again, in its last wording."""
        with self._guard:
            self._changed_at = self._now()
            for slug in slugs:
                self._public[slug] = self._deleted.pop(slug)
                self._withdrawn.pop(self._sample(slug).number, None)

    def flaps(self, slug: str) -> None:
        """The page answers 404 at every other look, beginning with the next, and stays listed; for good."""
        with self._guard:
            self._flapping[self._sample(slug).number] = 0

    def lags(self, slug: str, answers: int = 2) -> None:
        """The page is listed, and answers 404 so many times before it is there."""
        with self._guard:
            self._lagging[self._sample(slug).number] = answers

    def answer(self, request: Request) -> Answer:
        """What the site says to one request."""
        if request.method not in {"GET", "HEAD"}:
            return Answer(405, headers={"Allow": "GET, HEAD"})
        result = self.find(request.path)
        if isinstance(result, Resource):
            return conditional(request, result)
        return Answer(result, f"<html><title>{result}</title><h1>{result}</h1></html>".encode(), {"Content-Type": HTML})

    def find(self, address: str) -> Resource | int:
        """What lies at a path with its query, or the status that says why nothing does."""
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        fixed = {"/robots.txt": self._robots, "/sitemap.xml": self._sitemap}
        if path in fixed:
            return fixed[path]()
        if number := _ARTICLE.search(path):
            return self._article(int(number[1]))
        if path == FEED_PATH:
            return self._feed(query.get("ContentType", []), _count(query, "max", PAGE_SIZE))
        if path in {"/", "/News"} or path.startswith("/News/"):
            return self._listing(path, _count(query, "Page", 1))
        return Resource(picture(path), "image/png", self._opened_at) if _PICTURE.match(path) else 404

    def newest(self, prefix: str = "/") -> list[Publication]:
        """What is public under a path, newest first."""
        with self._guard:
            public = [element for element in self._public.values() if element.sample.path.startswith(prefix)]
        return sorted(public, key=lambda entry: (entry.published_at, entry.changed_at), reverse=True)

    def _sample(self, slug: str) -> Sample:
        if slug not in self.samples:
            raise KeyError(f"There is no sample {slug!r}; there are {', '.join(self.samples)}.")
        return self.samples[slug]

    def _article(self, number: int) -> Resource | int:
        # The number is the identity: the slug may be anything, as on the real sites.
        with self._guard:
            results = [member for member in self._public.values() if member.sample.number == number]
            status = self._withdrawn.get(number, 404)
            is_away = self._is_away(number)
        if not results or is_away:
            return status
        page = pages.article_page(results[0], self._templates, url=self.url)
        return Resource(page.encode(), HTML, results[0].changed_at)

    def _is_away(self, number: int) -> bool:
        """Whether this look at an article does not find it, although it is public."""
        if self._lagging.get(number, 0) > 0:
            self._lagging[number] -= 1
            return True
        if number not in self._flapping:
            return False
        self._flapping[number] += 1
        return self._flapping[number] % 2 == 1

    def _robots(self) -> Resource:
        rules = f"User-agent: *\nAllow: /\nDisallow: {DISALLOWED_PATH}\n\nSitemap: {self.url}/sitemap.xml\n"
        return Resource(rules.encode(), "text/plain; charset=utf-8", self._opened_at)

    def _sitemap(self) -> Resource:
        return self._resource(pages.sitemap(self.newest(), url=self.url), "application/xml; charset=utf-8")

    def _feed(self, content_types: list[str], most: int) -> Resource:
        kinds = set(content_types) or {str(section.content_type) for section in SECTIONS.values()}
        entries = [entry for entry in self.newest() if str(entry.sample.section.content_type) in kinds]
        return self._resource(pages.feed(entries[:most], url=self.url), "application/rss+xml; charset=utf-8")

    def _listing(self, path: str, number: int) -> Resource:
        first = PAGE_SIZE * (number - 1)
        entries = self.newest(path)[first : first + PAGE_SIZE]
        return self._resource(pages.listing_page(entries, self._templates, url=self.url, path=path), HTML)

    def _resource(self, text: str, content_type: str) -> Resource:
        # A withdrawal changes what is listed too, and leaves nothing behind that could carry its time.
        return Resource(text.encode(), content_type, self._changed_at)


def _count(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [""])[0]
    return max(int(text), 1) if text.isdecimal() else default


def conditional(request: Request, resource: Resource) -> Answer:
    """200 with validators, or 304 if the client holds these bytes; an ETag beats a date (RFC 9110, 13.2.2)."""
    tag = f'"{sha256(resource.body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(resource.changed_at.replace(microsecond=0), usegmt=True),
        "Cache-Control": "no-cache",
        "Content-Type": resource.content_type,
    }
    if _unchanged(request, tag, resource.changed_at):
        return Answer(304, headers=headers)
    return Answer(200, resource.body, headers)


def _unchanged(request: Request, tag: str, changed_at: datetime) -> bool:
    if entry := request.headers.get("if-none-match"):
        return entry.strip() == "*" or tag in {member.strip().removeprefix("W/") for member in entry.split(",")}
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed_at.replace(microsecond=0) <= since


def picture(path: str, *, width: int = 160, height: int = 90) -> bytes:
    """A small PNG of a sky, of a shade of its own for each address."""
    shade = sha256(path.rsplit("/", maxsplit=1)[-1].encode()).digest()[0] // 4
    rows = b"".join(b"\0" + bytes((shade + y, 110 + y, 200 - y // 2)) * width for y in range(height))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
