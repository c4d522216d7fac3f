"""The web app as its operators meet it: health, metrics, the signpost."""

import re
import sqlite3

import pytest
from sqlmodel import SQLModel

from services import __version__
from services.access import keys
from services.admin.reference import operations
from services.app import create_app
from services.contracts.caller import Caller
from services.contracts.messages import PollChannel
from services.runtime import database
from services.runtime.database import transaction, utcnow
from services.runtime.http.problems import PROBLEM
from services.runtime.ledger.jobs import enqueue
from services.runtime.settings import runtime_settings
from tests.support.in_process import client, is_listing

pytestmark = pytest.mark.integration

ROUTES = list(operations(create_app().openapi()))


@pytest.fixture
def web():
    return client(create_app())


def test_it_is_ready_when_the_database_answers_and_needs_no_redis(db, web):
    answer = web.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "answers",
        "redis": "not used",
        "overdue_seconds": 0.0,
        "reasons": [],
    }


def test_a_dead_redis_is_told_and_changes_nothing(db, web, installation):
    installation(redis_url="redis://127.0.0.1:1/0")
    answer = web.get("/health/ready")
    assert (answer.status_code, answer.json()["redis"]) == (200, "does not answer")


def test_a_living_redis_is_told(db, web, installation, redis_url):
    installation(redis_url=redis_url)
    assert web.get("/health/ready").json()["redis"] == "answers"


def test_it_is_not_ready_before_the_tables_are_made(installation, web):
    answer = web.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)


def test_it_is_live_whatever_the_database_does(installation, web):
    assert web.get("/health/live").json() == {"live": True}


def test_the_age_of_forgotten_work_is_told(db, web):
    with transaction() as session:
        enqueue(session, PollChannel(channel=1))
    assert web.get("/health/ready").json()["overdue_seconds"] > 0


def test_requests_are_counted_by_route_and_not_by_address(installation, web):
    web.get("/health/live?a=1")
    web.get("/made/up/1")
    shown = web.get("/metrics").text
    assert 'dateline_request_seconds_count{method="GET",route="/health/live",status="200"}' in shown
    assert "made/up" not in shown


def test_the_signpost_points_to_what_is_there(installation, web):
    body = web.get("/").json()
    assert (body["name"], body["version"]) == ("Dateline", __version__)
    for place in ("docs", "openapi"):
        assert web.get(body[place]).status_code == 200


@pytest.fixture
def admin(db):
    app = create_app()
    app.state.authenticate = {"good": Caller(key=1, name="somebody", scopes=frozenset({"admin"}))}.get
    return client(app, "good")


def test_every_listing_answers_on_an_empty_installation(admin):
    for path, method, operation in ROUTES:
        if is_listing(path, method, operation):
            # A new log has no checkpoint yet, which is said to those who ask for it.
            answers = {200, 404} if path.startswith("/log/") else {200}
            assert admin.get(path).status_code in answers, path


@pytest.mark.parametrize("name", ["999999", "%00", "%ff"])
def test_an_unknown_id_is_a_problem_that_says_where_to_look(admin, name):
    for path, method, _ in ROUTES:
        if "{" in path and method in {"GET", "DELETE"}:
            answer = admin.request(method, re.sub(r"\{[^}]+\}", name, path))
            assert answer.status_code in {404, 422}, (path, answer.text)
            assert answer.headers["content-type"] == PROBLEM
            assert "Nothing lives at this address" not in answer.json()["detail"]


def test_a_writer_that_holds_the_database_turns_no_reader_away(installation):
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    with transaction() as session:
        web = client(create_app(), keys.first_key(session, utcnow()))
    assert web.get("/admin/keys").status_code == 200, "and its use is noted, for the minute"
    holder = sqlite3.connect(runtime_settings().state / "dateline.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert web.get("/admin/keys").status_code == 200
    holder.execute("ROLLBACK")
    holder.close()
