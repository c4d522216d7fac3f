"""Following the sequence over real HTTP: waiting for the next event, the stream, and the end of the server."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn
from sqlmodel import SQLModel

from services.app import create_app
from services.cli.processes.web_server import WebServer
from services.contracts.caller import Caller
from services.contracts.source_events import BlockDetails, BlockedFacts
from services.runtime import database
from services.runtime.database import reading, transaction
from services.runtime.events import checks as log
from services.runtime.events.append import NewEvent, append_private
from services.runtime.events.sources import append_source_event
from services.runtime.http import long_poll
from services.store import api
from tests.support.event_log import body_of
from tests.support.kept import saved
from tests.support.orders import NOW, A, B, C, order

pytestmark = pytest.mark.integration

PATIENCE = 60.0
KEYS = {
    "reader": Caller(key=1, name="reader", scopes=frozenset({"read"})),
    "watcher": Caller(key=2, name="watcher", scopes=frozenset({"sources"})),
}


def until(truth):
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def server(installation):
    """The web app on a port of its own, with an empty store."""
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    app = create_app()
    app.state.authenticate = KEYS.get
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=int(PATIENCE))
    made = WebServer(config)
    thread = threading.Thread(target=made.run)
    thread.start()
    until(lambda: made.started)
    made.thread = thread
    yield made
    made.handle_exit(15, None)
    thread.join(2 * PATIENCE)
    long_poll.stopping.clear()


@pytest.fixture
def client(server):
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"Authorization": "Bearer reader"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE, trust_env=False) as made:
        yield made


class Listening:
    """An open stream, read event by event."""

    def __init__(self, answer):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        self._lines = answer.iter_lines()

    def event(self):
        """Number, type and data of the next event."""
        fields = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            fields |= {name: value} if line else {}
            if not line and "data" in fields:
                return int(fields["id"]), fields["event"], fields["data"]
        return None


def somebody_waits():
    return bool(api._watch._waiting)


def test_a_question_that_waits_is_answered_with_the_event_that_comes(client):
    """And without one, when its time is over."""
    assert client.get("/events", params={"wait": 0.01}).json() == {"events": [], "next": 0}
    with ThreadPoolExecutor(1) as elsewhere:
        requests = elsewhere.submit(client.get, "/events", params={"wait": 30})
        until(lambda: somebody_waits() or requests.done())
        saved(order(A))
        (event,) = requests.result().json()["events"]
    assert event["sequence"] == 1


def test_a_question_that_waits_is_answered_at_once_when_something_is_there(client):
    """It takes no seat."""
    saved(order(A))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_poll, "SEATS", 0)
        assert client.get("/events", params={"wait": 30}).json()["next"] == 1


def test_events_about_sources_are_followed_only_with_their_scope(client):
    """By the stream and by the question that waits: without it, what is passed over neither shows nor ends a wait."""
    facts = BlockedFacts(source="navy", sentence="A wall.", details=BlockDetails(cause="wall"))
    with transaction() as session:
        append_source_event(session, facts, NOW)
    saved(order(A))
    for key, result in (("reader", ["article.created"]), ("watcher", ["source.blocked", "article.created"])):
        headers = {"Authorization": f"Bearer {key}"}
        body = client.get("/events", params={"wait": 30}, headers=headers).json()
        assert [event["type"] for event in body["events"]] == result
        with client.stream("GET", "/events/stream", params={"after": 0}, headers=headers) as answer:
            listening = Listening(answer)
            assert [listening.event()[1] for _ in result] == result


def test_a_reader_may_begin_after_the_last_event(client):
    """Whatever happened before: only what comes from then on is of interest."""
    saved(order(A))
    latest = client.get("/events", params={"latest": True}).json()
    assert latest == {"events": [], "next": 1}
    saved(order(B, minute=3))
    (event,) = client.get("/events", params={"after": latest["next"]}).json()["events"]
    assert event["sequence"] == 2


def test_events_that_nobody_asked_for_do_not_end_the_wait(client):
    with ThreadPoolExecutor(1) as elsewhere:
        requests = elsewhere.submit(client.get, "/events", params={"wait": 30, "type": "article.updated"})
        until(lambda: somebody_waits() or requests.done())
        saved(order(A), order(B, minute=1))
        answer = requests.result().json()
    assert ([event["sequence"] for event in answer["events"]], answer["next"]) == ([2], 2)


def test_the_stream_tells_what_was_and_what_comes_in_the_bytes_of_the_webhooks(client):
    before = saved(order(A)).announce.event
    with client.stream("GET", "/events/stream", params={"after": 0}) as answer:
        listening = Listening(answer)
        assert listening.event() == (1, "article.created", body_of(before))
        until(somebody_waits)
        after = saved(order(B, minute=1)).announce.event
        assert listening.event() == (2, "article.updated", body_of(after))
    assert client.get(f"/events/{after}").content == body_of(after).encode()


def test_what_concerns_one_owner_alone_stands_in_no_list_and_no_stream(client):
    """It has a body, but neither a number nor an address."""
    test = NewEvent("evt_test_1", "endpoint.test", "endpoint/1", occurred_at=NOW, data={"endpoint": {"id": 1}})
    with transaction() as session:
        append_private(session, test, owner=1)
    saved(order(A))
    assert [event["sequence"] for event in client.get("/events").json()["events"]] == [1]
    assert client.get("/events/evt_test_1").status_code == 404
    with client.stream("GET", "/events/stream", params={"after": 0}) as answer:
        assert Listening(answer).event()[:2] == (1, "article.created")
    with reading() as session:
        assert log.check(session).holds
        assert log.counts(session) == {"events": 1}


def test_a_stream_goes_on_after_the_last_event_that_was_received(client):
    """`Last-Event-ID` counts for more than `after`, which an EventSource repeats with its address."""
    saved(order(A), order(B, minute=1), order(C, minute=2))
    headers = {"Last-Event-ID": "2"}
    with client.stream("GET", "/events/stream", params={"after": 0}, headers=headers) as answer:
        assert Listening(answer).event()[0] == 3


def test_a_stream_without_a_beginning_begins_with_the_next_event(client):
    saved(order(A))
    with client.stream("GET", "/events/stream") as answer:
        until(somebody_waits)
        saved(order(B, minute=1))
        assert Listening(answer).event()[0] == 2


def test_a_stream_tells_only_what_was_asked_for(client):
    saved(order(A), order(B, minute=1))
    with client.stream("GET", "/events/stream", params={"after": 0, "type": "article.updated"}) as answer:
        assert Listening(answer).event()[0] == 2


def test_who_goes_away_leaves_the_seat(client, monkeypatch):
    """And while it is taken, the next who comes is told so."""
    monkeypatch.setattr(long_poll, "SEATS_OF_A_KEY", 1)
    with client.stream("GET", "/events/stream") as answer:
        assert answer.status_code == 200
        refused = client.get("/events/stream")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        assert client.get("/events", params={"wait": 1}).status_code == 429
    until(lambda: not long_poll._seats.total())


def test_a_server_that_is_told_to_stop_sends_everybody_home(server, client, caplog):
    """A stream ends, a question that waits is answered, and nobody had to be cut off."""
    saved(order(A))
    with ThreadPoolExecutor(2) as elsewhere:
        requests = elsewhere.submit(client.get, "/events", params={"wait": 30, "after": 1})
        streamed = elsewhere.submit(client.get, "/events/stream", params={"after": 0})
        until(lambda: len(api._watch._waiting) == 2)
        server.handle_exit(15, None)
        assert requests.result().json() == {"events": [], "next": 1}
        assert json.dumps("Harbor Reopens") in streamed.result().text
    server.thread.join(2 * PATIENCE)
    assert not server.thread.is_alive()
    assert "Cancel" not in caplog.text
