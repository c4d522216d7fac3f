"""Twenty endpoints, a fifth of which misbehave: each has every event, verified, in order, as whoever pulls reads it."""

import json
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from standardwebhooks import Webhook

from services.app import create_app
from services.contracts.caller import Caller
from services.demo.site import Answer, HungUp, Site
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings
from services.runtime.events import stream
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import due, enqueue
from services.store.save import save
from services.webhooks import checks, subscriptions, tasks  # noqa: F401 - the tasks register their handlers
from services.webhooks.requests import EndpointWanted
from services.webhooks.settings import webhook_settings
from tests.support import in_process
from tests.support.orders import order

ENDPOINTS = 20
WORDINGS = 5
PATIENCE = 900.0
MOODS = {5: ("loses", "repeats"), 10: ("delays", "is busy"), 15: ("reorders",), 20: ("fails", "breaks off")}
"""What comes over every fifth endpoint, in turns, when it sees every seventh event for the first time."""
DELIVERED = {None, "delays", "breaks off"}
TAKES_IN = {None, "repeats", "delays", "breaks off"}
READER = Caller(key=1, name="reader", scopes=frozenset({"read", "subscribe"}))


@dataclass(frozen=True)
class Came:
    """One request: the event, its number and bytes, and what came over the receiver."""

    event: str
    sequence: int
    body: bytes
    mood: str | None


class Receivers:
    """Twenty receivers on one loopback site. Each is asked one thing at a time, so nothing here needs a lock."""

    def __init__(self):
        self.site = Site(self._answer)
        self.webhooks = {}
        self.came = defaultdict(list)

    def _answer(self, request):
        number = int(request.path.rsplit("/", 1)[1])
        facts = self.webhooks[number].verify(request.body, dict(request.headers))
        event, sequence = request.headers["webhook-id"], int(request.headers["dateline-sequence"])
        again = any(entry.event == event for entry in self.came[number])
        mood = None if again else _mood(number, facts)
        self.came[number].append(Came(event, sequence, request.body, mood))
        return self._answer_in(mood)

    def _answer_in(self, mood):
        match mood:
            case "loses" | "repeats":  # both hang up; before or after it has taken the message in
                raise HungUp
            case "breaks off":
                return Answer(200, _broken_off())
            case "delays":
                self.site.stopped.wait(0.2)
            case "is busy":
                return Answer(429, headers={"Retry-After": "1"})
            case "fails" | "reorders":
                return Answer(500)
        return Answer(204)

    def taken_in(self, number):
        """Event to number and body, in the order in which they were taken in for the first time."""
        first = {}
        for entry in self.came[number]:
            if entry.mood in TAKES_IN:
                answer = entry.sequence, entry.body
                assert first.setdefault(entry.event, answer) == answer, "told otherwise the second time"
        return first


def _mood(number, facts):
    """The same in every run."""
    if number not in MOODS or facts["sequence"] % 7:
        return None
    mood = MOODS[number][facts["sequence"] // 7 % len(MOODS[number])]
    return None if mood == "reorders" and facts["data"]["previous_revision"] else mood


def _broken_off():
    yield b'{"ok": '
    raise HungUp


@pytest.fixture
def receivers(db, installation):
    for cache in (egress_settings, webhook_settings):
        cache.cache_clear()
    installation(egress_allow="127.0.0.0/8", secret_key="")
    made = Receivers()
    made.site.start()
    with transaction() as session:
        for number in range(1, ENDPOINTS + 1):
            expected = EndpointWanted(url=f"{made.site.url}/{number}").model_dump()
            endpoint, secret = subscriptions.subscribe(session, 1, expected, utcnow())
            assert endpoint.id == number
            made.webhooks[number] = Webhook(secret.get_secret_value())
    yield made
    made.site.stop()
    for cache in (egress_settings, webhook_settings):
        cache.cache_clear()


@pytest.fixture
def client(db, monkeypatch):
    """A program that pulls; a stream ends soon, and it comes again."""
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)
    monkeypatch.setattr(stream, "LONGEST", 0.5)
    app = create_app()
    app.state.authenticate = lambda _key: READER
    with in_process.client(app, "reader") as client:
        yield client


def happens(count):
    """So many events, out of the store: articles with five wordings each, and no change is that of another article."""
    with transaction() as session:
        for number in range(count):
            wording, article = divmod(number, count // WORDINGS)
            about = {"page": article + 1, "key": f"navy:{article}", "url": f"https://www.navy.mil/{article}"}
            saved = save(session, order(f"Größe “{number}”", minute=wording, **about), utcnow())
            enqueue(session, saved.announce)


def works_until_nothing_is_owed():
    """Eight threads, as the worker has them."""
    ends, busy = time.monotonic() + PATIENCE, {}
    with ThreadPoolExecutor(8) as pool:
        while (rows := due(utcnow(), kinds=("Announce", "Deliver"))) or deliveries_are_pending():
            assert time.monotonic() < ends, "waited in vain"
            for row, kind in rows:
                if kind == "Announce":
                    worker.handle(kind, [row])
                elif row not in busy or busy[row].done():
                    busy[row] = pool.submit(worker.handle, kind, [row])
            time.sleep(0.01)
    for handled in busy.values():
        handled.result()


def deliveries_are_pending():
    with reading() as session:
        return "pending deliveries" in checks.counts(session)


@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.long)])
def test_every_endpoint_has_every_event_and_whoever_pulls_reads_the_same(receivers, client, count):
    """Those that misbehave, too, and nobody had to do anything about it."""
    happens(count)
    works_until_nothing_is_owed()
    answer = read(client)
    assert streamed(client, count) == list(answer.values())
    for number in range(1, ENDPOINTS + 1):
        taken_in = receivers.taken_in(number)
        assert {event: body for event, (_, body) in taken_in.items()} == answer
        assert sorted(sequence for sequence, _ in taken_in.values()) == list(range(1, count + 1)), "a gap"
        assert pulled(client, number) == taken_in
        assert_each_article_in_order(taken_in)
    with reading() as session:
        assert [check.sentence for check in checks.checks(session, utcnow()) if not check.holds] == []
    assert_each_mood_was_met_as_it_should_be(receivers.came)


def read(client):
    """`GET /events`, page by page: event to body."""
    result, after = {}, 0
    while (page := client.get("/events", params={"after": after, "limit": 200}).json())["events"]:
        for event in page["events"]:
            name, body = event["id"], {entry: event[entry] for entry in ("type", "timestamp", "sequence", "data")}
            result[name] = frozen(body)
        after = page["next"]
    return result


def streamed(client, count):
    """The same as Server-Sent Events, in as many streams as it takes."""
    result, ends = [], time.monotonic() + PATIENCE
    while len(result) < count:
        assert time.monotonic() < ends, "waited in vain"
        text = client.get("/events/stream", headers={"Last-Event-ID": str(len(result))}).text
        result += [line.removeprefix("data: ").encode() for line in text.split("\n") if line.startswith("data: ")]
    return result


def pulled(client, number):
    """What the endpoint was pushed, as it can be asked for: event to number and body."""
    result, after = {}, 0
    path = f"/webhooks/endpoints/{number}/events"
    while (page := client.get(path, params={"after": after, "limit": 200}).json())["events"]:
        result |= {event["id"]: (event["sequence"], frozen(event["body"])) for event in page["events"]}
        after = page["next"]
    return result


def frozen(body):
    """As it was sent: JSON keeps the order of what it reads."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def assert_each_article_in_order(taken_in):
    answer = defaultdict(list)
    for _, body in taken_in.values():
        article = json.loads(body)["data"]["article"]
        answer[article["id"]].append(article["revision"])
    assert all(revisions == list(range(1, WORDINGS + 1)) for revisions in answer.values())


def assert_each_mood_was_met_as_it_should_be(came):
    """So that nobody believes a misbehaviour was tried that was not."""
    for number in range(1, ENDPOINTS + 1):
        struck = {entry.event: entry.mood for entry in came[number] if entry.mood}
        assert set(struck.values()) == set(MOODS.get(number, ()))
        times = Counter(entry.event for entry in came[number])
        # The status alone decides: what breaks off after a 200 was delivered.
        assert times == Counter({event: 1 if struck.get(event) in DELIVERED else 2 for event in times})
    first = [entry.sequence for entry in came[15] if entry.mood in TAKES_IN]
    assert first != sorted(first), "other articles go past the one whose first event was refused"
