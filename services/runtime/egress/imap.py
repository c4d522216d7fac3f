"""Mailboxes over IMAP with TLS, read and never changed: the same guard as for every request, and bounds for a server.

Only STARTTLS or TLS from the beginning; nothing is ever said in the clear but the wish for TLS.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from services.runtime.egress.addresses import Gate
from services.runtime.egress.client import tls_context
from services.runtime.egress.errors import EgressError, Forbidden, Garbled, NotReached, TimedOut, TlsFailed, TooLarge
from services.runtime.egress.settings import EgressSettings
from services.runtime.egress.sockets import dial
from services.runtime.egress.wire import deadline, remaining, resolve

PORTS = {"imaps": 993, "imap": 143}
"""TLS from the beginning, and STARTTLS before anything else is said."""
MAX_LITERAL = 5_000_000
"""Bytes that a server may send in one piece."""
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")


@dataclass(frozen=True)
class MailboxAddress:
    """A folder of a mailbox, as `imaps://user@host/folder` names it; `scheme` is a key of `PORTS`."""

    scheme: str
    user: str
    host: str
    port: int
    folder: str


class Mailbox:
    """A folder that is open for reading: its mails keep every mark that they have."""

    def __init__(self, connection: imaplib.IMAP4, host: str, uidvalidity: int) -> None:
        self._connection, self._host, self.uidvalidity = connection, host, uidvalidity

    def uids(self, after: int) -> list[int]:
        """The numbers of its mails above this one, in order."""
        # A range that begins behind the last mail names the last mail: what is not above is left out.
        answer = self._ask("UID", "SEARCH", None, f"UID {after + 1}:*")
        numbers = b" ".join(part for part in answer if isinstance(part, bytes)).split()
        return sorted(
            int(number) for number in numbers if number.isdigit() and len(number) < 11 and int(number) > after
        )

    def size(self, uid: int) -> int:
        """The bytes of a mail, as the server says."""
        found = _SIZE.search(_flat(self._ask("UID", "FETCH", str(uid), "(RFC822.SIZE)")))
        return int(found[1]) if found else 0

    def fetch(self, uid: int) -> bytes | None:
        """A mail as it was received; None where it is not there any more."""
        for part in self._ask("UID", "FETCH", str(uid), "(UID BODY.PEEK[])"):
            if isinstance(part, tuple) and len(part) > 1:
                return bytes(part[1])
        return None

    def _ask(self, *command: Any) -> list[Any]:
        remaining(self._host)
        status, answer = self._connection.uid(*command[1:])
        if status != "OK":
            raise Garbled(f"{self._host} did not answer {command[1]} as a mail server does.")
        return list(answer)


@contextmanager
def open_mailbox(
    settings: EgressSettings, address: MailboxAddress, password: str, *, seconds: float
) -> Iterator[Mailbox]:
    """The folder, within so many seconds in all; an `EgressError` says in one sentence what was wrong.

    The server's own words are in none of them: they may repeat what was said to it.
    """
    with deadline(seconds), _translated(address.host):
        connection = _connect(settings, address)
        try:
            _sign_in(connection, address, password)
            yield Mailbox(connection, address.host, _select(connection, address))
        finally:
            connection.shutdown()


def _connect(settings: EgressSettings, address: MailboxAddress) -> imaplib.IMAP4:
    gate = Gate(settings.egress_allow, frozenset({*PORTS.values(), *settings.egress_ports}))
    addresses = resolve(address.host, address.port)
    for number in addresses:
        gate.check(address.host, number, address.port)
    dialled = dial(address.host, addresses, address.port)
    try:
        if address.scheme == "imaps":
            dialled = tls_context().wrap_socket(dialled, server_hostname=address.host)
        connection = _Connection(dialled, address.host)
        if address.scheme != "imaps":
            connection.starttls(ssl_context=tls_context())
    except BaseException:
        dialled.close()
        raise
    return connection


def _sign_in(connection: imaplib.IMAP4, address: MailboxAddress, password: str) -> None:
    remaining(address.host)
    try:
        connection.login(address.user, password)
    except connection.abort:
        raise
    except connection.error:
        raise Forbidden(f"{address.host} did not accept the user and the password of the mailbox.") from None


def _select(connection: imaplib.IMAP4, address: MailboxAddress) -> int:
    status, _ = connection.select(_quoted(address.folder), readonly=True)
    if status != "OK":
        raise Garbled(f"{address.host} has no folder {address.folder!r} that could be opened.")
    _, validity = connection.response("UIDVALIDITY")
    number = validity[-1] if validity else None
    return int(number) if isinstance(number, bytes) and number.isdigit() and len(number) < 11 else 0


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _flat(answer: list[Any]) -> bytes:
    return b" ".join(part if isinstance(part, bytes) else b" ".join(part) for part in answer if part)


class _Connection(imaplib.IMAP4):
    """The library's, on a socket that the guard has dialled, and with bounds for what a server sends."""

    def __init__(self, dialled: socket.socket, host: str) -> None:
        self._dialled = dialled
        super().__init__(host)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        del timeout
        return self._dialled

    def read(self, size: int) -> bytes:
        if size > MAX_LITERAL:
            raise TooLarge(f"{self.host} sends more in one piece than a mail may have.")
        return super().read(size)


@contextmanager
def _translated(host: str) -> Iterator[None]:
    try:
        yield
    except EgressError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise TlsFailed(f"{host} has no trustworthy TLS: {error.verify_message.rstrip('.')}.") from None
    except ssl.SSLError:
        raise TlsFailed(f"{host} has no trustworthy TLS.") from None
    except TimeoutError:
        raise TimedOut(f"{host} took too long to answer.") from None
    except (imaplib.IMAP4.error, ValueError, UnicodeError):
        raise Garbled(f"{host} does not answer as a mail server does.") from None
    except OSError as error:
        raise NotReached(f"{host} hung up: {(error.strerror or type(error).__name__).lower()}.") from None
