"""Whatever is sent to the API is answered, and never by a 5xx: requests made up from the OpenAPI, to fit it or not."""

import os
import socket
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from in_process import client
from schemathesis import GenerationMode

from services.admin import keys
from services.app import create_app
from services.runtime.database import transaction, utcnow

pytestmark = pytest.mark.integration

EXAMPLES = int(os.environ.get("EXAMPLES", "3"))
"""Requests of each sort for each operation; EXAMPLES=100 asks for longer."""
SCHEMA = schemathesis.openapi.from_dict(create_app().openapi())
ENDLESS = "/events/stream"
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if found.ok().path != ENDLESS]


@pytest.fixture
def nobody_is_known(monkeypatch):
    """The name service of a machine without a network: only numbers have an address."""
    real = socket.getaddrinfo

    def known(host, *arguments, **words):
        return real(host, *arguments, **{**words, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_no_request_is_answered_with_a_5xx(db, nobody_is_known, mode):
    """Made from the OpenAPI, or to break it in one place; the same requests in every run."""
    statuses, broken = Counter(), []
    for operation in OPERATIONS:
        web = admin()  # each with a key of its own, because one of them ends keys
        for answer in answers(web, operation, mode):
            statuses[answer.status_code // 100] += 1
            if answer.status_code >= 500:
                broken.append((operation.label, answer.request.url, answer.request.content, answer.text))
    assert not broken
    assert statuses[2] > 20, statuses
    assert statuses[4] > 50, statuses


def admin():
    with transaction() as session:
        _, presented = keys.create(session, "fuzz", ["admin"], utcnow())
    return client(create_app(), presented)


def answers(web, operation, mode):
    """What the operation answers to requests that were made up for it."""
    found = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case):
        found.extend(asked(web, case))

    try:
        ask()
    except Unsatisfiable:
        return []  # an operation without parameters cannot be asked wrongly
    return found


def asked(web, case):
    """The answer, when the request is one that a client can put on the wire."""
    words = case.as_transport_kwargs(base_url="http://dateline.test")
    body = words.get("data")
    words["content"] = str(body) if body is not None and not isinstance(body, bytes | str) else body
    # Without the key nothing would be asked at all; that is tested elsewhere.
    words["headers"] = {n: v for n, v in (words.get("headers") or {}).items() if n.lower() != "authorization"}
    sent = {name: words[name] for name in ("method", "url", "params", "json", "content", "headers") if words.get(name)}
    try:
        return [web.request(**sent)]
    except (UnicodeEncodeError, TypeError, ValueError):
        return []
