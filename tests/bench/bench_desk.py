"""How long the server takes for each page of the desk, on a database of so many articles.

    .venv/bin/python -m tests.bench.bench_desk --articles 100000

Everything is written by the code that writes it in service (the frontier, the ledger, the store), on SQLite, and asked
for in this process without a socket: the time is the server's alone. `--state FOLDER` keeps the database.
"""

import argparse
import json
import logging
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import httpx
import structlog
from sqlalchemy import text
from sqlmodel import Session, col, select

from services.access import keys
from services.app import create_app
from services.cli.processes import schema
from services.contracts.article import Article, Block
from services.contracts.messages import Origin, SaveArticle
from services.contracts.urls import page_key
from services.fetcher import frontier, sources
from services.fetcher.discover import Listed
from services.fetcher.models import Page
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction, utcnow
from services.store.save import save
from tests.fakes.generated import WORDS
from tests.support.in_process import InProcess

SOURCES = 20
AT_ONCE = 500
TIMES = 7
BEGIN = datetime(2010, 1, 1, tzinfo=UTC)
PLACES = {
    "now": "/",
    "articles": "/articles",
    "articles, page 2": "/articles?after={cursor}",
    "articles of a source": "/articles?source=source-3",
    "articles with a common word": "/articles?q=harbor",
    "articles with two words": "/articles?q=harbor+village",
    "articles without a match": "/articles?q=nothinglikeit",
    "articles of a month": "/articles?since=2012-03-01&until=2012-04-01",
    "read": "/articles/{article}",
    "history": "/articles/{article}/history",
    "provenance": "/articles/{article}/provenance",
    "sources": "/sources",
    "a source": "/sources/source-3",
    "re-ingestions": "/reingestions",
    "new re-ingestion": "/reingestions/new",
    "webhooks": "/webhooks",
    "dead-lettered": "/dead-letters",
    "keys": "/keys",
    "log": "/log",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        os.environ |= {
            "DATELINE_STATE": str(options.state or folder),
            "DATELINE_DATABASE_URL": "",
            "DATELINE_REDIS_URL": "",
        }
        schema.upgrade()
        fill(options.articles)
        result = measured()
    for place, (typical, cpu) in result.items():
        print(f"{place:<32} {typical:7.1f} ms   {cpu:7.1f} ms of CPU")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))


def measured() -> dict[str, tuple[float, float]]:
    """Median milliseconds and CPU milliseconds of each page, after a first look that is not counted."""
    with transaction() as session:
        _, key = keys.create(session, "bench", ["admin"], utcnow())
    with httpx.Client(transport=InProcess(create_app()), base_url="http://bench") as web:
        assert web.post("/desk/sign-in", data={"key": key}).status_code == 303
        page = web.get("/articles?limit=50", headers={"Authorization": f"Bearer {key}"}).json()
        here = {"cursor": page["next"], "article": page["articles"][0]["id"]}
        return {name: _times(web, "/desk" + path.format(**here)) for name, path in PLACES.items()}


def _times(web: httpx.Client, path: str) -> tuple[float, float]:
    took, cpu = [], []
    for _ in range(TIMES + 1):
        began, spent = time.perf_counter(), time.process_time()
        answer = web.get(path)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return statistics.median(took[1:]), statistics.median(cpu[1:])


def fill(count: int) -> None:
    """Brings the database to so many articles, each with its page and its next visit."""
    with reading() as session:
        there = session.execute(text("SELECT count(*) FROM articles")).scalar_one()
    channels = _channels()
    numbers = iter(range(there, count))
    while batch := list(islice(numbers, AT_ONCE)):
        with transaction(lasting=False) as session:
            for source in range(SOURCES):
                own = [_listed(n) for n in batch if n % SOURCES == source]
                frontier.join(session, f"source-{source}", channels[source], own, backlog=True, now=_when(batch[0]))
            pages = _pages(session, batch)
            for order in _orders(batch, pages):
                save(session, order, order.fetched_at)
    if there >= count:
        return
    with transaction() as session:
        session.execute(text("UPDATE ledger SET due_at = '2999-01-01 00:00:00.000000' WHERE kind = 'FetchPage'"))
        session.execute(text("DELETE FROM ledger WHERE kind NOT IN ('FetchPage', 'PollChannel')"))


def _pages(session: Session, batch: list[int]) -> dict[str, int]:
    results = {page_key(_url(n)) for n in batch}
    return dict(session.execute(select(Page.key, Page.id).where(col(Page.key).in_(results))).all())


def _channels() -> list[int]:
    with transaction() as session:
        for n in range(SOURCES):
            seed = ChannelSeed(kind="feed", url=f"https://s{n}.example/feed")
            sources.register(session, SourceSeed(name=f"source-{n}", channels=(seed,)), BEGIN)
        return [row[0] for row in session.execute(text("SELECT c.id FROM channels c ORDER BY c.source_id")).all()]


def _orders(batch: list[int], pages: dict[str, int]) -> Iterator[SaveArticle]:
    for n in batch:
        url, fate = _url(n), random.Random(n)
        key = page_key(url)
        body = tuple(Block(text=" ".join(fate.choices(WORDS, k=60)).capitalize() + ".") for _ in range(6))
        article = Article(
            layout="afpims",
            kind=fate.choice(("news", "release", "contracts")),
            headline=" ".join(fate.choices(WORDS, k=8)).title(),
            url=url,
            published_at=_when(n),
            body=body,
            tags=(fate.choice(WORDS),),
        )
        origin = Origin(page=pages[key], key=key, url=url, source=f"source-{n % SOURCES}", cause="backlog")
        yield SaveArticle(origin=origin, capture=f"{n:064x}", fetched_at=_when(n), parser="3", article=article)


def _listed(n: int) -> Listed:
    return Listed(_url(n), f"Story {n}")


def _url(n: int) -> str:
    return f"https://s{n % SOURCES}.example/News/Article/{n + 1}/"


def _when(n: int) -> datetime:
    return BEGIN + timedelta(minutes=80 * n)


if __name__ == "__main__":
    main()
