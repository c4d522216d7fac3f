"""Answers that never end, or would fill memory: each is ended within its bounds, over real sockets."""

import itertools
import time
from dataclasses import replace

import pytest

from services.fetcher.answers import Unavailable
from services.runtime.egress import Limits
from tests.fakes.wire_site import WireSite, stalls, streams
from tests.support.http_looks import LIMITS, OK, is_a_sentence, look

SOON = 15.0


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(streams(OK + b"\r\n", lambda: itertools.repeat(b"<"), pause=0.05), id="drips"),
        pytest.param(streams(OK + b"\r\n", lambda: [b""], pause=60), id="falls-silent"),
        pytest.param(streams(OK + b"\r\n<html>", lambda: [b""], pause=60), id="falls-silent-in-its-body"),
    ],
)
def test_an_answer_that_does_not_go_on_costs_no_more_than_one_that_never_begins(play):
    """Each held a thread until the deadline of the whole page: twenty such hosts delayed all news by a minute."""
    limits = replace(LIMITS, seconds=60.0, first_byte=0.5, slowest=500)
    began = time.monotonic()
    with WireSite(play) as site:
        answer = look(site, limits=limits)
        took = time.monotonic() - began
    assert isinstance(answer, Unavailable)
    assert answer.silent
    assert is_a_sentence(answer.detail)
    assert took < limits.first_byte + SOON


DRIP = Limits(seconds=0.5, wire=500_000, decoded=1_500_000)


FLOOD = itertools.repeat


ENDLESS = {
    "19-handshake-stall": ("https", stalls),
    "19-no-answer": ("http", stalls),
    "22-drip-body": ("http", streams(OK + b"Content-Length: 100000\r\n\r\n", lambda: FLOOD(b"x"), 0.02)),
    "22-drip-body-without-length": ("http", streams(OK + b"\r\n", lambda: FLOOD(b"x"), 0.02)),
    "23-drip-headers": ("http", streams(OK, lambda: FLOOD(b"X-Y: z\r\n"), 0.02)),
    "23-drip-one-header": ("http", streams(OK + b"X-Y: ", lambda: FLOOD(b"z"), 0.02)),
    "26-100-continue-flood": ("http", streams(b"", lambda: FLOOD(b"HTTP/1.1 100 Continue\r\n\r\n"), 0.001)),
    "26-103-flood": (
        "http",
        streams(b"", lambda: FLOOD(b"HTTP/1.1 103 Early Wake-ups\r\nLink: </a>; rel=preload\r\n\r\n" * 50)),
    ),
    "28-drip-chunks": ("http", streams(OK + b"Transfer-Encoding: chunked\r\n\r\n", lambda: FLOOD(b"1\r\nx\r\n"), 0.02)),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_ended_by_the_clock(name):
    """One deadline over handshake, headers and body: a server that always sends a little more gains nothing."""
    scheme, play = ENDLESS[name]
    with WireSite(play) as site:
        began = time.monotonic()
        answer = look(site, scheme, DRIP)
        took = time.monotonic() - began
    assert isinstance(answer, Unavailable)
    assert "took too long" in answer.detail
    assert took < DRIP.seconds + SOON
