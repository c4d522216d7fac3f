"""A real mail server on loopback (aiosmtpd) that takes our mail: with STARTTLS, a sign-in, and answers on request."""

import asyncio
import email
import email.policy
import socket
import threading
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "dateline", "correct-horse-battery"


class Relay:
    """Keeps each mail. `answers` holds what to say next, by `RCPT` or `DATA`; nothing there means yes."""

    def __init__(self):
        self.port, self.received, self.recipients, self.signed_in, self.connections = 0, [], [], [], []
        self.answers = {"MAIL": [], "RCPT": [], "DATA": []}

    @property
    def mails(self):
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.received]

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.answers["MAIL"]:
            return self.answers["MAIL"].pop(0)
        envelope.mail_from = address
        return "250 2.1.0 Sender taken"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        self.recipients.append(address)
        if self.answers["RCPT"]:
            return self.answers["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient taken"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if self.answers["DATA"]:
            return self.answers["DATA"].pop(0)
        self.received.append(envelope.content)
        return "250 2.0.0 Taken"

    def connects(self, protocol):
        self.connections.append(protocol)
        return protocol

    def hangs_up(self):
        """Ends every connection without a word, as a relay does that is restarted."""
        for each in self.connections:
            each.loop.call_soon_threadsafe(each.transport.abort)

    def authenticates(self, _server, _session, _envelope, _mechanism, login):
        right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        self.signed_in.append(right)
        return AuthResult(success=right, handled=False)


@contextmanager
def relay(context=None, *, from_the_beginning=False):
    """Runs one; with a server's TLS context it wants TLS, and a sign-in."""
    made, loop = Relay(), asyncio.new_event_loop()
    options = {"authenticator": made.authenticates} if context else {}
    if context and not from_the_beginning:
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    if from_the_beginning:
        options |= {"auth_require_tls": False}  # it does not know that TLS is there already
    listening = socket.create_server(("127.0.0.1", 0))
    made.port = listening.getsockname()[1]
    serving = loop.create_server(
        lambda: made.connects(SMTP(made, hostname="relay.test", loop=loop, **options)),
        sock=listening,
        ssl=context if from_the_beginning else None,
    )
    thread = threading.Thread(target=_run, args=(made, loop, serving), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)


def _run(made, loop, serving):
    asyncio.set_event_loop(loop)
    server = loop.run_until_complete(serving)
    loop.run_forever()
    server.close()
    for each in made.connections:  # those that wait for another mail
        if each.transport:
            each.transport.abort()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@contextmanager
def dripping(pause=0.05):
    """A relay that greets without end, a byte at a time: it is never silent for long. Gives its port."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip():
        connection, _ = listening.accept()
        with connection:
            while not over.wait(pause):
                try:
                    connection.sendall(b"2")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        listening.close()
        thread.join(60)
