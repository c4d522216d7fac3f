"""The operator's desk over HTTP, on a real database of each kind."""

import pytest
from sqlalchemy import text

from services.access import keys
from services.admin.reference import example, operations
from services.app import create_app
from services.fetcher.source_seeds import EXAMPLE
from services.runtime.database import reading, transaction, utcnow
from services.webhooks import subscriptions
from services.webhooks.requests import EndpointWanted
from tests.support.in_process import client

pytestmark = pytest.mark.integration

ORDER = {"scope": {"source": "war"}, "dry_run": True, "reason": "new layout"}


@pytest.fixture
def admin(db):
    with transaction() as session:
        presented = keys.first_key(session, utcnow())
    return client(create_app(), presented)


def test_an_order_is_accepted_and_can_be_followed(admin):
    answer = admin.post("/admin/reingestions", json=ORDER)
    assert answer.status_code == 202
    followed = admin.get(answer.headers["location"])
    assert followed.status_code == 200
    assert followed.json() == answer.json()
    body = followed.json()
    assert (body["state"], body["planned"], body["dry_run"], body["mode"]) == ("accepted", 0, True, "reparse")
    assert body["scope"]["source"] == "war"
    assert body["asked_by"] == {"key": 1, "name": "first key"}
    assert set(body["outcomes"]) == {"created", "updated", "unchanged", "rejected", "unavailable"}


def test_an_order_is_accepted_while_redis_is_away(admin, installation):
    installation(redis_url="redis://127.0.0.1:1/0")
    assert admin.post("/admin/reingestions", json=ORDER).status_code == 202


def test_asking_again_under_an_idempotency_key_gives_the_same_and_another_order_a_problem(admin):
    header = {"Idempotency-Key": "k" * 255}
    first = admin.post("/admin/reingestions", json=ORDER, headers=header)
    again = admin.post("/admin/reingestions", json=ORDER, headers=header)
    assert (again.status_code, again.json()["id"], again.headers["location"]) == (
        202,
        first.json()["id"],
        first.headers["location"],
    )
    other = admin.post("/admin/reingestions", json=ORDER | {"mode": "refetch"}, headers=header)
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["detail"]


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_an_idempotency_key_has_1_to_255_characters(admin, key):
    answer = admin.post("/admin/reingestions", json=ORDER, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_two_scopes_are_a_problem_that_names_the_place(admin):
    answer = admin.post("/admin/reingestions", json=ORDER | {"scope": {"source": "war", "all": True}})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["where"] == "body/scope"
    assert "names all and source" in error["detail"]


@pytest.mark.parametrize("listing", ["reingestions", "keys", "audit"])
def test_listings_are_walked_to_the_end_the_newest_first_each_row_once(admin, listing):
    for number in range(5):
        admin.post("/admin/reingestions", json=ORDER | {"reason": f"reason {number}"})
        admin.post("/admin/keys", json={"name": f"key {number}", "scopes": ["read"]})
    name = "entries" if listing == "audit" else listing
    everything = admin.get(f"/admin/{listing}?limit=200").json()
    assert everything["next"] is None
    walked, after = [], {}
    while True:
        page = admin.get(f"/admin/{listing}", params={"limit": 2} | after).json()
        walked += page[name]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert walked == everything[name]
    assert len(walked) >= 5
    if listing != "audit":
        assert [row["id"] for row in walked] == sorted((row["id"] for row in walked), reverse=True)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", "after=made-up", "after=" + "x" * 1001])
def test_an_absurd_page_is_a_problem(admin, query):
    assert admin.get(f"/admin/reingestions?{query}").status_code == 422


@pytest.mark.parametrize("path", ["/admin/reingestions/999", "/admin/keys/999"])
def test_an_unknown_id_is_a_problem_that_says_where_to_look(admin, path):
    answer = admin.request("DELETE" if "keys" in path else "GET", path)
    assert answer.status_code == 404
    assert "lists those there are" in answer.json()["detail"]


def test_a_made_key_is_shown_once_and_opens_the_door_until_it_is_revoked(admin):
    made = admin.post("/admin/keys", json={"name": "reader", "scopes": ["admin"]})
    assert made.status_code == 201
    key = made.json()["key"]
    assert "key" not in admin.get("/admin/keys").json()["keys"][0]
    theirs = client(create_app(), key)
    assert theirs.get("/admin/keys").status_code == 200
    for _ in range(2):
        assert admin.delete(f"/admin/keys/{made.json()['id']}", params={"reason": "left"}).status_code == 204
    assert theirs.get("/admin/keys").status_code == 401


def test_a_subscribers_key_gets_a_new_secret_and_keeps_its_endpoints(admin):
    """The old secret opens until the overlap is over; the one before that is over at once."""
    made = admin.post("/admin/keys", json={"name": "newsletter", "scopes": ["subscribe"]}).json()
    first = client(create_app(), made["key"])
    with transaction() as session:
        order = EndpointWanted(url="https://example.org/hook").model_dump()
        subscriptions.subscribe(session, made["id"], order, utcnow())
    rotated = admin.post(f"/admin/keys/{made['id']}/rotate", json={"reason": "a year old"}).json()
    assert (rotated["id"], rotated["scopes"], rotated["old_secret_until"] is None) == (made["id"], ["subscribe"], False)
    second = client(create_app(), rotated["key"])
    for theirs in (first, second):
        assert [endpoint["id"] for endpoint in theirs.get("/webhooks/endpoints").json()["endpoints"]] == [1]
    third = admin.post(f"/admin/keys/{made['id']}/rotate", json={"overlap_hours": 0}).json()["key"]
    opened = [client(create_app(), key).get("/articles").status_code for key in (third, rotated["key"], made["key"])]
    assert opened == [200, 401, 401]
    assert admin.post("/admin/keys/999/rotate").status_code == 404
    assert admin.post(f"/admin/keys/{made['id']}/rotate", json={"overlap_hours": 721}).status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["root"]},
        {"name": "a", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "a", "scopes": ["read"], "expires_at": "2099-01-01T00:00:00"},
        {"name": "a", "scopes": ["read"], "digest": "0" * 64},
        {"name": "a\x00b", "scopes": ["read"]},
    ],
)
def test_a_key_that_could_not_work_is_not_made(admin, fields):
    assert admin.post("/admin/keys", json=fields).status_code == 422
    assert len(admin.get("/admin/keys").json()["keys"]) == 1


def test_what_was_done_is_in_the_log_with_who_and_why(admin):
    made = admin.post("/admin/keys", json={"name": "reader", "scopes": ["read"], "reason": "asked for"}).json()
    admin.delete(f"/admin/keys/{made['id']}", params={"reason": "left"})
    admin.delete(f"/admin/keys/{made['id']}", params={"reason": "again"})
    entries = admin.get("/admin/audit").json()["entries"]
    assert [(e["key_name"], e["action"], e["reason"]) for e in entries] == [
        ("first key", "key.revoked", "left"),
        ("first key", "key.made", "asked for"),
    ]


def test_the_example_of_each_order_works_as_it_stands(admin):
    """Where it names a source, that is the one of the examples of sources."""
    assert admin.post("/sources/batch", json={"sources": [EXAMPLE]}).is_success
    openapi = admin.get("/openapi.json").json()
    for path, method, operation in operations(openapi):
        if path.startswith("/admin") and "{" not in path and "requestBody" in operation:
            body = example(openapi, operation["requestBody"]["content"]["application/json"]["schema"])
            assert admin.request(method, path, json=body).is_success, body


def test_no_secret_is_kept_anywhere(admin):
    secret = admin.post("/admin/keys", json={"name": "reader", "scopes": ["read"]}).json()["key"].split("_")[2]
    with reading() as session:
        for table in ("api_keys", "audit_log", "ledger"):
            assert secret not in str(session.execute(text(f"SELECT * FROM {table}")).all())
