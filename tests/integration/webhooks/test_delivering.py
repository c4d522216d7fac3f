"""From an event to its deliveries, on both databases and against a real receiver on loopback."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook

from services.contracts.messages import Deliver
from services.demo.site import Answer
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings, open_client
from services.runtime.events.tables import events
from services.runtime.ledger import health_gates, worker
from services.runtime.ledger.jobs import claim, due, enqueue
from services.runtime.ledger.ledger_table import ledger as ledger_rows
from services.webhooks import attempt, checks, deliver, record, retries
from services.webhooks.models import Attempt, Delivery, Endpoint, deliveries, endpoints
from tests.support.event_log import body_of
from tests.support.house import announced, balanced, in_ledger, log_of, only, rows, run, run_announcements, told_again

KINDS = ("Announce", "Deliver")


# From event to delivery


def test_an_event_whose_announcement_was_held_up_is_not_overtaken_by_the_next(subscriber, endpoint):
    """The worker of the first died and its lease runs; the correction comes, and waits. Other articles do not."""
    announced("evt_1", 1)
    ((stored, _),) = due(utcnow(), kinds=KINDS)
    claim("Announce", [stored], utcnow())
    announced("evt_2", 2, event_type="article.updated")
    announced("evt_3", 3, article="art_2")
    run()
    assert subscriber.events == ["evt_3"]
    run(utcnow() + timedelta(minutes=2))
    assert subscriber.events == ["evt_3", "evt_1", "evt_2"]


def test_what_was_dead_lettered_holds_nothing_up(subscriber, endpoint):
    """It may never be replayed."""
    announced("evt_1", 1)
    ((stored, _),) = due(utcnow(), kinds=KINDS)
    (job,) = claim("Announce", [stored], utcnow())
    job.dead_letter("A defect.", utcnow())
    announced("evt_2", 2, event_type="article.updated")
    run()
    assert subscriber.events == ["evt_2"]


def test_an_event_arrives_signed_with_exactly_its_bytes(endpoint, subscriber):
    """The library of Standard Webhooks verifies it; the id is the event's."""
    announced()
    run()
    (request,) = subscriber.requests
    assert request.body == body_of("evt_1").encode()
    assert Webhook(endpoint["secret"]).verify(request.body, dict(request.headers))["sequence"] == 1
    assert request.headers["webhook-id"] == "evt_1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Dateline/")
    delivery = only(Delivery)
    assert (delivery.state, delivery.attempts, delivery.next_try) == ("delivered", 1, None)
    assert delivery.delivered_at > delivery.created_at
    assert in_ledger() == []
    assert balanced()


def test_only_those_who_want_it_are_told(http, subscriber):
    """Type and filter decide; a source that does not exist yet is a fair wish."""
    for entry in (
        {"event_types": ["article.updated"]},
        {"filter": {"sources": ["army", "moon-force"]}},
        {"filter": {"sources": ["navy"]}, "event_types": ["article.*"]},
    ):
        http.post("/webhooks/endpoints", json={"url": subscriber.url, **entry})
    announced()
    run()
    assert [row.endpoint for row in rows(Delivery)] == [3]
    assert balanced()


def test_announcing_twice_owes_once(endpoint, http, subscriber):
    """Not even an endpoint that came in between is owed anything by the second telling."""
    order = announced()
    run()
    http.post("/webhooks/endpoints", json={"url": subscriber.url})
    told_again(order)
    run()
    assert len(rows(Delivery)) == 1
    assert subscriber.events == ["evt_1"]


def test_a_re_ingestion_stays_in_its_lane(endpoint, subscriber):
    """What was announced in bulk is delivered and retried in bulk, behind the news."""
    subscriber.answers = [500]
    announced(lane="bulk")
    run()
    (entry,) = in_ledger()
    assert (entry.kind, entry.lane, entry.due_at) == ("Deliver", "bulk", only(Delivery).next_try)


def test_the_worker_dies_before_it_can_write_the_attempt_down(endpoint, subscriber):
    """It is sent again under the same id: at least once, and the receiver can tell."""
    announced()
    (row,) = due(utcnow(), kinds=KINDS)
    worker.handle("Announce", [row[0]])
    (row,) = due(utcnow(), kinds=KINDS)
    (job,) = claim("Deliver", [row[0]], utcnow())
    try_once(job)  # and here it dies

    run(utcnow() + timedelta(minutes=1))
    assert subscriber.events == ["evt_1", "evt_1"]
    assert [row.number for row in rows(Attempt)] == [1]
    assert only(Delivery).state == "delivered"


def try_once(job):
    """One attempt at the endpoint's next delivery, of which nothing is written down."""
    with reading() as session, open_client(egress_settings()) as client:
        to = deliver.addressee(session, job.message().endpoint, job.now)
        (parcel,) = deliver.parcels(session, to, job, job.now)
        ((tried, standing),) = deliver.bring(client, to, [parcel], lambda: job.now)
    return replace(to, standing=standing), tried


def test_a_turn_whose_lease_was_lost_ends_with_the_round_in_hand(endpoint, subscriber):
    """Whoever took over has the rest: two that serve one endpoint would tell it everything twice."""
    count = 3 * deliver.TOGETHER
    for number in range(1, count + 1):
        announced(f"evt_{number}", number, f"art_{number}")
    run_announcements()
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    later = utcnow() + timedelta(minutes=2)
    subscriber.meanwhile = [lambda: claim("Deliver", [turn], later)]
    worker.handle("Deliver", [turn])
    assert len(subscriber.events) <= deliver.TOGETHER

    run(later + timedelta(minutes=2))
    assert sorted(subscriber.numbers) == list(range(1, count + 1)), "what was brought was written down all the same"
    assert balanced()


# Retries


def test_a_failing_receiver_is_tried_ten_times_and_then_given_up(endpoint, subscriber, http):
    """The pauses follow the schedule; each attempt carries the same id and bytes under a new signature."""
    subscriber.answers = [500] * 10
    announced()
    now = utcnow()
    run(now)
    times = [now]
    while (delivery := only(Delivery)).next_try:
        times.append(delivery.next_try)
        assert balanced()
        run(delivery.next_try - timedelta(seconds=1))
        assert len(subscriber.requests) == len(times) - 1, "too early"
        run(delivery.next_try)

    assert (delivery.state, delivery.attempts) == ("failed", 10)
    for pause, before, after in zip(retries.SCHEDULE[1:], times, times[1:], strict=False):
        assert 0.79 < (after - before) / pause < 1.25
    assert {(request.headers["webhook-id"], request.body) for request in subscriber.requests} == {
        ("evt_1", body_of("evt_1").encode())
    }
    assert len({request.headers["webhook-signature"] for request in subscriber.requests}) == 10
    assert in_ledger() == []
    (view,) = log_of(http, endpoint)["deliveries"]
    assert [made["number"] for made in view["attempts"]] == list(range(1, 11))
    assert {made["error"] for made in view["attempts"]} == {"The endpoint answered 500."}


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (Answer(302, headers={"Location": "/elsewhere"}), "refused", 302),
        (400, "refused", 400),
        (503, "throttled", 503),
        ("hangs up", "unreachable", None),
    ],
)
def test_whatever_goes_wrong_is_tried_again(answer, outcome, status, endpoint, subscriber):
    """A redirect is never followed; a broken connection is weather."""
    subscriber.answers = [answer]
    announced()
    run()
    made = only(Attempt)
    assert (made.outcome, made.status) == (outcome, status)
    assert made.error
    run(only(Delivery).next_try)
    assert [request.path for request in subscriber.requests] == ["/hook", "/hook"]
    assert only(Delivery).state == "delivered"


def test_a_receiver_that_asks_for_patience_gets_it(endpoint, subscriber):
    """429 with Retry-After: 3600 is tried again in an hour, not in five seconds."""
    subscriber.answers = [Answer(429, headers={"Retry-After": "3600"})]
    announced()
    run()
    assert timedelta(minutes=59) < only(Delivery).next_try - utcnow() <= timedelta(minutes=60)


def test_a_gone_receiver_is_never_called_again(endpoint, subscriber, http):
    """410 disables the endpoint, with the reason, until its owner enables it again; then nothing is missing."""
    subscriber.answers = [410]
    announced()
    run()
    announced("evt_2", 2, "art_2")
    run()
    view = http.get(f"/webhooks/endpoints/{endpoint['id']}").json()
    assert view["state"] == "disabled"
    assert "410" in view["reason"]
    assert subscriber.events == ["evt_1"]
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "active"})
    run()
    assert subscriber.events == ["evt_1", "evt_1", "evt_2"]
    assert subscriber.numbers == [1, 1, 2]


def test_a_flood_of_an_answer_is_cut_short(endpoint, subscriber):
    """A success with a megabyte behind it is a success; the log keeps its head."""
    subscriber.answers = [Answer(200, b"a\x00" * 500_000)]
    announced()
    run()
    assert only(Delivery).state == "delivered"
    assert len(only(Attempt).response) <= 4_096


def test_a_receiver_that_dribbles_is_given_up_in_time(endpoint, subscriber, monkeypatch):
    """The deadline counts over everything; connection, headers and body share it."""
    monkeypatch.setattr(attempt, "LIMITS", attempt.Limits(seconds=0.3, wire=4_096, decoded=4_096, cut=True))

    def dribble():
        while not subscriber.site.stopped.wait(0.05):
            yield b"."

    subscriber.answers = [Answer(200, dribble())]
    announced()
    run()
    made = only(Attempt)
    assert made.outcome == "unreachable"
    assert 250 <= made.milliseconds < 2_000


def test_an_address_that_became_private_is_not_called(endpoint, subscriber, installation):
    """The verdict at delivery is that of the moment of delivery."""
    installation(egress_allow="")
    announced()
    run()
    assert subscriber.requests == []
    assert "DATELINE_EGRESS_ALLOW" in only(Attempt).error


# Order


def test_events_of_one_article_arrive_in_order(endpoint, subscriber):
    """While the first is being retried the second waits; then it follows at once. Another article does not wait."""
    subscriber.answers = [500]
    announced("evt_1", 1)
    run()
    announced("evt_2", 2, event_type="article.updated")
    announced("evt_3", 3, event_type="article.updated")
    announced("evt_4", 4, "art_other")
    run()
    assert subscriber.events == ["evt_1", "evt_4"]
    run(rows(Delivery)[0].next_try)
    assert subscriber.events == ["evt_1", "evt_4", "evt_1", "evt_2", "evt_3"]
    assert in_ledger() == []


def test_a_delivery_that_failed_for_good_holds_up_nothing(endpoint, subscriber):
    """What waited behind it goes on."""
    announced("evt_1", 1)
    run_announcements()
    announced("evt_2", 2)
    run_announcements()
    with transaction() as session:
        session.execute(update(deliveries).where(deliveries.c.event == "evt_1").values(attempts=9, tries=9))
    subscriber.answers = [500]
    run()
    assert [row.state for row in rows(Delivery)] == ["failed", "delivered"]


# Endpoints that change while something is owed to them


def test_what_is_owed_to_a_disabled_endpoint_waits_until_it_is_enabled(endpoint, subscriber, http):
    """No attempt is spent meanwhile; enabling brings it at once."""
    subscriber.answers = [500]
    announced()
    run()
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "disabled"})
    later = utcnow() + timedelta(hours=3)
    run(later)
    assert (only(Delivery).state, only(Delivery).attempts, len(subscriber.requests)) == ("pending", 1, 1)
    assert balanced()

    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "active"})
    run(later)
    assert only(Delivery).state == "delivered"


def test_what_is_owed_to_a_deleted_endpoint_is_cancelled(endpoint, subscriber, http):
    """Its log stays for the operator's account; its secret does not."""
    subscriber.answers = [500]
    announced()
    run()
    assert http.delete(f"/webhooks/endpoints/{endpoint['id']}").status_code == 204
    run(utcnow() + timedelta(hours=3))
    assert (only(Delivery).state, len(subscriber.requests)) == ("cancelled", 1)
    assert only(Endpoint).sealed_secret == ""
    assert in_ledger() == []
    assert http.get(f"/webhooks/endpoints/{endpoint['id']}").status_code == 404
    assert http.get("/webhooks/endpoints").json()["endpoints"] == []


def test_the_next_attempt_goes_to_the_new_address(endpoint, subscriber, http):
    """Same event, same bytes, wherever the subscriber lives by then."""
    subscriber.answers = [500]
    announced()
    run()
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"url": f"{subscriber.url}/new"})
    run(only(Delivery).next_try)
    assert [request.path for request in subscriber.requests] == ["/hook", "/hook/new"]


def test_an_old_address_that_is_gone_does_not_disable_the_new_one(endpoint, subscriber, http):
    """The subscriber moved while an attempt at the old address was under way."""
    announced()
    run_announcements()
    subscriber.answers = [410]
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    (job,) = claim("Deliver", [turn], utcnow())
    to, tried = try_once(job)
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"url": f"{subscriber.url}/new"})
    with transaction() as session:
        record.record(session, [tried], stretch=1.0)
        assert record.settle(session, to, utcnow()) is None
    assert only(Attempt).outcome == "gone"
    assert only(Endpoint).state == "active"


# The API


def test_the_secret_is_shown_once_and_nowhere_else(endpoint, subscriber, http, capfd, caplog):
    """Not in another answer, not in a row, not in a log line, not in an attempt."""
    caplog.set_level(logging.DEBUG)
    secret = endpoint["secret"].removeprefix("whsec_")
    subscriber.answers = [500, "hangs up"]
    announced()
    run()
    run(only(Delivery).next_try)
    messages = [
        http.get("/webhooks/endpoints").text,
        http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"description": "x"}).text,
        json.dumps(log_of(http, endpoint)),
        *(f"{row!r} {row.model_dump()}" for table in (Endpoint, Delivery, Attempt) for row in rows(table)),
        *capfd.readouterr(),
        caplog.text,
    ]
    assert all(messages[:3])
    assert not [text for text in messages if secret in text]


def test_each_key_sees_its_own_endpoints_and_an_admin_all(endpoint, http):
    """Another's endpoint does not exist for you, whatever you ask of it."""
    address = f"/webhooks/endpoints/{endpoint['id']}"
    bob = {"Authorization": "Bearer bob"}
    requests = [
        http.get(address, headers=bob),
        http.patch(address, headers=bob, json={"state": "disabled"}),
        http.delete(address, headers=bob),
        http.post(f"{address}/test", headers=bob),
        http.get(f"{address}/deliveries", headers=bob),
    ]
    assert {answer.status_code for answer in requests} == {404}
    assert http.get("/webhooks/endpoints", headers=bob).json()["endpoints"] == []
    root = http.get("/webhooks/endpoints", headers={"Authorization": "Bearer root"}).json()
    assert [view["id"] for view in root["endpoints"]] == [endpoint["id"]]
    assert http.get("/webhooks/endpoints", headers={"Authorization": "Bearer reader"}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "ftp://example.org/"}, "http"),
        ({"url": "https://me:word@example.org/"}, "user name or password"),
        ({"url": "http://10.0.0.1/"}, "DATELINE_EGRESS_ALLOW"),
        ({"url": "https://93.184.216.34:6379/"}, "DATELINE_EGRESS_PORTS"),
        ({"url": "https://93.184.216.34/", "event_types": ["article.eaten"]}, "article.created"),
        ({"url": "https://93.184.216.34/", "secret": "mine"}, "secret"),
        ({"url": "x" * 5_000}, "2000"),
        ({}, "url"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(fields, sentence, http):
    """422, a problem, and no endpoint."""
    answer = http.post("/webhooks/endpoints", json=fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert sentence in answer.text
    assert "word@" not in answer.text
    assert rows(Endpoint) == []


def test_a_change_is_judged_like_a_beginning(endpoint, http, subscriber):
    """A private address is no better in a PATCH, and what is not named stays."""
    address = f"/webhooks/endpoints/{endpoint['id']}"
    assert http.patch(address, json={"url": "http://169.254.169.254/"}).status_code == 422
    assert http.patch(address, json={"state": "deleted"}).status_code == 422
    view = http.patch(address, json={"filter": {"sources": ["navy"]}}).json()
    assert (view["url"], view["filter"], view["state"]) == (
        subscriber.url,
        {"match": "all", "sources": ["navy"]},
        "active",
    )
    assert view["updated_at"] > view["created_at"]


def test_a_test_event_arrives_signed_and_is_in_the_log(endpoint, subscriber, http):
    """One delivery of type endpoint.test, with what the receiver said."""
    answer = http.post(f"/webhooks/endpoints/{endpoint['id']}/test")
    assert answer.status_code == 202
    run()
    (request,) = subscriber.requests
    assert Webhook(endpoint["secret"]).verify(request.body, dict(request.headers))["type"] == "endpoint.test"
    (view,) = log_of(http, endpoint)["deliveries"]
    assert (view["id"], view["type"], view["state"]) == (answer.json()["delivery"], "endpoint.test", "delivered")
    assert view["attempts"][0]["response"] == ""
    assert view["attempts"][0]["status"] == 204


def test_a_test_event_is_tried_once(endpoint, subscriber, http):
    """It only tells what happened."""
    subscriber.answers = [500]
    http.post(f"/webhooks/endpoints/{endpoint['id']}/test")
    run()
    (view,) = log_of(http, endpoint)["deliveries"]
    assert (view["state"], view["attempts"][0]["response"]) == ("failed", "noted")
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "disabled"})
    assert http.post(f"/webhooks/endpoints/{endpoint['id']}/test").status_code == 409


def test_the_log_is_read_page_by_page(endpoint, http):
    """Newest first; nothing twice, nothing missing."""
    for number in range(1, 6):
        announced(f"evt_{number}", number, f"art_{number}")
    run()
    first = log_of(http, endpoint, limit=2)
    second = log_of(http, endpoint, limit=2, after=first["next"])
    third = log_of(http, endpoint, limit=2, after=second["next"])
    read = [view["event"] for page in (first, second, third) for view in page["deliveries"]]
    assert sorted(read) == ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5"]
    assert [view["id"] for page in (first, second, third) for view in page["deliveries"]] == [5, 4, 3, 2, 1]
    assert third["next"] is None
    assert http.get(f"/webhooks/endpoints/{endpoint['id']}/deliveries", params={"after": "xyz"}).status_code == 422


# The account


def test_the_account_finds_what_was_forgotten(endpoint, subscriber):
    """A pending delivery without a message, and an event that somebody wanted and is not owed."""
    subscriber.answers = [500]
    announced()
    run()
    with reading() as session:
        assert checks.counts(session) == {"active endpoints": 1, "pending deliveries": 1}
        assert checks.oldest_pending(session) == only(Delivery).created_at
    with transaction() as session:
        session.execute(ledger_rows.delete())
    announced("evt_lost", 2, "art_2")
    with transaction() as session:
        session.execute(ledger_rows.delete())
        later = utcnow() + timedelta(hours=1)
        session.execute(update(events).where(events.c.id == "evt_lost").values(announced_at=later))
    with reading() as session:
        by_name = {check.name: check.holds for check in checks.checks(session, utcnow())}
    amiss = [name for name, holds in by_name.items() if not holds]
    assert amiss == ["remembered deliveries", "owed events"]


def test_a_secret_that_cannot_be_read_gives_nothing_up(endpoint, subscriber):
    """The fault is ours: however long it lasts, what is owed waits, at no cost of an attempt, and a gate says why."""
    announced()
    run_announcements()
    sealed = only(Endpoint).sealed_secret
    with transaction() as session:
        session.execute(update(endpoints).values(sealed_secret="sealed with another key"))
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    now = utcnow()
    for _ in range(6):
        worker.handle("Deliver", [turn], now)
        now += timedelta(hours=1)
    assert only(Delivery).state == "pending"
    (waiting,) = in_ledger()
    assert (waiting.attempts, waiting.dead_lettered_at) == (0, None)
    assert "DATELINE_SECRET_KEY" in (health_gates.probe("secret") or "")
    with transaction() as session:
        session.execute(update(endpoints).values(sealed_secret=sealed))
    assert health_gates.probe("secret") is None
    run(now)
    assert (only(Delivery).state, subscriber.events) == ("delivered", ["evt_1"])


def test_a_delivery_dead_lettered_is_told_apart_from_a_lost_one(endpoint):
    """An older version gave turns up: the ledger keeps them for a person."""
    announced()
    run_announcements()
    with transaction() as session:
        session.execute(update(ledger_rows).where(ledger_rows.c.kind == "Deliver").values(dead_lettered_at=utcnow()))
    with reading() as session:
        failing = [check.name for check in checks.checks(session, utcnow()) if not check.holds]
    assert failing == ["moving deliveries"]


def test_a_hint_for_nothing_is_no_trouble(house):
    """A delivery that is not there: a stale message ends quietly."""
    with transaction() as session:
        enqueue(session, Deliver(endpoint=999))
    run(datetime.now(UTC))
    assert in_ledger() == []
