r"""A site that speaks bytes, not HTTP: each connection is played to by a function, over real TCP and, on request, TLS.

with WireSite(plays(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")) as site: ...
"""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Play = Callable[[socket.socket, threading.Event], None]


class WireSite:
    """Listens on 127.0.0.1; every connection gets the play, `heard` is what each sent first."""

    def __init__(self, play: Play, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[bytes] = []
        self._play, self._tls = play, tls
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._meet, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _meet(self, connection: socket.socket) -> None:
        # Whoever is played to may hang up at any time: that is the point of most plays.
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.settimeout(10)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with contextlib.closing(connection):
                self._play(_Heard(connection, self.heard), self._over)


class _Heard:
    """The connection, with what was said on it first kept."""

    def __init__(self, connection: socket.socket, heard: list[bytes]) -> None:
        self._connection, self._heard = connection, heard

    def recv(self, size: int) -> bytes:
        got = self._connection.recv(size)
        self._heard.append(got)
        return got

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def plays(*pieces: bytes, pause: float = 0.0) -> Play:
    """Hears the request, then sends the pieces, and closes."""

    def play(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65_536)
        for piece in pieces:
            connection.sendall(piece)
            if pause and over.wait(pause):
                return

    return play


def streams(head: bytes, pieces: Callable[[], Iterable[bytes]], pause: float = 0.0) -> Play:
    """The head, then pieces for as long as anybody listens."""

    def play(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65_536)
        connection.sendall(head)
        for piece in pieces():
            if over.wait(pause):
                return
            connection.sendall(piece)

    return play


def stalls(connection: socket.socket, over: threading.Event) -> None:
    """Accepts, and says nothing."""
    over.wait(30)


def resets(*pieces: bytes) -> Play:
    """The pieces, then a reset in place of an end."""

    def play(connection: socket.socket, _over: threading.Event) -> None:
        connection.recv(65_536)
        for piece in pieces:
            connection.sendall(piece)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return play


class Authority:
    """A certificate authority of one's own; who trusts `path` trusts what it signs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("An authority of this test")
        self._certificate = self._signed(self._name, self._key, _valid(1), ca=True)
        self.path = folder / "authority.pem"
        self.path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def signs(self, host: str, days: int = 1) -> ssl.SSLContext:
        """What a server at this host shows; `days` of validity from now, negative: it ended so long ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain = self._folder / f"{host}{days}.pem"
        chain.write_bytes(
            self._signed(_name(host), key, _valid(days)).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        valid: tuple[datetime, datetime],
        *,
        ca: bool = False,
    ) -> x509.Certificate:
        host = name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        made = x509.CertificateBuilder(
            self._name, name, key.public_key(), x509.random_serial_number(), valid[0], valid[1]
        )
        # Python believes no chain without them from 3.13 on (RFC 5280).
        for named in (
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
        ):
            made = made.add_extension(named, critical=False)
        if ca:
            made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            made = made.add_extension(SIGNS, critical=True)
        else:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(str(host))]), critical=False)
        return made.sign(self._key, hashes.SHA256())


SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
"""What the key of an authority is for."""


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _valid(days: int) -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    begin = now - timedelta(days=400)
    return begin, now + timedelta(days=days)
