"""The audit log, searched: by who, what, on what, when and by words."""

from datetime import UTC, datetime, timedelta

import pytest

from services.access import keys
from services.app import create_app
from services.contracts.caller import Caller
from services.runtime import audit_log
from services.runtime.database import transaction, utcnow
from tests.support.in_process import client

pytestmark = pytest.mark.integration
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = Caller(7, "ann", frozenset({"admin"}))
BOB = Caller(8, "bob 100%", frozenset({"admin"}))


@pytest.fixture
def admin(db):
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
        for hour, caller, action, subject, reason in (
            (0, ANN, "source.paused", "source navy", "It floods us"),
            (1, BOB, "source.removed", "source navy-old", None),
            (2, ANN, "sources.loaded", "12 sources", None),
            (3, BOB, "endpoint.changed", "endpoint 3: url", "It moved"),
        ):
            audit_log.note(session, caller, action, subject, NOON + timedelta(hours=hour), reason=reason)
    return client(create_app(), presented)


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({}, ["endpoint 3: url", "12 sources", "source navy-old", "source navy"]),
        ({"actor": "ann"}, ["12 sources", "source navy"]),
        ({"actor": "7"}, ["12 sources", "source navy"]),
        ({"actor": "bob 100%"}, ["endpoint 3: url", "source navy-old"]),
        ({"action": "source"}, ["source navy-old", "source navy"]),
        ({"action": "source.paused"}, ["source navy"]),
        ({"subject": "source navy"}, ["source navy-old", "source navy"]),
        ({"subject": "endpoint 3"}, ["endpoint 3: url"]),
        ({"since": "2026-03-02T13:00:00Z", "until": "2026-03-02T15:00:00Z"}, ["12 sources", "source navy-old"]),
        ({"q": "FLOODS"}, ["source navy"]),
        ({"q": "%"}, []),
        ({"actor": "ann", "action": "source", "q": "navy"}, ["source navy"]),
    ],
)
def test_all_that_is_named_must_hold(admin, query, subjects):
    entries = admin.get("/admin/audit", params=query).json()["entries"]
    assert [entry["subject"] for entry in entries] == subjects


def test_a_search_goes_on_page_by_page(admin):
    first = admin.get("/admin/audit", params={"q": "source", "limit": 2}).json()
    second = admin.get("/admin/audit", params={"q": "source", "limit": 2, "after": first["next"]}).json()
    subjects = [entry["subject"] for page in (first, second) for entry in page["entries"]]
    assert (subjects, second["next"]) == (["12 sources", "source navy-old", "source navy"], None)


def test_actors_and_actions_are_offered(admin):
    assert admin.get("/admin/audit/choices").json() == {
        "actors": ["ann", "bob 100%"],
        "actions": ["endpoint.changed", "source.paused", "source.removed", "sources.loaded"],
    }
