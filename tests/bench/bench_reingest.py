"""Whether a re-ingestion delays the news: milliseconds to a verified webhook, at rest and with a reparse running.

    PYTHONPATH=tests .venv/bin/python -m bench.bench_reingest --pages 20000 --publications 50 --json result.json

The whole service runs as users run it. A loopback newsroom's old pages are read first; then a small one publishes,
one story at a time, before and while all old pages are read again. Compare the two within one run, never two machines.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from bench.bench_pipeline import UNFINISHED, _newsroom, _publish, _spread, _warm_up, _watch
from bench.installation import Installation, installation
from fakes.generated import GeneratedNewsroom
from fakes.subscriber import Subscriber

ORDER = {"scope": {"source": "old"}, "mode": "reparse", "reason": "a bench"}
QUIET = 3_600.0
"""Seconds after which the old pages should have been read."""


def compare(pages: int, publications: int, database_url: str) -> dict:
    """Latency of news at rest and during a reparse of so many pages, and the pace of that."""
    newsroom, subscriber = GeneratedNewsroom(1), Subscriber()
    newsroom.start()
    subscriber.start()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            installation(Path(folder), database_url) as service,
        ):
            _fill(service, pages)
            subscriber.trusts(service.post("/webhooks/endpoints", {"url": subscriber.url})["secret"])
            before = service.count("articles")
            _watch(service, f"{newsroom.url}/sitemap.xml")
            service.waits_for(lambda: service.count("articles") > before and _is_quiet(service))
            at_rest = [_publish(service, newsroom, subscriber) for _ in range(publications)]
            during, paces = _while_reparsing(service, newsroom, subscriber, publications)
    finally:
        newsroom.stop()
        subscriber.stop()
    return {
        "pages": pages,
        "publications": publications,
        "at_rest": _latencies(at_rest),
        "during_a_reparse": _latencies(during),
        "pages_reparsed_per_second": paces,
    }


def _fill(service: Installation, pages: int) -> None:
    _warm_up(service)
    with _newsroom(pages) as (_process, address):
        _watch(service, f"{address(0).split('/News')[0]}/sitemap.xml", name="old")
        wanted, ends = service.count("articles") + pages, time.monotonic() + QUIET
        while service.count("articles") < wanted or not _is_quiet(service):
            if time.monotonic() > ends:
                raise RuntimeError(f"Only {service.count('articles')} of {wanted} articles are there.")
            time.sleep(0.5)


def _while_reparsing(
    service: Installation, newsroom: GeneratedNewsroom, subscriber: Subscriber, publications: int
) -> tuple[list[tuple[float, float]], list[float]]:
    """So many publications, each with a reparse running from its begin to its end; and how fast those were."""
    seen, paces, place = [], [], None
    while len(seen) < publications:
        if place is None or service.client.get(place).json()["state"] == "done":
            place = f"/admin/reingestions/{service.post('/admin/reingestions', ORDER)['id']}"
            service.waits_for(lambda here=place: service.client.get(here).json()["planned"] > 0)
        took = _publish(service, newsroom, subscriber)
        words = service.client.get(place).json()
        if words["state"] == "running":
            seen.append(took)
            paces.append(words["pages_per_second"] or 0.0)
    return seen, paces[-1:]


def _is_quiet(service: Installation) -> bool:
    return service.count(UNFINISHED) == 0


def _latencies(seen: list[tuple[float, float]]) -> dict:
    return {"from_page_ms": _spread([page for page, _ in seen]), "from_poll_ms": _spread([poll for _, poll in seen])}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=500, help="old pages that are read again")
    arguments.add_argument("--publications", type=int, default=20, help="news, at rest and again during the reparse")
    arguments.add_argument("--database", default="", help="an empty PostgreSQL; SQLite when not given")
    arguments.add_argument("--json", type=Path, help="where to write the result, to compare runs")
    asked = arguments.parse_args()
    words = json.dumps(compare(asked.pages, asked.publications, asked.database), indent=2)
    print(words)
    if asked.json:
        asked.json.write_text(words)


if __name__ == "__main__":
    main()
