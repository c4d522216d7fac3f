"""One history of migrations leads from an empty database of each kind to exactly the tables of the models, and back."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, select

from services.cli.processes import schema
from services.contracts.messages import FetchPage
from services.contracts.versions import generation
from services.reingest.models import ReingestionRow
from services.runtime import database
from services.runtime.database import utcnow
from services.runtime.events.tables import events
from services.runtime.ledger.jobs import claim, say
from services.runtime.ledger.ledger_table import Entry
from services.runtime.provenance.results import ReingestedPage
from services.webhooks.models import deliveries

pytestmark = pytest.mark.integration


PAGE = (
    "INSERT INTO pages (id, key, source, article_id, backlog, discovered_at, step, failures, restless, moves) "
    "VALUES ({0}, 'k{0}', 's', 'a{0}', false, '2026-01-01', 0, 0, 0, 0)"
)
ARTICLE = (
    "INSERT INTO articles (id, key, page, source, kind, headline, dated_at, first_seen, updated, revision, revisions, "
    "capture, fetched_at, parser) VALUES "
    "('a1', 'k', 1, 's', 'news', 'h', '2026-01-01', '2026-01-01', '2026-01-01', 1, 1, 'abc', '2026-01-01', '1')"
)


@pytest.fixture
def empty(installation, database_url):
    """An installation on an empty database of each kind; the configuration of its migrations."""
    installation(database_url=database_url)
    return schema.configuration()


def differences():
    with database.engine().connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_object": comparable}
        context = MigrationContext.configure(connection, opts=opts)
        return compare_metadata(context, SQLModel.metadata)


def comparable(_thing, name, *_about):
    """Not the full-text indexes, which no model describes; the database itself is asked about it below."""
    return not (name or "").startswith(("article_words", "page_words"))


def tables():
    """Everything that the database itself tells of our tables."""
    found = inspect(database.engine())
    reflected = {
        name: {
            "columns": [(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(name)],
            "key": found.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(str(one["column_names"]) for one in found.get_unique_constraints(name)),
            "foreign": sorted(str(one["constrained_columns"]) for one in found.get_foreign_keys(name)),
            "indexes": sorted(map(index, found.get_indexes(name))),
        }
        for name in found.get_table_names()
    }
    return {name: about for name, about in reflected.items() if name != "alembic_version"}


def index(one):
    where = [str(option) for name, option in one.get("dialect_options", {}).items() if name.endswith("_where")]
    return str((one["name"], one["column_names"], bool(one["unique"]), where))


def test_an_upgraded_empty_database_has_exactly_the_tables_of_the_models(empty):
    """Neither more nor less, as Alembic sees it."""
    schema.upgrade()
    assert differences() == []


def test_what_is_migrated_is_what_the_models_would_make(empty):
    """As the database tells it: also types, keys and the conditions of partial indexes, which Alembic overlooks."""
    schema.upgrade()
    migrated = tables()
    command.downgrade(empty, "base")
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    assert migrated == tables()


def test_upgrading_again_changes_nothing_and_loses_nothing(empty):
    """Every start of `dateline up` upgrades; the key of the first start must still be there."""
    schema.upgrade()
    before, key = tables(), schema.first_key()
    schema.upgrade()
    assert (tables(), key is not None, schema.first_key()) == (before, True, None)


REVISION = (
    "INSERT INTO revisions (article, number, content_hash, reading, capture, fetched_at, parser, cause, created_at) "
    """SELECT id, revision, '', '{"layout": "afpims"}', capture, fetched_at, parser, 'live', fetched_at FROM articles"""
)


def test_what_was_stored_before_tells_what_it_knows(empty):
    """A page of an older version learns from its article which capture gave it; a page without an article nothing. An
    article learns from its reading which layout read it.
    """
    database.make_file()
    command.upgrade(empty, "0001")
    says(*map(PAGE.format, (1, 2)), ARTICLE, REVISION)
    command.upgrade(empty, "0017")
    assert asked("SELECT readable FROM pages ORDER BY id") == [("abc",), (None,)]
    assert asked("SELECT layout, layout_version FROM articles") == [("afpims", None)]


READ = "UPDATE pages SET capture = 'abc', fetched_at = '2026-01-01', stored_at = '2026-01-01' WHERE id = 1"
WALLED = (
    "UPDATE pages SET capture = 'wall', fetched_at = '2026-02-02', stored_at = '2026-01-01', readable = 'abc', "
    "readable_at = '2026-01-01', rejected = 'empty', rejected_detail = 'No words.' WHERE id = 1"
)
NEVER = (
    "UPDATE pages SET capture = 'shell', fetched_at = '2026-02-02', rejected = 'stub', rejected_detail = 'A link.' "
    "WHERE id = 2"
)
VERDICTS = (
    "SELECT page, article, read_capture, read_parser, read_generation, rejected_capture, rejected_reason, "
    "rejected_detail FROM verdicts ORDER BY page"
)
COLUMNS = "SELECT article_id, readable, rejected, rejected_detail, stored_at IS NULL FROM pages ORDER BY id"


def test_what_became_of_a_page_is_carried_over_into_its_verdict_and_back(empty):
    """Behind a wall both parts are there; a page that never was looked at has no verdict."""
    database.make_file()
    command.upgrade(empty, "0017")
    says(*map(PAGE.format, (1, 2, 3)), ARTICLE.replace("'1')", "'1.1')"), REVISION, WALLED, NEVER)
    before = asked(COLUMNS)
    schema.upgrade()
    assert asked(VERDICTS) == [
        (1, "a1", "abc", "1.1", generation("1.1"), "wall", "empty", "No words."),
        (2, None, None, None, None, "shell", "stub", "A link."),
    ]
    command.downgrade(empty, "0017")
    assert [row[1:] for row in asked(COLUMNS)] == [row[1:] for row in before]
    assert asked(COLUMNS)[0] == before[0]


def test_a_page_that_gave_an_article_before_captures_were_remembered_names_that_of_the_article(empty):
    """An older store said that it had stored something, and not out of what."""
    database.make_file()
    command.upgrade(empty, "0017")
    says(PAGE.format(1), ARTICLE, REVISION, READ)
    schema.upgrade()
    assert asked(VERDICTS) == [(1, "a1", "abc", "1", generation("1"), None, None, None)]


def says(*statements):
    with database.transaction() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def asked(query):
    with database.reading() as session:
        return [tuple(row) for row in session.connection().exec_driver_sql(query).all()]


ORDER = (
    "INSERT INTO reingestions (id, scope, mode, dry_run, forced, announce, reason, asked_by, asked_by_name, state, "
    "asked_at, planned, planned_completely, created, updated, unchanged, rejected, unavailable, steered, clock_count, "
    "preview) VALUES ({0}, '{{}}', 'reparse', true, false, false, 'r', 1, 'desk', '{1}', '2026-01-01', 3, false, 0, 1, "
    "0, 1, 0, 0, 0, {2})"
)
PREVIEW = (
    "INSERT INTO previews (reingestion, page, outcome, state, source, announced, proposal) "
    "VALUES ({0}, {1}, '{2}', '{3}', 's', false, '{{}}')"
)
REINGESTED = (
    *(ORDER.format(*each) for each in ((1, "running", "NULL"), (2, "done", "NULL"), (3, "done", "'promoting'"))),
    *(PREVIEW.format(*each) for each in ((2, 7, "updated", "open"), (2, 8, "rejected", "open"))),
    *(PREVIEW.format(*each) for each in ((3, 7, "was_rejected", "applying"), (3, 9, "updated", "applying"))),
    "INSERT INTO preview_differences VALUES (2, 7, 'headline', 'old', 'new')",
    "INSERT INTO reingestion_changes VALUES (2, 'headline', 1)",
    "INSERT INTO reingestion_walks VALUES (1, '{}', '{}', 7, 'running', 0)",
    *(
        "INSERT INTO ledger (kind, key, page, reingestion, message, lane, said_at, due_at, attempts, trace_id) "
        f"VALUES ('{kind}', '{page}:{order}', {page}, {order}, '{{}}', 'bulk', '2026-01-01', '2026-01-01', 0, '')"
        for kind, page, order in (
            ("Reingest", "NULL", 1),
            ("PagePromoted", 1, 3),
            ("SaveArticle", 9, 3),
            ("ParsePage", 1, "NULL"),
        )
    ),
)


def test_a_reingestion_that_was_under_way_is_cancelled_and_what_a_dry_run_found_can_still_be_promoted(empty):
    """Its counts travelled as messages, and are not trusted any more; the audit log says so. Nothing else is lost."""
    database.make_file()
    command.upgrade(empty, "0023")
    says(*REINGESTED)
    schema.upgrade()
    orders = asked("SELECT id, state, preview, open, applying, stale FROM reingestions ORDER BY id")
    pages = asked("SELECT reingestion, page, outcome, finding, state FROM reingestion_pages ORDER BY 1, 2")
    noted = asked("SELECT subject, reason FROM audit_log WHERE action = 'reingestion.ended' ORDER BY id")
    kinds = asked("SELECT kind FROM ledger ORDER BY kind")
    with database.reading() as session:
        found, counted = session.get(ReingestedPage, (2, 7)), session.get(ReingestionRow, 2)
    assert orders == [
        (1, "cancelled", None, 0, 0, 0),
        (2, "done", None, 1, 0, 1),
        (3, "done", "cancelled", 1, 1, 0),
    ]
    assert pages == [
        (2, 7, "updated", "updated", "open"),
        (2, 8, "rejected", "rejected", "stale"),
        (3, 7, "updated", "was_rejected", "open"),
        (3, 9, "updated", "updated", "applying"),
    ]
    assert [subject for subject, reason in noted if "updated while" in reason] == ["reingestion 1", "reingestion 3"]
    assert kinds == [("ParsePage",), ("SaveArticle",)]
    assert (found.changed, found.differences) == (
        ["headline"],
        [{"field": "headline", "before": "old", "after": "new"}],
    )
    assert (found.counted_at is not None, counted.changed_fields) == (True, {"headline": 1})


def test_the_way_back_leaves_nothing_behind(empty):
    """But Alembic's own table, which says that no migration is applied."""
    schema.upgrade()
    command.downgrade(empty, "base")
    assert inspect(database.engine()).get_table_names() == ["alembic_version"]


def test_a_model_without_a_migration_would_be_noticed(empty):
    """The comparison above is able to fail."""
    schema.upgrade()
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE page_aliases")
    assert [(kind, table.name) for kind, table in differences()] == [("add_table", "page_aliases")]


@pytest.mark.usefixtures("empty")
def test_machines_that_migrate_at_the_same_time_take_turns():
    """One makes the tables and the key, the others wait for it; they failed at tables that were there already."""
    migrate = partial(subprocess.run, [sys.executable, "-m", "services.cli", "migrate"], capture_output=True, text=True)
    with ThreadPoolExecutor(3) as machines:
        told = [each.result() for each in [machines.submit(migrate, check=False) for _ in range(3)]]
    assert [each.returncode for each in told] == [0, 0, 0], [each.stderr for each in told]
    assert sorted(each.stdout.partition(":")[0] for each in told) == ["", "", "Your admin key, shown this once"]
    assert differences() == []


@pytest.mark.usefixtures("empty")
def test_whoever_waits_for_another_migration_is_told():
    """It stands still, and may for long: an operator must not think that it hangs."""
    database.make_file()
    told, took = [], threading.Event()

    def second():
        with database.alone(lambda: told.append("waits")):
            took.set()

    waiting = threading.Thread(target=second)
    with database.alone(lambda: told.append("never")):
        waiting.start()
        assert not took.wait(0.5)
    waiting.join(10)
    assert (told, took.is_set()) == (["waits"], True)


WAITING = (
    "INSERT INTO ledger (kind, key, message, lane, said_at, due_at, attempts, trace_id) "
    "VALUES ('{}', '{}', '{}', 'live', '2026-01-01', '2026-01-01', 0, '')"
)
EVENT = (
    "INSERT INTO events (sequence, id, type, occurred_at, article, revision, source, kind, cause, changed, announced, "
    "body) VALUES ({0}, 'evt_{0}', 'article.updated', '2026-01-0{0}', 'a1', 1, 's', 'news', 'live', '[\"body\"]', "
    """true, '{{"type":"article.updated","sequence":{0},"data":{{"article":{{"id":"a1","revision":1,"dek":"Ü"}}}}}}')"""
)
ENDPOINT = (
    "INSERT INTO endpoints (id, owner, url, description, event_types, filter, payload, labels, header_names, "
    "sealed_headers, sealed_secret, sealed_previous, state, created_at, updated_at, last_sequence, failures) VALUES "
    "(1, 7, 'https://h.example', '', '[]', '{}', 'full', '{}', '[]', '', 'x', '', 'active', '2026-01-01', "
    "'2026-01-01', 2, 0)"
)
ANNOUNCED = (
    "INSERT INTO announcements (event, sequence, type, source, article, body, thin, trace_id, occurred_at, "
    "announced_at) SELECT id, sequence, type, source, article, CAST(body AS {bytes}), "
    """CAST('{{"type":"article.updated","sequence":1,"data":{{"article":{{"id":"a1","revision":1}}}}}}' AS {bytes}), """
    "'t1', occurred_at, '2026-01-02' FROM events WHERE sequence = 1"
)
TESTED = (
    "INSERT INTO announcements (event, sequence, type, source, body, thin, trace_id, occurred_at, announced_at) "
    """VALUES ('evt_test', 0, 'endpoint.test', '', CAST('{body}' AS {bytes}), CAST('{body}' AS {bytes}), 't2', """
    "'2026-01-03', '2026-01-03')"
)
TEST_BODY = '{"type":"endpoint.test","sequence":0,"data":{"endpoint":{"id":1}}}'
DELIVERED = (
    "INSERT INTO deliveries (id, event, endpoint, sequence, payload, rank, state, attempts, tries, created_at) "
    "VALUES ({0}, '{1}', 1, {0}, 'full', 1, 'delivered', 1, 1, '2026-01-02')"
)
ATTEMPTED = (
    "INSERT INTO attempts (id, delivery, number, at, request, milliseconds, response, outcome) VALUES "
    "(1, 1, 1, '2026-01-02', '{}', 5, '', 'delivered')"
)
FAREWELL_BODY = '{"type":"endpoint.disabled","sequence":0,"data":{"endpoint":{"id":1}}}'
FAREWELL = {
    "event": "evt_disabled",
    "sequence": 0,
    "type": "endpoint.disabled",
    "source": "",
    "occurred_at": "2026-01-04T00:00:00Z",
    "body": FAREWELL_BODY,
    "owner": 7,
}


def test_every_event_keeps_its_bytes_and_every_delivery_its_event(empty, database_url):
    """On the way to one event log, back, and there again: also of what only one owner may know, or is still to know."""
    database.make_file()
    command.upgrade(empty, "0018")
    of_bytes = {"bytes": "BYTEA" if database_url.startswith("postgresql") else "BLOB"}
    before = (ARTICLE, *map(EVENT.format, (1, 2)), ENDPOINT, ANNOUNCED.format(**of_bytes))
    before += (TESTED.replace("{body}", TEST_BODY).replace("{bytes}", of_bytes["bytes"]),)
    with database.transaction() as session:
        for statement in (*before, DELIVERED.format(1, "evt_1"), DELIVERED.format(2, "evt_test"), ATTEMPTED):
            session.connection().exec_driver_sql(statement)
        farewell = WAITING.format("Announce", "endpoint_1:1", json.dumps(FAREWELL).replace("'", "''"))
        session.execute(text(farewell.replace(":", "\\:")))
    old = told_before()
    for _ in range(2):
        command.upgrade(empty, "head")
        with database.reading() as session:
            log = {row.id: row for row in session.execute(select(events))}
            joined = session.execute(select(deliveries.c.id, events.c.id).join(events)).all()
        assert [tuple(row) for row in sorted(joined)] == [(1, "evt_1"), (2, "evt_test")]
        assert {name: row.body for name, row in log.items()} == {
            "evt_1": old["events"][0][1],
            "evt_2": old["events"][1][1],
            "evt_test": TEST_BODY,
            "evt_disabled": FAREWELL_BODY,
        }
        first, second, test, farewell = (log[f"evt_{name}"] for name in (1, 2, "test", "disabled"))
        assert (first.sequence, first.subject, first.changed, first.trace_id) == (1, "a1", ["body"], "t1")
        assert first.announced_at > first.occurred_at
        assert (second.sequence, second.announced_at) == (2, None)
        assert (test.sequence, test.owner, test.subject) == (None, 7, "endpoint/1")
        assert (farewell.sequence, farewell.owner, farewell.announced_at) == (None, 7, None)
        command.downgrade(empty, "0018")
        assert told_before() == old


def told_before():
    """Events, announcements and deliveries, as they were in their own tables."""
    with database.reading() as session:
        asked = session.connection().exec_driver_sql
        return {
            "events": [tuple(row) for row in asked("SELECT id, body, revision, article FROM events ORDER BY sequence")],
            "announcements": [
                (row.event, bytes(row.body), bytes(row.thin), row.sequence, row.article)
                for row in asked("SELECT * FROM announcements ORDER BY event")
            ],
            "deliveries": [tuple(row) for row in asked("SELECT id, event FROM deliveries ORDER BY id")],
            "attempts": [tuple(row) for row in asked("SELECT id, delivery FROM attempts")],
        }


def test_what_waited_before_tells_what_it_is_about(empty):
    """Each message of the older form is found by its subject and handled; one that nobody can read stays as it is."""
    database.make_file()
    command.upgrade(empty, "0017")
    visit = {"page": 1, "reingestion": {"id": 3, "mode": "refetch"}}
    event = {"event": "evt_1", "sequence": 12, "type": "article.created", "source": "s"}
    event |= {"occurred_at": "2026-01-01T00:00:00Z", "body": '{"data": {}}'}
    waiting = (
        ("FetchPage", "1", json.dumps({"page": 1})),
        ("FetchPage", "1:3", json.dumps(visit)),
        ("FetchPage", "2", "{no json"),
        (
            "Announce",
            "art_x:0000000012",
            json.dumps(event),
        ),
        ("Deliver", "4", json.dumps({"endpoint": 4})),
    )
    with database.transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql(PAGE.format(1))
        connection.exec_driver_sql("UPDATE pages SET url = 'https://www.example.gov:8443/News/1/'")
        for kind, key, message in waiting:
            connection.execute(text(WAITING.format(kind, key, message).replace(":", "\\:")))
    schema.upgrade()
    with database.reading() as session:
        rows = session.exec(select(Entry).order_by(Entry.id)).all()
    of = [(row.page, row.reingestion, row.article, row.sequence, row.endpoint, row.host) for row in rows]
    assert of == [
        (1, None, None, None, None, "www.example.gov:8443"),
        (1, 3, None, None, None, "www.example.gov:8443"),
        (None, None, None, None, None, ""),  # it takes a turn, at a host that is not known
        (None, None, "art_x", 12, None, None),
        (None, None, None, None, 4, None),
    ]
    with database.transaction() as session:
        say(session, FetchPage(page=1))  # is the one that waits, under the same key
    jobs = [job for row in rows for job in claim(row.kind, [row.id], utcnow())]
    assert len(jobs) == len(rows)
    for job in jobs:
        with job.finish():
            pass
    with database.reading() as session:
        assert session.exec(select(Entry)).all() == []
