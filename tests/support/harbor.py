"""A newsroom's page that comes as a file, and the work of all services done in this process."""

import importlib

from services import scopes
from services.contracts.wiring import SERVICES
from services.fetcher.importing import import_file
from services.reingest.walk import WAIT
from services.runtime.database import reading, utcnow
from services.runtime.ledger import jobs, worker
from services.store.search import ArticleQuery, find_articles
from tests.support.drain import drain as handle_all

RELEASE = """<!DOCTYPE html><html lang="en"><head><title>Harbor Reopens</title>
<meta property="article:published_time" content="2026-01-12"></head><body><article><h1>Harbor Reopens</h1>
<p>The harbor reopened at dawn on Monday, two days after the storm, and the first ships entered it at noon.</p>
<p>Engineers had cleared the channel through the night, the port's commander said, and marked its edges anew.</p>
<p>Ferries to the islands will run again from Tuesday on, as soon as both piers have been looked at.</p>
</article></body></html>"""


def drain():
    """What workers would do, done here."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    scopes.connect()
    handle_all()
    # The walk of a re-ingestion counts what has come a moment later.
    later = utcnow() + 2 * WAIT
    while walks := jobs.due(later, kinds=["Reingest"]):
        for walk, kind in walks:
            worker.handle(kind, [walk], later)


def arrives(words=RELEASE, number=1):
    """The page at this address as it reads just now; the id of its article."""
    url, now = f"https://harbor.example/news/{number}", utcnow()
    import_file("page.html", words.encode(), url, now, now)
    drain()
    with reading() as session:
        return next(row.id for row in find_articles(session, ArticleQuery(), 100, None) if row.url == url)
