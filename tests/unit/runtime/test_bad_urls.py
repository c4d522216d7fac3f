"""Addresses that mean something else than they seem: each is refused with one sentence, and nothing is dialled.

Two doors: the spelling, when a source, a feed or a redirect names it, and the address, when it is about to be dialled.
The numbers are those of docs/bad-input.md.
"""

import socket
import threading

import httpcore
import pytest

from services.contracts.urls import BadAddress, canonical_url
from services.runtime.egress import (
    EgressSettings,
    Forbidden,
    Gate,
    Limits,
    NotResolved,
    TimedOut,
    deadline,
    open_client,
    send,
)
from services.runtime.egress.wire import MAX_ADDRESSES, GuardedBackend, resolve

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords"
PUBLIC = "93.184.215.14"
PRIVATE = "private or reserved address"


class Wire(httpcore.MockBackend):
    """Remembers whom it was asked to dial."""

    def __init__(self, fails=None):
        super().__init__([OK])
        self.dialled = []
        self.fails = fails

    def connect_tcp(self, host, port, *rest, **options):
        self.dialled.append((host, port))
        if self.fails:
            raise self.fails
        return super().connect_tcp(host, port, *rest, **options)


def visit(url, find=resolve, wire=None):
    backend = GuardedBackend(Gate(), resolve=find, below=wire or Wire())
    with open_client(EgressSettings(), backend=backend) as client:
        return send(client, "GET", url, limits=Limits(seconds=20))


def is_a_sentence(words):
    return words.endswith(".") and "\n" not in words and len(words) < 500


SPELLED = {
    "1-file": ("file:///etc/passwd", "must begin with http"),
    "1-gopher": ("gopher://127.0.0.1:6379/_FLUSHALL", "must begin with http"),
    "1-ftp": ("ftp://news.example/", "must begin with http"),
    "1-data": ("data:text/html,<p>x", "must begin with http"),
    "1-javascript": ("javascript:alert(1)", "must begin with http"),
    "2-password": ("http://me:secret@news.example/", "user name or password"),
    "2-user": ("http://127.0.0.1@news.example/", "user name or password"),
    "5-label-too-long": (f"http://{'a' * 64}.example/", "not a web address"),
    "5-empty-label": ("http://news..example/", "not a web address"),
    "7-no-host": ("http:///path", "names no host"),
    "7-one-slash": ("http:/news.example/", "names no host"),
    "7-no-slash": ("http:news.example", "names no host"),
    "7-nothing": ("", "must begin with http"),
    "8-backslash": ("http://news.example\\@127.0.0.1/", "not a web address|user name"),
    "9-nul": ("http://news.example/\x00", "holds what no address may"),
    "10-port-65536": ("http://news.example:65536/", "not a web address"),
    "10-port-of-letters": ("http://news.example:http/", "not a web address"),
    "12-eight-thousand": ("http://news.example/" + "a" * 8_000, "too long"),
}


@pytest.mark.parametrize("name", SPELLED)
def test_what_is_no_address_is_refused_where_it_is_named(name):
    """One sentence, which does not repeat a password."""
    url, text = SPELLED[name]
    with pytest.raises(BadAddress, match=text) as refusal:
        canonical_url(url)
    assert is_a_sentence(str(refusal.value))
    assert "secret" not in str(refusal.value)


INSIDE = {
    "3-dotted": "http://127.0.0.1/",
    "3-decimal": "http://2130706433/",
    "3-hexadecimal": "http://0x7f000001/",
    "3-octal": "http://0177.0.0.1/",
    "3-short": "http://127.1/",
    "3-zero": "http://0/",
    "3-metadata": "http://169.254.169.254/latest/meta-data/",
    "3-metadata-in-decimal": "http://2852039166/",
    "4-loopback": "http://[::1]/",
    "4-mapped": "http://[::ffff:127.0.0.1]/",
    "4-mapped-in-hexadecimal": "http://[::ffff:7f00:1]/",
    "4-compatible": "http://[::127.0.0.1]/",
    "4-nat64": "http://[64:ff9b::7f00:1]/",
    "4-6to4": "http://[2002:7f00:1::]/",
    "4-link-local": "http://[fe80::1]/",
    "4-unique-local": "http://[fd00:ec2::254]/",
    "6-trailing-dot": "http://127.0.0.1./",
    "11-fragment-with-at": "http://127.0.0.1#@news.example/",
    "11-query-with-at": "http://127.0.0.1?@news.example/",
}


@pytest.mark.parametrize("name", INSIDE)
def test_an_address_inside_is_refused_in_every_spelling(name):
    """By the resolver of this machine itself, which knows more spellings than anybody lists; no network is needed."""
    wire = Wire()
    with pytest.raises(Forbidden, match=f"{PRIVATE}|Invalid IPv4 address") as refusal:
        visit(canonical_url(INSIDE[name]), wire=wire)
    assert wire.dialled == []
    assert is_a_sentence(str(refusal.value))


ODD = {
    "4-zone": "http://[fe80::1%25eth0]/",
    "5-full-width-digits": "http://\uff11\uff12\uff17.0.0.1/",
    "5-circled-digits": "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
    "5-ideographic-dots": "http://127\u30020\u30020\u30021/",
    "5-soft-hyphen": "http://127.0.0.\u00ad1/",
}


@pytest.mark.parametrize("name", ODD)
def test_a_disguise_is_seen_through_or_refused(name):
    """Whichever of the two doors notices; none of them lets it pass."""
    wire = Wire()
    with pytest.raises((BadAddress, Forbidden, NotResolved)):
        visit(canonical_url(ODD[name]), wire=wire)
    assert wire.dialled == []


@pytest.mark.parametrize("port", [22, 25, 6379, 11211])
def test_a_port_of_another_service_is_refused(port):
    """10: a public address is no licence to talk to its mail server."""
    wire = Wire()
    with pytest.raises(Forbidden, match="not allowed; DATELINE_EGRESS_PORTS"):
        visit(f"http://news.example:{port}/", find=lambda *_: [PUBLIC], wire=wire)
    assert wire.dialled == []


def test_port_zero_is_the_usual_port():
    """10: there is no such port, and it opens no other."""
    wire = Wire()
    visit("http://news.example:0/", find=lambda *_: [PUBLIC], wire=wire)
    assert wire.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("http://news.example/a\r\nX-Evil: 1", "/a"),
        ("http://news.example/a\tb", "/a"),
        ("http://news.example/%2e%2e/%2e%2e/etc/passwd", "/"),
        ("http://news.example/a%0d%0aX-Evil:%201", "/a"),
    ],
)
def test_what_is_written_into_an_address_stays_in_it(url, query):
    """9, 13: line breaks become no headers, dot segments lead nowhere else, and the host stays the host."""
    response = visit(canonical_url(url), find=lambda *_: [PUBLIC])
    assert response.url.startswith("http://news.example" + query)
    assert [name for name, _ in response.request_headers if "evil" in name.lower()] == []


def test_a_name_that_changes_its_mind_is_judged_at_each_connection():
    """16: public when it is looked at, loopback the next time; what was judged is what is dialled."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    wire = Wire()
    assert visit("http://news.example/", find=lambda *_: next(answers), wire=wire).status == 200
    with pytest.raises(Forbidden, match=PRIVATE):
        visit("http://news.example/", find=lambda *_: next(answers), wire=wire)
    assert wire.dialled == [(PUBLIC, 80)]


def test_a_host_with_five_hundred_addresses_is_tried_a_few_times():
    """16: or one dead host could use up the time of many."""
    many = [f"93.184.{n // 250}.{n % 250 + 1}" for n in range(500)]
    wire = Wire(fails=httpcore.ConnectError("refused"))
    with pytest.raises(Exception, match="could not be reached"):
        visit("http://news.example/", find=lambda *_: many, wire=wire)
    assert len(wire.dialled) == MAX_ADDRESSES


@pytest.mark.parametrize("trouble", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_name_that_nobody_knows_says_so(monkeypatch, trouble):
    """16: whatever the resolver of the machine thinks of it."""

    def unknown(*_, **__):
        raise trouble

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with deadline(20), pytest.raises(NotResolved, match=r"news\.example could not be resolved"):
        resolve("news.example", 80)


def test_a_resolver_that_hangs_costs_no_more_than_the_deadline(monkeypatch):
    """16: the system's resolver knows no timeout."""
    over = threading.Event()

    def hangs(*_, **__):
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with deadline(0.1), pytest.raises(TimedOut, match=r"Nobody could tell the address of news\.example in time"):
        resolve("news.example", 80)
    over.set()


def test_proxies_and_certificates_of_the_environment_are_not_used(monkeypatch):
    """A proxy would dial for us, and nobody would judge the address."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    wire = Wire()
    visit("http://news.example/", find=lambda *_: [PUBLIC], wire=wire)
    assert wire.dialled == [(PUBLIC, 80)]
