"""The wire under the HTTP client: names are resolved once, the address is judged and dialled, and nothing outlives
the deadline: connection, TLS, headers and body share one clock, which a per-read timeout cannot give.
"""
# ruff: noqa: ARG002 - the shapes of these methods are httpcore's; our one clock replaces its timeouts

import math
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import httpcore

from services.runtime.egress.addresses import Gate
from services.runtime.egress.errors import EgressError, NotReached, TimedOut, TlsFailed
from services.runtime.egress.names import Resolver

CONNECT_SECONDS = 5.0
"""For one address; a host with a dead one among its addresses still answers within the deadline."""
MAX_ADDRESSES = 4

Resolve = Callable[[str, int], list[str]]

_deadline: ContextVar[float] = ContextVar("deadline")
_silence: ContextVar[float] = ContextVar("silence", default=math.inf)
_meanwhile: ContextVar[Callable[[], object]] = ContextVar("meanwhile", default=lambda: None)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything on the wire within the block ends in time, or raises `TimedOut`; the earlier of nested ones counts."""
    token = _deadline.set(min(time.monotonic() + seconds, _deadline.get(math.inf)))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def silence(seconds: float) -> Iterator[None]:
    """Within the block, whoever sends nothing for so long is waited for no longer."""
    token = _silence.set(seconds)
    try:
        yield
    finally:
        _silence.reset(token)


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Within the block, this is done when a request has left, while its answer is on its way. It raises nothing."""
    token = _meanwhile.set(work)
    try:
        yield
    finally:
        _meanwhile.reset(token)


def remaining(host: str) -> float:
    """Seconds until the deadline; `TimedOut` when there are none."""
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise TimedOut(f"{host} took too long to answer.")
    return left


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, before the deadline of the request at hand."""
    return _resolver.resolve(host, port, remaining(host))


_resolver = Resolver()


class GuardedBackend(httpcore.NetworkBackend):
    """Dials an address only after the gate has let it pass: the address judged is the address dialled."""

    def __init__(self, gate: Gate, *, resolve: Resolve = resolve, below: httpcore.NetworkBackend | None = None) -> None:
        self._gate = gate
        self._resolve = resolve
        self._below = below or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolve(host, port)
        # One address out of bounds spoils the name: an honest name does not mix public and private ones.
        for address in addresses:
            self._gate.check(host, address, port)
        return self._dial_first(host, addresses[:MAX_ADDRESSES], port)

    def _dial_first(self, host: str, addresses: list[str], port: int) -> httpcore.NetworkStream:
        trouble: EgressError = NotReached(f"{host} has no address.")
        for address in addresses:
            try:
                timeout = min(CONNECT_SECONDS, remaining(host))
                return TimedStream(host, self._below.connect_tcp(address, port, timeout))
            except httpcore.ConnectTimeout:
                trouble = TimedOut(f"{host} did not accept a connection in time.")
            except httpcore.ConnectError as error:
                trouble = NotReached(f"{host} could not be reached: {_cause(error)}.")
        raise trouble


class TimedStream(httpcore.NetworkStream):
    """A stream on which every step must end before the deadline of the request at hand.

    What is written leaves when somebody waits for the answer: head and body in one go, which wakes the other side once.
    """

    def __init__(self, host: str, stream: httpcore.NetworkStream) -> None:
        self._host = host
        self._stream = stream
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            unsent, self._unsent = self._unsent, b""
            # Whoever closes early may have answered before.
            with suppress(httpcore.WriteError):
                self._stream.write(unsent, remaining(self._host))
            _meanwhile.get()()
        return self._stream.read(max_bytes, min(remaining(self._host), _silence.get()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, remaining(self._host))
        except httpcore.ConnectError as error:
            raise TlsFailed(f"{self._host} has no trustworthy TLS: {_cause(error)}.") from error
        return TimedStream(self._host, stream)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


_PLAIN = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}
"""What OpenSSL calls an answer that is no TLS: the port speaks something else, in most cases plain HTTP."""


def _cause(error: Exception) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message.rstrip(".")
    if isinstance(cause, ssl.SSLError) and cause.reason in _PLAIN:
        return "it does not answer by https. Try http:// instead"
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or "the handshake failed").replace("_", " ").lower()
    return (getattr(cause, "strerror", None) or str(cause) or type(cause).__name__).lower()
