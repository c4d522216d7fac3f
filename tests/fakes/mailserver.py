"""A real mail server on loopback (pymap), with one mailbox whose password a test knows, and mails that it delivers."""

import imaplib
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from tests.support.service import free_port

USER, PASSWORD = "bulletins", "correct-horse-battery"
PATIENCE = 60.0


class MailServer:
    """`url` is the address of its inbox, as a source file has it."""

    def __init__(self, port, authority):
        self.port, self._authority = port, authority
        self.url = f"imap://{USER}@localhost:{port}/INBOX"

    @contextmanager
    def opened(self):
        """A connection as a mail program has one."""
        with imaplib.IMAP4("127.0.0.1", self.port) as connection:
            context = ssl.create_default_context(cafile=self._authority)
            context.check_hostname = False
            connection.starttls(context)
            connection.login(USER, PASSWORD)
            yield connection

    def delivers(self, mail, folder="INBOX"):
        raw = mail if isinstance(mail, bytes) else bytes(mail)
        with self.opened() as connection:
            assert connection.append(folder, None, None, raw)[0] == "OK"

    def flags(self, folder="INBOX"):
        """The marks of its mails: whoever reads them for good leaves one."""
        with self.opened() as connection:
            connection.select(folder, readonly=True)
            return connection.fetch("1:*", "(FLAGS)")[1]

    def makes(self, folder):
        """The folder anew: its numbers begin again, under another validity."""
        with self.opened() as connection:
            connection.delete(folder)
            assert connection.create(folder)[0] == "OK"


@contextmanager
def mail_server(authority):
    """Runs one with a certificate of this authority for `localhost`."""
    authority.signs("localhost")
    chain, port = Path(authority.path).parent / "localhost1.pem", free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--cert", str(chain), "--key", str(chain)]
    user = ["--demo-user", USER, "--demo-password", PASSWORD]
    command = [sys.executable, "-c", "from pymap.main import main; main()", *options, "dict", *user]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            server = MailServer(port, authority.path)
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()


def _wait_for(server, process):
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            with server.opened():
                return
        except (OSError, imaplib.IMAP4.error):
            if process.poll() is not None or time.monotonic() > ends:
                raise AssertionError(process.stderr.read().decode()) from None
            time.sleep(0.05)


def bulletin(
    *links, sender="news@service.govdelivery.com", subject="Bay District News", text="", proved=True, number=1
):
    """A bulletin with these links, each `(address, words)`, in HTML and in text."""
    mail = EmailMessage()
    if proved:
        mail["Authentication-Results"] = "mx.example.org; dkim=pass header.d=service.govdelivery.com; dmarc=pass"
    mail["From"] = f"Bay District <{sender}>"
    mail["To"] = f"{USER}@example.org"
    mail["Subject"] = subject
    mail["Date"] = "Tue, 03 Nov 2026 10:00:00 +0000"
    mail["Message-ID"] = f"<{number}@service.govdelivery.com>"
    mail.set_content("\n".join(url for url, _ in links) or "Nothing.")
    anchors = "".join(f'<p><a href="{url}">{fields}</a></p>' for url, fields in links)
    mail.add_alternative(f"<html><body>{text}{anchors}</body></html>", subtype="html")
    return mail
