"""Checkpoints of the transparency log as events: in the one sequence, for keys of the scope `log` that name them."""

import json

import pytest

from services.contracts.caller import Caller
from services.runtime.transparency_log import tree
from services.runtime.transparency_log.notes import SignedNote
from services.runtime.transparency_log.proof import from_base64
from services.store import api as store
from tests.support import in_process
from tests.support.house import CALLERS, balanced, run
from tests.support.log_world import says, signs

pytestmark = pytest.mark.integration
WITNESS = Caller(key=6, name="witness", scopes=frozenset({"subscribe", "log"}))


@pytest.fixture(autouse=True)
def _routes_and_callers(app, monkeypatch):
    app.include_router(store.router)
    monkeypatch.setitem(CALLERS, "witness", WITNESS)


@pytest.fixture
def two_checkpoints():
    """Of a log with two leaves, and then with three."""
    says(1, "The quay is open."), says(2, "The ship left.")
    signs()
    says(3, "The ship came back.")
    signs(120)


def ask(app, name, method, path, **more):
    with in_process.client(app, name) as web:
        return web.request(method, path, **more)


def subscribe(app, subscriber, name, *types):
    choice = {"event_types": list(types)} if types else {}
    return ask(app, name, "POST", "/webhooks/endpoints", json={"url": f"{subscriber.url}/{name}", **choice})


@pytest.mark.usefixtures("two_checkpoints")
def test_each_checkpoint_is_an_event_that_proves_growth_since_the_one_before(app):
    """Whoever was sent both needs nothing else to see that the log only grew."""
    pulled = ask(app, "witness", "GET", "/events", params={"type": "log.checkpoint"}).json()["events"]
    first, second = (event["data"] for event in pulled)
    assert [(facts["previous_size"], facts["size"]) for facts in (first, second)] == [(0, 2), (2, 3)]
    roots = [SignedNote.read(facts["checkpoint"]).checkpoint().root for facts in (first, second)]
    assert tree.extends(2, 3, from_base64(second["consistency"]), *roots)
    assert pulled[1]["sequence"] == pulled[0]["sequence"] + 2, "one article came in between"


@pytest.mark.usefixtures("two_checkpoints")
@pytest.mark.parametrize(("name", "status"), [("witness", 200), ("root", 200), ("ann", 403)])
def test_only_keys_with_the_scope_see_them(app, name, status):
    """In a list by type, and in the whole sequence, which leads past them."""
    answer = ask(app, name, "GET", "/events", params={"type": "log.checkpoint"})
    assert answer.status_code == status
    types = {event["type"] for event in ask(app, name, "GET", "/events").json()["events"]}
    assert ("log.checkpoint" in types) == (status == 200)
    assert status == 200 or answer.json()["scope"] == "log"


def test_only_endpoints_that_name_them_are_sent_them(app, subscriber):
    """An endpoint for everything is not told each hour that the log goes on; and the audit balances."""
    assert subscribe(app, subscriber, "ann", "log.checkpoint").json()["scope"] == "log"
    assert subscribe(app, subscriber, "root").json()["log"] is True
    assert subscribe(app, subscriber, "root", "*").status_code == 201
    assert subscribe(app, subscriber, "witness", "log.*").json()["log"] is True
    says(1, "The quay is open.")
    signs()
    run()
    matching = [request for request in subscriber.requests if json.loads(request.body)["type"] == "log.checkpoint"]
    assert [request.path for request in matching] == ["/hook/witness"]
    assert balanced()
