"""One request through the guarded client, over a scripted wire: no socket is opened."""

import ssl

import httpcore
import pytest

from services.runtime.egress import (
    EgressError,
    EgressSettings,
    Forbidden,
    Garbled,
    Gate,
    Limits,
    NotReached,
    NotResolved,
    TimedOut,
    TlsFailed,
    TooLarge,
    deadline,
    meanwhile,
    open_client,
    send,
)
from services.runtime.egress.wire import GuardedBackend, remaining

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords"
PUBLIC = "93.184.215.14"


class Wire(httpcore.MockBackend):
    """Plays the same bytes to every connection; remembers whom it was asked to dial, or fails as it is told."""

    def __init__(self, answer=OK, fails=None):
        super().__init__([answer])
        self.dialled = []
        self.fails = fails or {}

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.dialled.append((host, port))
        if host in self.fails:
            raise self.fails[host]
        return super().connect_tcp(host, port, timeout, local_address, socket_options)


def ask(url="http://news.example/a", wire=None, addresses=(PUBLIC,), limits=Limits(), keep_alive=False, **options):  # noqa: B008 - frozen
    backend = GuardedBackend(Gate(), resolve=lambda _host, _port: list(addresses), below=wire or Wire())
    with open_client(EgressSettings(contact="ops@example.org"), backend=backend, keep_alive=keep_alive) as client:
        return send(client, "GET", url, limits=limits, **options)


def test_a_response_comes_back_whole_with_what_we_asked():
    """Status, headers as sent, body; and our own headers, among them who we are."""
    response = ask(headers={"if-none-match": '"x"'})
    assert (response.status, response.body, response.header("content-length")) == (200, b"words", "5")
    by_name = {name.lower(): value for name, value in response.request_headers}
    assert by_name["user-agent"].endswith("(+ops@example.org)")
    assert by_name["if-none-match"] == '"x"'
    assert by_name["accept-encoding"] == "gzip, deflate"


def test_the_address_that_was_judged_is_the_one_dialled():
    """The name is resolved once; whatever it resolves to later cannot redirect the connection."""
    wire = Wire()
    ask(wire=wire)
    assert wire.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_one_private_address_spoils_the_name(addresses):
    """Nothing is dialled, not even the public one."""
    wire = Wire()
    with pytest.raises(Forbidden):
        ask(wire=wire, addresses=addresses)
    assert wire.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://news.example/",
        "gopher://news.example/",
        "http:///nowhere",
        "http://user:secret@news.example/",
        "http://news.example:99999/",
        "http://xn--\u20ac/",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_forbidden(url):
    """Also one that carries a password, which would end up in logs; the sentence does not repeat it."""
    wire = Wire()
    with pytest.raises(Forbidden) as refusal:
        ask(url, wire=wire)
    assert wire.dialled == []
    assert "secret" not in str(refusal.value)


def test_redirects_are_not_followed():
    """The caller judges each hop."""
    response = ask(wire=Wire(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"))
    assert (response.status, response.header("location")) == (302, "http://127.0.0.1/")


def test_cookies_are_forgotten():
    """A newsroom is not to recognise us by anything but our name."""
    cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1\r\nContent-Length: 0\r\n\r\n"
    backend = GuardedBackend(Gate(), resolve=lambda *_: [PUBLIC], below=Wire(cookie))
    with open_client(EgressSettings(), backend=backend) as client:
        send(client, "GET", "http://news.example/", limits=Limits())
        second = send(client, "GET", "http://news.example/", limits=Limits())
    assert "cookie" not in {name.lower() for name, _ in second.request_headers}


def test_the_next_address_is_tried_when_one_is_dead():
    """A host with a broken IPv6 address still answers over the other one."""
    wire = Wire(fails={"2606:4700::1": httpcore.ConnectError("unreachable")})
    assert ask(wire=wire, addresses=["2606:4700::1", PUBLIC]).status == 200


def failing(error):
    return {"wire": Wire(fails={PUBLIC: error})}


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (failing(httpcore.ConnectError(ConnectionRefusedError(111, "Connection refused"))), NotReached),
        (failing(httpcore.ConnectTimeout()), TimedOut),
        ({"wire": Wire(b"")}, Garbled),
        ({"wire": Wire(b"SSH-2.0-OpenSSH_9.6\r\n")}, Garbled),
        ({"wire": Wire(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort")}, Garbled),
        ({"wire": Wire(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")}, Garbled),
        ({"wire": Wire(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n")}, TooLarge),
        ({"limits": Limits(wire=3)}, TooLarge),
        ({"limits": Limits(seconds=0)}, TimedOut),
    ],
)
def test_every_trouble_has_a_name_and_one_sentence(trouble, kind):
    """So that it can be shown to a person as it is."""
    with pytest.raises(EgressError) as raised:
        ask(**trouble)
    assert type(raised.value) is kind
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def test_a_name_without_an_address_says_so():
    """`NotResolved`, from the resolver's answer."""

    def nowhere(host, _port):
        raise NotResolved(f"The name {host} could not be resolved.")

    with (
        open_client(EgressSettings(), backend=GuardedBackend(Gate(), resolve=nowhere, below=Wire())) as client,
        pytest.raises(NotResolved, match=r"news\.example"),
    ):
        send(client, "GET", "http://news.example/", limits=Limits())


class Listening(httpcore.MockStream):
    """Remembers what it was told; `deaf` is a server that closed its ear after it had answered."""

    def __init__(self, deaf=False):
        super().__init__([OK])
        self.heard = []
        self.deaf = deaf

    def write(self, buffer, timeout=None):  # noqa: ARG002 - the shape is httpcore's
        self.heard.append(buffer)
        if self.deaf:
            raise httpcore.WriteError("broken pipe")


def post_to(stream, **headers):
    wire = Wire()
    wire.connect_tcp = lambda *_, **__: stream
    backend = GuardedBackend(Gate(), resolve=lambda *_: [PUBLIC], below=wire)
    with open_client(EgressSettings(), backend=backend) as client:
        return send(client, "POST", "http://news.example/in", headers=headers, content=b"words", limits=Limits())


def test_head_and_body_leave_together():
    """One packet wakes the other side once; a header that is given replaces what the client says of itself."""
    stream = Listening()
    post_to(stream, accept="application/json")
    (answer,) = stream.heard
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    assert line == b"POST /in HTTP/1.1"
    assert {b"host: news.example", b"content-length: 5", b"accept: application/json"} <= set(headers)
    assert len([header for header in headers if header.startswith(b"accept:")]) == 1
    assert body == b"words"


def test_an_answer_that_came_before_all_was_said_counts():
    """A server may refuse a body by its head, and close."""
    assert post_to(Listening(deaf=True)).body == b"words"


class Untrusted(httpcore.MockStream):
    def start_tls(self, *_, **__):
        fault = ssl.SSLCertVerificationError()
        fault.verify_message = "certificate has expired"
        raise httpcore.ConnectError(fault) from fault


def test_an_untrusted_certificate_is_never_accepted():
    """The sentence says what is wrong with it."""
    wire = Wire()
    wire.connect_tcp = lambda *_, **__: Untrusted([OK])
    with pytest.raises(TlsFailed, match="certificate has expired"):
        ask("https://news.example/", wire=wire)


class Severed(httpcore.MockBackend):
    """The first connection ends without a word, as an idle one does that the server closed."""

    def __init__(self):
        super().__init__([OK])
        self.connections = 0

    def connect_tcp(self, *_, **__):
        self.connections += 1
        return httpcore.MockStream([b""] if self.connections == 1 else [OK])


def test_a_closed_idle_connection_costs_a_kept_alive_client_nothing():
    """A GET is sent once more; a client that keeps nothing alive has no such excuse."""
    assert ask(wire=Severed(), keep_alive=True).body == b"words"
    with pytest.raises(Garbled):
        ask(wire=Severed(), keep_alive=False)


def test_the_earlier_of_nested_deadlines_counts():
    """A page's redirects share the time of the page."""
    with deadline(0), deadline(60), pytest.raises(TimedOut):
        remaining("news.example")


def test_work_is_done_while_the_answer_is_on_its_way():
    """Once the request has left, and before anything is read; not where nobody could be reached."""
    steps = []

    class EventEnvelope(httpcore.MockStream):
        def write(self, *_words, **_named):
            steps.append("sent")

        def read(self, max_bytes, timeout=None):
            steps.append("read")
            return super().read(max_bytes, timeout)

    class Telling(Wire):
        def connect_tcp(self, *words, **named):
            super().connect_tcp(*words, **named)
            return EventEnvelope([OK])

    with meanwhile(lambda: steps.append("worked")):
        ask(wire=Telling())
        assert steps[:3] == ["sent", "worked", "read"]
        assert steps.count("worked") == 1
        with pytest.raises(NotReached):
            ask(wire=Telling(fails={PUBLIC: httpcore.ConnectError()}))
    assert steps.count("worked") == 1
