"""A mailbox as a channel, against a real mail server: mails are kept, links become pages, nothing is changed in it."""

import json

import certifi
import pytest
from sqlmodel import select

from services.fetcher import sources
from services.fetcher.alarms import alarm
from services.fetcher.mail.models import Mail, MailboxProgress
from services.fetcher.mail.settings import mailbox_settings
from services.fetcher.models import Channel
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as _parser  # noqa: F401 - they register themselves
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import client as egress
from services.runtime.events.follow import EventQuery, pull
from services.store import tasks as _store  # noqa: F401
from services.store.models import KeptArticle
from tests.fakes.mailserver import PASSWORD, USER, bulletin, mail_server
from tests.fakes.newsroom import bot_wall
from tests.fakes.scripted import Scripted
from tests.fakes.wire_site import Authority
from tests.support.drain import drain
from tests.support.fetching import channel, later, pages

pytestmark = pytest.mark.integration

STORY = """<html><head><title>{0}</title></head><body><main><article><h1>{0}</h1>
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
</article></main></body></html>"""
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority):
    with mail_server(authority) as running:
        yield running


@pytest.fixture
def mailbox(server, authority, fetcher, monkeypatch):
    """An empty folder of its own, whose password the fetcher knows."""
    monkeypatch.setattr(certifi, "where", lambda: str(authority.path))
    monkeypatch.setenv("DATELINE_MAILBOX_PASSWORDS", f'{{"{USER}@localhost": "{PASSWORD}"}}')
    egress.tls_context.cache_clear()
    mailbox_settings.cache_clear()
    fetcher(EGRESS_ALLOW="127.0.0.0/8 ::1/128")
    server.makes("Bulletins")
    yield server
    egress.tls_context.cache_clear()
    mailbox_settings.cache_clear()


@pytest.fixture
def newsroom():
    with Scripted() as site:
        yield site


def watches(newsroom, mailbox, *patterns):
    with transaction() as session:
        seed = ChannelSeed(
            kind="mailbox", url=mailbox.url.replace("INBOX", "Bulletins"), senders=("service.govdelivery.com",)
        )
        host = newsroom.url.removeprefix("http://")
        source = SourceSeed(name="bay", hosts=(host,), pages=patterns, channels=(seed,))
        sources.register(session, source, utcnow())


def source_events():
    with reading() as session:
        return [json.loads(event.body) for event in pull(session, EventQuery(scopes={"sources"}), 0, 50).events]


def delivered(mailbox, *mails):
    for mail in mails:
        mailbox.delivers(mail, "Bulletins")


def rows(table):
    with reading() as session:
        return list(session.exec(select(table)).all())


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_what_a_mail_leads_to_becomes_pages_and_the_mail_is_kept(mailbox, newsroom):
    """The mail byte for byte, as evidence; its links with their words; and no mark in the mailbox."""
    newsroom.serves("/news/bridge", STORY.format("The Bridge Reopens"))
    mail = bulletin((f"{newsroom.url}/news/bridge", "The Bridge Reopens"), ("https://social.example/x", "Follow us"))
    delivered(mailbox, mail)
    before = mailbox.flags("Bulletins")
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert channel().outcome == "read", channel().detail
    assert [(page.url, page.title) for page in pages()] == [(f"{newsroom.url}/news/bridge", "The Bridge Reopens")]
    assert [article.headline for article in rows(KeptArticle)] == ["The Bridge Reopens"]
    (stored,) = rows(Mail)
    capture = capture_store.load(stored.capture)
    assert (capture.content_type, capture.body.replace(b"\r\n", b"\n")) == ("message/rfc822", bytes(mail))
    assert (stored.sender, stored.subject, stored.links) == ("news@service.govdelivery.com", "Bay District News", 1)
    assert mailbox.flags("Bulletins") == before


@on_sqlite
def test_each_mail_is_handled_once_also_when_its_numbers_begin_anew(mailbox, newsroom):
    """A later look begins after the last number; a folder that was made anew is read again, without known mails."""
    first = bulletin((f"{newsroom.url}/news/one", "One"), number=1)
    delivered(mailbox, first)
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    (begun,) = rows(MailboxProgress)
    delivered(mailbox, bulletin((f"{newsroom.url}/news/two", "Two"), number=2))
    drain(later(minutes=20))
    assert [mail.links for mail in rows(Mail)] == [1, 1]
    mailbox.makes("Bulletins")
    delivered(mailbox, first)
    drain(later(minutes=60))
    assert len(rows(Mail)) == 2
    (again,) = rows(MailboxProgress)
    assert again.uidvalidity != begun.uidvalidity


@on_sqlite
def test_mails_of_others_are_neither_kept_nor_followed(mailbox, newsroom):
    """Whoever learns the address of the mailbox cannot bring us anywhere."""
    delivered(mailbox, bulletin((f"{newsroom.url}/news/forged", "Forged"), sender="news@govdelivery.com.evil.example"))
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert (rows(Mail), pages()) == ([], [])
    assert newsroom.asked() == []


@on_sqlite
def test_wrapped_links_are_unwrapped_and_orders_are_not_given(mailbox, newsroom):
    """An address inside of the service's own needs no request; nothing is ever unsubscribed."""
    inner = f"{newsroom.url}/news/inside".replace("/", "%2F").replace("http:%2F%2F", "http:%2F%2F")
    wrapped = f"https://links-1.govdelivery.com/CL0/{inner}/1/0100019a4f6c8a11-7c/x=412"
    order = "https://public.govdelivery.com/accounts/EX/subscriber/edit?preferences=true"
    delivered(mailbox, bulletin((wrapped, "Inside"), (order, "Manage your subscriptions"), (newsroom.url, "Home")))
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert [page.url for page in pages()] == [f"{newsroom.url}/news/inside"]


@on_sqlite
@pytest.mark.parametrize(("proved", "read_from"), [(True, ["mail"]), (False, [])])
def test_the_text_of_a_mail_stands_for_a_page_that_is_blocked(mailbox, newsroom, proved, read_from):
    """Only where it is about that page alone, and its sender is proved; the article says where it was read."""
    wall = bot_wall()
    newsroom.answers("/news/walled", lambda request: wall(request, None, None))
    text = STORY.format("The Bridge Reopens").partition("<main>")[2].partition("</main>")[0]
    delivered(mailbox, bulletin((f"{newsroom.url}/news/walled", "Read it"), text=text, proved=proved))
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    drain(later(hours=2))
    assert {page.outcome for page in pages()} == {"blocked"}
    articles = rows(KeptArticle)
    assert [article.headline for article in articles] == ["The Bridge Reopens"] * len(read_from)
    with reading() as session:
        from services.store.models import Revision

        assert ['"read_from":"mail"' in revision.reading for revision in session.exec(select(Revision))] == [
            True for _ in read_from
        ]


@on_sqlite
def test_a_wrong_password_is_a_sentence_without_it(mailbox, newsroom, monkeypatch, capsys):
    """Neither the channel nor the log shows what was tried."""
    monkeypatch.setenv("DATELINE_MAILBOX_PASSWORDS", f'{{"{USER}@localhost": "s3cret-guess"}}')
    mailbox_settings.cache_clear()
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert "did not accept the user and the password" in channel().detail
    assert "s3cret-guess" not in (channel().detail + str(capsys.readouterr()))


@on_sqlite
def test_a_mailbox_without_a_password_is_not_even_asked_for(mailbox, newsroom, monkeypatch):
    """The setting is the list of hosts that may be dialled, too."""
    monkeypatch.setenv("DATELINE_MAILBOX_PASSWORDS", "{}")
    mailbox_settings.cache_clear()
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert (channel().outcome, "DATELINE_MAILBOX_PASSWORDS" in channel().detail) == ("refused", True)


@on_sqlite
def test_a_mailbox_that_opens_no_more_or_never_did_is_an_alarm(mailbox, newsroom, monkeypatch):
    """Nobody else can see that a password is wrong; a server that fails once is none, and a mail ends it."""
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    monkeypatch.setenv("DATELINE_MAILBOX_PASSWORDS", "{}")
    mailbox_settings.cache_clear()
    drain(later(hours=1))
    assert alarm(channel()).startswith("It was read until ")
    with transaction() as session:
        session.exec(select(Channel)).one().succeeded_at = None
    assert alarm(channel()).startswith("It could never be opened. No password for the mailbox ")
    (event,) = source_events()
    assert (event["type"], event["data"]["details"]["cause"]) == ("source.blocked", "refused")
    assert event["data"]["details"]["channel"] == channel().url
    monkeypatch.setenv("DATELINE_MAILBOX_PASSWORDS", f'{{"{USER}@localhost": "{PASSWORD}"}}')
    mailbox_settings.cache_clear()
    drain(later(hours=12))
    assert [event["type"] for event in source_events()] == ["source.blocked", "source.recovered"]


@on_sqlite
def test_a_server_inside_or_without_trustworthy_tls_is_refused(mailbox, newsroom, fetcher, monkeypatch):
    """As every other host; and the password is not said before."""
    fetcher(EGRESS_ALLOW="")
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert "private or reserved address" in channel().detail
    fetcher(EGRESS_ALLOW="127.0.0.0/8 ::1/128")
    monkeypatch.setattr(certifi, "where", certifi.core.where)
    egress.tls_context.cache_clear()
    drain(later(hours=2))
    assert "no trustworthy TLS" in channel().detail


@on_sqlite
def test_hostile_mails_are_passed_over_and_keep_no_other_waiting(mailbox, newsroom):
    """Too many parts, too deep, nothing but headers: the next mail is read, and the channel says so."""
    head = b"From: x@service.govdelivery.com\r\nSubject: x\r\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(60))
    shallow = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(20))
    delivered(mailbox, head + nested, head + shallow, head + b"\r\n", b"\r\n")
    delivered(mailbox, bulletin((f"{newsroom.url}/news/well", "Well")))
    watches(newsroom, mailbox)
    drain(later(seconds=20))
    assert [page.url for page in pages()] == [f"{newsroom.url}/news/well"]
    assert "2 mails could not be read" in channel().detail
