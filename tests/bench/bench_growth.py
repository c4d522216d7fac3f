"""What lists, searches, sums and the ledger cost among a thousand and a million articles, on either database.

    .venv/bin/python -m tests.bench.bench_growth --articles 1000 100000 --json result.json

The database is filled in bulk, with the rows that as many ingested articles leave: a source and a channel for each
thousand, and for each article a page, its planned visit, one wording, its text, and one event. Figures are
milliseconds, the median of seven, on SQLite in a temporary folder or on the empty database of `--database`. Compare
the sizes within one run, never two machines.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, insert, text
from sqlmodel import Session, SQLModel

from services.audit.gauges import _counted
from services.audit.report import take
from services.contracts.messages import FetchPage
from services.contracts.versions import generation
from services.fetcher import sources
from services.fetcher.checks import count_pages
from services.fetcher.pages.find import PageQuery as Pages
from services.fetcher.pages.find import find_pages
from services.runtime import database
from services.runtime.events.follow import EventQuery, pull
from services.runtime.ledger import redelivery, sweeper, waiting
from services.store.search import ArticleQuery, find_articles
from tests.support.orders import NOW, article

EACH = 1_000
"""Articles of one source."""
CHUNK = 2_000
"""Rows that are written at a time."""
DUE = 2_000
"""Messages of each kind that the sweeper finds due."""
BEYOND = 10**9
WORDS = [f"{head}{tail}" for head in ("har", "ves", "com", "tra", "sto", "mar") for tail in range(2_000)]
SEARCHES = {
    "search: in every article": "announced",
    "search: in one of 1,000": "hurricane",
    "search: in one article": "onlyonce",
    "search: in none": "nowhere",
    "search: two words that never meet": "harbor storm",
}
TABLES = (
    "sources",
    "channels",
    "pages",
    "sightings",
    "verdicts",
    "articles",
    "revisions",
    "article_texts",
    "events",
    "ledger",
)
KINDS = ("release", "story", "speech", "contracts")


def fill(session: Session, begin: int, end: int) -> None:
    """Writes what the articles of these numbers leave behind."""
    tables = SQLModel.metadata.tables
    for first in range(begin, end, CHUNK):
        numbers = range(first, min(first + CHUNK, end))
        for name in TABLES:
            rows = [row for number in numbers for row in _rows(name, number)]
            if rows:
                session.execute(insert(tables[name]), rows)
        if not database.is_sqlite(session):
            vector = func.to_tsvector("english", tables["article_texts"].c.text)
            which = tables["article_texts"].c.number.between(numbers[0] + 1, numbers[-1] + 1)
            session.execute(tables["article_texts"].update().where(which).values(words=vector))
        session.execute(tables["event_counter"].delete())
        session.execute(insert(tables["event_counter"]), {"id": 1, "last": numbers[-1] + 1})
        session.commit()


def _rows(table: str, number: int) -> Iterator[dict[str, Any]]:
    """The rows of one table for one article, as it was ingested."""
    at, page, source = NOW - timedelta(minutes=number), number + 1, number // EACH + 1
    this, url = f"article-{number:08}", f"https://news-{source}.example.mil/News/Article/{number}/"
    name, kind, message = f"source-{source}", KINDS[number % len(KINDS)], _text(number)
    headline, capture = f"Harbor {number} Reopens", f"2026/01/{number:08}.warc.gz"
    match table:
        case "sources" | "channels" if number % EACH == 0:
            yield _watched(table, source)
        case "pages":
            yield {"id": page, "key": f"page-{number}", "url": url, "source": name, "channel": source} | {
                "discovered_at": at,
                "capture": capture,
                "fetched_at": at,
            }
        case "sightings":
            yield {"page": page, "channel": source, "source": name, "first_seen": at, "title": headline}
        case "verdicts":
            yield {"page": page, "article": this, "read_capture": capture, "read_fetched_at": at} | {
                "read_parser": "1",
                "read_generation": generation("1"),
                "read_layout": "afpims",
                "read_layout_version": "1",
                "read_layout_generation": generation("1"),
            }
        case "articles":
            yield {"id": this, "key": f"page-{number}", "page": page, "url": url, "source": name, "kind": kind} | {
                "headline": headline,
                "dated_at": at,
                "first_seen": at,
                "updated": at,
                "revision": 1,
                "revisions": 1,
                "capture": capture,
                "fetched_at": at,
                "parser": "1",
                "layout": "afpims",
                "layout_version": "1",
            }
        case "revisions":
            yield {"article": this, "number": 1, "content_hash": str(number), "capture": capture, "fetched_at": at} | {
                "reading": _READING.replace("{}", message),
                "parser": "1",
                "cause": "discovered",
                "created_at": at,
            }
        case "article_texts":
            yield {"number": page, "article": this, "text": message, "labels": ""}
        case "events":
            yield {"sequence": page, "id": f"event-{number}", "type": "article.created", "occurred_at": at} | {
                "subject": this,
                "source": name,
                "kind": kind,
                "cause": "discovered",
                "changed": [],
                "announced": False,
                "body": message,
            }
        case "ledger":
            yield {
                "id": page,
                "kind": "FetchPage",
                "key": str(page),
                "page": page,
                "host": urlsplit(url).netloc,
                "message": FetchPage(page=page).model_dump_json(),
            } | {"enqueued_at": at, "due_at": NOW + timedelta(days=1, seconds=number)}


def _watched(table: str, source: int) -> dict[str, Any]:
    name = f"source-{source}"
    if table == "sources":
        return {"id": source, "name": name, "title": name, "hosts": [], "pages": [], "created_at": NOW}
    return {"id": source, "source_id": source, "kind": "feed", "url": f"https://news-{source}.example.mil/rss"}


_READING = article("{}").model_dump_json()


def _text(number: int) -> str:
    fields = random.Random(number).choices(WORDS, k=60)
    fields[5:5] = ["announced"]
    fields += ["harbor"] if number % 2 else ["storm"]
    fields += ["hurricane"] if number % 1_000 == 1 else []
    fields += ["onlyonce"] if number == 500 else []
    return " ".join(fields)


def questions(articles: int) -> dict[str, Callable[[Session], object]]:
    """What is asked, by its name."""
    now = NOW + timedelta(hours=1)
    requests: dict[str, Callable[[Session], object]] = {
        "list: newest": lambda s: find_articles(s, ArticleQuery(), 50, None),
        "list: a source": lambda s: find_articles(s, ArticleQuery(source="source-1"), 50, None),
        "list: a source, by update": lambda s: find_articles(
            s, ArticleQuery(source="source-1", by="updated"), 50, None
        ),
        "list: a kind without articles": lambda s: find_articles(s, ArticleQuery(kind="transcript"), 50, None),
        "events: from 0": lambda s: pull(s, EventQuery(), 0, 100),
        "events: a rare type, from 0": lambda s: pull(s, EventQuery(type="article.updated"), 0, 100),
        "events: a rare type of a common kind": lambda s: pull(
            s, EventQuery("article.updated", kind="release"), 0, 100
        ),
        "pages: of a source": lambda s: find_pages(s, Pages(source="source-1"), now, 50, None),
        "pages: a common part of an address": lambda s: find_pages(s, Pages(address="news/article"), now, 50, None),
        "pages: a rare part": lambda s: find_pages(s, Pages(address="article/777/"), now, 50, None),
        "pages: a part of none": lambda s: find_pages(s, Pages(address="nowhere"), now, 50, None),
        "sources: all": sources.list_sources,
        "pages: counted by source": lambda s: count_pages(s, now),
        "audit": lambda s: take(s, now),
        "ledger: counts": waiting.counts,
        "ledger: overdue": lambda s: waiting.overdue(s, now),
    }
    for name, q in SEARCHES.items():
        requests[name] = lambda s, q=q: find_articles(s, ArticleQuery(q=q), 50, None)
    return requests


def measured(articles: int) -> dict[str, float]:
    """Milliseconds of each question."""
    results = {}
    for name, ask in questions(articles).items():
        results[name] = _milliseconds(ask)
    results["sweep: nothing due"] = _milliseconds(lambda _: _sweep())
    _due(DUE)
    results["sweep: all that is due was reminded of a moment ago"] = _milliseconds(lambda _: _sweep())
    _due(0)
    return results


def _due(number: int) -> None:
    """So many messages of each kind are due, and their wake-ups have just gone out; instead of those there were."""
    rows = SQLModel.metadata.tables["ledger"]
    message = {"message": "{}", "enqueued_at": NOW, "due_at": NOW, "woken_at": NOW + timedelta(hours=1)}
    with Session(database.engine()) as session:
        session.execute(delete(rows).where(rows.c.kind.in_(sweeper.SWEPT)))
        due = [message | {"kind": kind, "key": str(key)} for kind in sweeper.SWEPT for key in range(number)]
        if due:  # with numbers of their own, because those of the pages were not drawn from the sequence
            session.execute(insert(rows), [entry | {"id": BEYOND + place} for place, entry in enumerate(due)])
        session.commit()


def _sweep() -> None:
    now = NOW + timedelta(hours=1)
    redelivery.any_waits(now, woken_before=now - sweeper.PATIENCE, kinds=sweeper.SWEPT, limit=sweeper.AT_ONCE)
    redelivery.end_leases_of_the_dead(now)


def _milliseconds(ask: Callable[[Session], object], times: int = 7) -> float:
    result: list[float] = []
    while len(result) < times and sum(result) < 20_000:
        _counted.clear()
        began = time.perf_counter()
        with database.reading() as session:
            ask(session)
        result.append((time.perf_counter() - began) * 1_000)
    return round(median(result), 1)


def main() -> None:
    """Measures at each size, growing one database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--database", default="", help="address of an empty database; SQLite without")
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATELINE_STATE": folder, "DATELINE_DATABASE_URL": options.database, "DATELINE_REDIS_URL": ""}
        if not options.database:
            database.make_file()
        SQLModel.metadata.create_all(database.engine())
        answer, before = {}, 0
        for size in sorted(options.articles):
            with Session(database.engine()) as session:
                fill(session, before, size)
                session.execute(text("ANALYZE"))
                session.commit()
            answer[size], before = measured(size), size
        database.engine().dispose()
    print(json.dumps(answer, indent=2))
    if options.json:
        options.json.write_text(json.dumps(answer, indent=2) + "\n")


if __name__ == "__main__":
    main()
