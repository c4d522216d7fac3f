"""Mail over SMTP to the relay that the operator has named, which may be on a private network.

TLS from the beginning, or STARTTLS before anything else is said; in the clear only where the operator says so.
Everything together ends in time, however slowly the relay speaks. A connection that took a mail is kept for a moment,
because a digest at eight o'clock has many recipients.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
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
IDLE = 5.0
"""Seconds for which a connection waits for another mail. Relays wait for minutes, so it is we who end it."""
MAILS = 50
"""Mails over one connection; relays commonly allow a hundred."""
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

    @property
    def ends_conversation(self) -> bool:
        """Whether nothing more can be said over the same connection."""
        return self.code in {None, 421} or self.stage not in {"recipient", "message"}


def hand_over(relay: Relay, sender: str, recipient: str, content: bytes, *, seconds: float = SECONDS) -> Reply:
    """Hands one mail for one recipient to the relay. Whatever goes wrong is an answer, too."""
    ends = time.monotonic() + seconds
    if smtp := _idle.take((relay, sender)):
        reply = _converse(smtp, relay, _further(smtp, sender, recipient, content), seconds)
        # Nothing was said of the mail itself: what the relay has against this connection, it may not have of another.
        if reply.stage in {"recipient", "message"} or (reply.code or 0) >= 500:
            return reply
    smtp = _Smtp(relay, sender)
    return _converse(smtp, relay, _first(smtp, relay, sender, recipient, content), ends - time.monotonic())


def _converse(smtp: "_Smtp", relay: Relay, steps: "Steps", seconds: float) -> Reply:
    stage: Stage = "connection"
    with _hung_up_after(seconds, smtp) as late:
        try:
            reply = Reply(stage, None, "")
            for stage, step in steps:
                code, answer = step()
                reply = Reply(stage, code, _line(answer))
                if late.is_set():
                    raise TimeoutError
                if not 200 <= code < 300:
                    break
            smtp.can_go_on = not reply.ends_conversation
        except smtplib.SMTPResponseException as refusal:
            return Reply(stage, refusal.smtp_code, _line(refusal.smtp_error))
        except (EgressError, smtplib.SMTPException, OSError, ValueError) as trouble:
            return Reply(stage, None, _sentence(relay.host, trouble, late=late.is_set()))
    return reply


Step = Callable[[], tuple[int, bytes]]
Steps = Iterator[tuple[Stage, Step]]


def _first(smtp: "_Smtp", relay: Relay, sender: str, recipient: str, content: bytes) -> Steps:
    yield "connection", lambda: smtp.dials(relay)
    yield "connection", smtp.ehlo
    if relay.tls == "starttls":
        yield "connection", lambda: smtp.starttls(context=tls_context())
        yield "connection", smtp.ehlo
    if relay.user:
        yield "sign-in", lambda: smtp.login(relay.user, relay.password)
    yield from _mail(smtp, sender, recipient, content)


def _further(smtp: "_Smtp", sender: str, recipient: str, content: bytes) -> Steps:
    yield "connection", smtp.rset
    yield from _mail(smtp, sender, recipient, content)


def _mail(smtp: "_Smtp", sender: str, recipient: str, content: bytes) -> Steps:
    smtp.mails += 1
    smtp.can_go_on = False
    yield "sender", lambda: smtp.mail(sender)
    yield "recipient", lambda: smtp.rcpt(recipient)
    yield "message", lambda: smtp.data(content)


class _Smtp(smtplib.SMTP):
    """The library's, on a socket that we have dialled."""

    def __init__(self, relay: Relay, sender: str) -> None:
        # Its own default is what the name service says of this machine, which may take long and be no name at all.
        super().__init__(local_hostname=sender.rpartition("@")[2])
        self._host = relay.host  # what the certificate must be for
        self.purpose = (relay, sender)
        self.mails = 0
        """How many it was used for."""
        self.can_go_on = False
        """Whether another mail may follow."""

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

    def end(self) -> None:
        """Says goodbye and waits for no answer."""
        with suppress(OSError, smtplib.SMTPException):
            self.putcmd("quit")
        self.close()


class _IdleConnections:
    """Connections that wait for another mail, for a moment and not for any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[_Smtp, threading.Timer]] = []

    def take(self, purpose: tuple[Relay, str]) -> _Smtp | None:
        """One to this relay for this sender, which is the caller's from now on."""
        with self._lock:
            entry = next((entry for entry in self._idle if entry[0].purpose == purpose), None)
            if entry is None:
                return None
            self._idle.remove(entry)
        smtp, timer = entry
        timer.cancel()
        return smtp

    def keep(self, smtp: _Smtp) -> None:
        """Ends it when nobody has taken it in time."""
        timer = threading.Timer(IDLE, self._end, (smtp,))
        timer.daemon = True
        with self._lock:
            self._idle.append((smtp, timer))
        timer.start()

    def _end(self, smtp: _Smtp) -> None:
        with self._lock:
            remaining = [entry for entry in self._idle if entry[0] is not smtp]
            is_here, self._idle = len(remaining) < len(self._idle), remaining
        if is_here:
            smtp.end()


_idle = _IdleConnections()


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
        if smtp.can_go_on and smtp.mails < MAILS:
            _idle.keep(smtp)
        else:
            smtp.end()


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
