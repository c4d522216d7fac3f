"""Whatever is sent to the API is answered, and never by a 5xx: requests made up from the OpenAPI, to fit it or not."""

import os
import socket
from collections import Counter
from datetime import UTC, datetime
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from sqlmodel import SQLModel

from services.access import keys
from services.app import create_app
from services.runtime.archive import capture_store
from services.runtime.database import engine, make_file, transaction, utcnow
from tests.support.in_process import client

pytestmark = pytest.mark.integration

ANY_CAPTURE = capture_store.Capture("https://newsroom.example/", datetime(2026, 1, 1, tzinfo=UTC), 200, (), b"a page")
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
"""Requests of each sort for each operation; EXAMPLES=100 asks for longer."""
SCHEMA = schemathesis.openapi.from_dict(create_app().openapi())


def _ends(operation):
    """Whether its answer comes to an end: a stream of events would be waited for."""
    contents = [answer.get("content", {}) for answer in operation.definition.raw["responses"].values()]
    return not any("text/event-stream" in content for content in contents)


OPERATIONS = [found for each in SCHEMA.get_all_operations() if _ends(found := each.ok())]


@pytest.fixture
def nobody_is_known(monkeypatch):
    """The name service of a machine without a network: only numbers have an address."""
    real = socket.getaddrinfo

    def known(host, *arguments, **words):
        return real(host, *arguments, **{**words, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.fixture
def on_sqlite(installation):
    make_file()
    SQLModel.metadata.create_all(engine())


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_no_request_is_answered_with_a_5xx(db, nobody_is_known, mode):
    """Made from the OpenAPI, or to break it in one place; the same requests in every run."""
    capture_store.keep(ANY_CAPTURE)  # without an archive captures are a 503, and rightly
    statuses, broken = Counter(), []
    for operation, cases in made_up(mode).items():
        web = admin()  # each with a key of its own, because one of them ends keys
        for answer in [answer for case in cases for answer in asked(web, case)]:
            statuses[answer.status_code // 100] += 1
            if answer.status_code >= 500:
                broken.append((operation, answer.request.url, answer.request.content, answer.text))
    assert not broken
    assert statuses[2] > 10, statuses
    assert statuses[4] > 20, statuses


def admin():
    with transaction() as session:
        _, presented = keys.create(session, "fuzz", ["admin"], utcnow())
    return client(create_app(), presented)


@cache
def made_up(mode):
    """The requests for each operation; making them up takes longer than answering them."""
    return {operation.label: _made_up(operation, mode) for operation in OPERATIONS}


def _made_up(operation, mode):
    cases = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def keep(case):
        cases.append(case)

    try:
        keep()
    except Unsatisfiable:
        return []  # an operation without parameters cannot be asked wrongly
    return cases


def asked(web, case):
    """The answer, when the request is one that a client can put on the wire."""
    text = case.as_transport_kwargs(base_url="http://dateline.test")
    body = text.get("data")
    text["content"] = str(body) if body is not None and not isinstance(body, bytes | str) else body
    # Without the key nothing would be asked at all; that is tested elsewhere.
    text["headers"] = {n: v for n, v in (text.get("headers") or {}).items() if n.lower() != "authorization"}
    sent = {name: text[name] for name in ("method", "url", "params", "json", "content", "headers") if text.get(name)}
    try:
        return [web.request(**sent)]
    except (UnicodeEncodeError, TypeError, ValueError):
        return []


SOURCE = '{"name": "a", "channels": [{"kind": "feed", "url": "https://a.example/f", "interval": %s}]}'


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (SOURCE % "NaN", {422}),
        (SOURCE % "Infinity", {422}),
        (SOURCE % "1e999", {422}),
        (SOURCE % ("9" * 5_000), {400}),
        (SOURCE % '"soon"', {422}),
        (SOURCE % ("[" * 20_000 + "]" * 20_000), {413}),
        (SOURCE % '60, "interval": 0', {422}),
        (SOURCE.replace("a.example", "\\ud800.example") % "60", {422}),
        (SOURCE.replace("/f", "/\\ud800") % "60", {422}),
        (SOURCE.replace("https", "file") % "60", {422}),
        (SOURCE.replace("//", "//me:hunter2@") % "60", {422}),
        ("null", {422}),
        ("\ufeff{}", {400, 422}),
    ],
    ids=lambda part: str(part)[60:100],
)
def test_a_hostile_body_is_told_what_is_wrong_with_it(on_sqlite, body, statuses):
    """Of a name that comes twice the last counts, and must be in order."""
    answer = admin().post("/sources", content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code in statuses, answer.text
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("moment", ["2026-06-30T23:59:60Z", "2026-13-01", "0000-00-00", "now", "+99:99", "9" * 40])
def test_a_moment_that_never_was_is_a_422(on_sqlite, moment):
    assert admin().get("/articles", params={"since": moment}).status_code == 422


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://192.0.2.7/",
        "http://me:hunter2@192.0.2.7/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://9.9.9.9:22/",
        "http://9.9.9.9:0/",
        "http://198.51.100.7:65536/",
        "http://198.51.100.7/\r\nX-Injected: 1",
        "http://",
        "http:x",
        "//198.51.100.7/",
        "http://a\\@127.0.0.1/",
        "http://198.51.100.7/" + "a" * 8_000,
    ],
    ids=lambda url: url[:40],
)
def test_a_hostile_address_of_an_endpoint_is_refused(on_sqlite, nobody_is_known, url):
    """When it is given, and in a sentence; each delivery asks again."""
    web = admin()
    answer = web.post("/webhooks/endpoints", json={"url": url})
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert "hunter2" not in answer.text
    assert web.get("/webhooks/endpoints").json()["endpoints"] == []
