"""Every door of the API with real keys on a real database: the routes are read from the OpenAPI."""

import importlib
import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from services.access import keys
from services.admin.reference import example, operations, permission
from services.app import create_app
from services.contracts.caller import INCLUDES
from services.contracts.wiring import SERVICES
from services.runtime.database import reading, transaction, utcnow
from services.webhooks.models import Endpoint
from tests.support.in_process import client, is_listing

pytestmark = pytest.mark.integration

OPENAPI = create_app().openapi()
ROUTES = list(operations(OPENAPI))
GUARDED = [route for route in ROUTES if permission(route[2])]
LISTINGS = [route for route in GUARDED if is_listing(*route)]
UNKNOWN = "999999"
ADDRESS = "https://192.0.2.7/hook"
"""An endpoint's, on a network that is nobody's."""


@pytest.fixture
def made(db, installation):
    """Makes a key of these scopes; gives what it is presented as, and its id."""
    installation(egress_allow="192.0.2.0/24")

    def make(*scopes, **words):
        with transaction() as session:
            key, presented = keys.create(session, "somebody", scopes, utcnow(), **words)
        return presented, key.id

    return make


def asked(web, path, method, operation):
    """The answer of a route, about an id that is unknown, with a body that is in order."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    text = {"json": plainest(body["schema"])} if body else {}
    return web.request(method, re.sub(r"\{[^}]+\}", UNKNOWN, path), **text)


def plainest(schema):
    """Nothing, where nothing is required; else the example that /docs shows."""
    whole = OPENAPI["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    return example(OPENAPI, schema) if whole.get("required") else {}


def test_there_are_doors():
    """Otherwise the tests below would hold of nothing. `sources` and `log` alone open none: they show more."""
    assert len(GUARDED) >= 25
    assert {permission(operation) for _, _, operation in GUARDED} == set(INCLUDES) - {"sources", "log"}


@pytest.mark.parametrize("scope", INCLUDES)
def test_a_key_opens_the_doors_of_its_scope_and_no_other(made, scope):
    presented, _ = made(scope)
    with client(create_app(), presented) as web:
        for path, method, operation in GUARDED:
            if permission(operation) in INCLUDES[scope]:
                continue
            answer = asked(web, path, method, operation)
            assert (method, path, answer.status_code) == (method, path, 403)
            assert answer.json()["scope"] == permission(operation)
        for path, method, operation in LISTINGS:
            if permission(operation) in INCLUDES[scope]:
                # A new log has nothing to show, which is said to those who may ask.
                opened = {200, 404, 422} if path.startswith("/log/") else {200}
                assert asked(web, path, method, operation).status_code in opened, path


def test_no_door_opens_without_a_key(made):
    made("admin")
    with client(create_app()) as web:
        for path, method, operation in GUARDED:
            assert (method, path, asked(web, path, method, operation).status_code) == (method, path, 401)


def test_what_is_not_there_is_a_404_whatever_is_to_be_done_to_it(made):
    presented, _ = made("admin")
    with client(create_app(), presented) as web:
        for path, method, operation in GUARDED:
            if "{" in path:
                answer = asked(web, path, method, operation)
                # What is asked in the wrong shape is told so first, whether it is there or not.
                misshapen = [fault["where"].split("/")[0] for fault in answer.json().get("errors", ())]
                assert answer.status_code == (422 if misshapen else 404), (method, path, answer.text)
                assert set(misshapen) <= {"path", "body"}
                assert "body" not in misshapen or "requestBody" in operation


@pytest.mark.parametrize(
    "spelt", ["{key}", "Bearer", "Bearer ", "Token {key}", "Bearer {key}x", "Bearer {cut}", "Bearer ☃"]
)
def test_what_only_resembles_a_key_opens_nothing(made, spelt):
    presented, _ = made("admin")
    header = spelt.format(key=presented, cut=presented[:-1]).encode()
    with client(create_app()) as web:
        assert web.get("/admin/keys", headers={"Authorization": header}).status_code == 401


def test_a_key_in_the_address_is_refused_beside_a_good_one(made):
    presented, _ = made("admin")
    with client(create_app(), presented) as web:
        assert web.get("/admin/keys", params={"key": presented}).status_code == 400


def test_a_key_that_was_revoked_or_has_expired_is_a_401_at_once(made):
    presented, number = made("admin")
    ending, _ = made("read", expires_at=utcnow() + timedelta(days=1))
    with client(create_app(), presented) as web:
        assert web.get("/articles").status_code == 200
        assert web.delete(f"/admin/keys/{number}").status_code == 204
        answer = web.get("/articles")
    assert answer.status_code == 401
    assert "revoked or expired" in answer.json()["detail"]
    assert keys.authenticate(ending, utcnow() + timedelta(days=1)) is None


def test_the_endpoints_of_a_revoked_key_are_disabled_and_say_why(made):
    """Whoever loses the key loses what it subscribed to; an admin sees it and may wake it."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    admins, _ = made("admin")
    theirs, number = made("subscribe")
    app = create_app()
    endpoint = client(app, theirs).post("/webhooks/endpoints", json={"url": ADDRESS}).json()["id"]
    with client(app, admins) as web:
        web.delete(f"/admin/keys/{number}")
        shown = web.get(f"/webhooks/endpoints/{endpoint}").json()
        assert shown["state"] == "disabled"
        assert "key" in shown["reason"]
        assert web.patch(f"/webhooks/endpoints/{endpoint}", json={"state": "active"}).status_code == 200


def test_an_endpoint_of_a_key_that_expires_ends_with_it(made):
    tomorrow = utcnow() + timedelta(days=1)
    ending, _ = made("subscribe", expires_at=tomorrow)
    lasting, _ = made("subscribe")
    app = create_app()
    for key in (ending, lasting):
        client(app, key).post("/webhooks/endpoints", json={"url": ADDRESS})
    with reading() as session:
        assert session.scalars(select(col(Endpoint.ends_at)).order_by(col(Endpoint.id))).all() == [tomorrow, None]


def test_a_key_of_another_sees_no_endpoint_of_mine(made):
    """Not even that it is there: the answer is the same as for one that was never made."""
    mine, _ = made("subscribe")
    theirs, _ = made("subscribe")
    app = create_app()
    endpoint = client(app, mine).post("/webhooks/endpoints", json={"url": ADDRESS}).json()["id"]
    with client(app, theirs) as web:
        for path, method, operation in GUARDED:
            if "{endpoint_id}" in path:
                hidden = asked(web, path.replace("{endpoint_id}", str(endpoint)), method, operation)
                unknown = asked(web, path, method, operation)
                assert (method, path, told(hidden)) == (method, path, told(unknown))
                assert hidden.status_code in {404, 422}
    assert client(app, mine).get(f"/webhooks/endpoints/{endpoint}").json()["state"] == "active"


def told(answer):
    """Status and words, without the trace."""
    return answer.status_code, answer.json() | {"trace_id": None}
