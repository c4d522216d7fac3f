"""A loopback web server around one function: a request in, an answer out.

The newsroom and the receiver stand on it. It speaks HTTP/1.1 with keep-alive, remembers what it was asked, and
closes every connection when it stops, as a site does that goes away.
"""

import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Clock = Callable[[], datetime]
# A demo may be polled all day; the newest requests are the ones somebody asks about.
REMEMBERED = 10_000
MAX_BODY = 10_000_000
IDLE_SECONDS = 60
BODILESS = frozenset({204, 304})


def utc_now() -> datetime:
    """The wall clock, as an aware instant."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Request:
    """What came in; the names of the headers are in lower case, `path` includes the query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True)
class Answer:
    """What goes out. A body given in pieces is sent piece by piece, and its length is not promised."""

    status: int
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteRequest:
    """One line of the access log."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int
    at: datetime


class HungUp(Exception):  # noqa: N818 - named for what happens, not for an error
    """Raised in place of an answer, or between two pieces of a body: the connection is reset."""


class Site:
    """Serves `answer` on 127.0.0.1; port 0 means any free one, which `url` then names."""

    def __init__(self, answer: Callable[[Request], Answer], *, port: int = 0, now: Clock = utc_now) -> None:
        self.answer = answer
        self.now = now
        self.stopped = threading.Event()
        self._asked: deque[SiteRequest] = deque(maxlen=REMEMBERED)
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[SiteRequest]:
        return list(self._asked)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the server and every open connection; what waits in a slow answer is woken by `stopped`."""
        self.stopped.set()
        if self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.hang_up()

    def remember(self, request: Request, status: int) -> None:
        self._asked.append(SiteRequest(request.method, request.path, request.headers, status, request.at))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        with self._guard:
            for connection in self._open:
                reset(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that goes away in the middle is weather, for a server too.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def reset(connection: socket.socket) -> None:
    """Wakes whoever reads or writes here; the other side sees a connection that ended."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed already


def _framing(answer: Answer) -> dict[str, str]:
    if answer.status in BODILESS:
        return {}
    return {"Content-Length": str(len(answer.body))} if isinstance(answer.body, bytes) else {"Connection": "close"}


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.site = site
    return Handler


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    # Head and body leave in one packet, or a keep-alive client waits 40 ms for the second.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Says nothing: `requests` is the log."""

    def do_GET(self) -> None:
        request = self._read()
        try:
            answer = self.site.answer(request)
        except HungUp:
            self.site.remember(request, 0)
            return self._hang_up()
        # Remembered before it is sent: whoever has the answer finds it in the log.
        self.site.remember(request, answer.status)
        return self._send(answer)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - the names are the library's

    def _read(self) -> Request:
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, self.path, headers, self.rfile.read(length), self.site.now())

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        own = {"Server": "Dateline-sample", "Date": self.date_time_string()}
        for name, value in {**own, **_framing(answer), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and answer.status not in BODILESS:
            self._send_pieces([answer.body] if isinstance(answer.body, bytes) else answer.body)

    def _send_pieces(self, pieces: Iterable[bytes]) -> None:
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
        except HungUp:
            self._hang_up()

    def _hang_up(self) -> None:
        # Zero seconds of lingering turn the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.close_connection = True
        self.connection.close()
