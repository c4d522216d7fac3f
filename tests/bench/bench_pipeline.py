"""How fast the path is: pages a second under load, milliseconds to a verified webhook at idle, and what it costs.

    .venv/bin/python -m tests.bench.bench_pipeline --pages 500 --json result.json

The whole service runs as users run it, on a loopback newsroom. Machines differ and are shared: compare the ratio to
the plain loop, which runs before and after in the same minute, never seconds of two machines.
"""

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from services.contracts.wiring import ROUTES
from tests.bench.installation import Installation, installation
from tests.bench.plain_loop import Rate, plain_loop
from tests.bench.scrapy_loop import scrapy_loop
from tests.fakes.generated import GeneratedNewsroom
from tests.fakes.subscriber import Subscriber

LOOP_PAGES = 60
IDLE_SECONDS = 10.0
WARMING_PAGES = 20
READERS = ("bs4", "css")
"""How Scrapy's spider reads a page."""


def throughput(pages: int, database_url: str, *, beside_scrapy: bool = False) -> dict:
    """A newsroom's whole backlog, from the registration of the source to the last article stored."""
    with newsroom_apart(pages) as (newsroom, address), tempfile.TemporaryDirectory() as folder:
        addresses = [address(index) for index in range(min(pages, LOOP_PAGES))]
        before = plain_loop(addresses, Path(folder))
        with installation(Path(folder), database_url) as service:
            _warm_up(service)
            spent, served = service.cpu(), _cpu(newsroom)
            _watch(service, f"{address(0).split('/News')[0]}/sitemap.xml")
            seconds = service.waits_for(lambda: service.count("articles") >= WARMING_PAGES + pages)
            service.waits_for(lambda: service.count(UNFINISHED) == 0)
            cpu = {name: 1000 * (now - spent.get(name, 0.0)) / pages for name, now in service.cpu().items()}
            served = _cpu(newsroom) - served
            memory = service.memory()
        loop = _mean(before, plain_loop(addresses, Path(folder)))
        all_of_them = [address(index) for index in range(pages)] if beside_scrapy else []
        crawls = {reader: scrapy_loop(reader, all_of_them, Path(folder)) for reader in READERS if beside_scrapy}
    return {
        "pages": pages,
        "pages_per_second": pages / seconds,
        "cpu_ms_per_page": sum(cpu.values()),
        "cpu_ms_per_page_by_process": cpu,
        "newsroom_cpu_ms_per_page": 1000 * served / pages,
        "plain_loop": {"pages_per_second": loop.pages, "cpu_ms_per_page": loop.cpu_ms},
        "times_the_plain_loop": pages / seconds / loop.pages,
        "scrapy": {
            reader: {"pages_per_second": rate.pages, "cpu_ms_per_page": rate.cpu_ms} for reader, rate in crawls.items()
        },
        "times_scrapy": {reader: pages / seconds / rate.pages for reader, rate in crawls.items()},
        "memory_mb_under_load": sum(memory.values()),
    }


def latency(publications: int, backlog: int, database_url: str) -> dict:
    """One publication at a time on an idle service, and while it takes in another newsroom's whole backlog.

    And what the service costs while it waits.
    """
    newsroom, subscriber = GeneratedNewsroom(1), Subscriber()
    newsroom.start()
    subscriber.start()
    try:
        with tempfile.TemporaryDirectory() as folder, installation(Path(folder), database_url) as service:
            subscriber.trusts(service.post("/webhooks/endpoints", {"url": subscriber.url})["secret"])
            _watch(service, f"{newsroom.url}/sitemap.xml")
            service.waits_for(lambda: service.count("articles") == 1)
            idle = _idle(service)
            results = [_publish(service, newsroom, subscriber) for _ in range(publications)]
            memory = service.memory()
            busy = _under_load(service, newsroom, subscriber, publications, backlog) if backlog else []
    finally:
        newsroom.stop()
        subscriber.stop()
    return {
        "at_rest": _latencies(results),
        "under_load": _latencies(busy) if len(busy) > 1 else None,
        "ready_after_seconds": service.ready_after,
        "idle_cpu_percent": idle,
        "memory_mb": sum(memory.values()),
        "memory_mb_by_process": memory,
    }


# Visits and polls stay in the ledger for ever; whatever else is there is work under way.
TIMERS = ", ".join(f"'{kind.__name__}'" for kind, route in ROUTES.items() if route.timer or route.by_host)
UNFINISHED = f"ledger WHERE kind NOT IN ({TIMERS}) AND dead_lettered_at IS NULL"


def _warm_up(service: Installation) -> None:
    """Another newsroom goes first, so that every worker has started and has its connections."""
    with newsroom_apart(WARMING_PAGES) as (_process, address):
        _watch(service, f"{address(0).split('/News')[0]}/sitemap.xml", name="warm-up")
        service.waits_for(lambda: service.count("articles") >= WARMING_PAGES and service.count(UNFINISHED) == 0)


def _watch(service: Installation, sitemap: str, name: str = "bench") -> None:
    channel = {"kind": "sitemap", "url": sitemap, "interval": 86_400}
    service.post("/sources", {"name": name, "channels": [channel]})


def _under_load(
    service: Installation, newsroom: GeneratedNewsroom, subscriber: Subscriber, publications: int, backlog: int
) -> list[tuple[float, float]]:
    """The same while there is a backlog, so fewer publications when it is over first."""
    result, stored = [], service.count("articles")
    with newsroom_apart(backlog) as (_process, address):
        _watch(service, f"{address(0).split('/News')[0]}/sitemap.xml", name="backlog")
        service.waits_for(lambda: service.count("articles") > stored)
        while len(result) < publications and service.count("articles") < stored + len(result) + backlog:
            result.append(_publish(service, newsroom, subscriber))
    return result


def _publish(service: Installation, newsroom: GeneratedNewsroom, subscriber: Subscriber) -> tuple[float, float]:
    """Milliseconds from the request for the page, and from the poll that saw it, to the verified webhook."""
    index, answer = newsroom.pages, len(subscriber.events)
    newsroom.pages += 1
    service.post("/sources/bench/poll")
    arrived = subscriber.wait_for(answer + 1, timeout=120)[-1]
    number = newsroom.address(index).removeprefix(newsroom.url)
    page, poll = (_asked(newsroom, path) for path in (number, "/sitemap.xml"))
    time.sleep(0.3)  # back to idle
    return 1000 * (arrived.at - page).total_seconds(), 1000 * (arrived.at - poll).total_seconds()


def _asked(newsroom: GeneratedNewsroom, path: str) -> datetime:
    return next(request.at for request in reversed(newsroom.requests) if request.path == path)


def _idle(service: Installation) -> float:
    """Per cent of one core that the whole service takes while nothing happens."""
    time.sleep(2)
    spent, began = sum(service.cpu().values()), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return 100 * (sum(service.cpu().values()) - spent) / (time.monotonic() - began)


def _latencies(seen: list[tuple[float, float]]) -> dict:
    return {
        "publications": len(seen),
        "from_page_ms": _spread([page for page, _ in seen]),
        "from_poll_ms": _spread([poll for _, poll in seen]),
    }


def _spread(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98], "max": max(values)}


@contextmanager
def newsroom_apart(pages: int) -> Iterator[tuple[psutil.Process, Callable[[int], str]]]:
    """A newsroom in a process of its own, so that its CPU is counted apart; and where its pages are."""
    own, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(pages, theirs))
    process.start()
    first = own.recv()
    try:
        yield psutil.Process(process.pid), lambda index: first.replace("5000000", str(5_000_000 + index))
    finally:
        own.send("stop")
        process.join(10)


def _serve(pages: int, told: Connection) -> None:
    newsroom = GeneratedNewsroom(pages)
    newsroom.start()
    told.send(newsroom.address(0))
    told.recv()
    newsroom.stop()


def _cpu(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _mean(one: Rate, other: Rate) -> Rate:
    return Rate((one.pages + other.pages) / 2, (one.cpu_ms + other.cpu_ms) / 2)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=500, help="pages of the newsroom; 0 leaves this part out")
    arguments.add_argument("--publications", type=int, default=50, help="news at idle; 0 leaves this part out")
    arguments.add_argument("--backlog", type=int, default=500, help="pages taken in meanwhile; 0 leaves this part out")
    arguments.add_argument("--scrapy", action="store_true", help="and Scrapy on the same pages (`make .venv/bench`)")
    arguments.add_argument("--database", default="", help="an empty PostgreSQL for each part; SQLite when not given")
    arguments.add_argument("--json", type=Path, help="where to write the result, to compare runs")
    options = arguments.parse_args()
    result = {}
    if options.pages:
        result["throughput"] = throughput(options.pages, options.database, beside_scrapy=options.scrapy)
    if options.publications:
        result["latency"] = latency(options.publications, options.backlog, options.database)
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
