"""What a page of the desk or a list of the API asks the database does not grow with what there is to show."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session, SQLModel

from services.access import keys
from services.app import create_app
from services.audit import gauges
from services.contracts.urls import article_id
from services.fetcher import sources
from services.fetcher.models import Page
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.reingest.models import ReingestionRow
from services.runtime import database
from services.runtime.audit_log import AuditEntry
from services.runtime.database import transaction, utcnow
from services.runtime.events.append import NewEvent, append_private
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.provenance.results import ReingestedPage
from services.webhooks.models import Attempt, Delivery, Endpoint
from tests.support.in_process import client
from tests.support.kept import saved
from tests.support.orders import NOW, order

pytestmark = pytest.mark.integration
ARTICLE = article_id("afpims/defense:1")
LISTS = (
    "/articles?limit=50",
    "/articles?limit=50&q=harbor",
    "/articles/count?q=title:harbor",
    "/articles/arrivals?last=week",
    f"/articles/{ARTICLE}/events",
    f"/webhooks/deliveries?article={ARTICLE}",
    f"/articles/{ARTICLE}/revisions?limit=50",
    "/events?limit=50",
    "/feeds/articles.atom",
    "/feeds/articles.json?q=harbor",
    "/sources",
    "/sources/source-1",
    "/overview",
    "/webhooks/endpoints?limit=50",
    "/webhooks/endpoints/1/deliveries?limit=50",
    "/webhooks/endpoints/1/events?limit=50",
    "/webhooks/endpoints/1/health",
    "/admin/keys?limit=50",
    "/admin/audit?limit=50",
    "/admin/dead-letters?limit=50",
    "/admin/reingestions?limit=50",
    "/admin/reingestions/1/findings?limit=50",
    "/admin/reingestions/1/report",
)
# Not /desk/webhooks: it asks how each endpoint is, of a hundred at most.
PAGES = (
    "/desk/",
    "/desk/articles",
    "/desk/articles?q=harbor",
    f"/desk/articles/{ARTICLE}",
    f"/desk/articles/{ARTICLE}/history",
    f"/desk/articles/{ARTICLE}/provenance",
    f"/desk/articles/{ARTICLE}/events",
    "/desk/articles?source=source-1&order=oldest",
    "/desk/?last=week",
    "/desk/about",
    "/desk/sources",
    "/desk/sources/source-1",
    "/desk/reingestions",
    "/desk/reingestions/1",
    "/desk/reingestions/1/findings",
    "/desk/webhooks/1",
    "/desk/dead-letters",
    "/desk/keys",
    "/desk/log",
)


def test_a_page_of_fifty_asks_the_database_as_often_as_a_page_of_five(installation, monkeypatch):
    """On SQLite alone: both databases are asked the same. The pages of all sources are counted once a minute."""
    monkeypatch.setattr(gauges, "KEPT", timedelta(days=1))
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    with transaction() as session:
        _, key = keys.create(session, "admin", ["admin"], utcnow())
    with client(create_app(), key) as web:
        assert web.post("/desk/sign-in", data={"key": key}).status_code == 303
        written(1, 5)
        questions(web, ["/overview"])
        few = questions(web, (*LISTS, *PAGES))
        written(6, 50)
        assert questions(web, (*LISTS, *PAGES)) == few


def questions(web, paths):
    """How many questions each of them asks the database."""
    requests, counted = [], {}
    event.listen(database.engine(), "before_cursor_execute", lambda *called: requests.append(called[2]))
    for path in paths:
        requests.clear()
        answer = web.get(path)
        assert answer.status_code == 200, (path, answer.text)
        counted[path] = sum(entry.startswith("SELECT") for entry in requests)
    return counted


def written(first, last):
    """One of everything that is listed, for each of these numbers."""
    for number in range(first, last + 1):
        about = {"page": number, "key": f"afpims/defense:{number}", "url": f"https://www.war.gov/Article/{number}/"}
        saved(order("The harbor reopened.", **about))
        saved(order(f"Wording {number} of the harbor.", key="afpims/defense:1", url=about["url"], minute=number))
        with transaction() as session:
            write_watched(session, number)
            write_ordered(session, number)
            write_told(session, number)


def write_watched(session: Session, number):
    channels = (ChannelSeed(kind="feed", url=f"https://s{number}.example/feed"),)
    sources.register(session, SourceSeed(name=f"source-{number}", channels=channels), NOW)
    session.add(Page(key=f"page-{number}", source=f"source-{number}", discovered_at=NOW))
    aside = {"reason": "ValueError: no.", "enqueued_at": NOW, "due_at": NOW, "dead_lettered_at": NOW}
    session.add(LedgerRow(kind="ParsePage", key=f"{number}", page=number, reingestion=1, message="{}", **aside))


def write_ordered(session: Session, number):
    keys.create(session, f"key {number}", ["read"], NOW)
    session.add(AuditEntry(at=NOW, key=1, key_name="admin", action="key.made", subject=f"key {number}"))
    by = {"asked_by": 1, "asked_by_name": "admin", "asked_at": NOW}
    session.add(ReingestionRow(scope={"all": True}, reason="why not", dry_run=True, state="done", **by))
    fields = {"outcome": "updated", "finding": "updated", "state": "open", "source": "source-1", "changed": ["body"]}
    differs = [{"field": "body", "before": "a", "after": "b"}]
    session.add(ReingestedPage(reingestion=1, page=number, differences=differs, **fields))


def write_told(session: Session, number):
    blank = {"event_types": [], "filter": {}, "labels": {}, "header_names": [], "sealed_secret": ""}
    session.add(Endpoint(owner=1, url="https://h.example/", created_at=NOW, updated_at=NOW, **blank))
    test = NewEvent(f"evt_{number}", "endpoint.test", "endpoint/1", occurred_at=NOW, data={"endpoint": {"id": 1}})
    append_private(session, test, owner=1)
    session.flush()
    made = Delivery(event=f"evt_{number}", endpoint=1, sequence=number, created_at=NOW + timedelta(seconds=number))
    session.add(made)
    session.flush()
    session.add(Attempt(delivery=made.id, number=1, at=NOW, request={}, milliseconds=1, outcome="delivered"))
