"""What is written about events is what is sent: pages, examples, OpenAPI."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import jsonschema_rs
import pytest

from services.app import create_app
from services.contracts.article import Award, Byline, Image, Link
from services.contracts.article_events import ArticleEventType
from services.contracts.event_examples import EXAMPLES, THIN_EXAMPLES
from services.contracts.events import EVENTS, PublicEventType
from services.contracts.thin_events import THIN
from services.store.decide import Reading
from services.store.events import new_event
from services.webhooks import announce, models, payload
from services.webhooks.signing import new_secret, signed_headers
from tests.support.orders import NOW, URL, order
from tests.tools import event_pages

PAGES = event_pages.pages()
OPENAPI = create_app().openapi()
LIVE = {"status": "live", "status_since": None, "status_looks": 0, "story": None, "sources": []}
ROW = SimpleNamespace(
    id="art_a", published_from=None, url=URL, source="war-releases", revision=2, first_seen=NOW, updated=NOW, **LIVE
)
every_event = pytest.mark.parametrize("name", EVENTS)


def sent(previous):
    """The body of an event about an article that says everything an article may say."""
    rich = {
        "byline": [Byline(name="Pat")],
        "images": [Image(virin="260302-A-AB123-001", taken_on="2026-03-02")],
        "awards": [Award(text="…")],
        "attachments": [Link(text="a", url="https://a.example")],
        "published_at": "2026-01-12T09:00:00-05:00",
    }
    return json.loads(new_event(ROW, Reading.of(order(**rich)), ("body",), previous=previous, now=NOW).body(7))


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_say_what_the_code_says(path):
    """Else run `python -m tests.tools.event_pages`, and look at what that changes for those who receive."""
    assert event_pages.DOCS.joinpath(path).read_text() == PAGES[path]


def test_no_page_is_left_of_an_event_that_is_gone():
    assert {f"schemas/{path.name}" for path in event_pages.DOCS.glob("schemas/*")} == set(PAGES) - {"events.md"}


def test_what_is_sent_is_what_the_published_schemas_say():
    """As a receiver would find out who judges by them; they refuse what lacks a field."""
    answer = EXAMPLES | {"article.created": sent(None), "article.updated": sent(1)}
    answer |= {f"{name}.thin": payload.thinned(answer[name]) for name in THIN}
    assert {"events.md", *(f"schemas/{name}.json" for name in answer)} == set(PAGES)
    for name, event in answer.items():
        schema = jsonschema_rs.validator_for(json.loads(PAGES[f"schemas/{name}.json"]))
        schema.validate(event)
        assert not schema.is_valid(event | {"data": {}})


@every_event
def test_an_example_has_every_field_and_no_other(name):
    """At every depth, as its model has them."""
    assert fields(EVENTS[name].model_validate(EXAMPLES[name]).model_dump(mode="json")) == fields(EXAMPLES[name])


@pytest.mark.parametrize(("name", "previous"), [("article.created", None), ("article.updated", 1)])
def test_what_the_store_sends_is_what_the_model_says(name, previous):
    """Nothing is lost or added on the way through it."""
    body = sent(previous)
    assert body["type"] == name
    assert EVENTS[name].model_validate(body).model_dump(mode="json") == body | {"timestamp": "2026-01-12T15:00:00Z"}


def test_a_thin_event_is_the_whole_one_without_the_words_of_its_article():
    """In fact, in its example, and in its model: the same fields, and no other."""
    assert set(THIN) == {*get_args(ArticleEventType)} == set(THIN_EXAMPLES)
    for name, model in THIN.items():
        example = THIN_EXAMPLES[name]
        assert payload.thinned(EXAMPLES[name]) == example
        assert model.model_validate(example).model_dump(mode="json") == example | {"timestamp": "2026-03-02T15:04:05Z"}


def test_what_is_told_of_an_endpoint_is_what_the_model_says():
    given_up = SimpleNamespace(id=2, description="news desk", owner=1)
    body = json.loads(announce.farewell(given_up, "It answered 410, Gone.", NOW).body(0))
    assert fields(body) == fields(EXAMPLES["endpoint.disabled"])
    assert EVENTS[body["type"]].model_validate(body).model_dump(mode="json")["data"] == body["data"]


def test_every_type_there_is_has_a_shape():
    """And no other has."""
    assert {*get_args(PublicEventType), *get_args(models.EventType), models.TEST} == set(EVENTS) == set(EXAMPLES)


def test_the_openapi_has_every_event_as_a_webhook_with_its_headers_and_examples():
    assert set(OPENAPI["webhooks"]) == set(EVENTS)
    for name, methods in OPENAPI["webhooks"].items():
        operation = methods["post"]
        sent_along = signed_headers(new_secret(), "evt_1", NOW, b"") | {"dateline-sequence": "1"}
        assert {parameter["name"] for parameter in operation["parameters"] if parameter["required"]} == set(sent_along)
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        shapes = [EVENTS[name], *([THIN[name]] if name in THIN else [])]
        assert [parameter["$ref"].rpartition("/")[2] for parameter in schema.get("anyOf", [schema])] == [
            shape.__name__ for shape in shapes
        ]
        messages = [EXAMPLES[name], *([THIN_EXAMPLES[name]] if name in THIN else [])]
        assert schema["examples"] == without_null(messages), "nulls do not get into an OpenAPI"


def test_a_schema_demands_no_less_tomorrow_than_today():
    """What a receiver may rely on: the fields that every event has, and those of its article."""
    schema = json.loads(Path(event_pages.DOCS, "schemas/article.updated.json").read_text())
    assert {"type", "timestamp", "sequence", "data"} <= set(schema["required"])
    promised = {"id", "source", "revision", "first_seen", "updated", "url", "kind", "headline", "dek", "byline", "body"}
    promised |= {"published_at", "images", "tags", "links", "attachments", "awards", "lang", "dateline"}
    assert promised <= set(schema["$defs"]["ArticleView"]["required"])
    for shape in (schema["$defs"]["ArticleView"], OPENAPI["components"]["schemas"]["ArticleView"]):
        assert "removed" not in shape["properties"]


def fields(value):
    """The names of the fields, at every depth."""
    if isinstance(value, dict):
        return {name: fields(inner) for name, inner in value.items()}
    return [fields(inner) for inner in value] if isinstance(value, list) else None


def without_null(value):
    if isinstance(value, dict):
        return {name: without_null(inner) for name, inner in value.items() if inner is not None}
    return [without_null(inner) for inner in value] if isinstance(value, list) else value
