"""What a look at an address ends in: a value for each kind of weather, with one sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.answers import (
    Blocked,
    Empty,
    Fetched,
    Gone,
    Moved,
    NotModified,
    RequestRefused,
    Unavailable,
    Validators,
)
from services.fetcher.client import LONGEST_RETRY_AFTER, get
from services.runtime.egress import Limits
from tests.support.wires import Script, answer, client_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = b"<html><p>words</p></html>"
HOST = "http://news.example"


def look(answers, url=HOST + "/a", **options):
    script = Script(answers)
    with client_for(script) as client:
        response = get(client, url, now=NOW, limits=Limits(wire=100_000, decoded=200_000), **options)
    return response, script.asked


def test_a_page_brings_its_bytes_and_validators():
    """What to ask with the next time."""
    result, _ = look({"/a": answer(200, PAGE, etag='"1"', last_modified="Sun, 22 Nov 2026 11:00:00 GMT")})
    assert isinstance(result, Fetched)
    assert (result.body, result.url, result.permanent) == (PAGE, HOST + "/a", True)
    assert result.validators == Validators('"1"', "Sun, 22 Nov 2026 11:00:00 GMT")


def test_a_validator_that_cannot_be_sent_back_is_none():
    """A server may write what no request header can carry; the page is asked for without it."""
    result, _ = look({"/a": answer(200, PAGE, etag='"\xe9"')})
    assert result.validators == Validators()


def test_not_modified_is_a_value():
    """304."""
    assert look({"/a": answer(304)}, validators=Validators('"1"'))[0] == NotModified()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Unavailable),
        (401, Blocked),
        (403, Blocked),
        (404, Gone),
        (408, Unavailable),
        (410, Gone),
        (429, Blocked),
        (451, Gone),
        (500, Unavailable),
        (502, Unavailable),
        (503, Blocked),
        (204, Unavailable),
        (206, Unavailable),
        (299, Unavailable),
        (600, Unavailable),
        (999, Unavailable),
    ],
)
def test_each_status_is_one_kind_of_weather(status, kind):
    """None of them raises; the sentence names host and status."""
    result, _ = look({"/a": answer(status, b"words" if status != 204 else b"")})
    assert type(result) is kind
    assert f"news.example answered {status}" in result.detail


def test_an_empty_page_is_tried_again_later():
    """A glitch of the server, not a page without words."""
    assert isinstance(look({"/a": answer(200, b" \n")})[0], Empty)


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (403, b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD>", {}),
        (200, b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD>", {}),
        (503, b"<script src='/cdn-cgi/challenge-platform/x'></script>", {}),
        (200, b"<p>hello</p>", {"cf_mitigated": "challenge"}),
        (200, b"<iframe src='/_Incapsula_Resource?x'></iframe>", {}),
    ],
)
def test_a_bot_wall_is_blocked_whatever_its_status(status, body, headers):
    """Recognised and told; never evaded."""
    assert isinstance(look({"/a": answer(status, body, **headers)})[0], Blocked)


def test_a_long_article_about_walls_is_an_article():
    """Only a short answer can be a wall."""
    page = b"<html><p>He saw errors.edgesuite.net and <title>Access Denied</title></p>" + b"<p>words</p>" * 5000
    assert isinstance(look({"/a": answer(200, page)})[0], Fetched)


def test_redirects_within_the_host_are_followed():
    """Five at most; the answer says where it ended and whether all of them were meant to stay."""
    hops = {"/a": answer(301, location="/b"), "/b": answer(308, location="//news.example/c"), "/c": answer(200, PAGE)}
    result, requests = look(hops)
    assert (result.url, result.permanent) == (HOST + "/c", True)
    assert requests == ["news.example/a", "news.example/b", "news.example/c"]
    hops["/b"] = answer(302, location="/c")
    assert look(hops)[0].permanent is False


def test_a_redirect_to_another_host_is_told_not_taken():
    """That host has a pace and a robots.txt of its own."""
    result, requests = look({"/a": answer(301, location="https://other.example/b#top")})
    assert result == Moved("https://other.example/b", permanent=True)
    assert requests == ["news.example/a"]


@pytest.mark.parametrize(
    "hops",
    [
        {"/a": answer(302, location="/a")},
        {"/a": answer(302, location="/b"), "/b": answer(302, location="/a")},
        {"/a": answer(302, location="/0")} | {f"/{n}": answer(302, location=f"/{n + 1}") for n in range(50)},
    ],
)
def test_circles_and_long_chains_end(hops):
    """After six requests at the most."""
    result, requests = look(hops)
    assert isinstance(result, Unavailable)
    assert len(requests) <= 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://user:pw@news.example/", "gopher://x/"])
def test_a_redirect_to_what_is_no_web_address_is_refused(location):
    """However often the server says so."""
    assert isinstance(look({"/a": answer(302, location=location)})[0], RequestRefused)


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[", "http://a b/", "\xff\xfe"])
def test_a_redirect_to_nonsense_is_weather_too(location):
    """It raises nothing, wherever the nonsense is noticed."""
    assert isinstance(look({"/a": answer(302, location=location)})[0], RequestRefused | Unavailable | Moved | Gone)


def test_a_redirect_without_a_target_is_no_redirect():
    """Later perhaps."""
    assert isinstance(look({"/a": answer(301)})[0], Unavailable)


def test_every_hop_is_asked_about_first():
    """robots.txt may let us see a page and not where it leads."""
    refusal = RequestRefused("Not there.")
    result, requests = look(
        {"/a": answer(302, location="/private")}, may=lambda url: refusal if url.endswith("/private") else None
    )
    assert result == refusal
    assert requests == ["news.example/a"]


def test_a_page_beyond_the_limits_is_refused():
    """It will not be smaller the next time."""
    assert isinstance(look({"/a": answer(200, b"x" * 100_001)})[0], RequestRefused)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta()),
        ("Sun, 22 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta()),
        ("99999999999999999999", LONGEST_RETRY_AFTER),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Sun, 99 Nov 2026 12:10:00 GMT", None),
        ("Sun, 22 Nov 99999999999999999999 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(value, wait):
    """Seconds or a date; at most a day, never in the past, and nonsense says nothing."""
    headers = {"retry_after": value} if value is not None else {}
    assert look({"/a": answer(429, b"x", **headers)})[0].retry_after == wait


def test_a_server_that_asks_us_to_wait_is_heard():
    """On 429 and 503, and on a wall."""
    assert look({"/a": answer(429, b"x", retry_after="60")})[0].retry_after == timedelta(seconds=60)
    assert look({"/a": answer(503, b"x", retry_after="60")})[0].retry_after == timedelta(seconds=60)
    assert look({"/a": answer(403, b"x", retry_after="60")})[0].retry_after == timedelta(seconds=60)
