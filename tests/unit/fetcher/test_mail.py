"""Addresses of mailboxes, senders, links of bulletins: what is taken, and what never is."""

import pytest
from pydantic import ValidationError

from services.fetcher.mail.address import mailbox_address, spelled
from services.fetcher.mail.links import is_order, is_wrapped, written_inside
from services.fetcher.mail.look import is_allowed
from services.fetcher.mail.message import MAX_LINKS, read_mail
from services.fetcher.source_seeds import ChannelSeed

SENDER = "service.govdelivery.com"


def test_an_address_of_a_mailbox_has_one_spelling():
    address = mailbox_address("IMAPS://news%40example.org@Mail.Example.org:993/INBOX/Bulletins/")
    assert (address.user, address.host, address.port, address.folder) == (
        "news@example.org",
        "mail.example.org",
        993,
        "INBOX/Bulletins",
    )
    assert spelled(address) == "imaps://news%40example.org@mail.example.org/INBOX/Bulletins"


@pytest.mark.parametrize(
    ("kind", "url", "senders", "sentence"),
    [
        ("mailbox", "imaps://me:secret@mail.example.org/INBOX", (SENDER,), "carries a password"),
        ("mailbox", "imaps://mail.example.org/INBOX", (SENDER,), "imaps://user@host/folder"),
        ("mailbox", "https://mail.example.org/", (SENDER,), "begins with imaps://"),
        ("feed", "imaps://me@mail.example.org/INBOX", (), "begins with imaps://"),
        ("mailbox", "imaps://me@mail.example.org/INBOX", (), "senders"),
        ("feed", "https://news.example.gov/feed", (SENDER,), "senders"),
        ("mailbox", "imaps://me@mail.example.org/A%0d%0aB", (SENDER,), "ASCII"),
    ],
)
def test_a_mailbox_that_is_written_wrongly_is_refused_with_a_sentence(kind, url, senders, sentence):
    with pytest.raises(ValidationError, match=sentence) as refused:
        ChannelSeed(kind=kind, url=url, senders=senders)
    assert "secret@" not in refused.value.errors()[0]["msg"]


def test_a_sender_is_allowed_by_address_or_by_domain():
    assert is_allowed("news@service.govdelivery.com", ["govdelivery.com"])
    assert is_allowed("press@navy.mil", ["press@navy.mil"])
    assert not is_allowed("other@navy.mil", ["press@navy.mil"])
    assert not is_allowed("news@govdelivery.com.evil.example", ["govdelivery.com"])
    assert not is_allowed("news@notgovdelivery.com", ["govdelivery.com"])


@pytest.mark.parametrize(
    ("url", "inner"),
    [
        (
            "https://links-2.govdelivery.com/CL0/https:%2F%2Fwww.navy.mil%2FPress%2FStory%2F/1/0100019a4f6c8a11-7c/x=412",
            "https://www.navy.mil/Press/Story/",
        ),
        (
            "https://x.list-manage.com/track/click?u=1&url=https%3A%2F%2Fnews.example.gov%2Fa",
            "https://news.example.gov/a",
        ),
        ("https://lnks.gd/l/eyJhbGciOiJIUzI1NiJ9.abc", None),
    ],
)
def test_an_address_inside_of_a_wrapped_one_is_read_off_it(url, inner):
    assert is_wrapped(url)
    assert written_inside(url) == inner


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://public.govdelivery.com/accounts/X/subscriber/edit", None),
        ("https://lnks.gd/l/abc", "Unsubscribe"),
        ("https://x.list-manage.com/unsubscribe?u=1", "here"),
        ("https://lnks.gd/l/abc", "Manage your preferences"),
    ],
)
def test_a_link_that_orders_something_is_known(url, text):
    """Following it would end the subscription."""
    assert is_order(url, text)


def test_a_mail_of_text_alone_and_one_with_endless_links_are_bounded():
    head = b"From: a <A@B.example>\r\nSubject: =?utf-8?b?w6Rh?=\r\nDate: rubbish\r\n\r\n"
    raw = head + b"See http://x.example/a. And that.\r\n"
    mail = read_mail(raw)
    assert (mail.sender, mail.subject, mail.sent_at) == ("a@b.example", "äa", None)
    assert mail.links == (("http://x.example/a", None),)
    many = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"".join(
        b'<a href="http://x.example/%d">x</a>' % at for at in range(5_000)
    )
    assert len(read_mail(many).links) == MAX_LINKS


def test_only_what_our_own_server_says_proves_a_sender():
    """Headers of that name that came with the mail stand below."""
    first = b"Authentication-Results: mx.us; dkim=fail\r\nAuthentication-Results: evil; dkim=pass\r\n"
    assert not read_mail(first + b"From: a@b.example\r\n\r\nx").is_proved
    assert read_mail(b"Authentication-Results: mx.us; dmarc=pass\r\nFrom: a@b.example\r\n\r\nx").is_proved
