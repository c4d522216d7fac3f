"""What holds for every route there is, now and later: the routes are read from the OpenAPI."""

import itertools
import json
import re
from functools import cache

import jsonschema_rs
import pytest

from services.admin.reference import example, operations, permission
from services.app import create_app
from services.contracts.caller import INCLUDES, Caller
from services.runtime.http.middleware import MAX_BODY
from tests.support.in_process import client

OPEN = {("/", "GET"), ("/health/live", "GET"), ("/health/ready", "GET")}
"""What needs no key. /docs, /openapi.json and /metrics are open as well, and not part of the OpenAPI."""

KEYS = itertools.count()
APP = create_app()
ROUTES = list(operations(APP.openapi()))
GUARDED = [route for route in ROUTES if route[:2] not in OPEN]
every_guarded_route = pytest.mark.parametrize(("path", "method", "operation"), GUARDED, ids=lambda part: str(part)[:40])


def filled(path):
    return re.sub(r"\{[^}]+\}", "1", path)


def takes_a_number(operation):
    named = [p["schema"].get("type") for p in operation.get("parameters", ()) if p["in"] == "path"]
    return "integer" in named


QUESTIONS = {"/log/growth", "/log/verification"}
"""What is asked with a body, and changes nothing."""


def app_for(*scopes):
    """A client of one app for all tests, as making one takes long; each with a key, hence with a pace, of its own."""
    return client(_app_for(scopes), f"key-{next(KEYS)}")


@cache
def _app_for(scopes):
    app, caller = create_app(), Caller(key=1, name="somebody", scopes=frozenset(scopes))
    app.state.authenticate = lambda _key: caller
    app.state.caller_of_key = lambda _key, _since: caller
    return app


def assert_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@every_guarded_route
def test_every_route_but_a_named_few_demands_a_key(path, method, operation):
    assert permission(operation) in INCLUDES
    assert_problem(client(APP).request(method, filled(path)), 401)


@every_guarded_route
def test_the_desk_is_the_admins_and_reading_is_all_that_a_reader_may(path, method, operation):
    if path.startswith("/webhooks"):
        assert permission(operation) == "subscribe"
    elif path == "/troubles":
        assert permission(operation) == "operate"
    elif path.startswith("/admin") or (method != "GET" and path not in QUESTIONS):
        assert permission(operation) == "admin"
    else:
        assert permission(operation) == "read"


def test_the_named_few_are_there_and_the_undocumented_ones_are_known():
    assert {(path, method) for path, method, _ in ROUTES} >= OPEN
    documented = {path for path, _, _ in ROUTES}
    undocumented = {path for path in _paths(APP.routes) if path not in documented}
    for_recipients = {"/notifications/confirm", "/notifications/unsubscribe"}
    by_address = {"/memento/timegate/{address:path}", "/memento/timemap/{address:path}"}
    assert (
        undocumented == {"/docs", "/openapi.json", "/metrics", "/desk", "/push/{token}"} | for_recipients | by_address
    )


@every_guarded_route
def test_a_key_without_the_scope_is_refused_by_its_name(path, method, operation):
    needed = permission(operation)
    for scope, included in INCLUDES.items():
        if needed not in included:
            answer = app_for(scope).request(method, filled(path))
            assert_problem(answer, 403)
            assert answer.json()["scope"] == needed


@pytest.mark.parametrize(("path", "method"), [(p, m) for p, m, o in GUARDED if "requestBody" in o], ids=str)
def test_a_body_that_is_no_json_or_too_large_is_a_problem(path, method):
    web = app_for("admin")
    json_type = {"Content-Type": "application/json"}
    assert_problem(web.request(method, filled(path), content=b"{,}", headers=json_type), 400)
    assert_problem(web.request(method, filled(path), content=b" " * (MAX_BODY + 1), headers=json_type), 413)


@pytest.mark.parametrize(("path", "method"), [(p, m) for p, m, o in GUARDED if takes_a_number(o)], ids=str)
@pytest.mark.parametrize("absurd", ["0", "-1", "9" * 30, "one", "%00", "%ff"])
def test_a_number_out_of_range_is_a_problem_and_no_surprise(path, method, absurd):
    answer = app_for("admin").request(method, re.sub(r"\{[^}]+\}", absurd, path))
    assert_problem(answer, 422)


def test_the_openapi_is_of_version_3_1_and_offers_a_key():
    openapi = client(APP).get("/openapi.json").json()
    assert openapi["openapi"].startswith("3.1")
    assert openapi["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_operation_has_a_name_of_its_own_and_a_sentence():
    names = [operation["operationId"] for _, _, operation in ROUTES]
    assert len(names) == len(set(names))
    assert all(operation.get("description") for _, _, operation in ROUTES)


def test_every_schema_has_one_plain_name_and_is_used():
    """A second of the same name would get its module's in front, and a maker of clients drops one of the two."""
    schemas, document = APP.openapi()["components"]["schemas"], json.dumps(APP.openapi())
    assert not [name for name in schemas if not name.isalnum()]
    assert [name for name in schemas if f'"#/components/schemas/{name}"' not in document] == []
    titles = [schema.get("title", name) for name, schema in schemas.items()]
    assert len(titles) == len(set(titles))


def test_every_operation_refers_to_the_one_schema_of_a_problem():
    for path, method, operation in ROUTES:
        content = operation["responses"]["default"]["content"]["application/problem+json"]
        assert content == {"schema": {"$ref": "#/components/schemas/Problem"}}, (path, method)
        assert "422" not in operation["responses"]


def test_every_summary_reads_as_words_and_every_tag_is_described():
    described = {tag["name"] for tag in APP.openapi()["tags"] if tag["description"]}
    assert {tag for _, _, operation in ROUTES for tag in operation["tags"]} == described
    for _, _, operation in ROUTES:
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Za-z -]+[a-zN]", operation["summary"]), operation["summary"]
        assert not re.search(r" [A-Z][a-z]", operation["summary"].replace("Atom", "")), operation["summary"]


def test_every_body_has_an_example_that_is_judged_good():
    """The first one is what /docs shows, and what people begin with."""
    for path, method, operation in ROUTES:
        if body := operation.get("requestBody"):
            schema = body["content"]["application/json"]["schema"]
            named = next(each for each in (schema, *schema.get("anyOf", ())) if "$ref" in each)
            told = APP.openapi()["components"]["schemas"][named["$ref"].rsplit("/", 1)[1]]
            model = jsonschema_rs.validator_for({**named, "components": APP.openapi()["components"]})
            assert told.get("examples"), (path, method)
            assert all(map(model.is_valid, told["examples"])), (path, method)


def test_the_openapi_says_where_it_is_called():
    assert APP.openapi()["servers"] == [{"url": "/", "description": "This installation"}]


def _paths(routes):
    for route in routes:
        if path := getattr(route, "path", None):
            yield path
        inner = getattr(route, "original_router", None)
        yield from _paths(inner.routes if inner else ())


@pytest.mark.parametrize(("path", "method"), [(p, m) for p, m, o in GUARDED if "requestBody" in o], ids=str)
def test_an_unknown_field_of_any_body_is_refused_and_those_that_are_known_are_named(path, method):
    content = APP.openapi()["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
    body = example(APP.openapi(), content["schema"])
    answer = app_for("admin").request(method, filled(path), json=(body or {}) | {"no_such_field": 1})
    named = [each["detail"] for each in answer.json()["errors"] if each["where"] == "body/no_such_field"]
    assert (answer.status_code, len(named)) == (422, 1)
    assert named[0].startswith("Not known here. Known are: ")
