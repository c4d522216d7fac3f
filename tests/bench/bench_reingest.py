"""Whether a re-ingestion delays the news: milliseconds to a verified webhook, at rest and with a reparse running.

    .venv/bin/python -m tests.bench.bench_reingest --pages 20000 --publications 50 --json result.json

The whole service runs as users run it, on an installation that holds so many old pages already. A small newsroom
publishes, one story at a time, before and while all old pages are read again. Compare the two within one run, never two
machines.
"""

import argparse
import json
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from tests.bench import old_pages
from tests.bench.bench_pipeline import UNFINISHED, _publish, _spread, _warm_up, _watch
from tests.bench.installation import Installation, installation
from tests.fakes.generated import GeneratedNewsroom
from tests.fakes.subscriber import Subscriber

ORDER = {"scope": {"source": old_pages.SOURCE}, "mode": "reparse", "reason": "a bench"}


def compare(pages: int, publications: int, database_url: str) -> dict:
    """Latency of news at rest and during a reparse of so many pages, and the pace of that."""
    newsroom, subscriber = GeneratedNewsroom(1), Subscriber()
    newsroom.start()
    subscriber.start()
    try:
        with tempfile.TemporaryDirectory() as name, _kept(Path(name), pages, database_url) as service:
            _warm_up(service)
            subscriber.trusts(service.post("/webhooks/endpoints", {"url": subscriber.url})["secret"])
            before = service.count("articles")
            _watch(service, f"{newsroom.url}/sitemap.xml")
            service.waits_for(lambda: service.count("articles") > before and _is_quiet(service))
            at_rest = [_publish(service, newsroom, subscriber) for _ in range(publications)]
            during, reparse = _while_reparsing(service, newsroom, subscriber, publications)
    finally:
        newsroom.stop()
        subscriber.stop()
    return {
        "pages": pages,
        "publications": publications,
        "at_rest": _latencies(at_rest),
        "during_a_reparse": _latencies(during),
        "reparse": reparse,
    }


def _kept(folder: Path, pages: int, database_url: str) -> AbstractContextManager[Installation]:
    old_pages.make(folder / "var", pages, database_url)
    return installation(folder, database_url)


def _while_reparsing(
    service: Installation, newsroom: GeneratedNewsroom, subscriber: Subscriber, publications: int
) -> tuple[list[tuple[float, float]], dict]:
    """So many publications, each with a reparse running from its begin to its end; the pace of that, and its cost."""
    result, orders, spent, began = [], {}, service.cpu(), time.monotonic()
    place, body = "", {"state": "done"}
    while len(result) < publications:
        if body["state"] == "done":
            place = f"/admin/reingestions/{service.post('/admin/reingestions', ORDER)['id']}"
            service.waits_for(lambda here=place: service.client.get(here).json()["planned"] > 0)
        took = _publish(service, newsroom, subscriber)
        orders[place] = body = service.client.get(place).json()
        if body["state"] == "running":
            result.append(took)
    outcomes = {name: sum(value["outcomes"][name] for value in orders.values()) for name in body["outcomes"]}
    read = sum(outcomes.values())
    cpu = {name: 1000 * (now - spent.get(name, 0.0)) / read for name, now in service.cpu().items()}
    seconds = time.monotonic() - began
    return result, {"outcomes": outcomes, "pages_per_second": read / seconds, "cpu_ms_per_page": cpu}


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
    options = arguments.parse_args()
    text = json.dumps(compare(options.pages, options.publications, options.database), indent=2)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
