"""Mail is handed to the operator's relay with TLS and a sign-in, within a time, and every refusal is an answer."""

import socket

import certifi
import pytest

from services.runtime.egress import client
from services.runtime.egress.smtp import Relay, hand_over
from tests.fakes.relay import PASSWORD, USER, dripping, relay
from tests.fakes.wire_site import Authority

MAIL = b"Subject: Hello\r\n\r\nWords.\r\n.\r\nA line that began with a dot.\r\n"
SENDER, RECIPIENT = "news@example.org", "ann@example.net"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority, monkeypatch):
    monkeypatch.setattr(certifi, "where", lambda: str(authority.path))
    client.tls_context.cache_clear()
    yield authority
    client.tls_context.cache_clear()


def sent(port, tls="none", user="", password="", seconds=60.0, content=MAIL):
    return hand_over(Relay("localhost", port, tls, user, password), SENDER, RECIPIENT, content, seconds=seconds)


def test_a_mail_arrives_as_it_is():
    """Lines that are a dot included."""
    with relay() as running:
        reply = sent(running.port)
        assert (reply.stage, reply.code, reply.text) == ("message", 250, "2.0.0 Taken")
        assert running.received == [MAIL]
        assert running.recipients == [RECIPIENT]


def test_mails_to_many_recipients_share_a_connection():
    """A refused recipient in between ends it for nobody; each mail is a conversation of its own."""
    with relay() as running:
        assert sent(running.port).code == 250
        running.answers["RCPT"] = ["550 5.1.1 No such user"]
        assert [sent(running.port).code for _ in range(2)] == [550, 250]
        assert len(running.received) == 2
        assert len(running.connections) == 1


@pytest.mark.parametrize("answer", ["421 4.7.0 Too many mails", "451 4.7.1 Not over this connection"])
def test_a_connection_that_takes_no_further_mail_is_replaced(answer):
    """Nothing was lost: nothing had been said of the mail."""
    with relay() as running:
        assert sent(running.port).code == 250
        running.answers["MAIL"] = [answer]
        assert sent(running.port).code == 250
        assert (len(running.received), len(running.connections)) == (2, 2)


def test_a_relay_that_was_restarted_meanwhile_is_dialled_anew():
    """A connection that waited may be gone."""
    with relay() as running:
        assert sent(running.port).code == 250
        running.hangs_up()
        assert sent(running.port).code == 250
        assert (len(running.received), len(running.connections)) == (2, 2)


def test_another_password_is_another_connection(trusted):
    """Nobody sends over what somebody else has opened."""
    with relay(trusted.signs("localhost")) as running:
        assert sent(running.port, "starttls", USER, PASSWORD).code == 250
        assert sent(running.port, "starttls", USER, "wrong-horse").code == 535
        assert sent(running.port, "starttls", USER, PASSWORD).code == 250
        assert running.signed_in.count(True) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_relay_is_spoken_to_in_tls_and_signed_in_to(trusted, tls):
    """With STARTTLS, or from the beginning."""
    with relay(trusted.signs("localhost"), from_the_beginning=tls == "tls") as running:
        assert sent(running.port, tls, USER, PASSWORD).code == 250
        assert running.signed_in == [True]


def test_a_wrong_password_is_told_and_not_repeated(trusted):
    """The answer is the relay's."""
    with relay(trusted.signs("localhost")) as running:
        reply = sent(running.port, "starttls", USER, "wrong-horse")
        assert (reply.stage, reply.code) == ("sign-in", 535)
        assert "wrong-horse" not in reply.text
        assert running.received == []


def test_a_relay_that_cannot_prove_who_it_is_gets_nothing(authority):
    """Nobody vouches for its certificate here."""
    with relay(authority.signs("localhost")) as running:
        reply = sent(running.port, "starttls", USER, PASSWORD)
        assert (reply.stage, reply.code) == ("connection", None)
        assert "no trustworthy TLS" in reply.text
        assert (running.received, running.signed_in) == ([], [])


def test_without_starttls_nothing_is_said():
    """Whoever asks for TLS never falls back to none."""
    with relay() as running:
        reply = sent(running.port, "starttls", USER, PASSWORD)
        assert (reply.stage, reply.code) == ("connection", None)
        assert "does not offer STARTTLS" in reply.text
        assert (running.received, running.signed_in) == ([], [])


@pytest.mark.parametrize(
    ("command", "answer", "stage", "code", "enhanced"),
    [
        ("MAIL", "451 4.7.1 Not now", "sender", 451, "4.7.1"),
        ("RCPT", "450 4.2.0 Greylisted", "recipient", 450, "4.2.0"),
        ("RCPT", "550 5.1.1 No such user", "recipient", 550, "5.1.1"),
        ("RCPT", "550 There is nobody", "recipient", 550, ""),
        ("DATA", "554 5.7.1 Looks like spam", "message", 554, "5.7.1"),
    ],
)
def test_a_refusal_is_an_answer(command, answer, stage, code, enhanced):
    """To what it was said, and with which codes."""
    with relay() as running:
        running.answers[command] = [answer]
        reply = sent(running.port)
        assert (reply.stage, reply.code, reply.enhanced) == (stage, code, enhanced)
        assert running.received == []


def test_nobody_listens():
    """One sentence says so."""
    with socket.socket() as result:
        result.bind(("127.0.0.1", 0))
        reply = sent(result.getsockname()[1])
    assert (reply.stage, reply.code) == ("connection", None)
    assert "could not be reached" in reply.text


def test_a_relay_that_drips_is_left_in_time():
    """It is never silent for long, so that no timeout of a socket would end it."""
    with dripping() as port:
        reply = sent(port, seconds=0.5)
        assert reply.code is None
        assert "took too long" in reply.text


def test_what_is_no_mail_server_is_told():
    """A web server, for instance."""
    with relay() as running:
        running.answers["MAIL"] = ["nonsense without a number"]
        reply = sent(running.port)
        assert reply.stage == "sender"
        assert running.received == []
