"""What every request passes through, whatever route it takes."""

import asyncio
import re
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from structlog.testing import capture_logs

from services.contracts.caller import Caller
from services.runtime.http.middleware import guarded
from services.runtime.http.problems import PROBLEM, answer_with_problems, requires
from services.runtime.http.rate_limits import RateLimiter, TokenBucket
from tests.support.in_process import client

KEY = "dl_12_" + "aB3" * 14 + "z"
FAILURES, REQUESTS = 5, 7
"""Of the app below. They come back so slowly that no machine is too slow for these tests."""
READER = Caller(key=7, name="reader", scopes=frozenset({"read"}))


@pytest.fixture
def app():
    made = FastAPI()
    made.state.authenticate = {"good": READER, KEY: READER}.get
    answer_with_problems(made)
    slow = RateLimiter(TokenBucket(rate=0.001, burst=REQUESTS), TokenBucket(rate=0.001, burst=FAILURES))
    made.add_middleware(guarded, turnstile=slow)

    @made.get("/open")
    def anybody():
        return {"words": "anybody may read this"}

    @made.get("/read")
    def read(caller: Annotated[Caller, requires("read")]):
        return caller.name

    @made.get("/stream")
    def stream():
        async def words():
            while True:
                yield b"word\n"
                await asyncio.sleep(0)

        return StreamingResponse(words())

    @made.post("/write")
    def write():
        return "written"

    return made


def asks(app, path, key, times=1):
    """The statuses of as many requests, one after the other, by one client."""
    with client(app, key) as web:
        return [web.get(path).status_code for _ in range(times)]


def test_head_is_get_without_the_body(app):
    with client(app, "good") as web:
        for path in ("/open", "/read", "/nowhere"):
            got, requests = web.get(path), web.head(path)
            assert requests.status_code == got.status_code
            assert requests.content == b""
            assert requests.headers["content-length"] == got.headers["content-length"]
            assert requests.headers["content-type"] == got.headers["content-type"]


def test_head_of_an_endless_stream_ends(app):
    answer = client(app).head("/stream")
    assert (answer.status_code, answer.content) == (200, b"")


def test_head_where_there_is_no_get_is_a_405(app):
    answer = client(app).head("/write")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_head_is_logged_as_what_it_was(app):
    with capture_logs() as lines:
        client(app).head("/open")
    assert [(line["method"], line["status"]) for line in lines] == [("HEAD", 200)]


@pytest.mark.parametrize(
    "address", [f"/open?key={KEY}", f"/read?access_token={KEY}", f"/read?{KEY.replace('_', '%5F')}", f"/{KEY}"]
)
def test_a_key_in_an_address_is_refused_and_not_repeated(app, address):
    """Also where no key is needed, and beside a good one: it is in histories and logs of others by now."""
    answer = client(app, "good").get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    assert "revoke this key" in answer.json()["detail"]
    assert KEY not in answer.text


@pytest.mark.parametrize("path", ["/open", "/nowhere", "/read", "/write"])
def test_an_answer_says_that_tls_is_a_must_only_over_tls(app, path):
    with client(app) as web:
        assert "strict-transport-security" not in web.get(path).headers
        assert re.match(r"max-age=\d{7,}", web.get(f"https://dateline.test{path}").headers["strict-transport-security"])


def test_no_other_site_may_read_an_answer(app):
    """Not one word of CORS, also when a browser asks for it."""
    theirs = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    with client(app, "good") as web:
        answers = [web.get("/read", headers=theirs), web.options("/read", headers=theirs)]
    assert [answer.status_code for answer in answers] == [200, 405]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


def test_wrong_keys_end_in_a_429_that_says_when_to_come_again(app):
    assert asks(app, "/read", "wrong", FAILURES) == [401] * FAILURES
    answer = client(app, "wrong again").get("/read")
    assert (answer.status_code, answer.headers["content-type"]) == (429, PROBLEM)
    assert 0 < int(answer.headers["retry-after"]) <= 1_000
    assert asks(app, "/open", None) == [200]


def test_a_key_that_was_right_before_goes_on_beside_them(app):
    assert asks(app, "/read", "good") == [200]
    asks(app, "/read", "wrong", FAILURES)
    assert asks(app, "/read", "good") == [200]
    assert asks(app, "/read", "wrong") == [429]


@pytest.mark.parametrize("path", ["/open", "/nowhere"])
def test_a_wrong_key_does_not_become_a_right_one_where_none_is_asked_for(app, path):
    asks(app, path, "wrong")
    asks(app, "/read", "also wrong", FAILURES)
    assert asks(app, "/read", "wrong") == [429]


def test_a_key_that_asks_too_often_is_told_to_wait(app):
    assert asks(app, "/read", "good", REQUESTS) == [200] * REQUESTS
    answer = client(app, "good").get("/read")
    assert (answer.status_code, answer.headers["content-type"]) == (429, PROBLEM)
    assert 0 < int(answer.headers["retry-after"]) <= 1_000


def test_an_address_of_nowhere_is_no_surprise(app):
    """A server on a local socket tells no address."""
    transport = httpx.ASGITransport(app, client=("", 0))

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url="http://dateline.test") as web:
            return await web.get("/read", headers={"Authorization": "Bearer good"})

    assert asyncio.run(ask()).status_code == 200
