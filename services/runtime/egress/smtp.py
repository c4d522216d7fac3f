"""Mail over SMTP to the relay that the operator has named, which may be on a private network.

TLS from the beginning, or STARTTLS before anything else is said; in the clear only where the operator says so.
Everything together ends in time, however slowly the relay speaks.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from services.runtime.egress.client import tls_context
from services.runtime.egress.errors import EgressError
from services.runtime.egress.sockets import dial
from services.runtime.egress.wire import deadline, resolve

Tls = Literal["starttls", "tls", "none"]
PORTS: dict[Tls, int] = {"starttls": 587, "tls": 465, "none": 25}
SECONDS = 30.0
"""For one mail over all: name, connection, TLS, sign-in and the mail itself."""
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")

Stage = Literal["connection", "sign-in", "sender", "recipient", "message"]


@dataclass(frozen=True)
class Relay:
    """The mail server that takes our mail; `user` is empty where it asks for none."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Reply:
    """The last thing that the relay said, and to what.

    `code` is None when it said nothing that can be read; then `text` is a sentence for people.
    """

    stage: Stage
    code: int | None
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463), such as `5.1.1`; empty where the relay gave none."""
        match = _ENHANCED.match(self.text)
        return match[0] if match else ""


def hand_over(relay: Relay, sender: str, recipient: str, content: bytes, *, seconds: float = SECONDS) -> Reply:
    """Hands one mail for one recipient to the relay. Whatever goes wrong is an answer, too."""
    stage: Stage = "connection"
    smtp = _Smtp(relay.host, sender)
    with _hung_up_after(seconds, smtp) as late:
        try:
            reply = Reply(stage, None, "")
            for stage, step in _steps(smtp, relay, sender, recipient, content):
                code, answer = step()
                reply = Reply(stage, code, _line(answer))
                if late.is_set():
                    raise TimeoutError
                if not 200 <= code < 300:
                    break
        except smtplib.SMTPResponseException as refusal:
            return Reply(stage, refusal.smtp_code, _line(refusal.smtp_error))
        except (EgressError, smtplib.SMTPException, OSError, ValueError) as trouble:
            return Reply(stage, None, _sentence(relay.host, trouble, late=late.is_set()))
    return reply


Step = Callable[[], tuple[int, bytes]]


def _steps(smtp: "_Smtp", relay: Relay, sender: str, recipient: str, content: bytes) -> Iterator[tuple[Stage, Step]]:
    yield "connection", lambda: smtp.dials(relay)
    yield "connection", smtp.ehlo
    if relay.tls == "starttls":
        yield "connection", lambda: smtp.starttls(context=tls_context())
        yield "connection", smtp.ehlo
    if relay.user:
        yield "sign-in", lambda: smtp.login(relay.user, relay.password)
    yield "sender", lambda: smtp.mail(sender)
    yield "recipient", lambda: smtp.rcpt(recipient)
    yield "message", lambda: smtp.data(content)


class _Smtp(smtplib.SMTP):
    """The library's, on a socket that we have dialled."""

    def __init__(self, host: str, sender: str) -> None:
        # Its own default is what the name service says of this machine, which may take long and be no name at all.
        super().__init__(local_hostname=sender.rpartition("@")[2])
        self._host = host  # what the certificate must be for

    def dials(self, relay: Relay) -> tuple[int, bytes]:
        """Connects to the relay; what it greets with."""
        dialled = dial(relay.host, resolve(relay.host, relay.port), relay.port)
        if relay.tls == "tls":
            dialled = tls_context().wrap_socket(dialled, server_hostname=relay.host)
        self.sock = dialled
        return self.getreply()

    def hang_up(self) -> None:
        """Ends the conversation from another thread."""
        if self.sock is not None:
            with suppress(OSError):
                # Below TLS: what a TLS socket has of this would change it under the thread that reads.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@contextmanager
def _hung_up_after(seconds: float, smtp: _Smtp) -> Iterator[threading.Event]:
    """Whoever drips a byte at a time keeps within every timeout of a socket, and not within this one."""
    late = threading.Event()

    def end() -> None:
        late.set()
        smtp.hang_up()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        with deadline(seconds):
            yield late
    finally:
        timer.cancel()
        with suppress(OSError, smtplib.SMTPException):
            smtp.putcmd("quit")
        smtp.close()


def _line(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())


def _sentence(host: str, trouble: Exception, *, late: bool) -> str:
    match trouble:
        case _ if late or isinstance(trouble, TimeoutError):
            what = "took too long to take the mail"
        case EgressError():
            return str(trouble)
        case smtplib.SMTPNotSupportedError():
            what = "does not offer STARTTLS, or no way to sign in that we know"
        case ssl.SSLCertVerificationError():
            what = f"has no trustworthy TLS: {trouble.verify_message.rstrip('.')}"
        case ssl.SSLError():
            what = "has no trustworthy TLS"
        case _:
            what = "hung up, or does not answer as a mail server does"
    return f"{host} {what}."
