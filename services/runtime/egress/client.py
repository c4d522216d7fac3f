"""One request, one response, or one clear error. Redirects are not followed here: the caller judges each hop."""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpcore
import httpx

from services.runtime.egress.addresses import Gate
from services.runtime.egress.body import read_body
from services.runtime.egress.errors import Forbidden, Garbled, NotReached, TimedOut, TooLarge
from services.runtime.egress.settings import EgressSettings
from services.runtime.egress.wire import GuardedBackend, deadline

MAX_HEADERS = 200
MAX_HEADER_BYTES = 64_000

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Limits:
    """How long one request may take over all (seconds) and how much it may bring (bytes on the wire and decoded).

    `cut`: take what fits instead of refusing the rest.
    """

    seconds: float = 30.0
    wire: int = 5_000_000
    decoded: int = 10_000_000
    cut: bool = False


@dataclass(frozen=True)
class Response:
    """What came back: headers as sent, the body after content decoding; `asked` are the headers that we sent."""

    url: str
    status: int
    headers: Headers
    body: bytes
    asked: Headers = ()

    def header(self, name: str) -> str | None:
        """The first header of this name, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def open_client(
    settings: EgressSettings, *, keep_alive: bool = False, connections: int = 32, backend: GuardedBackend | None = None
) -> httpx.Client:
    """The guarded client, for one purpose.

    `keep_alive` only where all hosts are of one trust (newsrooms, or one subscriber). No cookies are kept, no proxy or
    certificate settings are taken from the environment, TLS is always verified.
    """
    return httpx.Client(
        transport=_Transport(backend or GuardedBackend(Gate.of(settings)), connections, keep_alive=keep_alive),
        headers={"user-agent": settings.user_agent, "accept-encoding": "gzip, deflate"},
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


def send(
    client: httpx.Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    limits: Limits,
) -> Response:
    """Sends one request and reads its response within the limits; raises an `EgressError` for everything else.

    A status is never an error here. With `keep_alive`, a GET that a closed idle connection swallowed is sent once more.
    """
    request = _request(client, method, url, headers=headers, content=content, limits=limits)
    with deadline(limits.seconds), _translated(request.url.host):
        response = client.send(request, stream=True)
        try:
            return _read(request, response, limits)
        finally:
            response.close()


def _request(
    client: httpx.Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None,
    content: bytes | None,
    limits: Limits,
) -> httpx.Request:
    try:
        request = client.build_request(method, url, headers=headers, content=content, timeout=limits.seconds)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise Forbidden(f"{url[:200]!r} is not a web address: {error}.") from None
    if request.url.scheme not in {"http", "https"} or not request.url.host or request.url.userinfo:
        raise Forbidden(
            f"The address must begin with http:// or https://, and carry no password: {request.url.host!r}."
        )
    return request


def _read(request: httpx.Request, response: httpx.Response, limits: Limits) -> Response:
    raw = response.headers.raw
    if len(raw) > MAX_HEADERS or sum(len(name) + len(value) for name, value in raw) > MAX_HEADER_BYTES:
        raise TooLarge(
            f"{request.url.host} sent more than {MAX_HEADERS} headers or {MAX_HEADER_BYTES // 1000} kB of them."
        )
    coding = response.headers.get("content-encoding", "")
    return Response(
        url=str(request.url),
        status=response.status_code,
        headers=_as_text(raw),
        body=read_body(response.iter_raw(), coding, wire=limits.wire, decoded=limits.decoded, cut=limits.cut),
        asked=_as_text(request.headers.raw),
    )


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
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, httpx.HTTPError, httpx.InvalidURL) as error:
        # httpx reads the target of a redirect although nobody follows it, and stumbles over what is no address.
        raise Garbled(
            f"{host} did not speak HTTP as it should: {str(error)[:200].rstrip('.') or 'broken off'}."
        ) from None


@cache
def _tls() -> ssl.SSLContext:
    # Making one costs 45 ms; it holds nothing of the hosts it was used for.
    return httpx.create_ssl_context(trust_env=False)


class _Transport(httpx.BaseTransport):
    """httpx above, our backend below: httpx has no public way to choose who dials."""

    def __init__(self, backend: GuardedBackend, connections: int, *, keep_alive: bool) -> None:
        self._keep_alive = keep_alive
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=connections,
            max_keepalive_connections=connections if keep_alive else 0,
            keepalive_expiry=5.0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._ask(asked)
        stream = cast("Iterable[bytes]", answer.stream)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(stream), extensions=answer.extensions
        )

    def _ask(self, asked: httpcore.Request) -> httpcore.Response:
        try:
            return self._pool.handle_request(asked)
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            # An idle connection may have been closed under us; asking again is safe for a GET only.
            if not self._keep_alive or asked.method != b"GET":
                raise
            return self._pool.handle_request(asked)

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()
