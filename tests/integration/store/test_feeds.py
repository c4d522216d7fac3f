"""Feeds over HTTP, on both databases."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from services.app import create_app
from services.contracts.caller import Caller
from services.runtime.database import transaction
from services.store.lists import api
from services.store.save import save
from tests.support import in_process
from tests.support.orders import A, B, order

pytestmark = pytest.mark.integration
KEYS = {"reader": Caller(key=1, name="reader", scopes=frozenset({"read"})), "nobody": Caller(key=2, name="nobody")}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
both = pytest.mark.parametrize("path", ["/feeds/articles.atom", "/feeds/articles.json"])


@pytest.fixture
def client(db):
    app = create_app()
    app.state.authenticate = KEYS.get
    with in_process.client(app) as client:
        client.auth = ("somebody", "reader")
        yield client


def published(number, words=A, *, minute=0, **about):
    """Article `number`, saved so many minutes after LONG_AGO."""
    url = f"https://www.war.gov/News/Article/{number}"
    about = {"headline": f"Story {number}", "source": "war-releases"} | about
    with transaction() as session:
        result = order(words, page=number, key=f"afpims/defense:{number}", url=url, minute=minute, **about)
        save(session, result, LONG_AGO + timedelta(minutes=minute))


def login(words):
    return "Basic " + b64encode(words.encode()).decode()


def atom(client, **params):
    answer = client.get("/feeds/articles.atom", params=params)
    assert answer.headers["content-type"] == "application/atom+xml"
    read = feedparser.parse(answer.content)
    assert not read.bozo
    return read


def titles(read):
    return [entry.title for entry in read.entries]


def test_what_was_updated_last_comes_first(client):
    """Whenever it was published."""
    published(1, published_at="2026-01-01")
    published(2, published_at="2026-01-10", minute=1)
    assert titles(atom(client)) == ["Story 2", "Story 1"]
    published(1, B, published_at="2026-01-01", minute=2)
    assert titles(atom(client)) == ["Story 1", "Story 2"]
    answer = client.get("/feeds/articles.json")
    assert answer.headers["content-type"] == "application/feed+json"
    assert [entry["title"] for entry in answer.json()["items"]] == ["Story 1", "Story 2"]


def test_a_reference_page_is_in_no_feed_but_that_of_its_kind(client):
    """A privacy policy is no news; who asks for such pages by their kind gets them."""
    published(1)
    published(2, kind="reference", minute=1)
    assert titles(atom(client)) == ["Story 1"]
    assert titles(atom(client, source="war-releases")) == ["Story 1"]
    assert titles(atom(client, kind="reference")) == ["Story 2"]


def test_a_feed_holds_a_source_a_kind_or_a_search(client):
    published(1, source="af-news")
    published(2, kind="speech", minute=1)
    assert titles(atom(client, source="af-news")) == ["Story 1"]
    assert titles(atom(client, kind="speech")) == ["Story 2"]
    assert titles(atom(client, q="story 1")) == ["Story 1"]
    assert titles(atom(client, source="none")) == []


def test_whoever_follows_the_pages_has_every_article_once(client, monkeypatch):
    monkeypatch.setattr(api, "PAGE", 2)
    for number in range(1, 6):
        published(number, minute=number // 3)
    shown, url = [], "/feeds/articles.atom"
    while url:
        read = feedparser.parse(client.get(url).content)
        shown += titles(read)
        url = next((link.href for link in read.feed.links if link.rel == "next"), None)
    assert sorted(shown) == [f"Story {number}" for number in range(1, 6)]


@both
def test_who_has_the_document_is_told_so_until_it_changes(client, path):
    published(1)
    first = client.get(path)
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
    requests = client.head(path)
    assert (requests.content, requests.headers["content-length"]) == (b"", str(len(first.content)))
    assert requests.headers["etag"] == first.headers["etag"]
    has = {"If-None-Match": first.headers["etag"]}
    again = client.get(path, headers=has)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    published(1, B, minute=1)
    assert client.get(path, headers=has).status_code == 200


def test_a_page_that_still_says_the_same_changes_no_document(client):
    """A revisit is no news for a reader either."""
    published(1)
    before = client.get("/feeds/articles.atom").content
    published(1, minute=5)
    assert client.get("/feeds/articles.atom").content == before


@both
def test_a_key_is_taken_as_a_password_or_as_everywhere(client, path):
    assert client.get(path).status_code == 200
    assert client.get(path, auth=None, headers={"Authorization": "Bearer reader"}).status_code == 200


@both
def test_a_stranger_is_asked_for_a_password(client, path):
    """So that a feed reader asks its user; a key without the scope is told what it lacks instead."""
    for authorization in (None, login("reader:stranger"), login("reader"), "Basic %%%", "Bearer stranger"):
        answer = client.get(path, auth=None, headers={"Authorization": authorization} if authorization else {})
        assert (authorization, answer.status_code) == (authorization, 401)
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert client.get(path, auth=("x", "nobody")).status_code == 403


def test_a_password_opens_feeds_and_nothing_else(client):
    assert client.get("/articles").status_code == 401


def test_the_addresses_in_a_feed_repeat_nothing_but_the_search(client):
    """What somebody added to the address, a secret for instance, is not spread."""
    published(1)
    assert "source=war-releases" in client.get("/feeds/articles.atom", params={"source": "war-releases"}).text
    refused = client.get("/feeds/articles.atom", params={"source": "war-releases", "token": "hush"})
    assert (refused.status_code, "token" in refused.text, "hush" in refused.text) == (422, True, False)


def test_absurd_questions_are_problems(client):
    for params in ({"after": "x"}, {"kind": "gossip"}, {"q": "\x00"}):
        assert client.get("/feeds/articles.atom", params=params).status_code == 422
