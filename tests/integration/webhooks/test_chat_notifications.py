"""Notifications to chats through the whole path of deliveries, against servers that answer as the services say."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from services.demo.site import Answer
from services.runtime.database import utcnow
from services.webhooks.chat import senders
from services.webhooks.models import Delivery, Endpoint
from tests.support.house import announced, balanced, log_of, only, rows, run

TOKEN = "syt_token_that_nobody_may_read"
PATHS = {
    "slack": "/services/T000/B000/secretsecret",
    "mattermost": "/hooks/secretsecret",
    "teams": "/workflows/secretsecret",
    "discord": "/api/webhooks/1/secretsecret",
    "ntfy": "/secretsecret",
    "apprise": "/notify/secretsecret",
    "matrix": "",
}
MORE = {"matrix": {"room": "!abc:example.org", "token": TOKEN}, "ntfy": {"token": TOKEN, "priority": 4}}
DONE = {
    "slack": Answer(200, b"ok"),
    "mattermost": Answer(200, b"ok"),
    "teams": Answer(202),
    "discord": Answer(200, b'{"id": "1"}'),
    "ntfy": Answer(200, b'{"id": "x", "event": "message"}'),
    "apprise": Answer(200, b'{"error": null}'),
    "matrix": Answer(200, b'{"event_id": "$x"}'),
}
BUSY = {
    "slack": Answer(429, b"rate_limited", headers={"Retry-After": "90"}),
    "mattermost": Answer(429, b"limit exceeded", headers={"Retry-After": "90"}),
    "teams": Answer(429, b"", headers={"Retry-After": "90"}),
    "discord": Answer(429, b'{"message": "You are being rate limited.", "retry_after": 90.0, "global": false}'),
    "ntfy": Answer(429, b'{"code": 42901, "http": 429, "error": "limit reached"}', headers={"Retry-After": "90"}),
    "apprise": Answer(503, b"", headers={"Retry-After": "90"}),
    "matrix": Answer(429, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 90000}'),
}
DEAD = {
    "slack": Answer(404, b"no_service"),
    "mattermost": Answer(400, b'{"id": "web.incoming_webhook.invalid.app_error", "message": "Invalid webhook"}'),
    "teams": Answer(404, b'{"error": {"code": "WorkflowNotFound", "message": "The workflow is gone."}}'),
    "discord": Answer(404, b'{"message": "Unknown Webhook", "code": 10015}'),
    "ntfy": Answer(403, b'{"code": 40301, "http": 403, "error": "forbidden"}'),
    "apprise": Answer(404, b'{"error": "no such key"}'),
    "matrix": Answer(401, b'{"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown token"}'),
}
every_kind = pytest.mark.parametrize("kind", PATHS)


def make(http, subscriber, kind, **more):
    """An endpoint of this kind, which is on loopback."""
    fields = {"kind": kind, "to": f"{subscriber.site.url}{PATHS[kind]}", **MORE.get(kind, {}), **more}
    answer = http.post("/webhooks/endpoints", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def headlines(subscriber):
    """Which of the headlines of the test each message shows."""
    bodies = [request.body.decode() for request in subscriber.requests]
    return [[word for word in ("First", "Second", "Third") if word in body] for body in bodies]


@every_kind
def test_an_article_goes_to_each_service_and_no_secret_is_shown(http, subscriber, kind):
    """One message in the service's own form; lists, log and attempts show neither the token nor what opens the door."""
    made = make(http, subscriber, kind)
    announced(headline="First @everyone", url="https://army.example/1")
    subscriber.answers = [DONE[kind]]
    run()
    (request,) = subscriber.requests
    content = json.loads(request.body)
    assert request.method == ("PUT" if kind == "matrix" else "POST")
    assert "First @\u200beveryone" in json.dumps(content, ensure_ascii=False).replace("\\\\", "")
    assert only(Delivery).state == "delivered"
    shown = http.get("/webhooks/endpoints").text + json.dumps(log_of(http, made))
    assert "secretsecret" not in shown
    assert TOKEN not in shown
    assert "secretsecret" not in only(Endpoint).url
    assert made["secret"] is None
    assert balanced()


@every_kind
def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(http, subscriber, kind):
    """In its own way of saying so. Then all that waited comes, in its order, each once."""
    make(http, subscriber, kind, rate=100)
    subscriber.answers = [BUSY[kind], *[DONE[kind]] * 3]
    for number, word in enumerate(("First", "Second", "Third"), 1):
        announced(f"evt_{number}", number, headline=word)
    now = utcnow()
    run(now)
    assert len(subscriber.requests) == 1
    run(now + timedelta(seconds=80))
    assert len(subscriber.requests) == 1
    for minute in range(2, 12):
        run(now + timedelta(minutes=minute))
    assert headlines(subscriber)[1:] == [["First"], ["Second"], ["Third"]]
    assert {delivery.state for delivery in rows(Delivery)} == {"delivered"}
    assert balanced()


@every_kind
def test_a_dead_address_disables_the_endpoint_and_loses_nothing(http, subscriber, kind):
    """The reason is the service's own word with advice; once it is enabled again, what waited is brought."""
    made = make(http, subscriber, kind)
    subscriber.answers = [DEAD[kind], DONE[kind], DONE[kind]]
    announced(headline="First")
    run()
    view = http.get(f"/webhooks/endpoints/{made['id']}").json()
    assert view["state"] == "disabled"
    assert str(DEAD[kind].status) in view["reason"]
    assert "give" in view["reason"]
    announced("evt_2", 2, "art_2", headline="Second")
    run(utcnow() + timedelta(hours=1))
    assert len(subscriber.requests) == 1
    http.patch(f"/webhooks/endpoints/{made['id']}", json={"state": "active"})
    for minute in range(61, 65):
        run(utcnow() + timedelta(minutes=minute))
    assert headlines(subscriber)[1:] == [["First"], ["Second"]]


def test_a_message_that_is_refused_for_good_keeps_nothing_back(http, subscriber):
    """It fails at once, with the service's word in the log; the next one of its article goes."""
    made = make(http, subscriber, "slack", rate=100)
    subscriber.answers = [Answer(400, b"invalid_blocks"), DONE["slack"]]
    announced("evt_1", 1, headline="First")
    announced("evt_2", 2, headline="Second", event_type="article.updated")
    for minute in range(3):
        run(utcnow() + timedelta(minutes=minute))
    assert [delivery.state for delivery in rows(Delivery)] == ["failed", "delivered"]
    failed = log_of(http, made)["deliveries"][-1]
    assert failed["attempts"][0]["error"] == "Slack answered 400: invalid_blocks."


def test_a_redirect_is_not_followed(http, subscriber):
    """The token stays with the service that it is for."""
    make(http, subscriber, "discord")
    subscriber.answers = [Answer(302, headers={"Location": f"{subscriber.site.url}/elsewhere"})]
    announced(headline="First")
    run()
    assert len(subscriber.requests) == 1
    assert only(Delivery).state == "pending"


def _drips(site):
    while not site.stopped.wait(0.05):
        yield b"."


@pytest.mark.parametrize("kind", ["slack", "matrix"])
def test_a_server_that_never_ends_its_answer_costs_one_attempt(http, subscriber, kind, monkeypatch):
    """Whether it accepts and is silent, or drips: the attempt ends in time, is logged, and is made again."""
    monkeypatch.setattr(senders, "LIMITS", replace(senders.LIMITS, seconds=0.5))
    made = make(http, subscriber, kind)
    announced(headline="First")
    subscriber.answers = ["hangs", Answer(500, _drips(subscriber.site)), DONE[kind]]
    run()
    assert "took too long" in log_of(http, made)["deliveries"][0]["attempts"][0]["error"]
    assert only(Delivery).state == "pending"
    run(utcnow() + timedelta(minutes=5))
    run(utcnow() + timedelta(hours=1))
    assert only(Delivery).state == "delivered"
    assert len(subscriber.requests) == 3


def test_a_retry_on_matrix_has_the_same_transaction_and_a_replay_another(http, subscriber):
    """So a homeserver shows a message once whose answer was lost, and again when somebody wants it again."""
    made = make(http, subscriber, "matrix")
    subscriber.answers = ["hangs up", DONE["matrix"], DONE["matrix"]]
    announced(headline="First")
    run()
    run(utcnow() + timedelta(minutes=5))
    assert only(Delivery).state == "delivered"
    http.post(f"/webhooks/endpoints/{made['id']}/deliveries/{only(Delivery).id}/replay")
    run(utcnow() + timedelta(minutes=10))
    first, second, third = (request.path for request in subscriber.requests)
    assert first == second
    assert third != first
    assert "/send/m.room.message/dateline-" in first


def test_a_digest_is_one_message(http, subscriber):
    """What came in the hour is in it, and its deliveries end together."""
    make(http, subscriber, "discord", digest={"every": "hour"})
    subscriber.answers = [DONE["discord"]]
    for number, word in enumerate(("First", "Second", "Third"), 1):
        announced(f"evt_{number}", number, f"art_{number}", headline=word)
    run()
    assert subscriber.requests == []
    run(utcnow() + timedelta(hours=2))
    assert headlines(subscriber) == [["First", "Second", "Third"]]
    assert {delivery.state for delivery in rows(Delivery)} == {"delivered"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "slack", "to": "http://198.18.0.1/services/x"}, "private or reserved"),
        ({"kind": "slack", "to": "https://8.8.8.8/services/T/B/x"}, "no webhook of Slack"),
        ({"kind": "teams", "to": "http://8.8.8.8/x"}, "must begin with https://"),
        ({"kind": "ntfy", "to": "https://8.8.8.8/"}, "ends with its topic"),
        ({"kind": "matrix", "to": "https://8.8.8.8"}, "needs a `room`"),
        ({"kind": "matrix", "to": "https://8.8.8.8", "room": "#a:b", "token": "t"}, "internal id"),
        ({"kind": "discord", "to": "https://ann:pw@discord.com/api/webhooks/1/x"}, "user name or password"),
        ({"kind": "slack", "to": "https://hooks.slack.com/services/T/B/x", "room": "!a:b"}, "has no `room`"),
        ({"kind": "webhook", "url": "https://8.8.8.8/", "token": "t"}, "has no `token`"),
        ({"kind": "slack"}, "needs `to`"),
        ({"kind": "pager", "to": "https://8.8.8.8/"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(http, fields, sentence):
    """When it is made, so that nobody waits for news that never come; an address of an inner network among it."""
    answer = http.post("/webhooks/endpoints", json=fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(Endpoint) == []


def test_where_it_is_sent_is_changed_as_a_whole(http, subscriber):
    """A token alone would go to whatever address was there before."""
    made = make(http, subscriber, "matrix")
    path = f"/webhooks/endpoints/{made['id']}"
    assert http.patch(path, json={"token": "other"}).status_code == 422
    moved = {"to": subscriber.site.url, "room": "!other:example.org", "token": "other"}
    assert http.patch(path, json=moved).status_code == 200
    subscriber.answers = [DONE["matrix"]]
    announced(headline="First")
    run()
    assert "%21other%3Aexample.org" in subscriber.requests[0].path


def test_a_test_says_that_it_is_one(http, subscriber):
    """Sent at once, tried once."""
    made = make(http, subscriber, "teams")
    subscriber.answers = [Answer(500)]
    http.post(f"/webhooks/endpoints/{made['id']}/test")
    run()
    assert "This is a test of Dateline" in subscriber.requests[0].body.decode()
    assert only(Delivery).state == "failed"
