"""What a page costs its steps from the capture on: CPU and statements, one at a time and in groups of fifty.

    PYTHONPATH=tests .venv/bin/python -m bench.bench_steps --pages 400 --json result.json

In this one process, without Celery, on SQLite. CPU is what this process took, so that other work on the machine counts
little; compare the two sizes within one run.
"""

import argparse
import json
import logging
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from fakes.generated import GeneratedNewsroom
from sqlalchemy import event, select

from services.cli.processes import schema
from services.contracts.messages import Message, Origin, ParsePage, SaveArticle
from services.parser import tasks as parser
from services.runtime import database
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import Said, say_all
from services.runtime.ledger.ledger_table import rows
from services.store import tasks as store

HANDLED = (parser, store)
"""Where the handlers are, which register themselves."""
SIZES = (1, 50)


def measure(pages: int) -> dict[str, dict[str, float]]:
    """CPU (ms) and statements a page, by step and size of the groups."""
    schema.upgrade()
    newsroom = GeneratedNewsroom(pages * len(SIZES))
    newsroom.start()
    asked: list[str] = []
    event.listen(database.engine(), "before_cursor_execute", lambda *called: asked.append(called[2]))
    try:
        return {
            f"{kind.__name__}, groups of {size}": told
            for number, size in enumerate(SIZES)
            for kind, told in _steps(newsroom, range(number * pages, (number + 1) * pages), size, asked).items()
        }
    finally:
        newsroom.stop()


def _steps(newsroom: GeneratedNewsroom, numbers: range, size: int, asked: list[str]) -> dict[type[Message], dict]:
    with transaction() as session:
        say_all(session, [Said(_captured(newsroom.address(number), number)) for number in numbers])
    return {kind: _cost(kind, size, asked) for kind in (ParsePage, SaveArticle)}


def _captured(url: str, number: int) -> ParsePage:
    body, at = httpx.get(url).content, utcnow()
    name = capture_store.keep(Capture(url, at, 200, (("Content-Type", "text/html; charset=utf-8"),), body))
    return ParsePage(origin=Origin(page=number, key=f"{number}", url=url, source="s"), capture=name, fetched_at=at)


def _cost(kind: type[Message], size: int, asked: list[str]) -> dict[str, float]:
    with reading() as session:
        waiting = select(rows.c.id).where(rows.c.kind == kind.__name__).order_by(rows.c.id)
        ids = list(session.execute(waiting).scalars())
    asked.clear()
    began = time.process_time()
    for start in range(0, len(ids), size):
        worker.handle(kind.__name__, ids[start : start + size], utcnow() + timedelta(seconds=1))
    spent = 1000 * (time.process_time() - began)
    statements = [words for words in asked if not words.startswith(("PRAGMA", "BEGIN"))]
    return {"cpu_ms_per_page": spent / len(ids), "statements_per_page": len(statements) / len(ids)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=400, help="pages for each size of the groups")
    arguments.add_argument("--json", type=Path, help="where to write the result, to compare runs")
    options = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATELINE_STATE": folder, "DATELINE_DATABASE_URL": "", "DATELINE_REDIS_URL": ""}
        result = measure(options.pages)
    words = json.dumps(result, indent=2)
    if options.json:
        options.json.write_text(words)
    print(words)


if __name__ == "__main__":
    main()
