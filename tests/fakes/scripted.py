"""A site on loopback that serves what a test has written: paths to bodies, with ETags that tell the truth."""

import hashlib
from dataclasses import replace

from services.demo.site import Answer, Request, Site

HTML = "text/html; charset=utf-8"
FEED = "application/rss+xml"


class Scripted:
    """`site["/path"] = body` serves it; a body may also be a function of the request. `url` is the site's own."""

    def __init__(self):
        self.site = Site(self._answer)
        self.pages = {}
        self.url = self.site.url

    def __enter__(self):
        self.site.start()
        return self

    def __exit__(self, *_trouble):
        self.site.stop()

    def serves(self, path, body, content_type=HTML, *, validators=True, **headers):
        """The body with this type from now on; `validators`: with an ETag, and 304 for those who have it."""
        content = body.encode() if isinstance(body, str) else body
        fields = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
        if validators:
            fields["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        self.pages[path] = Answer(200, content, fields)

    def answers(self, path, answer):
        """An answer, or a function of the request."""
        self.pages[path] = answer

    def asked(self, path=None):
        """The requests so far, for this path or for any."""
        return [request for request in self.site.requests if path in {None, request.path}]

    def _answer(self, request: Request) -> Answer:
        known = self.pages.get(request.path) or self.pages.get("*")
        if known is None:
            return Answer(404, b"<html><title>404</title><h1>Not found</h1></html>", {"Content-Type": HTML})
        answer = known(request) if callable(known) else known
        tag = answer.headers.get("ETag")
        if tag and request.headers.get("if-none-match") == tag:
            return replace(answer, status=304, body=b"")
        return answer


def feed(*items, title="News", links=""):
    """RSS of `(address, title)`."""
    entries = "".join(f"<item><title>{name}</title><link>{url}</link></item>" for url, name in items)
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{title}</title>{links}{entries}</channel></rss>"
    )
