"""Feeds that are pushed, against a hub on loopback that asks back while it is asked."""

import json
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from services.app import create_app
from services.audit.troubles import troubles_now
from services.contracts.messages import FetchPage, SubscribeToHub
from services.fetcher import sources
from services.fetcher.push import push_alarms, push_secrets
from services.fetcher.push.health import GRACE
from services.fetcher.push.models import Push, PushSubscription
from services.fetcher.push.subscribe import RENEW
from services.runtime.archive import capture_store
from services.runtime.database import reading, transaction
from services.runtime.events.follow import EventQuery, pull
from services.runtime.ledger import jobs, worker
from services.runtime.sealing import unseal
from services.runtime.settings import runtime_settings
from tests.fakes.hub import Hub
from tests.fakes.scripted import FEED, Scripted, feed
from tests.support.fetching import channel, later, pages, said, watches
from tests.support.in_process import client

pytestmark = pytest.mark.integration

OURS = ("PollChannel", "SubscribeToHub", "ReadPush")


@pytest.fixture
def newsroom():
    with Scripted() as site:
        site.feed_url = f"{site.url}/feed"
        yield site


@pytest.fixture
def hub(fetcher):
    fetcher(PUBLIC_URL="http://dateline.test")
    with client(create_app()) as web, Hub(web) as running:
        yield running


def runs(now=None):
    """Polls, subscriptions and pushes that are due are handled; pages are left alone."""
    now = now or later(seconds=20)
    while sum(worker.handle(kind, [row], now) for row, kind in jobs.due(now, kinds=OURS)):
        pass


def shows(newsroom, hub, *stories):
    links = f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{newsroom.feed_url}"/>'
    body = feed(*((f"{newsroom.url}/{story}", story) for story in stories), links=links)
    newsroom.serves("/feed", body, FEED)
    return body


def subscription():
    with reading() as session:
        return session.exec(select(PushSubscription)).one_or_none()


def reviews(now):
    """The fetcher's own step, each minute."""
    with transaction() as session:
        push_alarms.judge_pushes(session, now)


def source_events():
    with reading() as session:
        return [json.loads(event.body) for event in pull(session, EventQuery(scopes={"sources"}), 0, 50).events]


def subscribed(newsroom, hub):
    shows(newsroom, hub, "old")
    watches(newsroom)
    runs()


on_each = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_push_is_kept_and_read_as_a_look_at_the_channel(newsroom, hub):
    """The page is known as soon as the hub has pushed it, and nobody has looked at the feed."""
    subscribed(newsroom, hub)
    assert [answer.text for answer in hub.answers] == ["c4a11e"]
    assert subscription().state == "active"
    looks = len(newsroom.asked("/feed"))

    body = shows(newsroom, hub, "fresh", "old")
    assert hub.push(body) == 202
    runs()
    assert [page.url.rpartition("/")[2] for page in pages()] == ["old", "fresh"]
    assert [order.why for order in said(FetchPage)][-1] == "new"
    assert len(newsroom.asked("/feed")) == looks
    assert subscription().pushed_at is not None
    with reading() as session:
        assert session.exec(select(Push)).all() == []


@on_each
def test_the_push_is_a_capture_of_its_channel(newsroom, hub, monkeypatch):
    """Byte for byte, and marked as one that nobody asked for."""
    kept = []
    keep = capture_store.keep
    monkeypatch.setattr(capture_store, "keep", lambda capture: kept.append(capture) or keep(capture))
    subscribed(newsroom, hub)
    body = shows(newsroom, hub, "fresh")
    hub.push(body)
    runs()
    assert [(capture.url, capture.body) for capture in kept] == [(newsroom.feed_url, body.encode())]
    assert ("X-Dateline-Pushed", "WebSub") in kept[0].headers


@on_each
@pytest.mark.parametrize("options", [{"signed": False}, {"method": "sha1"}])
def test_what_is_not_signed_is_thrown_away_without_a_word(newsroom, hub, options):
    """Whoever guesses the address learns nothing, and changes nothing."""
    subscribed(newsroom, hub)
    assert hub.push(shows(newsroom, hub, "forged"), **options) == 202
    with reading() as session:
        assert session.exec(select(Push)).all() == []


@on_each
def test_a_push_that_misses_is_declared_broken_and_looks_go_on_as_usual(newsroom, hub):
    """A look finds what should have been pushed: the channel says so, and is looked at again at its own pace."""
    subscribed(newsroom, hub)
    hub.push(shows(newsroom, hub, "first", "old"))
    runs()
    shows(newsroom, hub, "missed", "first", "old")
    with transaction() as session:
        sources.poll_now(session, "demo")
    runs()
    assert subscription().doubted_at is not None
    runs(later(seconds=60 + GRACE.total_seconds()))
    broken = subscription()
    assert (broken.state, "missed" in broken.detail) == ("broken", True)


@on_each
def test_a_push_that_broke_is_told_of_once_and_so_is_its_return(newsroom, hub):
    """An event, a trouble and a sentence at its channel; a subscription that is only verified again ends nothing."""
    subscribed(newsroom, hub)
    hub.push(shows(newsroom, hub, "first", "old"))
    runs()
    shows(newsroom, hub, "missed", "first", "old")
    for minutes in (31, 62, 93):
        runs(later(minutes=minutes))
        reviews(later(minutes=minutes))
    assert subscription().state == "broken"
    (event,) = source_events()
    assert (event["type"], event["data"]["details"]["cause"]) == ("source.blocked", "push")
    assert (event["data"]["details"]["channel"], event["data"]["details"]["channels_left"]) == (newsroom.feed_url, 1)
    with reading() as session:
        (trouble,) = troubles_now(session)
    assert (trouble.kind, trouble.subject, hub.url in trouble.sentence) == ("source_blocked", "source/demo", True)

    runs(later(days=11))
    reviews(later(days=11))
    assert (subscription().state, len(source_events())) == ("active", 1)
    hub.push(shows(newsroom, hub, "again", "first", "old"))
    runs(later(days=11))
    reviews(later(days=11))
    back = source_events()[-1]
    assert (back["type"], back["data"]["details"]["channel"]) == ("source.recovered", newsroom.feed_url)
    assert subscription().lost_at is None


@on_each
def test_a_hub_that_never_pushed_is_no_alarm(newsroom, hub):
    """Nobody relied on it."""
    hub.refuses = True
    subscribed(newsroom, hub)
    reviews(later(hours=1))
    assert (subscription().state, source_events()) == ("refused", [])


@on_each
def test_a_lease_is_renewed_before_it_ends(newsroom, hub):
    """At four fifths of it, by asking the hub again."""
    subscribed(newsroom, hub)
    first = subscription()
    assert len(hub.orders) == 1
    runs(first.verified_at + (first.lease_until - first.verified_at) * RENEW + timedelta(seconds=1))
    assert len(hub.orders) == 2
    assert hub.orders[1]["hub.callback"] == hub.orders[0]["hub.callback"]


@on_each
def test_a_hub_that_refuses_or_never_asks_back_is_asked_again_later(newsroom, hub):
    """The channel is looked at as usual meanwhile."""
    hub.refuses = True
    subscribed(newsroom, hub)
    assert (subscription().state, subscription().detail) == ("refused", "The hub answered 403.")
    assert len(said(SubscribeToHub)) == 1
    hub.refuses = False
    runs(later(hours=13))
    assert subscription().state == "active"


@on_each
def test_nobody_is_told_yes_who_asks_about_another_topic(newsroom, hub):
    """Else anybody could have a hub send us anything."""
    subscribed(newsroom, hub)
    order = hub.orders[-1]
    assert hub.ask_back(order | {"hub.topic": "https://other.example/feed"}).status_code == 404
    assert hub.ask_back(order | {"hub.callback": "http://dateline.test/push/" + "x" * 43}).status_code == 404
    assert hub.ask_back(order, mode="unsubscribe").status_code == 404


@on_each
def test_a_channel_that_is_removed_is_unsubscribed(newsroom, hub):
    """At the next renewal; a push that comes before is answered 410."""
    subscribed(newsroom, hub)
    body = shows(newsroom, hub, "late")
    with transaction() as session:
        sources.remove(session, "demo")
    assert hub.push(body) == 410
    runs(later(days=9))
    assert hub.orders[-1]["hub.mode"] == "unsubscribe"
    assert subscription() is None


@on_each
def test_without_a_public_address_nothing_is_subscribed(newsroom, hub, fetcher):
    """Nobody could push to it."""
    fetcher(PUBLIC_URL="")
    subscribed(newsroom, hub)
    assert hub.orders == []
    assert subscription() is None
    assert channel().outcome == "read"


def test_the_secret_of_a_hub_rests_sealed_and_one_that_is_lost_is_replaced(newsroom, hub, monkeypatch, tmp_path):
    """A copy of the database signs nothing. With another key, pushes prove nothing until the hub knows a new secret."""
    subscribed(newsroom, hub)
    sealed = subscription().sealed_secret
    assert unseal(sealed).get_secret_value() not in sealed
    monkeypatch.setenv("DATELINE_SECRET_KEY", Fernet.generate_key().decode())
    runtime_settings.cache_clear()
    assert push_secrets.readable(subscription()) is None
    with transaction() as session:
        row = session.exec(select(PushSubscription)).one()
        push_secrets.renew_lost(row)
    assert push_secrets.readable(subscription())
    with transaction() as session:
        assert push_secrets.reseal_pushes(session) == 1
    assert push_secrets.readable(subscription())
    runtime_settings.cache_clear()
