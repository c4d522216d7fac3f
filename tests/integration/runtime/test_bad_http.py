"""What a server can do to a connection: each ends as a value with one sentence, in bounded time and memory.

The numbers are those of docs/bad-input.md.
"""

import gzip
import itertools
import socket
import tracemalloc
import zlib
from datetime import timedelta

import brotli
import certifi
import pytest

from services.fetcher.answers import Blocked, Empty, Fetched, NotModified, RequestRefused, Unavailable, Validators
from services.runtime.egress import client as egress
from tests.fakes.wire_site import Authority, WireSite, plays, resets, streams
from tests.support.http_looks import HOST, OK, is_a_sentence, look

pytestmark = pytest.mark.integration


"""Seconds over the deadline that even a busy machine does not need."""


PAGE = b"<html><title>News</title><p>Words of a press release.</p></html>"


def whole(body=PAGE, *headers):
    return OK + b"".join(header + b"\r\n" for header in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def coded(coding, body):
    return whole(body, b"Content-Encoding: " + coding)


def raw_deflate(body):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(body) + compressor.flush()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority, monkeypatch):
    """What this machine trusts is the authority of these tests."""
    monkeypatch.setattr(certifi, "where", lambda: str(authority.path))
    egress.tls_context.cache_clear()
    yield authority
    egress.tls_context.cache_clear()


def test_a_good_certificate_opens_the_way(trusted):
    """Or the refusals below would hold of everything."""
    with WireSite(plays(whole()), trusted.signs(HOST)) as site:
        assert isinstance(look(site, "https"), Fetched)


@pytest.mark.parametrize(
    ("host", "days", "text"),
    [
        pytest.param(HOST, -1, "certificate has expired", id="17-expired"),
        pytest.param("other.example", 1, "Hostname mismatch", id="17-wrong-host"),
    ],
)
def test_a_certificate_that_does_not_speak_for_the_host_is_not_accepted(trusted, host, days, text):
    """The sentence says what is wrong with it, and no request was sent."""
    with WireSite(plays(whole()), trusted.signs(host, days)) as site:
        answer = look(site, "https")
        assert site.heard == []
    assert isinstance(answer, Unavailable)
    assert text in answer.detail
    assert is_a_sentence(answer.detail)


def test_a_certificate_of_nobody_is_not_accepted(authority):
    """17-self-signed: an authority that this machine does not know."""
    with WireSite(plays(whole()), authority.signs(HOST)) as site:
        answer = look(site, "https")
    assert isinstance(answer, Unavailable)
    assert "certificate" in answer.detail


@pytest.mark.parametrize(
    ("play", "text"),
    [
        pytest.param(plays(b"\x15\x03\x01\x00\x02\x02\x46"), "no trustworthy TLS", id="18-only-old-tls"),
        pytest.param(
            plays(whole()), "it does not answer by https. Try http:// instead", id="21-http-on-the-port-of-https"
        ),
        pytest.param(resets(), "no trustworthy TLS", id="20-reset-in-the-handshake"),
    ],
)
def test_a_handshake_that_fails_is_weather(play, text):
    """Old TLS, no TLS, or a reset."""
    with WireSite(play) as site:
        answer = look(site, "https")
    assert isinstance(answer, Unavailable)
    assert text in answer.detail
    assert is_a_sentence(answer.detail)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


TRUNCATED = gzip.compress(PAGE * 100)[:-12]


FRAMING = {
    "20-reset-at-once": (resets(), Unavailable, "cut the connection off"),
    "20-reset-in-headers": (resets(OK), Unavailable, "cut the connection off"),
    "20-reset-in-body": (resets(OK + b"Content-Length: 100\r\n\r\nhalf"), Unavailable, "cut the connection off"),
    "20-end-in-headers": (plays(OK), Unavailable, "did not speak HTTP"),
    "24-header-of-5-MB": (
        streams(OK + b"X: ", lambda: itertools.chain(itertools.repeat(b"y" * 50_000, 100), [b"\r\n\r\n"])),
        Unavailable,
        "did not speak HTTP",
    ),
    "25-5000-headers": (plays(OK + b"X: y\r\n" * 5_000 + b"\r\n"), RequestRefused, "more than 200 headers"),
    "26-early-wake-ups": (plays(b"HTTP/1.1 103 Early Wake-ups\r\n\r\n", whole()), Fetched, ""),
    "27-length-too-short": (plays(OK + b"Content-Length: 6\r\n\r\n<html>and more"), Fetched, ""),
    "27-length-too-long": (plays(OK + b"Content-Length: 500\r\n\r\n" + PAGE), Unavailable, "did not speak HTTP"),
    "27-length-negative": (plays(OK + b"Content-Length: -1\r\n\r\n" + PAGE), Unavailable, "did not speak HTTP"),
    "27-length-of-letters": (plays(OK + b"Content-Length: ten\r\n\r\n" + PAGE), Unavailable, "did not speak HTTP"),
    "27-two-lengths": (
        plays(OK + b"Content-Length: 6\r\nContent-Length: 60\r\n\r\n" + PAGE),
        Unavailable,
        "did not speak HTTP",
    ),
    "27-length-beyond-the-limit": (
        streams(OK + b"Content-Length: 9999999999\r\n\r\n", lambda: itertools.repeat(b"x" * 65_536)),
        RequestRefused,
        "larger than 500 kB",
    ),
    "28-chunk-of-letters": (plays(CHUNKED + b"zz\r\nwords\r\n"), Unavailable, "did not speak HTTP"),
    "28-chunk-of-a-terabyte": (plays(CHUNKED + b"ffffffffff\r\nwords"), Unavailable, "did not speak HTTP"),
    "28-chunks-without-end": (plays(CHUNKED + b"5\r\nwords\r\n"), Unavailable, "did not speak HTTP"),
    "28-chunks-for-ever": (
        streams(CHUNKED, lambda: itertools.repeat(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")),
        RequestRefused,
        "larger than 500 kB",
    ),
    "29-http-0.9": (plays(PAGE), Unavailable, "did not speak HTTP"),
    "29-another-protocol": (plays(b"SSH-2.0-OpenSSH_9.6\r\n"), Unavailable, "did not speak HTTP"),
    "29-tls-on-the-port-of-http": (plays(b"\x15\x03\x01\x00\x02\x02\x46"), Unavailable, "did not speak HTTP"),
    "29-nothing": (plays(), Unavailable, "did not speak HTTP"),
    "30-204-with-a-body": (
        plays(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nwords"),
        Unavailable,
        "answered 204, which brings no page",
    ),
    "30-304-nobody-asked-for": (plays(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Unavailable, "answered 304"),
    "31-status-299": (plays(whole().replace(b"200 OK", b"299 Odd")), Unavailable, "answered 299"),
    "31-status-600": (plays(whole().replace(b"200 OK", b"600 Odd")), Unavailable, "answered 600"),
    "31-status-999": (plays(whole().replace(b"200 OK", b"999 Odd")), Unavailable, "answered 999"),
    "31-status-20": (plays(whole().replace(b"200 OK", b"20 Odd")), Unavailable, "did not speak HTTP"),
    "32-gzip": (plays(coded(b"gzip", gzip.compress(PAGE))), Fetched, ""),
    "32-zlib-deflate": (plays(coded(b"deflate", zlib.compress(PAGE))), Fetched, ""),
    "32-raw-deflate": (plays(coded(b"deflate", raw_deflate(PAGE))), Fetched, ""),
    "32-gzip-with-junk-after-it": (plays(coded(b"gzip", gzip.compress(PAGE) + b"junk")), Fetched, ""),
    "32-gzip-in-two-members": (plays(coded(b"gzip", gzip.compress(PAGE[:30]) + gzip.compress(PAGE[30:]))), Fetched, ""),
    "32-plain-called-gzip": (plays(coded(b"gzip", PAGE)), Fetched, ""),
    "32-picture-called-gzip": (plays(coded(b"gzip", b"\x89PNG")), Unavailable, "says that its body is compressed, but"),
    "32-gzip-that-breaks-off": (plays(coded(b"gzip", TRUNCATED)), Unavailable, "in the middle of its compressed body"),
    "32-br-unasked": (plays(coded(b"br", brotli.compress(PAGE))), Fetched, ""),
    "32-zstd-unasked": (plays(coded(b"zstd", b"\x28\xb5\x2f\xfd")), Unavailable, "'zstd', which Dateline did not ask"),
    "32-gzip-twice": (plays(coded(b"gzip, gzip", gzip.compress(gzip.compress(PAGE)))), Unavailable, "'gzip, gzip'"),
    "33-body-without-end": (
        streams(OK + b"\r\n", lambda: itertools.repeat(b"x" * 65_536)),
        RequestRefused,
        "larger than",
    ),
    "35-190-cookies": (plays(whole(PAGE, *[b"Set-Cookie: a=%d" % n for n in range(190)])), Fetched, ""),
    "35-5000-cookies": (
        plays(whole(PAGE, *[b"Set-Cookie: a=%d" % n for n in range(5_000)])),
        RequestRefused,
        "200 headers",
    ),
    "38-no-words": (plays(whole(b"")), Empty, "an empty page"),
}


@pytest.mark.parametrize("name", FRAMING)
def test_what_is_not_http_as_it_should_be_is_weather(name):
    """Each is one kind of answer, with one sentence that can be shown as it is."""
    play, kind, text = FRAMING[name]
    with WireSite(play) as site:
        answer = look(site)
    assert type(answer) is kind, answer
    if isinstance(answer, Fetched):
        assert answer.body in {PAGE, b"<html>"}
    else:
        assert text in answer.detail
        assert is_a_sentence(answer.detail)


BOMB = gzip.compress(bytes(300_000_000), 9)


HUGE = streams(OK + b"\r\n", lambda: itertools.repeat(b"x" * 65_536))


@pytest.mark.parametrize(
    ("play", "text"),
    [
        pytest.param(plays(coded(b"gzip", BOMB)), "larger than", id="32-gzip-bomb"),
        pytest.param(plays(coded(b"deflate", zlib.compress(bytes(100_000_000)))), "larger than", id="32-deflate-bomb"),
        pytest.param(HUGE, "larger than", id="33-ten-gigabytes"),
    ],
)
def test_what_would_fill_memory_does_not(play, text):
    """300 MB in 300 kB: no more than the limits is ever held, and the next page may come."""
    with WireSite(play) as site:
        tracemalloc.start()
        try:
            answer = look(site)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert isinstance(answer, RequestRefused)
    assert text in answer.detail
    assert peak < 20_000_000


def test_redirects_with_cookies_end_and_no_cookie_is_sent_back():
    """34: each hop sets one, to see whether we come back with it."""
    hops = itertools.count()

    def play(connection, _over):
        while connection.recv(65_536):
            connection.sendall(
                b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nSet-Cookie: seen=%d; Path=/\r\nContent-Length: 0\r\n\r\n"
                % (number := next(hops), number)
            )

    with WireSite(play) as site:
        answer = look(site)
        text = b"".join(site.heard)
    assert isinstance(answer, Unavailable)
    assert "circles" in answer.detail
    assert text.count(b"GET /") == 6
    assert b"cookie" not in text.lower()
    assert b"user-agent: Dateline/" in text
    assert b"(+ops@example.org)" in text


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        (b"999999999999999999999", timedelta(days=1)),
        (b"-1", None),
        (b"1e9", None),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
        (b"Thu, 01 Jan 1970 00:00:00 GMT", timedelta()),
        (b"\xb2", None),
        (b"soon", None),
    ],
)
def test_an_absurd_retry_after_is_bounded_or_says_nothing(value, pause):
    """36: at most a day, never the past, and never an error."""
    with WireSite(plays(b"HTTP/1.1 503 Later\r\nRetry-After: " + value + b"\r\nContent-Length: 1\r\n\r\nx")) as site:
        answer = look(site)
    assert isinstance(answer, Blocked)
    assert answer.retry_after == pause


@pytest.mark.parametrize(
    ("etag", "stored"),
    [
        (b'"v1"', '"v1"'),
        (b'W/"v1"', 'W/"v1"'),
        (b"unquoted", "unquoted"),
        (b'"' + b"x" * 5_000 + b'"', None),
        (b'"\xff\xfe"', None),
    ],
)
def test_a_validator_is_what_can_be_sent_back(etag, stored):
    """37: weak, unquoted, huge, of odd bytes; what we would not send is not kept."""
    with WireSite(plays(whole(PAGE, b"ETag: " + etag))) as site:
        assert look(site).validators.etag == stored


def test_not_modified_is_believed_only_when_it_was_asked():
    """37: a page of which we hold nothing cannot be unchanged."""
    play = plays(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")
    with WireSite(play) as site:
        assert look(site, validators=Validators('"v1"')) == NotModified()
        assert isinstance(look(site), Unavailable)


def test_a_dead_host_is_weather():
    """20: nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = look(type("Nobody", (), {"port": port}))
    assert isinstance(answer, Unavailable)
    assert "could not be reached" in answer.detail
