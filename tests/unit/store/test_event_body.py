"""What subscribers are sent."""

import json
from types import SimpleNamespace

import pytest

from services.contracts.article import Removed
from services.store.decide import Reading
from services.store.events import event_id, new_event
from tests.support.orders import NOW, URL, order

LIVE = {"status": "live", "status_since": None, "status_looks": 0, "story": None, "published_from": None}
ROW = SimpleNamespace(
    id="art_mfrggzdfmztwq2lk",
    url=URL,
    source="war-releases",
    sources=["war-releases", "dod-news"],
    revision=2,
    first_seen=NOW,
    updated=NOW,
    **LIVE,
)


def event(previous=1, **about):
    reading = Reading.of(order("It reads “so” now.", removed=(Removed(rule="share", text="SHARE"),), **about))
    return new_event(ROW, reading, ("body",), previous=previous, now=NOW)


def test_the_body_says_what_happened_to_which_article():
    """Type, time, sequence, the clean article with its identity, and what differs from which revision."""
    body = json.loads(event().body(7))
    assert {name: body[name] for name in ("type", "timestamp", "sequence")} == {
        "type": "article.updated",
        "timestamp": "2026-01-12T15:00:00+00:00",
        "sequence": 7,
    }
    assert set(body["data"]) == {"article", "previous_revision", "changed", "change", "files"}
    assert body["data"]["changed"] == ["body"]
    assert body["data"]["previous_revision"] == 1
    article = body["data"]["article"]
    assert {name: article[name] for name in ("id", "url", "source", "sources", "revision")} == {
        "id": ROW.id,
        "url": URL,
        "source": "war-releases",
        "sources": ["war-releases", "dod-news"],
        "revision": 2,
    }
    assert article["body"] == [{"kind": "paragraph", "text": "It reads “so” now."}]


def test_what_was_removed_is_nobodys_news():
    assert "removed" not in json.loads(event().body(7))["data"]["article"]
    assert "SHARE" not in event().body(7)


def test_a_new_article_has_no_previous_revision():
    body = json.loads(event(previous=None).body(7))
    assert (body["type"], body["data"]["previous_revision"]) == ("article.created", None)


@pytest.mark.parametrize(
    ("cause", "announced"),
    [("live", True), ("refetch", True), ("backlog", False), ("import", False), ("reparse", False)],
)
def test_only_what_was_looked_at_just_now_is_announced(cause, announced):
    assert event(cause=cause).announced is announced


def test_the_id_of_an_event_survives_doing_the_work_again():
    """Same article, revision and words: same id; any of them differs: another id."""
    assert event_id("art_a", 1, "ff") == event_id("art_a", 1, "ff")
    assert len({event_id("art_a", 1, "ff"), event_id("art_a", 2, "ff"), event_id("art_b", 1, "ff")}) == 3
