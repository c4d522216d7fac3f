"""Every refusal and every failure is one `application/problem+json`, and tells nothing of our insides."""

import json
from typing import Annotated

import httpx
import pytest
import structlog
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, OperationalError
from structlog.testing import capture_logs

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.runtime.http.middleware import MAX_BODY, MAX_PARTS, MAX_QUERY, guarded
from services.runtime.http.problems import (
    PROBLEM,
    Id,
    Problem,
    Storable,
    answer_with_problems,
    refuse_unknown_parameters,
    requires,
)
from tests.support.in_process import client

READER = Caller(key=7, name="reader", scopes=frozenset({"read"}))


class Note(BaseModel):
    words: Storable
    stars: int = 0


class Star(BaseModel, extra="forbid"):
    colour: str = ""
    names: list[str] = []


class Sky(BaseModel, extra="forbid"):
    stars: list[Star] = []
    brightest: Star | None = None
    of_night: bool = Field(default=True, alias="night")


SURPRISES = {
    "problem": Problem(409, "Taken", "Choose another.", colour="red"),
    "user": UserError("The sky is green; open the window."),
    "busy": OperationalError("SELECT secret", {}, Exception("database is locked")),
    "range": DataError("SELECT secret", {}, Exception("out of range")),
    "overflow": OverflowError("Python int too large"),
    "surprise": RuntimeError("secret insides"),
}


@pytest.fixture(scope="module")
def app():
    made = FastAPI()
    made.state.authenticate = {"good": READER}.get
    answer_with_problems(made)
    made.add_middleware(guarded)

    @made.get("/raises/{name}")
    def raises(name: str):
        raise SURPRISES[name]

    @made.post("/notes")
    def keep(note: Note):
        return note

    @made.get("/listed", dependencies=[Depends(refuse_unknown_parameters)])
    def listed(since: str = "", limit: int = 1):
        return since, limit

    @made.post("/skies")
    def look(sky: Sky):
        return sky

    @made.post("/several")
    def several(notes: list[Note]):
        return notes

    @made.get("/notes/{note_id}")
    def note(note_id: Id):
        return note_id

    @made.get("/read")
    def read(caller: Annotated[Caller, requires("read")]):
        return caller.name

    @made.get("/rule", dependencies=[requires("admin")])
    def rule():
        return "ruled"

    return made


@pytest.fixture
def web(app):
    return client(app)


def problem(answer):
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["trace_id"] == answer.headers["trace-id"]
    return body


def test_a_problem_says_what_to_do_next_and_carries_its_own_members(web):
    text = problem(web.get("/raises/problem"))
    assert (text["status"], text["title"], text["detail"], text["colour"]) == (
        409,
        "Taken",
        "Choose another.",
        "red",
    )


@pytest.mark.parametrize(("name", "status"), [("user", 422), ("busy", 503), ("range", 422), ("overflow", 422)])
def test_expected_trouble_has_its_status_and_never_shows_a_statement(web, name, status):
    answer = web.get(f"/raises/{name}")
    assert problem(answer)["status"] == status
    assert "secret" not in answer.text


def test_a_user_error_is_told_in_its_own_sentence(web):
    assert problem(web.get("/raises/user"))["detail"] == "The sky is green; open the window."


def test_a_busy_database_says_when_to_come_again(web):
    assert int(web.get("/raises/busy").headers["retry-after"]) > 0


def test_a_surprise_is_500_without_insides_and_logged_under_the_trace_id_of_the_answer(web):
    with capture_logs(processors=[_with_context]) as lines:
        answer = web.get("/raises/surprise")
    assert problem(answer)["status"] == 500
    assert "secret" not in answer.text
    (line,) = [line for line in lines if line["event"] == "request_failed"]
    assert line["trace_id"] == answer.headers["trace-id"]


def test_what_is_not_there_and_what_cannot_be_done_there_are_problems(web):
    assert problem(web.get("/nowhere"))["status"] == 404
    wrong = web.delete("/notes")
    assert problem(wrong)["status"] == 405
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize("body", [b"{", b'{"words": }', b'{"words": "\xff"}', b"[" * MAX_PARTS])
def test_what_is_not_json_is_a_400(web, body):
    answer = web.post("/notes", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer)["status"] == 400


def test_no_more_than_twenty_errors_are_named_and_the_rest_is_counted(web):
    """An answer is read by a person."""
    text = problem(web.post("/several", json=[{}] * 30))
    assert (text["status"], len(text["errors"]), "There are 10 more." in text["detail"]) == (422, 20, True)
    assert len(json.dumps(problem(web.post("/several", json={"x" * 100_000: 1})))) < 1_000


def test_a_body_of_too_many_parts_or_a_query_too_long_is_refused_before_it_is_read(web):
    assert problem(web.post("/several", json=[{}] * MAX_PARTS))["status"] == 413
    assert problem(web.get(f"/read?{'a=1&' * (MAX_QUERY // 4)}b"))["status"] == 414


def test_a_400_says_where_the_json_ends_to_be_one(web):
    answer = web.post("/notes", content=b'{"words": }', headers={"Content-Type": "application/json"})
    assert "character 10" in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{}", "body/words"),
        (b'{"words": "a", "stars": "many"}', "body/stars"),
        (b'{"words": "a\\u0000b"}', "body/words"),
        (b'{"words": "\\ud800"}', "body/words"),
        (b"[]", "body"),
        (b"", "body"),
    ],
)
def test_a_body_of_the_wrong_shape_is_a_422_that_names_the_place(web, body, where):
    text = problem(web.post("/notes", content=body, headers={"Content-Type": "application/json"}))
    assert text["status"] == 422
    assert [error["where"] for error in text["errors"]] == [where]


def test_what_was_sent_is_not_echoed(web):
    answer = web.post("/notes", json={"words": {"password": "hunter2"}})
    assert "hunter2" not in json.dumps(problem(answer))


@pytest.mark.parametrize("note_id", ["0", "-1", "x", "9223372036854775808", "1" * 400])
def test_an_id_that_no_database_keeps_is_a_422(web, note_id):
    assert problem(web.get(f"/notes/{note_id}"))["status"] == 422


def test_a_body_is_limited_whether_it_declares_its_length_or_not(web):
    large = b'"' + b"a" * MAX_BODY + b'"'
    json_type = {"Content-Type": "application/json"}
    assert problem(web.post("/notes", content=large, headers=json_type))["status"] == 413
    assert problem(web.post("/notes", content=iter([large]), headers=json_type))["status"] == 413
    assert problem(web.get("/read", headers={"Content-Length": "9" * 5_000}))["status"] == 413


def test_a_body_within_the_limit_passes(web):
    assert web.post("/notes", json={"words": "a" * (MAX_BODY - 1_000)}).status_code == 200


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic Z29vZA=="}, {"Authorization": "good"}])
def test_no_key_is_a_401_with_a_challenge(web, header):
    answer = web.get("/read", headers=header)
    assert problem(answer)["status"] == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_key_is_a_401_that_says_so(web):
    answer = web.get("/read", headers={"Authorization": "Bearer bad"})
    assert problem(answer)["status"] == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_key_in_the_address_opens_nothing(web):
    assert web.get("/read?key=good&api_key=good&access_token=good").status_code == 401


def test_a_key_without_the_scope_is_a_403_that_names_it(app):
    answer = client(app, "good").get("/rule")
    text = problem(answer)
    assert (text["status"], text["scope"]) == (403, "admin")
    assert "`admin`" in text["detail"]


def test_the_caller_reaches_the_route_and_the_log(app):
    with capture_logs() as lines:
        answer = client(app, "good").get("/read")
    assert (answer.status_code, answer.json()) == (200, "reader")
    (line,) = [line for line in lines if line["event"] == "answered"]
    assert (line["method"], line["path"], line["status"], line["key"]) == ("GET", "/read", 200, 7)


def test_every_answer_has_careful_headers(web):
    for path in ("/read", "/nowhere", "/raises/surprise"):
        headers = web.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_each_request_has_a_trace_of_its_own(web):
    assert web.get("/read").headers["trace-id"] != web.get("/read").headers["trace-id"]


def test_a_strange_method_is_no_surprise(app):
    request = httpx.Request("BREW", "http://dateline.test/read")
    assert client(app).send(request).status_code == 405


def _with_context(_logger, _name, event):
    return structlog.contextvars.merge_contextvars(_logger, _name, event)


def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(web):
    """Misspelt, it would mean nothing, and give everything."""
    text = problem(web.get("/listed?sinse=2026-01-01&limit=3"))
    assert text["status"] == 422
    assert text["detail"] == "There is no parameter 'sinse'. Known here: since, limit."
    assert [error["where"] for error in text["errors"]] == ["query/sinse"]
    assert web.get("/listed?since=2026-01-01&limit=3").status_code == 200


KNOWN = "Known are: stars, brightest, night."


@pytest.mark.parametrize(
    ("body", "where", "detail"),
    [
        ({"star": []}, "star", f"Not known here. Did you mean 'stars'? {KNOWN}"),
        ({"of_night": True}, "of_night", f"Not known here. Did you mean 'night'? {KNOWN}"),
        ({"brightest": {"x": 1}}, "brightest/x", "Not known here. Known are: colour, names."),
        ({"stars": [{}, {"x": 1}]}, "stars/1/x", "Not known here. Known are: colour, names."),
    ],
)
def test_an_unknown_field_is_refused_and_the_known_ones_of_its_place_are_named(web, body, where, detail):
    """`Extra inputs are not permitted` tells nobody what they should have written."""
    text = problem(web.post("/skies", json=body))
    assert (text["status"], text["errors"]) == (422, [{"where": f"body/{where}", "detail": detail}])
