"""Which hub a feed names, and whether a push can be relied on: decided from what is given."""

from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.discover.hubs import Hub, hub_of
from services.fetcher.push.health import GRACE, SLOWEST, arrived, is_missing, next_look
from services.fetcher.push.models import PushSubscription
from services.fetcher.push.receive import is_signed

URL = "https://news.example.gov/feed"
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
HUB = Hub("https://hub.example.org/", "https://news.example.gov/all")


@pytest.mark.parametrize(
    "body",
    [
        b'<rss><atom:link rel="hub" href="https://hub.example.org/"/><atom:link rel="self" href="/all"/><item/>',
        b"<feed><link rel='hub' href='https://hub.example.org/' /><link rel=self href=/all /><entry/></feed>",
    ],
)
def test_a_feed_names_its_hub_and_itself(body):
    assert hub_of(body, URL, ()) == HUB


def test_a_header_names_them_too():
    header = '<https://hub.example.org/>; rel="hub", <https://news.example.gov/all>; rel="self"'
    assert hub_of(b"<rss/>", URL, [("Link", header)]) == HUB


def test_json_feed_has_a_list_of_hubs():
    body = b'{"hubs": [{"type": "WebSub", "url": "https:\\/\\/hub.example.org\\/"}], "items": []}'
    assert hub_of(body, URL, ()) == Hub("https://hub.example.org/", URL)


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item/></channel></rss>",
        b"<feed><entry><link rel='hub' href='https://other.example/'/></entry></feed>",  # an entry speaks for itself
        b"<feed><link rel='hub' href='ftp://hub.example.org/'/></feed>",
        b"<link rel='hub' " * 50_000,
    ],
)
def test_what_names_no_hub_that_can_be_asked_has_none(body):
    assert hub_of(body, URL, ()) is None


def subscription(**more):
    known = {"state": "active", "pushed_at": NOW - timedelta(hours=1)} | more
    return PushSubscription(channel=1, hub="h", topic="t", token="x", secret="s", **known)


def test_a_page_that_is_found_first_and_then_pushed_is_no_fault():
    """Hubs fetch the feed before they push it."""
    pushed = subscription()
    assert not is_missing(pushed, ["a"], NOW)
    arrived(pushed, {"a"}, NOW + timedelta(minutes=1))
    assert not is_missing(pushed, [], NOW + 2 * GRACE)
    assert pushed.state == "active"


def test_a_page_that_is_never_pushed_breaks_it_also_while_others_are():
    """What was missed is told by the page, not by silence."""
    pushed = subscription()
    is_missing(pushed, ["a"], NOW)
    arrived(pushed, {"b"}, NOW + timedelta(minutes=1))
    assert not is_missing(pushed, [], NOW + GRACE - timedelta(seconds=1))
    assert is_missing(pushed, [], NOW + GRACE)
    assert (pushed.state, "not pushed" in pushed.detail) == ("broken", True)


def test_nothing_is_expected_of_a_hub_that_has_never_pushed():
    fresh = subscription(pushed_at=None)
    assert not is_missing(fresh, ["a"], NOW)
    assert not is_missing(fresh, ["b"], NOW + 2 * GRACE)


def test_looks_are_fewer_only_while_pushes_come():
    """At most half an hour apart, soon while something is missing, and as usual once it is broken."""
    due = NOW + timedelta(minutes=5)
    assert next_look(None, due, NOW) == due
    assert next_look(subscription(pushed_at=None), due, NOW) == due
    assert next_look(subscription(), due, NOW) == NOW + timedelta(minutes=20)
    assert next_look(subscription(), NOW + timedelta(minutes=15), NOW) == NOW + SLOWEST
    assert next_look(subscription(doubted_at=NOW), NOW + timedelta(hours=1), NOW) == NOW + GRACE
    assert next_look(subscription(state="broken"), due, NOW) == due


def test_only_the_secret_signs():
    import hashlib
    import hmac

    def signature(secret, method):
        return f"{method}={hmac.new(secret, b'body', getattr(hashlib, method)).hexdigest()}"

    assert is_signed("key", b"body", signature(b"key", "sha256"))
    assert is_signed("key", b"body", signature(b"key", "sha512"))
    assert not is_signed("key", b"body!", signature(b"key", "sha256"))
    assert not is_signed("key", b"body", signature(b"other", "sha256"))
    assert not is_signed("key", b"body", signature(b"key", "sha1"))  # too weak
    assert not is_signed("key", b"body", None)
    assert not is_signed("key", b"body", "sha256=")
