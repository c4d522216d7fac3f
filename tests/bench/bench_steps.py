"""What a page costs its steps from the visit on: CPU and statements, one at a time and in groups of fifty.

    .venv/bin/python -m tests.bench.bench_steps --pages 300 --json result.json

In this one process, without Celery, on SQLite; the newsroom is a process of its own. CPU is what this process took, so
that other work on the machine counts little; compare the two sizes within one run.
"""

import argparse
import json
import logging
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import event

from services.cli.processes import schema
from services.contracts.messages import FetchPage, Message, ParsePage, PollChannel, SaveArticle
from services.fetcher import sources
from services.fetcher import tasks as fetcher
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.parser import tasks as parser
from services.runtime import database
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import jobs, worker
from services.store import tasks as store
from tests.bench.bench_pipeline import newsroom_apart
from tests.bench.installation import SETTINGS

HANDLED = (fetcher, parser, store)
"""Where the handlers are, which register themselves."""
SIZES = (1, 50)


def measure(pages: int) -> dict[str, dict[str, float]]:
    """CPU (ms) and statements a page, by step and size of the groups."""
    schema.upgrade()
    asked: list[str] = []
    event.listen(database.engine(), "before_cursor_execute", lambda *called: asked.append(called[2]))
    return {
        f"{kind.__name__}, groups of {size}": cost
        for size in SIZES
        for kind, cost in _steps(pages, size, asked).items()
    }


def _steps(pages: int, size: int, asked: list[str]) -> dict[type[Message], dict]:
    with newsroom_apart(pages) as (_process, address):
        sitemap = f"{address(0).split('/News')[0]}/sitemap.xml"
        with transaction() as session:
            channels = [ChannelSeed(kind="sitemap", url=sitemap, interval=86_400)]
            sources.register(session, SourceSeed(name=f"groups-of-{size}", channels=channels), utcnow())
        _handle(PollChannel, 1)
        return {kind: _cost(kind, size, asked) for kind in (FetchPage, ParsePage, SaveArticle)}


def _cost(kind: type[Message], size: int, asked: list[str]) -> dict[str, float]:
    asked.clear()
    began = time.process_time()
    pages = _handle(kind, size)
    spent = 1000 * (time.process_time() - began)
    statements = [words for words in asked if not words.startswith(("PRAGMA", "BEGIN"))]
    return {"cpu_ms_per_page": spent / pages, "statements_per_page": len(statements) / pages}


def _handle(kind: type[Message], size: int) -> int:
    """How many messages of the kind were due, and are handled now in groups of this size."""
    now = utcnow() + timedelta(seconds=1)
    ids = [row for row, _ in jobs.due(now, kinds=(kind.__name__,))]
    for start in range(0, len(ids), size):
        worker.handle(kind.__name__, ids[start : start + size], now)
    return len(ids)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=400, help="pages for each size of the groups")
    arguments.add_argument("--json", type=Path, help="where to write the result, to compare runs")
    options = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= SETTINGS | {"DATELINE_STATE": folder, "DATELINE_DATABASE_URL": ""}
        result = measure(options.pages)
    words = json.dumps(result, indent=2)
    if options.json:
        options.json.write_text(words)
    print(words)


if __name__ == "__main__":
    main()
