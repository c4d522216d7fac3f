"""Twenty endpoints, a fifth of which misbehave: every good one has every event, verified, in order, without a gap."""

import json
import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
from standardwebhooks import Webhook

from services.contracts.messages import Announce, Deliver
from services.demo.site import Answer, HungUp, Site
from services.runtime import worker
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.ledger import due, say
from services.webhooks import account, subscriptions, tasks  # noqa: F401 - the tasks register their handlers
from services.webhooks.models import Endpoint
from services.webhooks.pull import pull
from services.webhooks.settings import webhook_settings
from services.webhooks.wanted import EndpointWanted

ENDPOINTS = 20
REVISIONS = 5
PATIENCE = 600.0
MOODS = ("loses", "resets", "delays", "is busy")


class Receivers:
    """Twenty receivers on one loopback site; every fifth misbehaves in half of its answers, until it is `mended`."""

    def __init__(self):
        self.site = Site(self._answer)
        self.webhooks = {}
        self.received = defaultdict(list)
        self.mended = threading.Event()
        self._chance = random.Random(4711)
        self._guard = threading.Lock()

    def _answer(self, request):
        number = int(request.path.rsplit("/", 1)[1])
        self.webhooks[number].verify(request.body, dict(request.headers), json_parse=False)
        with self._guard:
            sequence = int(request.headers["dateline-sequence"])
            self.received[number].append((sequence, request.headers["webhook-id"], request.body))
            bad = number in BAD and not self.mended.is_set() and self._chance.random() < 0.5
        return self._misbehave(MOODS[BAD.index(number) % len(MOODS)]) if bad else Answer(204)

    def _misbehave(self, mood):
        if mood == "resets":
            raise HungUp
        if mood == "delays":
            self.site.stopped.wait(0.2)
        return Answer({"loses": 500, "delays": 204, "is busy": 429}[mood], headers={"Retry-After": "1"})

    def first_receipts(self, number):
        """Sequence to (event, body), in the order in which they first came."""
        first = {}
        for sequence, event, body in self.received[number]:
            assert first.setdefault(sequence, (event, body)) == (event, body), "told otherwise the second time"
        return first


BAD = tuple(range(5, ENDPOINTS + 1, 5))
GOOD = tuple(number for number in range(1, ENDPOINTS + 1) if number not in BAD)


@pytest.fixture
def receivers(db, installation):
    for cache in (egress_settings, webhook_settings):
        cache.cache_clear()
    installation(egress_allow="127.0.0.0/8", secret_key="")
    made = Receivers()
    made.site.start()
    with transaction() as session:
        for number in range(1, ENDPOINTS + 1):
            wanted = EndpointWanted(url=f"{made.site.url}/{number}").model_dump()
            endpoint, secret = subscriptions.subscribe(session, 1, wanted, utcnow())
            assert endpoint.id == number
            made.webhooks[number] = Webhook(secret.get_secret_value())
    yield made
    made.site.stop()
    for cache in (egress_settings, webhook_settings):
        cache.cache_clear()


def happens(count):
    """So many events: articles with five wordings each."""
    with transaction() as session:
        for number in range(1, count + 1):
            article = f"art_{number % (count // REVISIONS)}"
            facts = {"article": {"id": article, "headline": "Größe “zählt”", "revision": number}}
            words = {"type": "article.updated", "sequence": number, "data": facts}
            order = Announce(
                event=f"evt_{number}",
                sequence=number,
                type="article.updated",
                source="navy",
                occurred_at=utcnow(),
                body=json.dumps(words, ensure_ascii=False),
            )
            say(session, order, key=f"{article}:{number:010}")


def enables(numbers):
    """As an owner does whose receiver is mended: what waits is due at once."""
    with transaction() as session:
        for number in numbers:
            endpoint = session.get(Endpoint, number, with_for_update=True)
            for state in ("disabled", "active"):
                subscriptions.change(session, endpoint, {"state": state}, utcnow())
            say(session, Deliver(endpoint=number), key=str(number))


def works_until(truth):
    """Eight threads, as the worker has them, until it is so."""
    ends, busy = time.monotonic() + PATIENCE, {}
    with ThreadPoolExecutor(8) as pool:
        while not truth():
            assert time.monotonic() < ends, "waited in vain"
            for row, kind in due(utcnow(), kinds=("Announce", "Deliver")):
                if kind == "Announce":
                    worker.handle(kind, [row])
                elif row not in busy or busy[row].done():
                    busy[row] = pool.submit(worker.handle, kind, [row])
            time.sleep(0.01)
    for handled in busy.values():
        handled.result()


@pytest.mark.parametrize("count", [150, pytest.param(1_000, marks=pytest.mark.long)])
def test_every_good_endpoint_has_every_event(receivers, count):
    """While the others misbehave; and these have everything too, once they are mended."""
    happens(count)
    every = set(range(1, count + 1))
    works_until(lambda: all(set(receivers.first_receipts(number)) >= every for number in GOOD))
    for number in GOOD:
        agrees(receivers, number, count)
        assert len(receivers.received[number]) == count, "a good endpoint is told once"

    receivers.mended.set()
    enables(BAD)
    works_until(nothing_is_owed)
    for number in BAD:
        agrees(receivers, number, count)
    with reading() as session:
        assert [check.sentence for check in account.checks(session) if not check.holds] == []


def agrees(receivers, number, count):
    """Every event once, numbers without a gap, articles in order, and pulling says the same to the byte."""
    pushed = receivers.first_receipts(number)
    assert sorted(pushed) == list(range(1, count + 1))
    assert len({event for event, _ in pushed.values()}) == count
    order = defaultdict(list)
    for _, body in pushed.values():
        article = json.loads(body)["data"]["article"]
        order[article["id"]].append(article["revision"])
    assert all(revisions == sorted(revisions) for revisions in order.values())
    with reading() as session:
        told = pull(session, number, 0, count + 1).deliveries
    assert {row.sequence: (row.event, row.body) for row in told} == pushed


def nothing_is_owed():
    with reading() as session:
        return "pending deliveries" not in account.counts(session)
