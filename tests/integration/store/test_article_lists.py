"""Lists of articles over HTTP: fields of a search, both directions, how many there are, and when they arrived."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.contracts.caller import Caller
from services.contracts.messages import SetStatus
from services.contracts.urls import article_id
from services.runtime.database import transaction, utcnow
from services.runtime.provenance.sightings import Shown, note
from services.store.api import router
from services.store.lists import api
from services.store.lists.api import feeds
from services.store.save import save
from services.store.status import set_all
from tests.support import in_process
from tests.support.orders import NOW, order

pytestmark = pytest.mark.integration


@pytest.fixture
def client(db):
    app = in_process.app_of({"reader": Caller(key=1, name="reader", scopes=frozenset({"read"}))}, router, feeds)
    with in_process.client(app, "reader") as client:
        yield client


def published(number, words="The harbor reopened.", *, seen=NOW, **about):
    """Article `number`, published on that day of January."""
    url = f"https://www.war.gov/News/Article/{number}"
    labels = {"headline": f"Story {number}", "published_at": f"2026-01-{number:02}"} | about
    result = order(words, page=number, key=f"afpims/defense:{number}", url=url, **labels)
    with transaction() as session:
        save(session, result, seen)


def got(client, path, **params):
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(answer):
    return [int(article["headline"].split()[-1]) for article in answer["articles"]]


def found(client, q, **params):
    return numbers(got(client, "/articles", q=q, **params))


def removed(number):
    article = article_id(f"afpims/defense:{number}")
    gone = SetStatus(article=article, status="removed", at=utcnow(), since=utcnow(), looks=5)
    with transaction() as session:
        set_all(session, [(gone, None)], utcnow())


def test_fields_among_the_words_mean_what_the_parameters_mean(client):
    published(1, source="war", kind="speech", tags=("Air Force",))
    published(2, source="navy", kind="release")
    published(3, "A storm hit the harbor.", source="navy", kind="speech")
    for typed in (
        "source:navy",
        "-source:war",
        "-kind:speech source:navy",
        "after:2026-01-02",
        "harbor after:2026-01-02",
    ):
        listed = found(client, typed)
        assert listed == ([2] if "kind" in typed else [3, 2]), typed
    assert found(client, "kind:speech before:2026-01-03") == [1]
    assert found(client, 'tag:"air force"') == [1]
    assert found(client, "storm -source:navy") == []
    assert found(client, "source:navy", kind="speech") == found(client, "kind:speech", source="navy") == [3]
    assert found(client, "after:2026-01-02", until="2026-01-03", since="2026-01-01") == [2]
    feed = got(client, "/feeds/articles.json", q="source:war")
    assert [entry["title"] for entry in feed["items"]] == ["Story 1"]
    assert feed["feed_url"].endswith("q=source%3Awar")


def test_a_title_is_looked_for_in_the_headline_alone(client):
    """Only what the whole text holds can be in the headline, and so the index is asked first."""
    published(1, "The storm damaged piers.", headline="Harbor Reopens 1")
    published(2, "The harbor was closed.", headline="Storm Damages Piers 2")
    assert found(client, "title:storm") == [2]
    assert found(client, 'title:"damages piers"') == [2]
    assert found(client, "title:harbor piers") == [1]
    assert found(client, "title:storm title:harbor") == []
    assert found(client, "title:100%") == []


@pytest.mark.parametrize("q", ["sorce:war", "kind:novel", "after:yesterday", "source:war source:navy", "tag:"])
def test_a_mistake_in_a_search_is_told_in_a_sentence(client, q):
    answer = client.get("/articles", params={"q": q})
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")


def test_a_field_that_contradicts_its_parameter_is_a_mistake(client):
    answer = client.get("/articles", params={"q": "source:war", "source": "navy"})
    assert answer.json()["detail"] == "source: is war among the words and navy beside them, and no article has both."


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("by", ["published", "seen", "updated"])
def test_pages_lead_forwards_and_back_again(client, by, order):
    """There and back, each page is the same, whatever the order; the first has none before it."""
    for number in range(1, 6):
        published(number, seen=NOW + timedelta(minutes=number), source="war" if number % 2 else "navy")
    with transaction() as session:
        note(session, "navy", 7, {1: Shown(shared=True), 3: Shown(shared=True)}, NOW)
    for criteria, everything in (
        ({}, [5, 4, 3, 2, 1]),
        ({"source": "navy"}, [4, 3, 2, 1]),
        ({"q": "harbor"}, [5, 4, 3, 2, 1]),
    ):
        requests = {"by": by, "order": order, "limit": 2} | criteria
        expected = everything if order == "newest" else everything[::-1]
        first = got(client, "/articles", **requests)
        there = [first]
        while there[-1]["next"]:
            there.append(got(client, "/articles", **requests, after=there[-1]["next"]))
        assert [number for page in there for number in numbers(page)] == expected
        back = [there[-1]]
        while back[-1]["previous"]:
            back.append(got(client, "/articles", **requests, before=back[-1]["previous"]))
        assert [numbers(page) for page in reversed(back)] == [numbers(page) for page in there]
        assert (first["previous"], back[-1]["next"]) == (None, there[0]["next"])


def test_a_list_is_counted_exactly_until_it_is_long(client, monkeypatch):
    monkeypatch.setattr(api, "COUNTED", 3)
    for number in range(1, 4):
        published(number, source="navy", headline=f"Storm {number}" if number == 1 else f"Story {number}")
    removed(2)
    assert counted(client) == {"count": 3, "more": False}
    assert counted(client, q="harbor") == {"count": 3, "more": False}
    assert counted(client, q="harbor -storm") == {"count": 2, "more": False}
    assert counted(client, q="title:storm") == {"count": 1, "more": False}
    assert counted(client, q="nowhere") == {"count": 0, "more": False}
    assert counted(client, status="removed") == {"count": 1, "more": False}
    published(4, source="war")
    assert counted(client) == {"count": 3, "more": True}
    assert counted(client, q="source:war") == {"count": 1, "more": False}
    with transaction() as session:
        note(session, "war", 7, {1: Shown(shared=True)}, NOW)
    assert counted(client, source="war") == {"count": 2, "more": False}


def test_a_count_tells_how_the_search_was_understood(client):
    fields = {"q": 'storm "war games" -drill title:harbor -kind:speech', "source": "navy"}
    assert got(client, "/articles/count", **fields)["search"] == {
        "words": ["storm", "war games"],
        "not_words": ["drill"],
        "title": ["harbor"],
        "source": ["navy"],
        "not_kind": ["speech"],
    }


def counted(client, **params):
    answer = got(client, "/articles/count", **params)
    return {"count": answer["count"], "more": answer["more"]}


def test_what_would_take_long_to_count_is_not_counted(client, monkeypatch):
    """More texts hold the word than are counted, and a condition leaves fewer: nobody knows how many without a look."""
    monkeypatch.setattr(api, "COUNTED", 2)
    for number in range(1, 5):
        published(number, source="navy" if number == 4 else "war")
    assert counted(client, q="harbor") == {"count": 2, "more": True}
    assert counted(client, q="harbor source:navy") == {"count": None, "more": True}
    assert counted(client, q="-storm") == {"count": None, "more": True}


def test_arrivals_are_counted_by_the_time_they_were_first_seen(client):
    """Each part holds what was seen in it, the last one what has come so far, and nothing earlier is in any."""
    hour = utcnow().replace(minute=0, second=0, microsecond=0)
    for number, ago in enumerate((timedelta(0), timedelta(0), timedelta(hours=2), timedelta(days=3)), 1):
        published(number, seen=hour - ago)
    day = got(client, "/articles/arrivals")
    assert (day["last"], day["seconds"], len(day["spans"])) == ("day", 3600, 24)
    counts = {datetime.fromisoformat(span["begin"]): span["articles"] for span in day["spans"]}
    assert {begin: count for begin, count in counts.items() if count} == {hour: 2, hour - timedelta(hours=2): 1}
    assert sum(span["articles"] for span in got(client, "/articles/arrivals", last="week")["spans"]) == 4
    for last, parts in (("hour", 12), ("week", 28)):
        spans = got(client, "/articles/arrivals", last=last)["spans"]
        begins = [datetime.fromisoformat(span["begin"]) for span in spans]
        assert len(spans) == parts
        assert {later - earlier for earlier, later in pairwise(begins)} == {api.SPANS[last][0]}
        assert begins[-1] <= datetime.now(UTC)


def test_a_list_shows_how_each_article_begins(client):
    """Its dek or its text, cut at a word; of a withdrawn one nothing."""
    published(1, " ".join(["harbor"] * 100))
    published(2, "Short.", dek="A dek of its own")
    lines = {line["headline"]: line["teaser"] for line in got(client, "/articles")["articles"]}
    assert lines["Story 2"].startswith("A dek of its own Short.")
    assert lines["Story 1"].endswith("harbor…")
    assert len(lines["Story 1"]) <= 241
    with transaction() as session:
        session.connection().exec_driver_sql(
            f"UPDATE articles SET status = 'withdrawn' WHERE id = '{article_id('afpims/defense:2')}'"
        )
    assert {line["teaser"] for line in got(client, "/articles", status="withdrawn")["articles"]} == {None}


def test_articles_that_changed_since_they_were_published(client):
    """By the heaviest of their changes; what another parser reads in the same capture is no change of the page."""
    for number in (1, 2, 3, 4):
        published(number, "The harbor reopened at 5 p.m. after the storm had passed the coast.")
    published(1, "The harbour reopened at 5 p.m. after the storm had passed the coast.", minute=1)
    published(2, "The harbor reopened at 7 p.m. after the storm had passed the coast.", minute=1)
    published(2, "The harbor opened again at 7 p.m. after the storm had passed the coast.", minute=2)
    published(3, "The harbor reopened at 9 p.m. after the storm had passed the coast.", parser="2")

    def changed(grade, order="newest", **more):
        answer = got(client, "/articles", min_grade=grade, order=order, **more)
        number = got(client, "/articles/count", min_grade=grade, **more)
        assert number["count"] == len(answer["articles"])
        assert number["search"]["min_grade"] == [grade]
        return numbers(answer)

    assert changed("typographic") == [2, 1]
    assert changed("typographic", order="oldest") == [1, 2]
    assert changed("facts") == [2]
    assert changed("facts", q="storm", source="war-releases") == [2]
    assert changed("removal") == []
    feed = client.get("/feeds/articles.json", params={"min_grade": "facts"}).json()
    assert [item["title"] for item in feed["items"]] == ["Story 2"]
    assert client.get("/articles", params={"min_grade": "big"}).status_code == 422
