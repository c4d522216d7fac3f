"""Whoever orders something over HTTP is on record with it: the routes are read from the OpenAPI."""

import importlib

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from services.access import keys
from services.admin.reference import example, operations, permission
from services.app import create_app
from services.contracts.messages import CheckProfiles
from services.contracts.wiring import SERVICES
from services.fetcher.importing import import_file
from services.runtime import database
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from tests.fakes.sites import components, pages
from tests.support.harbor import RELEASE, arrives
from tests.support.in_process import client
from tests.support.reingested import settle

pytestmark = pytest.mark.integration

ORDERS_NOTHING = {
    "check_growth": "It compares a checkpoint with the log; nothing is kept.",
    "check_given_proof": "It checks a proof; nothing is kept.",
    "examine_site": "It looks at a site; nothing is kept.",
    "preview_source": "It looks at an address; nothing is kept.",
    "preview_filter": "It judges events of the past by a choice; nothing is kept.",
    "propose_source_patterns": "It compares addresses; nothing is kept.",
    "preview_endpoint": "It judges events of the past by a choice; nothing is kept.",
    "try_scope": "It counts pages; nothing is ordered.",
}
"""What is no GET because it needs a body, and why nobody need be on record with it."""
STATES = {
    "pause_reingestion": "state = 'running'",
    "resume_reingestion": "state = 'paused'",
    "cancel_reingestion": "state = 'running'",
    "promote_reingestion": "state = 'done'",
    "discard_reingestion": "state = 'done'",
}
"""In which state a re-ingestion must be for each order about it."""
OF_ARTICLES = ("withdraw_article", "restore_article", "erase_article")
"""Orders about one article: each has its own, and the second's is withdrawn."""
OF_TAKEDOWNS = ("release_takedown", "discard_takedown")
TAKEDOWN = "INSERT INTO takedowns (source, opened_at, state) VALUES (:source, :now, 'open')"
MESSAGE = (
    "INSERT INTO ledger (kind, key, message, lane, enqueued_at, due_at, attempts, trace_id, dead_lettered_at, reason) "
    "VALUES (:kind, :key, :words, 'live', :now, :now, 5, '', :now, 'a test')"
)
SITE = "ministry.example"
"""A site whose profile was learned."""
SOURCE = {"name": "war", "channels": [{"kind": "feed", "url": "https://www.war.gov/feed"}]}
BODIES = {
    "accept_gaps": {"source": "war", "cause": "gone", "reason": "a test"},
    "order_backfill": {"source": "war", "since": "2026-01-01", "reason": "a test"},
    "add_source": SOURCE,
    "pause_source": {"paused": False},
    "make_endpoint": {"url": "http://127.0.0.1:9/other"},
    "change_endpoint": {"description": "changed"},
    "replay_deliveries": {"from_sequence": 1, "only": "all"},
    "replay_dead_letters": {"kind": "HostRecovered"},
    "retry_messages_now": {"kind": "PollChannel"},
    "discard_dead_letters": {"kind": "Deliver", "reason": "a test"},
}
"""Where the example of the OpenAPI will not do here."""


def execute(statement, **words):
    with transaction() as session:
        return session.execute(text(statement), words)


def entries():
    with reading() as session:
        return session.execute(text("SELECT key_name, action, subject FROM audit_log ORDER BY id")).all()


@pytest.fixture
def admin(installation):
    """A client with an admin's key; there is one of everything that can be ordered about."""
    installation(egress_allow="127.0.0.0/8")
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    made = client(create_app(), presented)
    _learn_profile()
    texts = [RELEASE.replace("Harbor", place) for place in ("Harbor", "Bridge", "Ferry")]
    articles = [arrives(words, number) for number, words in enumerate(texts)]
    assert made.post(f"/admin/withdrawals/{articles[1]}", json={"reason": "a test"}).is_success
    for source in OF_TAKEDOWNS:
        execute(TAKEDOWN, source=source, now=utcnow())
    for _ in STATES:
        order = {"scope": {"all": True}, "dry_run": True, "reason": "a test"}
        assert made.post("/admin/reingestions", json=order).status_code == 202
    for kind, words in (("HostRecovered", '{"host": "a"}'), ("Deliver", '{"endpoint": 9}')):
        for number in range(3):
            execute(MESSAGE, kind=kind, key=f"{kind}-{number}", words=words, now=utcnow())
    endpoint = {"url": "http://127.0.0.1:9/hook"}
    assert [made.post("/webhooks/endpoints", json=endpoint).status_code for _ in range(2)] == [201, 201]
    assert made.post("/webhooks/endpoints/1/test").status_code == 202
    execute("UPDATE deliveries SET state = 'failed'")
    assert made.post("/sources", json=SOURCE).status_code == 201
    execute("UPDATE ledger SET attempts = 1, reason = 'a defect' WHERE kind = 'PollChannel'")
    assert made.post("/admin/backfills", json=BODIES["order_backfill"]).is_success
    return made


def _learn_profile():
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    now = utcnow()
    for page in pages(components, 10):
        import_file("page.html", page.content.encode(), page.url, now, now)
    settle()
    with transaction() as session:
        enqueue(session, CheckProfiles())
    settle()


def article_of(name):
    """The article that this order is about."""
    with reading() as session:
        articles = (
            session.execute(text("SELECT id FROM articles WHERE url LIKE '%harbor%' ORDER BY url")).scalars().all()
        )
    return articles[OF_ARTICLES.index(name)] if name in OF_ARTICLES else articles[0]


def place(path, operation):
    """The address of what this order is about."""
    name = operation["operationId"]
    with reading() as session:
        aside = session.execute(
            text("SELECT max(id) FROM ledger WHERE dead_lettered_at IS NOT NULL AND discarded_at IS NULL")
        ).scalar()
        failing = session.execute(text("SELECT max(id) FROM ledger WHERE kind = 'PollChannel'")).scalar()
    return path.format(
        name="war",
        host=SITE,
        backfill_id=1,
        acceptance=1,
        article=article_of(name),
        takedown=OF_TAKEDOWNS.index(name) + 1 if name in OF_TAKEDOWNS else 1,
        endpoint_id=2 if name == "delete_endpoint" else 1,
        delivery_id=1,
        message_id=failing if name == "retry_message_now" else aside,
        key_id=1 if name == "rotate_key" else 2,
        reingestion_id=[*STATES].index(name) + 1 if name in STATES else 1,
    )


def test_each_order_leaves_one_entry_with_who_gave_it(admin):
    """Sources, endpoints, deliveries, keys, messages, re-ingestions; a route that comes to it must come to it here."""
    for number, state in enumerate(STATES.values(), 1):
        execute(f"UPDATE reingestions SET {state} WHERE id = {number}")
    openapi = admin.get("/openapi.json").json()
    ordered, seen = set(), entries()
    # What is deleted goes last, and what is one of many before all of them.
    for path, method, operation in sorted(operations(openapi), key=lambda each: (each[1] == "DELETE", -len(each[0]))):
        name = operation["operationId"]
        if method == "GET" or permission(operation) is None or name in ORDERS_NOTHING:
            continue
        body = BODIES.get(name)
        if body is None and "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            body = example(openapi, schema)
        if name == "erase_article":
            body |= {"confirm": article_of(name)}
        execute("UPDATE deliveries SET state = 'failed'")
        answer = admin.request(method, place(path, operation), json=body)
        assert answer.is_success, (name, answer.text)
        (entry,), seen = entries()[len(seen) :], entries()
        assert entry.key_name == "first key", name
        ordered.add(name)
    assert len(ordered) > 20
    of_services = {
        "article",
        "backfill",
        "endpoint",
        "gaps",
        "key",
        "log",
        "message",
        "messages",
        "profile",
        "quarantine",
        "reingestion",
    }
    assert of_services | {"site", "source", "sources", "takedown"} == {each.action.split(".")[0] for each in seen}
