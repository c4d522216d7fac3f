"""What may stand at /robots.txt besides rules. What RFC 9309 says of each status is in test_robots.py.

The numbers are those of docs/bad-input.md.
"""

import time
from datetime import UTC, datetime

import pytest

from services.fetcher.answers import Blocked, RequestRefused, Unavailable
from services.fetcher.robots import LONGEST_DELAY, ask_robots
from tests.support.wires import Script, answer, client_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = "http://news.example/" + "a" * 1_900 + "b"
SECONDS = 10
"""Of processor time, where a hundredth is usual."""
NO = b"User-agent: *\nDisallow: /"
MANY = b"".join(b"Disallow: /x%d\n" % n for n in range(20_000))
FOUND = {
    "62-html": (answer(200, b"<!DOCTYPE html><html><h1>Welcome</h1><p>News and more</p></html>"), None, ""),
    "62-soft-404": (answer(200, b"<html><title>Page not found</title></html>"), None, ""),
    "62-shell": (answer(200, b"<html><div id=app></div><script></script></html>"), Blocked, "could not be read"),
    "62-challenge": (answer(200, b"<script src=/cdn-cgi/challenge-platform/x></script>"), Blocked, "Cloudflare"),
    "62-busy": (answer(503, b"Later"), Blocked, "answered 503"),
    "62-too-many": (answer(429, b"Later"), Blocked, "answered 429"),
    "62-broken": (answer(500, b"Oops"), Unavailable, "answered 500"),
    "62-status-999": (answer(999, b"No"), Unavailable, "answered 999"),
    "62-forbidden": (answer(403, b"No"), None, ""),
    "62-binary": (answer(200, bytes(range(256)) * 100), None, ""),
    "62-empty": (answer(200, b""), None, ""),
    "62-byte-order-mark": (answer(200, b"\xef\xbb\xbf" + NO), RequestRefused, "asks us not to look"),
    "62-nul": (answer(200, NO.replace(b"/", b"/\x00")), RequestRefused, "asks us not to look"),
    "62-old-line-ends": (answer(200, NO.replace(b"\n", b"\r")), RequestRefused, "asks us not to look"),
    "62-garbled-coding": (answer(200, NO, content_encoding="gzip"), Unavailable, "compressed"),
    "62-five-megabytes": (answer(200, b"# no\n" * 1_000_000), None, ""),
    "62-redirects-to-a-file": (answer(302, location="file:///etc/passwd"), Unavailable, "cannot be visited"),
    "62-redirects-to-itself": (answer(302, location="/robots.txt"), Unavailable, "circles"),
    "62-stars": (answer(200, NO + b"*a" * 200 + b"*c$\n"), None, ""),
    "62-many-stars": (answer(200, NO + b"\nDisallow: /*a*a*a*a*a*a*a*a*a*c" * 2_000), RequestRefused, ""),
    "62-only-stars": (answer(200, NO + b"*" * 50_000 + b"x$"), None, ""),
    "62-many-rules": (answer(200, b"User-agent: *\n" + MANY), None, ""),
    "62-many-agents": (answer(200, b"User-agent: x\n" * 20_000 + NO), RequestRefused, ""),
    "62-odd-escapes": (answer(200, NO + b"%zz%" * 1_000), None, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_whatever_stands_there_is_a_yes_a_no_or_a_not_now(name):
    """Soon, and with a sentence unless it is a yes."""
    order, kind, text = FOUND[name]
    began = time.process_time()
    with client_for(Script({"news.example/robots.txt": [order]})) as client:
        verdict = ask_robots(client, PAGE, NOW).verdict(PAGE)
    assert time.process_time() - began < SECONDS
    if kind is None:
        assert verdict is None
    else:
        assert isinstance(verdict, kind), verdict
        assert text in verdict.detail
        assert (
            "robots.txt of news.example" in verdict.detail or "could not be read from its robots.txt" in verdict.detail
        )


@pytest.mark.parametrize(
    ("delay", "stored"),
    [("1e9", LONGEST_DELAY), ("1" * 400, 0), ("-1", 0), ("nan", 0), ("-inf", 0), ("0x10", 0), ("1,5", 0)],
)
def test_an_absurd_crawl_delay_is_bounded_or_none(delay, stored):
    """63: two minutes at the most; what is no number of seconds says nothing."""
    text = f"User-agent: *\nCrawl-delay: {delay}\n".encode()
    with client_for(Script({"news.example/robots.txt": [answer(200, text)]})) as client:
        assert ask_robots(client, PAGE, NOW).crawl_delay == stored
