"""How fast deliveries are: a backlog of events to several endpoints, against a bare httpx loop in the same run.

    PYTHONPATH=tests .venv/bin/python -m bench.bench_webhooks --events 200 --endpoints 5

From the first announcement to the last verified receipt, by the service as users run it. The latency of one publication
is in bench_pipeline. Compare the ratio, never the seconds of two machines.
"""

import argparse
import json
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx
from bench.installation import Installation, installation
from fakes.subscriber import Subscriber

from services.contracts.messages import Announce
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import say
from services.runtime.settings import runtime_settings

WORDS = "Engineers reopened the bridge at dawn. " * 200
WARMING = 20


def deliveries(events: int, endpoints: int) -> dict:
    """Deliveries a second of the service, and of one loop that posts as many bodies over one connection."""
    subscribers = [Subscriber() for _ in range(endpoints)]
    for subscriber in subscribers:
        subscriber.start()
    try:
        with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as service:
            for subscriber in subscribers:
                subscriber.trusts(service.post("/webhooks/endpoints", {"url": subscriber.url})["secret"])
            os.environ["DATELINE_STATE"] = str(Path(folder) / "var")
            runtime_settings.cache_clear()
            _announce(service, subscribers, first=1, count=WARMING)
            before = _bare_loop(subscribers[0].url, events)
            seconds = _announce(service, subscribers, first=WARMING + 1, count=events)
            after = _bare_loop(subscribers[0].url, events)
    finally:
        for subscriber in subscribers:
            subscriber.stop()
    ours, bare = events * endpoints / seconds, (before + after) / 2
    return {"deliveries_per_second": ours, "bare_loop_per_second": bare, "times_the_bare_loop": ours / bare}


def _announce(service: Installation, subscribers: list[Subscriber], *, first: int, count: int) -> float:
    """Seconds from the announcement of so many events until every subscriber has verified them all."""
    told = [len(subscriber.events) for subscriber in subscribers]
    # Due in a second, for this process has no Redis to hint them by: so the sweep takes them up at once.
    begins = utcnow() + timedelta(seconds=1)
    with transaction() as session:
        for number in range(first, first + count):
            facts = {"article": {"id": f"art_{number}", "body": [{"kind": "paragraph", "text": WORDS}]}}
            body = json.dumps({"type": "article.created", "sequence": number, "data": facts})
            order = Announce(
                event=f"evt_{number}",
                sequence=number,
                type="article.created",
                source="bench",
                occurred_at=utcnow(),
                body=body,
            )
            say(session, order, key=f"art_{number}:{number:010}", due_at=begins)
    pairs = list(zip(subscribers, told, strict=True))
    service.waits_for(lambda: all(len(each.events) >= had + count for each, had in pairs), every=0.05)
    return (utcnow() - begins).total_seconds()


def _bare_loop(url: str, count: int) -> float:
    """Posts a second of an unsigned body of the same size."""
    with httpx.Client(trust_env=False) as client:
        began = time.perf_counter()
        for _ in range(count):
            client.post(url, content=WORDS.encode())
        return count / (time.perf_counter() - began)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=200)
    arguments.add_argument("--endpoints", type=int, default=5)
    asked = arguments.parse_args()
    print(json.dumps(deliveries(asked.events, asked.endpoints), indent=2))


if __name__ == "__main__":
    main()
