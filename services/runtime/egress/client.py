"""One request, one response, or one clear error. Redirects are not followed here: the caller judges each hop."""

import math
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Self, cast

import httpcore
import httpx

from services.runtime.egress.addresses import Gate
from services.runtime.egress.body import read_body
from services.runtime.egress.errors import EgressError, Forbidden, Garbled, NotReached, TimedOut, TooLarge
from services.runtime.egress.settings import EgressSettings
from services.runtime.egress.wire import GuardedBackend, deadline, silence

MAX_HEADERS = 200
MAX_HEADER_BYTES = 64_000
MOMENT = 2.0
"""Seconds that the body of an answer may take whose status says it all."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Limits:
    """How long one request may take over all (seconds) and how much it may bring (bytes on the wire and decoded).

    `first_byte`: seconds until the head of the response is here, and the longest silence within its body; who is silent
    for so long will not answer. `slowest`: bytes a second that a body must bring once it has taken so long.
    `cut`: take what fits instead of refusing the rest. `status_alone`: the status says it all; of the body what comes
    in the first seconds and can be read is taken, and no trouble with it is raised.
    """

    seconds: float = 30.0
    first_byte: float = math.inf
    slowest: int = 0
    wire: int = 5_000_000
    decoded: int = 10_000_000
    cut: bool = False
    status_alone: bool = False


@dataclass(frozen=True)
class Response:
    """What came back: headers as sent, the body after content decoding; `request_headers` are those that we sent.

    `began` is when its head was here, by the monotonic clock.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    request_headers: Headers = ()
    began: float | None = None

    def header(self, name: str) -> str | None:
        """The first header of this name, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Client:
    """The guarded client: its connections, and what it says of itself with each request. Close it, or use `with`.

    httpcore and nothing above it: redirects, cookies, proxies and passwords are not switched off here but absent, and
    a request costs half as much.
    """

    pool: httpcore.ConnectionPool
    outgoing: Mapping[str, str]
    keep_alive: bool

    def close(self) -> None:
        """Ends every connection."""
        self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()


def open_client(
    settings: EgressSettings, *, keep_alive: bool = False, connections: int = 32, backend: GuardedBackend | None = None
) -> Client:
    """The guarded client, for one purpose; it may be used by many threads.

    `keep_alive` only where all hosts are of one trust (newsrooms, or one subscriber). Nothing is taken from the
    environment, TLS is always verified.
    """
    pool = httpcore.ConnectionPool(
        ssl_context=tls_context(),
        max_connections=connections,
        max_keepalive_connections=connections if keep_alive else 0,
        keepalive_expiry=5.0,
        network_backend=backend or GuardedBackend(Gate.of(settings)),
    )
    outgoing = {"user-agent": settings.user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
    return Client(pool, outgoing, keep_alive)


def send(
    client: Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    limits: Limits,
) -> Response:
    """Sends one request and reads its response within the limits; raises an `EgressError` for everything else.

    A status is never an error here. Names of `headers` are in lower case, where they replace what the client says.
    With `keep_alive`, a GET that a closed idle connection swallowed is sent once more.
    """
    address, target = _address(url)
    request = httpcore.Request(
        method,
        target,
        headers=_headers(address, {**client.outgoing, **(headers or {})}, content),
        content=content,
        extensions={"timeout": {"pool": limits.seconds}},
    )
    with deadline(limits.seconds), silence(limits.first_byte), _translated(address.host):
        with deadline(limits.first_byte):
            answer = _ask(client, request)
        try:
            return _read(address, request, answer, limits)
        finally:
            answer.close()


@lru_cache(maxsize=512)
def _address(url: str) -> tuple[httpx.URL, httpcore.URL]:
    # An endpoint keeps its address, and reading one takes a while.
    try:
        result = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise Forbidden(f"{url[:200]!r} is not a web address: {error}.") from None
    if result.scheme not in {"http", "https"} or not result.host or result.userinfo:
        raise Forbidden(f"The address must begin with http:// or https://, and carry no password: {result.host!r}.")
    scheme, host, port = result.raw_scheme, result.raw_host, result.port
    return result, httpcore.URL(scheme=scheme, host=host, port=port, target=result.raw_path)


def _headers(address: httpx.URL, fields: Mapping[str, str], content: bytes | None) -> list[tuple[bytes, bytes]]:
    length = [] if content is None else [(b"content-length", b"%d" % len(content))]
    return [(b"host", address.netloc), *((_raw(name), _raw(value)) for name, value in fields.items()), *length]


def _raw(text: str) -> bytes:
    return text.encode("ascii")


def _ask(client: Client, request: httpcore.Request) -> httpcore.Response:
    try:
        return client.pool.handle_request(request)
    except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
        # An idle connection may have been closed under us; asking again is safe for a GET only.
        if not client.keep_alive or request.method != b"GET":
            raise
        return client.pool.handle_request(request)


def _read(address: httpx.URL, request: httpcore.Request, answer: httpcore.Response, limits: Limits) -> Response:
    began, raw = time.monotonic(), answer.headers
    too_many = len(raw) > MAX_HEADERS or sum(len(name) + len(value) for name, value in raw) > MAX_HEADER_BYTES
    if too_many and not limits.status_alone:
        raise TooLarge(f"{address.host} sent more than {MAX_HEADERS} headers or {MAX_HEADER_BYTES // 1000} kB of them.")
    headers = _as_text(raw)
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    chunks = _brisk(address.host, cast("Iterable[bytes]", answer.stream), limits)
    read = _what_comes if limits.status_alone else read_body
    return Response(
        url=str(address),
        status=answer.status,
        headers=headers,
        body=read(chunks, coding, wire=limits.wire, decoded=limits.decoded, cut=limits.cut),
        request_headers=_as_text(request.headers),
        began=began,
    )


def _brisk(host: str, chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    """The body as it comes; `TimedOut` when it only drips, so that it would hold its thread until the deadline."""
    began, received = time.monotonic(), 0
    for chunk in chunks:
        waited = time.monotonic() - began
        if waited > limits.first_byte and received < limits.slowest * waited:
            raise TimedOut(f"{host} sends its answer too slowly: {received} bytes in {waited:.0f} seconds.")
        received += len(chunk)
        yield chunk


def _what_comes(chunks: Iterable[bytes], coding: str, *, wire: int, decoded: int, cut: bool) -> bytes:
    """As much of the body as comes in time and can be read."""
    raw = bytearray()
    with suppress(EgressError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        with deadline(MOMENT):
            for chunk in chunks:
                raw += chunk
                if len(raw) > wire:
                    break
        return read_body([bytes(raw)], coding, wire=wire, decoded=decoded, cut=cut)
    return b"" if coding else bytes(raw)


def _as_text(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)


@contextmanager
def _translated(host: str) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise TimedOut(f"{host} took too long to answer.") from None
    except httpcore.NetworkError:
        raise NotReached(f"{host} cut the connection off.") from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise Garbled(
            f"{host} did not speak HTTP as it should: {str(error)[:200].rstrip('.') or 'broken off'}."
        ) from None


@cache
def tls_context() -> ssl.SSLContext:
    """What TLS has to be: with a certificate that a public authority vouches for."""
    # Making one costs 45 ms; it holds nothing of the hosts it was used for.
    return httpx.create_ssl_context(trust_env=False)
