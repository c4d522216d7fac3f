"""The page at /docs shows every operation and needs nothing from anywhere else."""

import base64
import hashlib
import re

import pytest

from services.admin.reference import example, operations
from services.app import create_app
from tests.support.in_process import client


@pytest.fixture(scope="module")
def app():
    return create_app()


@pytest.fixture(scope="module")
def shown(app):
    return client(app).get("/docs")


def test_every_operation_is_on_the_page(app, shown):
    for path, method, _ in operations(app.openapi()):
        assert f"<b>{method}</b> <code>{path}</code>" in shown.text


def test_the_page_loads_nothing_and_may_call_nobody_else(shown):
    assert not re.search(r"<script[^>]|<link|<img|@import|url\(", shown.text)
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy


@pytest.mark.parametrize("kind", ["style", "script"])
def test_its_own_style_and_script_are_those_that_its_policy_allows(shown, kind):
    [own] = re.findall(f"<{kind}>(.*?)</{kind}>", shown.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"{kind}-src 'sha256-{digest}'" in shown.headers["content-security-policy"]


def test_a_call_can_be_copied_as_it_stands(shown):
    assert "curl -X POST &#x27;http://dateline.test/admin/keys&#x27;" in shown.text
    assert "Authorization: Bearer $DATELINE_KEY" in shown.text


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"examples": ["a"], "default": "b"}, "a"),
        ({"default": 5, "type": "integer"}, 5),
        ({"enum": ["read", "admin"]}, "read"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "…"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}, None),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"$ref": "#/components/schemas/Star"}, {"name": "…", "planets": 1}),
        ({}, "…"),
    ],
)
def test_an_example_is_the_told_one_or_the_plainest(schema, value):
    star = {"properties": {"name": {"type": "string"}, "planets": {"type": "integer"}}}
    assert example({"components": {"schemas": {"Star": star}}}, schema) == value
