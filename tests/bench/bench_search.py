"""What searching costs among many articles, and what being found adds to a save.

    .venv/bin/python -m tests.bench.bench_search --articles 100000 --json result.json

Articles of some 600 made-up words are saved one by one, as a worker saves them; on SQLite in a temporary folder, or
on the empty database of `--database`. Compare the two kinds of saves within one run, never two machines.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median
from unittest.mock import patch

from sqlmodel import SQLModel

from services.contracts.messages import SaveArticle
from services.runtime import database
from services.store import write
from services.store.fulltext import excerpts
from services.store.save import save
from services.store.search import ArticleQuery, find_articles
from tests.support.orders import NOW, order

WORDS = [f"{head}{tail}" for head in ("har", "ves", "com", "tra", "sto", "mar") for tail in range(2_000)]
ZIPF = list(accumulate(1 / rank for rank in range(10, len(WORDS) + 10)))
"""How often the words occur: as in a language, few of them most of the time."""
QUESTIONS = {
    "in every article": "announced",
    "in every second": "harbor",
    "in every tenth, two words": "harbor storm",
    "a phrase in every tenth": '"storm damage"',
    "in one of 1,000": "hurricane",
    "in one of 1,000, without a common word": "hurricane -harbor",
    "in none": "nowhere",
}
GROUP = 200
"""Articles between two looks at the clock."""


def measure(articles: int) -> dict:
    """Milliseconds of a save with and without the index, of one search each, and the size of the database."""
    SQLModel.metadata.create_all(database.engine())
    saves = {"found": [], "not found": []}
    for number in range(0, articles, GROUP):
        # Every tenth group is not entered into the index, to know what that costs at any size.
        kind = "not found" if number // GROUP % 10 == 9 else "found"
        saves[kind].append(_saved(number, entered=kind == "found"))
    half = len(saves["found"]) // 2
    return {
        "articles": articles,
        "save_ms": {kind: round(median(times[-half:]), 3) for kind, times in saves.items()},
        "search_ms": {name: _searched(q) for name, q in QUESTIONS.items()},
    }


def _saved(begin: int, *, entered: bool) -> float:
    orders = [_order(number) for number in range(begin, begin + GROUP)]
    enter = write.enter if entered else lambda *_: None
    started = time.perf_counter()
    with patch.object(write, "enter", enter):
        for number, entry in enumerate(orders, begin):
            # Each in its own transaction, as a worker does it, but without waiting for the disk.
            with database.transaction(lasting=False) as session:
                save(session, entry, NOW + timedelta(seconds=number))
    return (time.perf_counter() - started) / GROUP * 1_000


def _order(number: int) -> SaveArticle:
    chance = random.Random(number)
    text = chance.choices(WORDS, cum_weights=ZIPF, k=max(20, int(chance.gauss(600, 150))))
    text[10:10] = _told(number)
    url = f"https://www.war.gov/News/Article/{number}/"
    published = (NOW - timedelta(minutes=chance.randrange(5_000_000))).isoformat()
    return order(" ".join(text), page=number, key=f"afpims/defense:{number}", url=url, published_at=published)


def _told(number: int) -> Iterator[str]:
    yield "announced"
    if number % 2 == 0:
        yield "harbor"
    if number % 10 == 0:
        yield from ("storm", "damage")
    if number % 1_000 == 1:
        yield "hurricane"


def _searched(q: str) -> dict[str, float]:
    return {
        "list": _milliseconds(lambda: _search(q, excerpted=False)),
        "with excerpts": _milliseconds(lambda: _search(q)),
    }


def _search(q: str, *, excerpted: bool = True) -> None:
    with database.reading() as session:
        rows = find_articles(session, ArticleQuery(q=q), 50, None)
        if excerpted:
            excerpts(session, q, [row.id for row in rows[:50]])


def _milliseconds(search: Callable[[], None]) -> float:
    times = []
    for _ in range(7):
        started = time.perf_counter()
        search()
        times.append((time.perf_counter() - started) * 1_000)
    return round(median(times), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--database", default="", help="address of an empty database; SQLite without")
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATELINE_STATE": folder, "DATELINE_DATABASE_URL": options.database, "DATELINE_REDIS_URL": ""}
        answer = measure(options.articles) | {"megabytes": _megabytes(Path(folder))}
        database.engine().dispose()
    print(json.dumps(answer, indent=2))
    if options.json:
        options.json.write_text(json.dumps(answer, indent=2) + "\n")


def _megabytes(folder: Path) -> float:
    return round(sum(file.stat().st_size for file in folder.rglob("*.db*")) / 1e6, 1)


if __name__ == "__main__":
    main()
