"""The page at /docs shows every operation and needs nothing from anywhere else."""

import base64
import hashlib
import re

import pytest

from services.admin.reference import example, operations
from services.admin.reference_fields import BodyField, fields
from services.app import create_app
from tests.support.in_process import client

CALLS_BY_WORD = {
    "notification": [("POST", "/webhooks/endpoints"), ("GET", "/webhooks/endpoints")],
    "email": [("POST", "/webhooks/endpoints")],
    "e-mail": [("POST", "/webhooks/endpoints"), ("GET", "/webhooks/endpoints")],
    "history": [("GET", "/articles/{article}/revisions")],
    "corrected": [("GET", "/articles/{article}/revisions"), ("GET", "/articles/{article}/diff")],
}


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


def part(shown, method, path):
    """What the page says about one operation."""
    _, _, rest = shown.text.partition(f"<b>{method}</b> <code>{path}</code>")
    return rest.partition("</details>")[0]


def test_a_body_is_shown_with_all_its_fields_and_further_examples(shown):
    """The form holds the least that is taken; what else there is stands beneath it."""
    endpoint = part(shown, "POST", "/webhooks/endpoints")
    for name in ("kind", "to", "digest.every", "filter.kinds", "filter.exclude.words"):
        assert f"<td><code>{name}</code></td>" in endpoint
    assert "<td>webhook, email, slack, " in endpoint
    assert "ann@example.org" in endpoint


def test_a_parameter_with_fixed_values_is_a_menu(shown):
    [menu] = re.findall(r'<select name="kind".*?</select>', part(shown, "GET", "/articles"))
    assert "<option></option>" in menu
    assert "<option>advisory</option>" in menu
    assert '<input name="limit"' in part(shown, "GET", "/articles")


@pytest.mark.parametrize("word", ["notification", "email", "e-mail", "history", "corrected"])
def test_words_that_people_use_are_in_the_descriptions(shown, word):
    parts = [part(shown, method, path).lower() for method, path in CALLS_BY_WORD[word]]
    assert all(word in entry for entry in parts)


def test_the_fields_of_a_schema_that_holds_itself_come_to_an_end():
    """Each is named once, those of an object with a dot, those of a list's entries with brackets."""
    tree = {
        "properties": {
            "name": {"anyOf": [{"enum": ["oak", "elm"]}, {"type": "null"}], "default": "oak", "description": "Which."},
            "twigs": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
        "required": ["name"],
    }
    listed = list(fields({"components": {"schemas": {"Tree": tree}}}, {"$ref": "#/components/schemas/Tree"}))
    assert listed[0] == BodyField("name", "oak, elm", required=True, about="Which. Default: `oak`.")
    names = ["name", "twigs", "twigs[].name", "twigs[].twigs", "twigs[].twigs[].name", "twigs[].twigs[].twigs"]
    assert [entry.name for entry in listed] == names


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
