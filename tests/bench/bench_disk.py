"""What pages leave on the disk: bytes of the database, by table, and of the archive, for each thousand of them.

    .venv/bin/python -m tests.bench.bench_disk --pages 1000 --json result.json

Pages of 92 KB are listed by a feed, captured, parsed and saved in this one process, on SQLite in a temporary folder or
on the empty database of `--database`. Sizes do not depend on how busy the machine is.
"""

import argparse
import json
import logging
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from sqlalchemy import select, text
from sqlmodel import Session

from services.cli.processes import schema
from services.contracts.messages import Message, Origin, ParsePage, SaveArticle
from services.fetcher import frontier, sources
from services.fetcher.discover import Listed
from services.fetcher.models import Channel, Page
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as parser
from services.runtime import database
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import Said, say_all
from services.runtime.ledger.ledger_table import rows
from services.runtime.settings import runtime_settings
from services.store import tasks as store
from tests.fakes.generated import GeneratedNewsroom

HANDLED = (parser, store)
"""Where the handlers are, which register themselves."""
AT_ONCE = 50
KILOBYTES = 1_000 / 1_024
"""From bytes of one page to kilobytes of a thousand."""


def measure(pages: int) -> dict[str, float]:
    """Kilobytes for each thousand pages."""
    schema.upgrade()
    empty = _sizes()
    newsroom = GeneratedNewsroom(pages)
    newsroom.start()
    try:
        _list([newsroom.address(number) for number in range(pages)])
        with reading() as session:
            listed = session.execute(select(Page.id, Page.key, Page.url)).all()
        for start in range(0, pages, AT_ONCE):
            with transaction() as session:
                say_all(session, [Said(_captured(session, *page)) for page in listed[start : start + AT_ONCE]])
        for kind in (ParsePage, SaveArticle):
            _handle(kind)
    finally:
        newsroom.stop()
    return {name: round(KILOBYTES * (size - empty.get(name, 0)) / pages, 1) for name, size in _sizes().items()}


def _list(urls: list[str]) -> None:
    with transaction() as session:
        seed = SourceSeed(name="disk", channels=[ChannelSeed(kind="feed", url="https://disk.example/rss")])
        sources.register(session, seed, utcnow())
        channel = session.execute(select(Channel.id)).scalar_one()
        listed = [Listed(url, title="Bridge reopens after the storm", published=str(utcnow())) for url in urls]
        frontier.join(session, "disk", channel, listed, backlog=False, now=utcnow())


def _captured(session: Session, page: int, key: str, url: str) -> ParsePage:
    body, at = httpx.get(url).content, utcnow()
    name = capture_store.keep(Capture(url, at, 200, (("Content-Type", "text/html; charset=utf-8"),), body))
    row = session.get_one(Page, page)
    row.capture, row.payload, row.fetched_at, row.visited_at, row.outcome = name, "0" * 52, at, at, "new"
    return ParsePage(origin=Origin(page=page, key=key, url=url, source="disk"), capture=name, fetched_at=at)


def _handle(kind: type[Message]) -> None:
    with reading() as session:
        waiting = select(rows.c.id).where(rows.c.kind == kind.__name__).order_by(rows.c.id)
        ids = list(session.execute(waiting).scalars())
    for start in range(0, len(ids), AT_ONCE):
        worker.handle(kind.__name__, ids[start : start + AT_ONCE], utcnow() + timedelta(seconds=1))


def _sizes() -> dict[str, int]:
    """Bytes of the archive, of the whole database, and on PostgreSQL of each table with its indexes."""
    captures = sum(file.stat().st_size for file in runtime_settings().captures.rglob("*") if file.is_file())
    with database.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            whole = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
            return {"archive": captures, "database": whole.scalar_one()}
        whole = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        result = connection.execute(text("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"))
        return {"archive": captures, "database": whole} | dict(tuple(row) for row in result)


def main() -> None:
    """Measures and prints."""
    requests = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    requests.add_argument("--pages", type=int, default=1_000)
    requests.add_argument("--database", default="", help="address of an empty database; SQLite without")
    requests.add_argument("--json", type=Path, help="write the numbers there too")
    options = requests.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATELINE_STATE": folder, "DATELINE_DATABASE_URL": options.database, "DATELINE_REDIS_URL": ""}
        content = json.dumps(measure(options.pages), indent=2)
        database.engine().dispose()
    print(content)
    if options.json:
        options.json.write_text(content + "\n")


if __name__ == "__main__":
    main()
