"""What an owner says of an endpoint, and what that means for what arrives."""

import json
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr
from standardwebhooks import Webhook

from services.contracts.messages import Deliver
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from services.runtime.sealing import unseal
from services.webhooks import deliver, subscriptions
from services.webhooks.models import Attempt, Delivery, Endpoint
from tests.support import in_process
from tests.support.house import CALLERS, announced, in_ledger, log_of, only, rows, run, run_announcements


def verified(secret, request):
    return Webhook(secret).verify(request.body, dict(request.headers))


def test_a_filter_is_kept_shown_and_obeyed(http, subscriber):
    """Of three stories the one arrives that has the word and is of the source."""
    wanted = {"sources": ["navy"], "words": ["bridge"], "match": "all"}
    made = http.post("/webhooks/endpoints", json={"url": subscriber.url, "filter": wanted}).json()
    assert made["filter"] == wanted
    announced("evt_1", 1, "art_1", headline="Bridge Reopens")
    announced("evt_2", 2, "art_2", headline="Bridge Reopens", source="army")
    announced("evt_3", 3, "art_3", headline="Harbor Reopens")
    run()
    assert subscriber.events == ["evt_1"]
    http.patch(f"/webhooks/endpoints/{made['id']}", json={"filter": None})
    announced("evt_4", 4, "art_4", headline="Harbor Reopens", source="army")
    run()
    assert subscriber.events == ["evt_1", "evt_4"]


def test_a_preview_tells_of_each_of_the_last_events_whether_it_would_have_come(http, endpoint):
    """With the reason, by the endpoint's own choice or by another one that is only tried."""
    announced("evt_1", 1, "art_1", kind="release")
    announced("evt_2", 2, "art_2", kind="news")
    run()
    address = f"/webhooks/endpoints/{endpoint['id']}/preview"
    http.post(f"/webhooks/endpoints/{endpoint['id']}/test")
    assert [http.post(address).json()[name] for name in ("judged", "matching")] == [2, 2]
    told = http.post(address, json={"filter": {"kinds": ["release"]}}).json()
    assert (told["judged"], told["matching"]) == (2, 1)
    assert {one["event"]: (one["matches"], one["why_not"]) for one in told["events"]} == {
        "evt_1": (True, []),
        "evt_2": (False, ["Its kind is news."]),
    }
    assert http.post(address, json={"filter": {"kinds": []}}).status_code == 422


def test_a_contradiction_that_comes_in_two_steps_is_refused_as_well(http, endpoint):
    """A filter on articles, and then types that are about none."""
    address = f"/webhooks/endpoints/{endpoint['id']}"
    assert http.patch(address, json={"filter": {"kinds": ["news"]}}).status_code == 200
    answer = http.patch(address, json={"event_types": ["endpoint.*"]})
    assert answer.status_code == 422
    assert "judges articles" in answer.text
    assert http.get(address).json()["event_types"] == []


def test_a_thin_payload_has_no_words(http, subscriber):
    """It is signed like the full one, and says where the rest is."""
    made = http.post("/webhooks/endpoints", json={"url": subscriber.url, "payload": "thin"}).json()
    announced()
    run()
    (request,) = subscriber.requests
    assert verified(made["secret"], request)["data"]["article"] == {"id": "art_1", "headline": "Größe “zählt”"}


def test_an_owners_headers_are_sent_and_never_shown_again(http, subscriber):
    """Not in an answer, a row or the log; only their names."""
    own = {"Authorization": "Bearer token-of-mine", "X-Desk": "news"}
    words = {"url": subscriber.url, "headers": own, "metadata": {"team": "web"}}
    made = http.post("/webhooks/endpoints", json=words).json()
    assert made["headers"] == {"authorization": "***", "x-desk": "***"}
    assert made["metadata"] == {"team": "web"}
    announced()
    run()
    (request,) = subscriber.requests
    assert (request.headers["authorization"], request.headers["x-desk"]) == ("Bearer token-of-mine", "news")
    (shown,) = log_of(http, made)["deliveries"][0]["attempts"]
    assert shown["request"]["authorization"] == shown["request"]["webhook-signature"] == "***"
    assert shown["request"]["webhook-id"] == "evt_1"
    told = json.dumps(shown) + http.get("/webhooks/endpoints").text
    assert "token-of-mine" not in told + "".join(f"{row!r}" for table in (Endpoint, Attempt) for row in rows(table))


def test_both_secrets_sign_while_they_overlap(http, endpoint, subscriber):
    """A receiver that knows either of them is content; after the overlap only the new one counts."""
    address = f"/webhooks/endpoints/{endpoint['id']}/rotate"
    rotated = http.post(address).json()
    assert rotated["old_secret_until"] is not None
    announced("evt_1", 1)
    run()
    for secret in (endpoint["secret"], rotated["secret"]):
        assert verified(secret, subscriber.requests[0])
    assert http.post(address, json={"overlap_hours": 1}).status_code == 409
    ended = http.post(address, json={"overlap_hours": 0}).json()
    announced("evt_2", 2)
    run()
    assert verified(ended["secret"], subscriber.requests[1])
    assert len(subscriber.requests[1].headers["webhook-signature"].split()) == 1
    assert unseal(only(Endpoint).sealed_secret) == SecretStr(ended["secret"])
    assert only(Endpoint).sealed_previous == ""


def test_an_overlap_lasts_a_week_at_most(http, endpoint):
    """And is never negative."""
    for hours in (-1, 169, "soon"):
        answer = http.post(f"/webhooks/endpoints/{endpoint['id']}/rotate", json={"overlap_hours": hours})
        assert answer.status_code == 422, hours


def test_a_key_has_so_many_endpoints_and_no_more(http, subscriber, monkeypatch):
    """Another key has its own."""
    monkeypatch.setattr(subscriptions, "ENDPOINTS", 2)
    words = {"url": subscriber.url}
    assert [http.post("/webhooks/endpoints", json=words).status_code for _ in range(3)] == [201, 201, 422]
    assert http.post("/webhooks/endpoints", json=words, headers={"Authorization": "Bearer bob"}).status_code == 201
    http.delete("/webhooks/endpoints/1")
    assert http.post("/webhooks/endpoints", json=words).status_code == 201


def test_the_limits_can_be_read(http):
    """Those of the code."""
    told = http.get("/webhooks/limits").json()
    assert (told["endpoints_per_key"], told["retention_days"], len(told["schedule"])) == (50, 30, 10)


def test_the_endpoints_of_a_key_that_was_revoked_are_told_nothing_more(http, endpoint, subscriber):
    """What is owed to them waits, in case an admin enables them."""
    announced()
    run_announcements()
    with transaction() as session:
        subscriptions.stop(session, 1, utcnow())
    announced("evt_2", 2)
    run()
    assert subscriber.requests == []
    view = http.get(f"/webhooks/endpoints/{endpoint['id']}").json()
    assert (view["state"], view["reason"]) == ("disabled", "The API key that made it has ended.")
    assert [row.state for row in rows(Delivery)] == ["pending", "pending"]
    assert in_ledger("Deliver") == []


def test_a_revocation_ends_a_turn_that_is_under_way(endpoint, subscriber, monkeypatch):
    """Once it is committed nothing more is sent but the request that is on its way."""
    monkeypatch.setattr(deliver, "UNWRITTEN", timedelta(0))  # so that each is a round of its own

    def revoked():
        with transaction() as session:
            subscriptions.stop(session, 1, utcnow())

    subscriber.meanwhile = [revoked]
    for number in (1, 2, 3):
        announced(f"evt_{number}", number, f"art_{number}")
    run()
    assert subscriber.events == ["evt_1"]
    assert only(Endpoint).state == "disabled"
    assert [row.state for row in rows(Delivery)] == ["delivered", "pending", "pending"]


def test_an_endpoint_ends_when_its_key_expires(http, house, subscriber, monkeypatch):
    """At that time, whoever looks; only an admin can have it served all the same."""
    ends = utcnow() + timedelta(hours=1)
    monkeypatch.setitem(CALLERS, "ann", replace(CALLERS["ann"], ends_at=ends))
    made = http.post("/webhooks/endpoints", json={"url": subscriber.url}).json()
    announced()
    run()
    announced("evt_2", 2)
    run(ends)
    assert subscriber.events == ["evt_1"]
    assert (only(Endpoint).state, only(Endpoint).reason) == ("disabled", "The API key that made it has ended.")
    with transaction() as session:
        found = session.get(Endpoint, made["id"])
        subscriptions.change(session, found, {"state": "active"}, ends)
        enqueue(session, Deliver(endpoint=made["id"]))
    run(ends)
    assert subscriber.events == ["evt_1", "evt_2"]


def test_an_endpoint_shows_as_ended_from_the_moment_its_key_expires(http, subscriber, monkeypatch):
    """Its row is written within the hour; until then it was shown as active, and could be tested."""
    made = http.post("/webhooks/endpoints", json={"url": subscriber.url}).json()
    with transaction() as session:
        session.get(Endpoint, made["id"]).ends_at = utcnow()
    path = f"/webhooks/endpoints/{made['id']}"
    for shown in (http.get(path).json(), http.get(f"{path}/health").json()):
        assert (shown["state"], shown["reason"]) == ("disabled", "The API key that made it has ended.")
    assert [each["id"] for each in http.get("/webhooks/endpoints?troubled=true").json()["endpoints"]] == [made["id"]]
    assert http.post(f"{path}/test").status_code == 409
    described = http.patch(path, json={"description": "Desk"}).json()
    enabled = http.patch(path, json={"state": "active"}).json()
    assert (described["state"], enabled["state"]) == ("disabled", "active")


def test_a_key_that_has_just_been_revoked_gets_no_endpoint(app, http, subscriber):
    """Its request was let in a moment before; nobody would disable what it made."""
    app.state.caller_of_key = lambda _key, _since: None
    assert http.post("/webhooks/endpoints", json={"url": subscriber.url}).status_code == 401
    assert rows(Endpoint) == []


def test_an_admin_makes_endpoints_for_other_keys_and_nobody_else_does(app, http, subscriber):
    """As `dateline webhooks add --key` does: the endpoint is the other key's, and shows whose it is."""
    bob = CALLERS["bob"].key
    refused = http.post("/webhooks/endpoints", json={"url": subscriber.url, "key": bob})
    assert (refused.status_code, "Only an admin" in refused.json()["detail"]) == (403, True)
    own = http.post("/webhooks/endpoints", json={"url": subscriber.url, "key": CALLERS["ann"].key})
    assert (own.status_code, own.json()["key"]) == (201, CALLERS["ann"].key)
    with in_process.client(app, "root") as admin:
        made = admin.post("/webhooks/endpoints", json={"url": subscriber.url, "key": bob})
    assert (made.status_code, made.json()["key"]) == (201, bob)
    with in_process.client(app, "bob") as of_bob:
        assert [each["id"] for each in of_bob.get("/webhooks/endpoints").json()["endpoints"]] == [made.json()["id"]]
