"""Trouble of the service: who is told, when, and what the list of it says."""

import json
from datetime import timedelta

import pytest

from services.audit import api as audit
from services.contracts.caller import Caller
from services.contracts.messages import CheckTroubles
from services.runtime.database import transaction, utcnow
from services.runtime.events.tables import Event
from services.runtime.ledger import worker
from services.runtime.ledger.health_gates import shut_gates
from services.runtime.ledger.jobs import due, enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.troubles import service_checks
from services.runtime.troubles.tables import TroubleRow
from services.webhooks import api
from services.webhooks.models import Endpoint, endpoints
from services.webhooks.people.settings import operator_settings
from tests.support.house import CALLERS, announced, balanced, rows
from tests.support.in_process import app_of, client

MINUTE = timedelta(minutes=1)
OPERATOR = Caller(key=5, name="op", scopes=frozenset({"subscribe", "operate"}))


@pytest.fixture
def app(house):
    """The API of webhooks and troubles."""
    callers = CALLERS | {"op": OPERATOR}
    app = app_of(callers, api.router, audit.router)
    app.state.caller_of_key = lambda key, _since: next(value for value in callers.values() if value.key == key)
    return app


@pytest.fixture
def op(app):
    with client(app, "op") as http:
        yield http


def look(now):
    """The look that the timer has made, at this time; and what follows from it."""
    with transaction() as session:
        enqueue(session, CheckTroubles(), due_at=now)
    for _ in range(50):
        result = due(now, kinds=("CheckTroubles", "Announce", "Deliver"))
        for row, kind in result:
            worker.handle(kind, [row], now)
        if not result:
            return
    raise AssertionError("It goes round in circles.")


def shut(since):
    with transaction() as session:
        new = {"name": "archive", "instance": "i", "since": since, "reason": "The archive cannot be written: No space."}
        session.execute(shut_gates.insert().values(new))


def opened():
    with transaction() as session:
        session.execute(shut_gates.delete())


def types():
    return [event.type for event in rows(Event)]


def test_a_shut_gate_is_told_once_and_its_end_once(op, subscriber):
    """An operator's endpoint gets two events for a trouble of half an hour, in order; the news gets none of them."""
    assert op.post("/webhooks/endpoints", json={"url": subscriber.url, "event_types": ["service.*"]}).status_code == 201
    now = utcnow()
    shut(now)
    for minute in range(30):
        look(now + minute * MINUTE)
    assert [trouble["kind"] for trouble in op.get("/troubles").json()["troubles"]] == ["archive_closed"]
    opened()
    for minute in range(30, 60):
        look(now + minute * MINUTE)
    bodies = [json.loads(request.body) for request in subscriber.requests]
    assert [body["type"] for body in bodies] == ["service.trouble", "service.recovered"]
    assert {body["data"]["trouble"]["sentence"] for body in bodies} == {"The archive cannot be written: No space."}
    assert "Make room" in bodies[0]["data"]["trouble"]["next_step"]
    listed = op.get("/troubles").json()
    assert listed["troubles"] == []
    assert [trouble["kind"] for trouble in listed["ended"]] == ["archive_closed"]
    assert balanced()


@pytest.mark.parametrize("caller", ["ann", "reader"])
def test_subscribers_never_learn_of_it(app, house, subscriber, caller):
    """Without the scope there is no list, no event, and no endpoint that asks for one."""
    with client(app, caller) as http:
        assert http.get("/troubles").status_code == 403
        refused = http.post("/webhooks/endpoints", json={"url": subscriber.url, "event_types": ["service.trouble"]})
        assert refused.status_code == 403
    with client(app, "ann") as http:
        http.post("/webhooks/endpoints", json={"url": subscriber.url})
        shut(utcnow())
        for minute in range(5):
            look(utcnow() + minute * MINUTE)
        assert types() == ["service.trouble"]
        assert subscriber.requests == []
        assert http.get("/webhooks/endpoints/1/deliveries").json()["deliveries"] == []


def test_an_endpoint_for_news_is_not_told_even_if_its_key_may_know(op, subscriber):
    """Trouble of the service is no news: it goes to those who name it."""
    op.post("/webhooks/endpoints", json={"url": subscriber.url})
    shut(utcnow())
    for minute in range(5):
        look(utcnow() + minute * MINUTE)
    announced()
    look(utcnow())
    assert [json.loads(request.body)["type"] for request in subscriber.requests] == ["article.created"]


def test_dead_letters_of_a_kind_are_one_notice(op):
    """However many, and at once; discarding or replaying them is the end of it."""
    now = utcnow()
    with transaction() as session:
        session.execute(ledger.insert(), [_letter(page, now) for page in range(3)])
    for minute in range(3):
        look(now + minute * MINUTE)
    assert types() == ["service.trouble"]
    (trouble,) = op.get("/troubles").json()["troubles"]
    assert (trouble["kind"], trouble["subject"]) == ("dead_letters", "messages/ParsePage")
    assert trouble["sentence"] == "3 ParsePage messages were given up on."


def test_an_endpoint_that_fails_for_an_hour_and_one_that_was_given_up(op, http, subscriber):
    """The operator is told, without its address; nobody is told of one that its owner has disabled."""
    now = utcnow()
    for _ in range(3):
        http.post("/webhooks/endpoints", json={"url": subscriber.url, "description": "desk"})
    http.patch("/webhooks/endpoints/3", json={"state": "disabled"})
    fields = {"failing_since": now - timedelta(hours=2), "failures": 9, "last_error": "It answered 500."}
    _set(1, **fields)
    _set(2, state="disabled", reason="It answered 410 Gone.", **fields)
    look(now)
    listed = {trouble["subject"]: trouble for trouble in op.get("/troubles").json()["troubles"]}
    assert {subject: trouble["kind"] for subject, trouble in listed.items()} == {
        "endpoint/1": "endpoint_failing",
        "endpoint/2": "endpoint_disabled",
    }
    assert subscriber.url not in str(listed)
    assert "It answered 500." in listed["endpoint/1"]["sentence"]


def test_checks_and_backups_that_failed_or_are_missing(op, house):
    """What the audit or a backup wrote down is told as long as it is so."""
    now = utcnow()
    service_checks.note_check("audit", now, "7 pages are unaccounted for.", holds=False)
    service_checks.note_check("backup", now, "It was made.", holds=True, due_by=now + timedelta(hours=48))
    look(now)
    assert [trouble["kind"] for trouble in op.get("/troubles").json()["troubles"]] == ["audit_failed"]
    service_checks.note_check("audit", now, "All of it holds.", holds=True)
    look(now + timedelta(hours=49))
    assert [trouble["kind"] for trouble in op.get("/troubles").json()["troubles"]] == ["backup_overdue"]
    service_checks.note_check("backup", now, "Nothing was backed up.", holds=False)
    look(now + timedelta(hours=50))
    assert [trouble["kind"] for trouble in op.get("/troubles").json()["troubles"]] == ["backup_failed"]


def test_a_storm_of_one_kind_is_one_event(house):
    """A network that is down makes every endpoint fail: one notice names the first of them and counts all."""
    now = utcnow()
    with transaction() as session:
        session.add_all([_failing(number, now) for number in range(50)])
    look(now)
    (event,) = rows(Event)
    assert '"number":50' in event.body
    assert len(rows(TroubleRow)) == 50


def test_one_setting_has_the_operator_told_by_mail(op, post_office, installation):
    """Without a confirmation, of trouble of the service; another address takes its place, and none ends it."""
    now = utcnow()
    _operated_by(installation, "ann@example.org")
    shut(now)
    for minute in range(4):
        look(now + minute * MINUTE)
    (mail,) = post_office.mails
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"] == "ann@example.org"
    assert "No space" in text
    assert "Make room" in text
    assert [endpoint.state for endpoint in rows(Endpoint)] == ["active"]
    _operated_by(installation, "bob@example.org")
    look(now + 5 * MINUTE)
    assert [endpoint.state for endpoint in rows(Endpoint)] == ["deleted", "active"]
    _operated_by(installation, "")
    look(now + 6 * MINUTE)
    assert [endpoint.state for endpoint in rows(Endpoint)] == ["deleted", "deleted"]
    assert len(post_office.mails) == 1


def test_an_operator_who_has_unsubscribed_stays_so(post_office, installation):
    """The setting alone does not begin it anew."""
    now = utcnow()
    _operated_by(installation, "ann@example.org")
    look(now)
    _set(1, state="unsubscribed")
    shut(now)
    for minute in range(1, 6):
        look(now + minute * MINUTE)
    assert [endpoint.state for endpoint in rows(Endpoint)] == ["unsubscribed"]
    assert post_office.mails == []


def test_trouble_goes_to_a_chat_with_what_to_do_next(op, subscriber):
    """As news do, in the form of the service."""
    fields = {"kind": "slack", "to": f"{subscriber.site.url}/services/x", "event_types": ["service.*"]}
    assert op.post("/webhooks/endpoints", json=fields).status_code == 201
    shut(utcnow())
    for minute in range(4):
        look(utcnow() + minute * MINUTE)
    (request,) = subscriber.requests
    text = request.body.decode()
    assert "Trouble: archive closed" in text
    assert "Next: Make room" in text


def _operated_by(installation, email):
    installation(operator_email=email)
    operator_settings.cache_clear()


def _letter(page, now):
    return {
        "kind": "ParsePage",
        "key": str(page),
        "message": "{}",
        "enqueued_at": now,
        "due_at": now,
        "attempts": 5,
        "dead_lettered_at": now,
    }


def _set(endpoint, **values):
    with transaction() as session:
        session.execute(endpoints.update().where(endpoints.c.id == endpoint).values(values))


def _failing(number, now):
    fields = {"owner": 1, "url": f"https://a{number}.example/", "sealed_secret": "", "failures": 9}
    times = {"failing_since": now - timedelta(hours=2), "created_at": now, "updated_at": now}
    return Endpoint(**fields, **times, event_types=[], filter={}, labels={}, header_names=[])
