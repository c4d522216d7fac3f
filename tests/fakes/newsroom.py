"""A newsroom that misbehaves on request, as real sites do: every way is named for what the client sees.

    newsroom.misbehaves("storm-response", too_many_requests("7"), times=2)
    newsroom.misbehaves("*", bot_wall())

A misbehaviour is a function of what was asked, the polite answer and the site; a test may bring its own.
"""

import gzip
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from services.demo.newsroom import Newsroom
from services.demo.samples import SAMPLES
from services.demo.site import Answer, Clock, HungUp, Request, Site, utc_now

Misbehaviour = Callable[[Request, Answer, Site], Answer]
HTML = {"Content-Type": "text/html; charset=utf-8"}
CONDITIONS = ("if-none-match", "if-modified-since")


@dataclass
class Spell:
    """A misbehaviour at an address, for so many more answers (None: for good)."""

    where: str
    misbehaviour: Misbehaviour
    left: int | None


class MisbehavingNewsroom(Newsroom):
    """The sample newsroom with bad spells. The spell that was cast last is served first."""

    def __init__(self, samples: Path = SAMPLES, *, port: int = 0, now: Clock = utc_now) -> None:
        self._spells: list[Spell] = []
        self._casting = threading.Lock()
        super().__init__(samples, port=port, now=now)

    def misbehaves(self, where: str, misbehaviour: Misbehaviour, *, times: int | None = None) -> None:
        """At a sample's slug, at an address of this site (path and query), or everywhere with `*`."""
        path = _plain(self.samples[where].path if where in self.samples else where.removeprefix(self.url))
        with self._casting:
            self._spells.insert(0, Spell(path, misbehaviour, times))

    def behaves(self) -> None:
        """All spells are over."""
        with self._casting:
            self._spells.clear()

    def answer(self, request: Request) -> Answer:
        spell = self._spell(request.path)
        if not spell:
            return super().answer(request)
        # A misbehaviour works on the full answer: it decides itself what it makes of the client's validators.
        headers = {name: value for name, value in request.headers.items() if name not in CONDITIONS}
        return spell.misbehaviour(request, super().answer(replace(request, headers=headers)), self.site)

    def _spell(self, path: str) -> Spell | None:
        with self._casting:
            for spell in self._spells:
                if spell.where in {"*", _plain(path)} and spell.left != 0:
                    spell.left = None if spell.left is None else spell.left - 1
                    return spell
        return None


def _plain(path: str) -> str:
    # Some of these sites write their addresses with a doubled slash, and nobody has to ask for them so.
    return re.sub(r"/{2,}", "/", path)


def always(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Misbehaviour:
    """The same answer, whatever was asked."""
    answer = Answer(status, body, headers or HTML)
    return lambda _request, _polite, _site: answer


def missing() -> Misbehaviour:
    return always(404, b"<html><title>404</title><h1>The page was not found</h1></html>")


def broken() -> Misbehaviour:
    return always(500, b"<html><title>Server Error</title><h1>Server Error in '/' Application.</h1></html>")


def maintenance(after: str = "600") -> Misbehaviour:
    """Planned downtime, told as an error of the server."""
    body = b"<html><title>Maintenance</title><p>This site is undergoing scheduled maintenance.</p></html>"
    return always(500, body, {**HTML, "Retry-After": after})


def too_many_requests(after: str | datetime | None = "120") -> Misbehaviour:
    """429; `Retry-After` as seconds, as a date, or not at all."""
    told = format_datetime(after, usegmt=True) if isinstance(after, datetime) else after
    return always(429, b"<h1>Too Many Requests</h1>", {**HTML, **({"Retry-After": told} if told else {})})


def bot_wall(status: int = 403) -> Misbehaviour:
    """The page a content network shows to whom it takes for a robot: 403 as a rule, 200 at its worst."""
    body = (
        "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to see "
        '"http&#58;&#47;&#47;news&#46;example&#47;" on this server.<P>Reference&#32;&#35;18&#46;5f2c1002&#46;1700000000'
        "&#46;1a2b3c4d<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;5f2c1002</BODY></HTML>"
    )
    return always(status, body.encode(), {"Content-Type": "text/html", "Server": "AkamaiGHost"})


def not_an_article() -> Misbehaviour:
    """200, and a page that holds no article: the site's apology for having moved its things."""
    body = b"<html><title>Page moved</title><body><form><p>The page you asked for has moved.</p></form></body></html>"
    return always(200, body)


def empty() -> Misbehaviour:
    return always(200)


def binary() -> Misbehaviour:
    """A picture that says it is a page."""
    return always(200, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64)


def malformed_feed() -> Misbehaviour:
    """A feed that breaks off, with a bare ampersand and a control character on the way."""
    text = '<?xml version="1.0"?><rss version="2.0"><channel><title>News & More\x01</title><item><title>Half a'
    return always(200, text.encode(), {"Content-Type": "application/rss+xml"})


def redirects(to: str, status: int = 301) -> Misbehaviour:
    return always(status, headers={"Location": to})


def redirects_in_a_loop(status: int = 302) -> Misbehaviour:
    return lambda request, _polite, _site: Answer(status, headers={"Location": request.path})


def hangs_up() -> Misbehaviour:
    """The connection is reset in place of an answer."""

    def misbehaviour(_request: Request, _polite: Answer, _site: Site) -> Answer:
        raise HungUp

    return misbehaviour


def slow(seconds: float) -> Misbehaviour:
    """The right answer, so much later (or when the site stops)."""

    def misbehaviour(_request: Request, polite: Answer, site: Site) -> Answer:
        site.stopped.wait(seconds)
        return polite

    return misbehaviour


def drips(pause: float = 0.05, piece: int = 1) -> Misbehaviour:
    """The right answer, `piece` bytes at a time: each read succeeds, and the whole never ends."""

    def pieces(body: bytes, site: Site) -> Iterator[bytes]:
        for start in range(0, len(body), piece):
            if site.stopped.wait(pause):
                return
            yield body[start : start + piece]

    return lambda _request, polite, site: replace(polite, body=pieces(_bytes(polite), site))


def cut_off(share: float = 0.5) -> Misbehaviour:
    """The head promises the whole body, and the connection ends in the middle of it."""

    def misbehaviour(_request: Request, polite: Answer, _site: Site) -> Answer:
        body = _bytes(polite)
        promised = {**polite.headers, "Content-Length": str(len(body)), "Connection": "close"}
        return Answer(polite.status, body[: int(len(body) * share)], promised)

    return misbehaviour


def wrong_charset(declared: str = "iso-8859-1", actual: str = "utf-8") -> Misbehaviour:
    """The bytes are in one encoding, and the header names another."""

    def misbehaviour(_request: Request, polite: Answer, _site: Site) -> Answer:
        body = _bytes(polite).decode().encode(actual, errors="xmlcharrefreplace")
        return Answer(polite.status, body, {**polite.headers, "Content-Type": f"text/html; charset={declared}"})

    return misbehaviour


def gzipped(times: int = 1) -> Misbehaviour:
    """The right answer, compressed; more than once is what no polite server does."""

    def misbehaviour(_request: Request, polite: Answer, _site: Site) -> Answer:
        body = _bytes(polite)
        for _ in range(times):
            body = gzip.compress(body, mtime=0)
        return Answer(polite.status, body, {**polite.headers, "Content-Encoding": ", ".join(["gzip"] * times)})

    return misbehaviour


def gzip_bomb(megabytes: int = 32) -> Misbehaviour:
    """A thousandth of its size on the wire."""
    body = gzip.compress(bytes(megabytes * 1_000_000), mtime=0)
    return always(200, body, {**HTML, "Content-Encoding": "gzip"})


def stuck_etag(tag: str = '"stuck"') -> Misbehaviour:
    """One ETag whatever the page says: who holds it is told that nothing changed."""

    def misbehaviour(request: Request, polite: Answer, _site: Site) -> Answer:
        headers = {**polite.headers, "ETag": tag}
        held = request.headers.get("if-none-match") == tag
        return Answer(304, headers=headers) if held else replace(polite, headers=headers)

    return misbehaviour


def restless_etag() -> Misbehaviour:
    """Another ETag and another date at each look, for the same bytes: nobody is ever told 304."""
    counter = itertools.count(1)

    def misbehaviour(_request: Request, polite: Answer, site: Site) -> Answer:
        fresh = {"ETag": f'"look-{next(counter)}"', "Last-Modified": format_datetime(site.now(), usegmt=True)}
        return replace(polite, headers={**polite.headers, **fresh})

    return misbehaviour


def _bytes(answer: Answer) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def marked(*, etag: str | None = None, modified: str | None = None, everything: bool = False) -> Misbehaviour:
    """Validators that are the same whatever the page says; or, with `everything`, 304 to any conditional request.

    Then the ETag is the honest one.
    """

    def misbehaviour(request: Request, polite: Answer, _site: Site) -> Answer:
        own = {name: value for name, value in (("ETag", etag), ("Last-Modified", modified)) if value}
        dropped = {"Last-Modified"} if everything else {"ETag", "Last-Modified"}
        kept = {name: value for name, value in polite.headers.items() if name not in dropped}
        headers = kept | own
        same = (
            request.headers.get("if-none-match") == etag
            if request.headers.get("if-none-match")
            else request.headers.get("if-modified-since", "-") == modified
        )
        if same or (everything and any(name in request.headers for name in CONDITIONS)):
            return Answer(304, headers=headers)
        return replace(polite, headers=headers)

    return misbehaviour


def with_headers(**headers: str) -> Misbehaviour:
    """The polite answer with more headers; underscores stand for hyphens. It honours conditions that it is asked."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}

    def misbehaviour(request: Request, polite: Answer, _site: Site) -> Answer:
        same = request.headers.get("if-none-match") == polite.headers.get("ETag")
        return Answer(304, headers=more) if same else replace(polite, headers={**polite.headers, **more})

    return misbehaviour


def marked_page(text: str) -> Misbehaviour:
    """A page of these words, with an honest ETag."""
    tag, body = f'"{text}"', f"<html><title>{text}</title><p>{text}</p></html>".encode()

    def misbehaviour(request: Request, _polite: Answer, _site: Site) -> Answer:
        if request.headers.get("if-none-match") == tag:
            return Answer(304, headers={"ETag": tag})
        return Answer(200, body, {**HTML, "ETag": tag})

    return misbehaviour
