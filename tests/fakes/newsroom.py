"""A newsroom that misbehaves on request, as real sites do: every way is named for what the client sees.

    newsroom.misbehaves("storm-response", too_many_requests("7"), times=2)

The newsroom and its behaviours for a demonstration are the product's; these are the further ones. A test may bring its
own.
"""

import gzip
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from services.demo.behaviours import CONDITIONS, HTML, Behaviour, always, bot_wall, marked, missing  # noqa: F401 - of this module, for tests
from services.demo.site import Answer, HungUp, Request, Site


def broken() -> Behaviour:
    return always(500, b"<html><title>Server Error</title><h1>Server Error in '/' Application.</h1></html>")


def maintenance(after: str = "600") -> Behaviour:
    """Planned downtime, told as an error of the server."""
    body = b"<html><title>Maintenance</title><p>This site is undergoing scheduled maintenance.</p></html>"
    return always(500, body, {**HTML, "Retry-After": after})


def too_many_requests(after: str | datetime | None = "120") -> Behaviour:
    """429; `Retry-After` as seconds, as a date, or not at all."""
    answer = format_datetime(after, usegmt=True) if isinstance(after, datetime) else after
    return always(429, b"<h1>Too Many Requests</h1>", {**HTML, **({"Retry-After": answer} if answer else {})})


def not_an_article() -> Behaviour:
    """200, and a page that holds no article: the site's apology for having moved its things."""
    body = b"<html><title>Page moved</title><body><form><p>The page you asked for has moved.</p></form></body></html>"
    return always(200, body)


def empty() -> Behaviour:
    return always(200)


def binary() -> Behaviour:
    """A picture that says it is a page."""
    return always(200, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64)


def malformed_feed() -> Behaviour:
    """A feed that breaks off, with a bare ampersand and a control character on the way."""
    text = '<?xml version="1.0"?><rss version="2.0"><channel><title>News & More\x01</title><item><title>Half a'
    return always(200, text.encode(), {"Content-Type": "application/rss+xml"})


def redirects(to: str, status: int = 301) -> Behaviour:
    return always(status, headers={"Location": to})


def redirects_in_a_loop(status: int = 302) -> Behaviour:
    return lambda request, _polite, _site: Answer(status, headers={"Location": request.path})


def hangs_up() -> Behaviour:
    """The connection is reset in place of an answer."""

    def behaviour(_request: Request, _polite: Answer, _site: Site) -> Answer:
        raise HungUp

    return behaviour


def slow(seconds: float) -> Behaviour:
    """The right answer, so much later (or when the site stops)."""

    def behaviour(_request: Request, polite: Answer, site: Site) -> Answer:
        site.stopped.wait(seconds)
        return polite

    return behaviour


def drips(pause: float = 0.05, piece: int = 1) -> Behaviour:
    """The right answer, `piece` bytes at a time: each read succeeds, and the whole never ends."""

    def pieces(body: bytes, site: Site) -> Iterator[bytes]:
        for start in range(0, len(body), piece):
            if site.stopped.wait(pause):
                return
            yield body[start : start + piece]

    return lambda _request, polite, site: replace(polite, body=pieces(_bytes(polite), site))


def cut_off(share: float = 0.5) -> Behaviour:
    """The head promises the whole body, and the connection ends in the middle of it."""

    def behaviour(_request: Request, polite: Answer, _site: Site) -> Answer:
        body = _bytes(polite)
        promised = {**polite.headers, "Content-Length": str(len(body)), "Connection": "close"}
        return Answer(polite.status, body[: int(len(body) * share)], promised)

    return behaviour


def wrong_charset(declared: str = "iso-8859-1", actual: str = "utf-8") -> Behaviour:
    """The bytes are in one encoding, and the header names another."""

    def behaviour(_request: Request, polite: Answer, _site: Site) -> Answer:
        body = _bytes(polite).decode().encode(actual, errors="xmlcharrefreplace")
        return Answer(polite.status, body, {**polite.headers, "Content-Type": f"text/html; charset={declared}"})

    return behaviour


def gzipped(times: int = 1) -> Behaviour:
    """The right answer, compressed; more than once is what no polite server does."""

    def behaviour(_request: Request, polite: Answer, _site: Site) -> Answer:
        body = _bytes(polite)
        for _ in range(times):
            body = gzip.compress(body, mtime=0)
        return Answer(polite.status, body, {**polite.headers, "Content-Encoding": ", ".join(["gzip"] * times)})

    return behaviour


def gzip_bomb(megabytes: int = 32) -> Behaviour:
    """A thousandth of its size on the wire."""
    body = gzip.compress(bytes(megabytes * 1_000_000), mtime=0)
    return always(200, body, {**HTML, "Content-Encoding": "gzip"})


def stuck_etag(tag: str = '"stuck"') -> Behaviour:
    """One ETag whatever the page says: who holds it is told that nothing changed."""

    def behaviour(request: Request, polite: Answer, _site: Site) -> Answer:
        headers = {**polite.headers, "ETag": tag}
        stored = request.headers.get("if-none-match") == tag
        return Answer(304, headers=headers) if stored else replace(polite, headers=headers)

    return behaviour


def restless_etag() -> Behaviour:
    """Another ETag and another date at each look, for the same bytes: nobody is ever told 304."""
    counter = itertools.count(1)

    def behaviour(_request: Request, polite: Answer, site: Site) -> Answer:
        fresh = {"ETag": f'"look-{next(counter)}"', "Last-Modified": format_datetime(site.now(), usegmt=True)}
        return replace(polite, headers={**polite.headers, **fresh})

    return behaviour


def _bytes(answer: Answer) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def with_headers(**headers: str) -> Behaviour:
    """The polite answer with more headers; underscores stand for hyphens. It honours conditions that it is asked."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}

    def behaviour(request: Request, polite: Answer, _site: Site) -> Answer:
        same = request.headers.get("if-none-match") == polite.headers.get("ETag")
        return Answer(304, headers=more) if same else replace(polite, headers={**polite.headers, **more})

    return behaviour


def marked_page(text: str) -> Behaviour:
    """A page of these words, with an honest ETag."""
    tag, body = f'"{text}"', f"<html><title>{text}</title><p>{text}</p></html>".encode()

    def behaviour(request: Request, _polite: Answer, _site: Site) -> Answer:
        if request.headers.get("if-none-match") == tag:
            return Answer(304, headers={"ETag": tag})
        return Answer(200, body, {**HTML, "ETag": tag})

    return behaviour
