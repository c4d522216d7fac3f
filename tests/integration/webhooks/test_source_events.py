"""Events about sources: in the one sequence, and only for keys with the scope `sources`, on every way out."""

import json

import pytest

from services.contracts.caller import Caller
from services.contracts.source_events import BlockDetails, BlockedFacts, SilenceDetails, SilentFacts
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events import checks as log
from services.runtime.events.follow import EventQuery, pull
from services.runtime.events.sources import append_source_event
from services.store import api as store
from tests.support import in_process
from tests.support.event_log import body_of
from tests.support.house import CALLERS, balanced, run

pytestmark = pytest.mark.integration
SCOPES = (
    ({"read"}, False),
    ({"subscribe"}, False),
    ({"sources"}, True),
    ({"subscribe", "sources"}, True),
    ({"admin"}, True),
)
WATCHER = Caller(key=5, name="watcher", scopes=frozenset({"subscribe", "sources"}))


def silent(source="navy"):
    details = SilenceDetails(last_item_at=None, expected_by=None, probability=0.0004)
    return told(SilentFacts(source=source, sentence="Nothing new came.", details=details))


def blocked(source="navy"):
    return told(BlockedFacts(source=source, sentence="A wall.", details=BlockDetails(cause="wall")))


def told(facts):
    """The event's id."""
    with transaction() as session:
        number = append_source_event(session, facts, utcnow())
    with reading() as session:
        (event,) = pull(session, EventQuery(scopes={"sources"}), number - 1, 1).events
    return event.id


@pytest.fixture
def asking(app, monkeypatch):
    """Clients of the store's and the webhooks' routes, by the scopes of their key."""
    app.include_router(store.router)
    keys = {" ".join(sorted(scopes)): Caller(9, "somebody", frozenset(scopes)) for scopes, _ in SCOPES}
    monkeypatch.setitem(CALLERS, "watcher", WATCHER)
    app.state.authenticate = lambda key: keys.get(key) or CALLERS.get(key)
    clients = []

    def client(*scopes, name=None):
        clients.append(in_process.client(app, name or " ".join(sorted(scopes))))
        return clients[-1].__enter__()

    yield client
    for entry in clients:
        entry.__exit__(None, None, None)


@pytest.mark.parametrize(("scopes", "may"), SCOPES)
def test_a_key_sees_events_about_sources_only_with_their_scope(asking, scopes, may):
    """In the list, by type, by id; where the number of one is passed over, `next` still leads past it."""
    event = silent()
    web = asking(*scopes)
    page = web.get("/events").json()
    assert ([entry["id"] for entry in page["events"]], page["next"]) == ([event] if may else [], 1)
    assert web.get("/events", params={"type": "source.silent"}).status_code == (200 if may else 403)
    assert web.get(f"/events/{event}").status_code == (200 if may else 404)


def test_whoever_lacks_the_scope_is_told_its_name(asking):
    refusal = asking("read").get("/events", params={"type": "source.silent"}).json()
    assert (refusal["status"], refusal["scope"]) == (403, "sources")


def test_events_about_sources_stand_in_the_one_sequence_and_can_be_filtered(asking):
    """By type and by source, with no gap and no cause."""
    silent("navy"), blocked("army"), blocked("navy")
    web = asking("sources")
    of_navy = web.get("/events", params={"source": "navy"}).json()["events"]
    assert [(event["sequence"], event["type"], event["cause"]) for event in of_navy] == [
        (1, "source.silent", None),
        (3, "source.blocked", None),
    ]
    assert [event["data"]["source"] for event in web.get("/events", params={"type": "source.blocked"}).json()["events"]]
    with reading() as session:
        assert log.check(session).holds


def subscribed(asking, subscriber, name, **choice):
    web = asking(name=name)
    return web.post("/webhooks/endpoints", json={"url": f"{subscriber.url}/{name}", **choice})


def test_only_endpoints_whose_key_has_the_scope_are_sent_events_about_sources(asking, subscriber):
    """Whatever else they want to hear of; the body is the frozen one, thin or not, and the audit balances."""
    assert subscribed(asking, subscriber, "ann").json()["sources"] is False
    assert subscribed(asking, subscriber, "watcher", payload="thin").json()["sources"] is True
    assert subscribed(asking, subscriber, "root", event_types=["article.*"]).json()["sources"] is True
    event = silent()
    run()
    (request,) = subscriber.requests
    assert (request.path, request.headers["webhook-id"]) == ("/hook/watcher", event)
    assert request.body.decode() == body_of(event)
    assert balanced()


@pytest.mark.parametrize("pattern", ["source.*", "source.silent", "so*"])
def test_a_key_without_the_scope_cannot_subscribe_to_them(asking, subscriber, pattern):
    """Neither with a new endpoint, nor by changing one, nor in a preview; patterns that match more are welcome."""
    refused = subscribed(asking, subscriber, "ann", event_types=[pattern])
    assert (refused.status_code, refused.json()["scope"]) == (403, "sources")
    made = subscribed(asking, subscriber, "ann", event_types=["*"]).json()
    address = f"/webhooks/endpoints/{made['id']}"
    ann = asking(name="ann")
    assert ann.patch(address, json={"event_types": [pattern, "article.*"]}).status_code == 403
    assert ann.post(f"{address}/preview", json={"event_types": [pattern]}).status_code == 403
    silent()
    assert ann.post(f"{address}/preview", json={}).json()["events"] == []


def test_a_filter_judges_only_the_source_of_an_event_about_one(asking, subscriber):
    subscribed(asking, subscriber, "watcher", event_types=["source.*"], filter={"sources": ["army"]})
    silent("navy")
    order = silent("army")
    run()
    assert subscriber.events == [order]


def test_events_about_one_source_are_delivered_in_their_order(asking, subscriber):
    """What is over is not told before what began, although the first attempt failed."""
    subscribed(asking, subscriber, "watcher")
    subscriber.answers += [500]
    first = silent()
    run()
    second = blocked()
    run()
    assert subscriber.events == [first]
    with reading() as session:
        requests = pull(session, EventQuery(scopes={"sources"}), 0, 5)
    assert [event.id for event in requests.events] == [first, second]
    assert json.loads(requests.events[0].body)["data"]["sentence"] == "Nothing new came."
