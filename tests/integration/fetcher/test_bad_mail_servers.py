"""Mail servers that lie, drip and send without end: one sentence each, within the bounds, over real TLS."""

import re

import certifi
import pytest

from services.fetcher.mail.address import mailbox_address
from services.runtime.egress import EgressSettings, Garbled, NotReached, TlsFailed, TooLarge
from services.runtime.egress import client as egress
from services.runtime.egress.imap import open_mailbox
from tests.fakes.wire_site import Authority, WireSite

pytestmark = pytest.mark.integration

SETTINGS = EgressSettings(egress_allow=("127.0.0.0/8", "::1/128"))


@pytest.fixture
def authority(tmp_path, monkeypatch):
    made = Authority(tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(made.path))
    egress.tls_context.cache_clear()
    yield made
    egress.tls_context.cache_clear()


def speaks(**answers):
    """A server that answers each command by its name, or else with OK."""

    def play(connection, _over):
        connection.sendall(b"* OK IMAP4rev1 ready\r\n")
        while line := connection.recv(4_000):
            tag, command = line.split()[:2]
            name = (line.split()[2] if command.upper() == b"UID" else command).decode().upper()
            if name == "CAPABILITY":
                connection.sendall(b"* CAPABILITY IMAP4rev1\r\n")
            if name == "EXAMINE":
                connection.sendall(b"* OK [UIDVALIDITY 7] valid\r\n")
            connection.sendall(answers.get(name, b"").replace(b"TAG", tag))
            connection.sendall(tag + b" OK done\r\n")

    return play


def opened(authority, play, work=lambda mailbox: mailbox.uids(0)):
    with WireSite(play, tls=authority.signs("localhost")) as server:
        address = mailbox_address(f"imaps://me@localhost:{server.port}/INBOX")
        with open_mailbox(SETTINGS, address, "secret", seconds=30) as mailbox:
            return work(mailbox)


def test_a_folder_is_read_over_tls_from_the_beginning(authority):
    """Numbers above the last one only: a range behind the end names the last mail."""
    play = speaks(SEARCH=b"* SEARCH 9 4 5 999999999999 x\r\n")
    assert opened(authority, play, lambda mailbox: (mailbox.uids(4), mailbox.uidvalidity)) == ([5, 9], 7)


def test_a_mail_that_never_ends_is_refused_before_it_is_read(authority):
    """By the length that the server announces."""
    play = speaks(FETCH=b"* 1 FETCH (UID 1 BODY[] {99999999}\r\n")
    with pytest.raises(TooLarge, match="more in one piece"):
        opened(authority, play, lambda mailbox: mailbox.fetch(1))


def test_a_line_without_end_is_refused(authority):
    play = speaks(SEARCH=b"* SEARCH " + b"1 " * 1_000_000)
    with pytest.raises(Garbled):
        opened(authority, play)


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 200 OK\r\n\r\n", b"* BYE go away\r\n", b"\x00\xff\r\n"])
def test_what_is_no_mail_server_is_a_sentence(authority, greeting):
    with pytest.raises((Garbled, NotReached), match=r"localhost .*\."):
        opened(authority, lambda connection, _over: connection.sendall(greeting))


def test_a_server_without_starttls_hears_no_password():
    """In the clear nothing is said but the wish for TLS."""
    with WireSite(speaks()) as server:
        address = mailbox_address(f"imap://me@localhost:{server.port}/INBOX")
        with pytest.raises((Garbled, TlsFailed)), open_mailbox(SETTINGS, address, "secret", seconds=30):
            pass
        assert not re.search(b"secret|LOGIN", b"".join(server.heard))
