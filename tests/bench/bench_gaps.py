"""What it costs to know what is missing, beside a million stored pages.

python -m tests.bench.bench_gaps
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from sqlalchemy import text

from services.cli.processes.schema import upgrade
from services.fetcher.coverage import alarms, reconcile
from services.fetcher.coverage.find import count_gaps
from services.fetcher.coverage.report import coverage_by_month
from services.runtime.database import reading, transaction, utcnow

PAGES, SOURCES, STEPS = 1_000_000, 20, 40
PATIENCE = timedelta(minutes=30)
COUNT = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PAGES}) "
FILL = (
    (
        "INSERT INTO pages (id, key, url, source, channel, backlog, discovered_at, step, failures, restless, moves) "
        f"{COUNT} SELECT i, 'k' || i, 'h/' || i, 's' || (i % {SOURCES}), 1, 0, :now, 0, 0, 0, 0 FROM n"
    ),
    (
        "INSERT INTO sightings (page, channel, source, shared, first_seen) "
        f"{COUNT} SELECT i, 1, 's' || (i % {SOURCES}), 0, :now FROM n"
    ),
    f"INSERT INTO verdicts (page, article, stored_at) {COUNT} SELECT i, 'art_' || i, :now FROM n WHERE i % 100",
    (
        "INSERT INTO gaps (source, key, url, page, backlog, shown_at, check_at, to_alarm) "
        f"{COUNT} SELECT 's' || (i % {SOURCES}), 'k' || i, 'u', i, 0, :now, :now, 0 FROM n WHERE i % 100 < 2"
    ),
)
"""A hundredth of the pages was never stored, and of as many it is not known yet that they were."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATELINE_STATE"] = folder
        upgrade()
        now = utcnow()
        with transaction() as session:
            for statement in FILL:
                session.execute(text(statement), {"now": now.replace(tzinfo=None)})
        later = now + timedelta(hours=1)
        fields = {
            "step of 80 gaps": median(_cpu(lambda: _step(later)) for _ in range(STEPS)),
            "step when nothing is due": median(_cpu(lambda: _step(now - PATIENCE)) for _ in range(STEPS)),
            "counts by source and cause": _cpu(lambda: _asks(count_gaps)),
            "a month of 50,000 pages": _cpu(
                lambda: _asks(lambda s: coverage_by_month(s, "s0", f"{now:%Y-%m}", later, 1800))
            ),
        }
    print(json.dumps({name: f"{seconds * 1000:.1f} ms of CPU" for name, seconds in fields.items()}, indent=1))


def _step(now) -> None:
    with reading() as session:
        judged = reconcile.look(session, now, PATIENCE)
        alarms.pending(session)
    if judged:
        with transaction(lasting=False) as session:
            reconcile.write(session, judged, now)


def _asks(question: Callable[..., object]) -> None:
    with reading() as session:
        question(session)


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    main()
