"""How the sample newsroom may misbehave: a function of what was asked, the polite answer and the site.

Each is named for what the client sees.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from services.demo.site import Answer, Request, Site

Behaviour = Callable[[Request, Answer, Site], Answer]
HTML = {"Content-Type": "text/html; charset=utf-8"}
CONDITIONS = ("if-none-match", "if-modified-since")


def always(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Behaviour:
    """The same answer, whatever was asked."""
    answer = Answer(status, body, headers or HTML)
    return lambda _request, _polite, _site: answer


def missing() -> Behaviour:
    return always(404, b"<html><title>404</title><h1>The page was not found</h1></html>")


def bot_wall(status: int = 403) -> Behaviour:
    """The page a content network shows to whom it takes for a robot: 403 as a rule, 200 at its worst."""
    body = (
        "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to see "
        '"http&#58;&#47;&#47;news&#46;example&#47;" on this server.<P>Reference&#32;&#35;18&#46;5f2c1002&#46;1700000000'
        "&#46;1a2b3c4d<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;5f2c1002</BODY></HTML>"
    )
    return always(status, body.encode(), {"Content-Type": "text/html", "Server": "AkamaiGHost"})


def marked(*, etag: str | None = None, modified: str | None = None, everything: bool = False) -> Behaviour:
    """Validators that are the same whatever the page says; or, with `everything`, 304 to any conditional request.

    Then the ETag is the honest one.
    """

    def behaviour(request: Request, polite: Answer, _site: Site) -> Answer:
        own = {name: value for name, value in (("ETag", etag), ("Last-Modified", modified)) if value}
        dropped = {"Last-Modified"} if everything else {"ETag", "Last-Modified"}
        others = {name: value for name, value in polite.headers.items() if name not in dropped}
        headers = others | own
        same = (
            request.headers.get("if-none-match") == etag
            if request.headers.get("if-none-match")
            else request.headers.get("if-modified-since", "-") == modified
        )
        if same or (everything and any(name in request.headers for name in CONDITIONS)):
            return Answer(304, headers=headers)
        return replace(polite, headers=headers)

    return behaviour


def restamped() -> Behaviour:
    """The polite answer as a sitemap that says of every page that it has changed just now."""

    def behaviour(_request: Request, polite: Answer, site: Site) -> Answer:
        body = polite.body if isinstance(polite.body, bytes) else b"".join(polite.body)
        now = f"<lastmod>{site.now().isoformat(timespec='seconds')}</lastmod>".encode()
        return Answer(200, re.sub(rb"<lastmod>[^<]*</lastmod>", now, body), {"Content-Type": "application/xml"})

    return behaviour
