"""What people read of each event: one model, and the texts that are made of it."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.contracts.event_examples import EXAMPLES
from services.webhooks.attempt import Address, Parcel
from services.webhooks.people import mail
from services.webhooks.people.html import as_html
from services.webhooks.people.message import ENTRIES, HEADLINE, SUBJECT, notification
from services.webhooks.people.recipients import email_address
from services.webhooks.people.settings import MailSettings
from services.webhooks.people.text import as_text

BASE = "https://dateline.example"
TO = Address("", endpoint=3, target={"to": "ann@example.net", "unsubscribe": "t" * 43}, zone="Europe/Berlin")
NOW = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


def parcel(event, sequence=1):
    return Parcel(sequence, sequence, f"evt_{sequence}", event["type"], json.dumps(event).encode(), 1, 0, "")


def told(event, base=BASE):
    return notification(TO, [parcel(event)], base)


def with_article(name="article.updated", **fields):
    event = json.loads(json.dumps(EXAMPLES[name]))
    event["data"]["article"] |= fields
    return event


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_event_says_what_happened_when_and_where(name):
    """In the time of the reader's zone; the first line is the subject."""
    about = told(EXAMPLES[name])
    text = as_text(about)
    assert text.splitlines()[0] == about.subject
    assert "2026-03-02 16:04 CET" in text
    assert f"{BASE}/desk/" in text
    assert about.entries[0].label != name
    assert about.entries[0].label in as_html(about)


def test_an_event_of_an_unknown_type_is_named_as_it_is():
    """One that a later Dateline knows."""
    assert told({"type": "moon.landed", "timestamp": NOW.isoformat(), "data": {}}).subject == "moon.landed"


def test_a_change_is_shown_word_by_word():
    """In text by marks, in HTML as what is new and what is gone."""
    about = told(EXAMPLES["article.updated"])
    assert "body: The bridge reopened at dawn, [-40-]{+41+} hours after the water rose." in as_text(about)
    page = "".join(as_html(about).split())
    assert '<delstyle="background:#fbdcdc">40</del><insstyle="background:#d8f5d8">41</ins>hours' in page
    assert about.subject == "Facts changed: Engineers Reopen Bridge After Flood"


@pytest.mark.parametrize(("grade", "label"), [("correction", "Corrected"), ("wording", "Changed")])
def test_a_change_is_called_what_it_weighs(grade, label):
    """A correction notice is one."""
    event = json.loads(json.dumps(EXAMPLES["article.updated"]))
    event["data"]["change"]["grade"] = grade
    assert told(event).entries[0].label == label


def test_of_a_withdrawn_article_nothing_is_shown_but_that_it_is():
    """Not a word, and why."""
    text = as_text(told(EXAMPLES["article.withdrawn"]))
    assert "show it no more" in text
    assert "Engineers" not in text


def test_without_an_address_of_the_web_app_there_is_no_link_to_it():
    """The page's own is there."""
    text = as_text(told(EXAMPLES["article.created"], base=""))
    assert "/desk/" not in text
    assert "Page: https://www.army.example/" in text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "mailto:eve@example.org", "//evil", None])
def test_an_address_that_is_none_of_the_web_is_no_link(url):
    """Whatever an event may have kept."""
    about = told(with_article(url=url))
    assert about.entries[0].page is None
    assert about.entries[0].headline in as_html(about)


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_outside_text_stays_text(text):
    """Of any characters: one line in a header, no tag in the page, and a mail that can be sent."""
    event = with_article(headline=text, dek=text, source=text)
    event["data"]["change"] = None
    event["data"]["changed"] = [text]
    parcels = [parcel(event)]
    about = notification(TO, parcels, BASE)
    assert len(about.entries[0].headline) <= HEADLINE
    assert len(about.subject) <= SUBJECT
    page = as_html(about)
    assert page.count("<h2") == 1
    assert page.count("<ins") == page.count("<script") == 0
    settings = MailSettings(host="mail.example", sender="news@dateline.example")
    made = mail.compose(settings, TO, parcels, NOW)
    raw = bytes(made)
    head = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    names = [line.split(b":")[0] for line in head if not line.startswith(b" ")]
    assert sorted(names) == sorted(name.encode() for name in made)
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_same_deliveries_are_the_same_mail_whenever_they_are_sent():
    """The Message-ID is of the endpoint and the range; another endpoint's is another."""
    settings = MailSettings(host="mail.example", sender="Dateline <news@dateline.example>")
    parcels = [parcel(EXAMPLES["article.created"], number) for number in (4, 7)]

    def message_id(to=TO, those=parcels, now=NOW):
        return mail.compose(settings, to, those, now)["Message-ID"]

    assert message_id() == message_id(now=NOW.replace(hour=20))
    assert message_id().startswith("<dateline.3.4-7.")
    assert message_id(those=parcels[:1]) != message_id()
    assert message_id(to=Address("", endpoint=3, target={"to": "a@example.net", "unsubscribe": "u"})) != message_id()


def test_a_digest_counts_what_it_does_not_show():
    """And leads to it."""
    about = notification(TO, [parcel(EXAMPLES["article.created"], number) for number in range(1, ENTRIES + 8)], BASE)
    assert (len(about.entries), about.more) == (ENTRIES, 7)
    assert about.subject.startswith(f"{ENTRIES + 7} events: New: ")
    assert as_text(about).endswith(f"7 further events are not shown here: {BASE}/desk/articles")


@pytest.mark.parametrize("sender", ["nobody", "a@b@c", "news@localhost", "x\r\nBcc: eve@example.org", "@example.org"])
def test_a_sender_that_is_none_is_refused_before_anything_is_sent(sender):
    """By the settings."""
    with pytest.raises(ValidationError):
        MailSettings(sender=sender)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ann@example.org", "ann@example.org"),
        (" Ann.B+news@Example.ORG ", "Ann.B+news@example.org"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
        ("o'neil@example.co.uk", "o'neil@example.co.uk"),
    ],
)
def test_an_address_is_one_mailbox(written, address):
    """Its domain as mail servers write it."""
    assert email_address(written) == address


@given(st.text(max_size=80))
def test_what_is_taken_for_an_address_is_one_in_a_header(text):
    """No second address, no name, no line."""
    try:
        address = email_address(text)
    except ValueError:
        return
    header = EmailMessage()
    header["To"] = address
    assert [entry.addr_spec for entry in header["To"].addresses] == [address]
