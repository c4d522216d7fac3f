"""An article belongs to every source that showed it, whenever it did: every filter by source finds it."""

import json
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlmodel import select

from services import scopes
from services.access import keys
from services.app import create_app
from services.contracts.messages import NoteSources, Scope
from services.fetcher import frontier, sources
from services.fetcher.discover import Listed
from services.fetcher.models import Channel, Page
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.follow import EventQuery
from services.runtime.events.stream import frames
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.store import api as store
from services.store import tasks as _store  # noqa: F401 - its handlers
from services.webhooks import tasks as _webhooks  # noqa: F401 - its handlers
from tests.support.in_process import client
from tests.support.orders import order

pytestmark = pytest.mark.integration
EARLY, LATE, ALONE = (f"https://www.harbor.example/Article/{number}/" for number in (1001, 1002, 1003))
"""The port shows the first before it is stored, the second after that, and the third never."""


def shows(source, url, *, backlog=False):
    """A channel of the source lists this page; the page's number."""
    with transaction() as session:
        seed = SourceSeed(name=source, channels=[ChannelSeed(kind="feed", url=f"https://{source}.example/rss")])
        made = sources.register(session, seed, utcnow())
        session.flush()
        channel = session.exec(select(Channel.id).where(Channel.source_id == made.id)).one()
        frontier.join(session, source, channel, [Listed(url, title="Storm")], backlog=backlog, now=utcnow())
        return session.exec(select(Page.id).where(Page.url == url)).one()


def handles(*kinds):
    while sum(worker.handle(kind, [row], utcnow()) for row, kind in jobs.due(utcnow(), kinds=kinds)):
        pass


def stores(page, url, minute):
    """Its article is saved, and announced."""
    with transaction() as session:
        about = {"key": f"harbor:{page}", "page": page, "source": "harbor", "url": url, "headline": "Storm Response"}
        made = order(f"The storm of day {minute}.", minute=minute, **about)
        enqueue(session, made.model_copy(update={"article": made.article.model_copy(update={"url": url})}))
    handles("SaveArticle", "NoteSources", "Announce")


@dataclass
class World:
    """The articles by their addresses, the API, and an endpoint that names the port in its filter."""

    articles: dict[str, str]
    api: object
    endpoint: int


@pytest.fixture
def world(db):
    app = create_app()
    with transaction() as session:
        _, presented = keys.create(session, "somebody", ("admin",), utcnow())
    asking = client(app, presented)
    made = asking.post("/webhooks/endpoints", json={"url": "https://example.org/", "filter": {"sources": ["port"]}})
    for minute, url in enumerate((EARLY, LATE, ALONE)):
        page = shows("harbor", url)
        if url == EARLY:
            shows("port", url)
        stores(page, url, minute)
    shows("port", LATE)
    handles("NoteSources", "Announce")
    with reading() as session:
        rows = session.execute(text("SELECT url, id FROM articles")).all()
    return World(dict(map(tuple, rows)), asking, made.json()["endpoint"]["id"] if "endpoint" in made.json() else 1)


def by_list(world):
    return [article["id"] for article in world.api.get("/articles", params={"source": "port"}).json()["articles"]]


def by_search(world):
    articles = world.api.get("/articles", params={"source": "port", "q": "storm"}).json()["articles"]
    return [entry["id"] for entry in articles]


def by_feed(world):
    items = world.api.get("/feeds/articles.json", params={"source": "port"}).json()["items"]
    return [world.articles[entry["url"]] for entry in items]


def by_atom(world):
    document = world.api.get("/feeds/articles.atom", params={"source": "port"}).text
    return [article for url, article in world.articles.items() if url in document]


def by_events(world):
    events = world.api.get("/events", params={"source": "port"}).json()["events"]
    return [entry["data"]["article"]["id"] for entry in events]


def by_waiting(world):
    return [
        event["data"]["article"]["id"]
        for after in range(4)
        for event in world.api.get("/events", params={"source": "port", "after": after, "wait": 1}).json()["events"][:1]
    ]


def by_stream(_world):
    lines = frames(store._follow(EventQuery(source="port"), 0, 50)).decode().splitlines()
    return [json.loads(line[6:])["data"]["article"]["id"] for line in lines if line.startswith("data: ")]


def by_webhook(world):
    sent = "SELECT e.subject FROM deliveries d JOIN events e ON e.id = d.event WHERE d.endpoint = :of"
    with reading() as session:
        return [row.subject for row in session.execute(text(sent), {"of": world.endpoint})]


def by_pages(world):
    pages = world.api.get("/pages", params={"source": "port"}).json()["pages"]
    return [page["article"] for page in pages]


def by_reingestion(world):
    scopes.connect()
    with reading() as session:
        _, rows = scopes.reach(session, Scope(source="port"), 10)
    return [row.article for row in rows]


def by_reingestion_of_articles(world):
    with reading() as session:
        _, rows = scopes.reach(session, Scope(source="port", kind="release"), 10)
    return [row.article for row in rows]


@pytest.mark.parametrize(
    "finds",
    [
        by_list,
        by_search,
        by_feed,
        by_atom,
        by_events,
        by_waiting,
        by_stream,
        by_webhook,
        by_pages,
        by_reingestion,
        by_reingestion_of_articles,
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_filter_by_source_finds_what_the_source_showed(world, finds):
    """Before the article was stored, and after it was announced; nothing else, and each once."""
    result = finds(world)
    assert sorted(set(result)) == sorted(world.articles[url] for url in (EARLY, LATE))


def test_a_source_that_shows_an_article_later_is_an_event_of_its_own(world):
    """It says who shows it now; the events that follow carry all sources, and endpoints without a filter are spared."""
    events = world.api.get("/events").json()["events"]
    assert [(entry["type"], entry["data"]["article"]["sources"]) for entry in events] == [
        ("article.created", ["harbor", "port"]),
        ("article.created", ["harbor"]),
        ("article.created", ["harbor"]),
        ("article.listed", ["harbor", "port"]),
    ]
    assert events[-1]["data"]["by"] == "port"
    assert len(by_webhook(world)) == 2
    page = shows("port", LATE)
    with transaction() as session:
        enqueue(session, NoteSources(page=page))
    handles("NoteSources")
    assert len(world.api.get("/events").json()["events"]) == 4
    stores(page, LATE, 30)
    updated = world.api.get("/events", params={"source": "port", "after": 4}).json()["events"]
    assert [(entry["type"], entry["data"]["article"]["sources"]) for entry in updated] == [
        ("article.updated", ["harbor", "port"])
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_new_source_shows_at_its_first_look_is_not_announced(world):
    """Its articles belong to it, for whoever reads; nobody is called for what was there before."""
    shows("coast", ALONE, backlog=True)
    handles("NoteSources", "Announce")
    (answer,) = world.api.get("/events", params={"source": "coast"}).json()["events"]
    assert (answer["type"], answer["announced"], answer["cause"]) == ("article.listed", False, "backlog")
