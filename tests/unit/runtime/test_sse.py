"""Frames of the stream, as the standard's own rules read them."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import OperationalError

from services.runtime.events import stream as streaming
from services.runtime.events.follow import EventSlice
from services.runtime.events.stream import frames, stream
from services.runtime.http import long_poll
from services.runtime.http.long_poll import Watch


@dataclass
class Event:
    sequence: int
    type: str = "article.created"
    body: str = '{"type":"article.created","data":"Zürich\\n\u2028"}'


def read(text):
    """What an EventSource dispatches: type, data and last event id of each frame with data; and the id at the end."""
    last, dispatched = "", []
    for frame in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.split("\n") if line)
        last = fields.get("id", last)
        if "data" in fields:
            dispatched.append((fields["event"], fields["data"], last))
    return dispatched, last


@pytest.fixture(autouse=True)
def _brisk(monkeypatch):
    monkeypatch.setattr(long_poll, "PAUSE", 0)
    monkeypatch.setattr(streaming, "HEARTBEAT", 0.001)
    yield
    long_poll.stopping.clear()


def taken(count, pull, last=lambda: 0):
    """The first so many pieces of a stream from 4 on, or all when it ends before."""

    async def take():
        pieces = []
        async for piece in stream(Watch(last), pull, 4):
            pieces.append(piece.decode())
            if len(pieces) == count:
                break
        return pieces

    return asyncio.run(take())


def test_each_event_is_a_frame_and_its_data_is_the_body_to_the_byte():
    """Also when a filter passed over what came last: the reader's id is where we are."""
    dispatched, last = read(frames(EventSlice([Event(5), Event(7, "article.updated")], next=9, more=False)).decode())
    assert dispatched == [("article.created", Event(5).body, "5"), ("article.updated", Event(7).body, "7")]
    assert last == "9"


def test_a_heartbeat_is_no_event():
    assert read(frames(EventSlice([], next=9, more=False)).decode()) == ([], "9")


def test_a_stream_goes_on_where_the_last_piece_ended():
    requests = []

    def pull(after):
        requests.append(after)
        return EventSlice([Event(after + 1)], next=after + 1, more=after < 6)

    dispatched, _ = read("".join(taken(4, pull)))
    assert [sequence for _, _, sequence in dispatched] == ["5", "6", "7"]
    assert requests == [4, 5, 6]


def test_something_is_said_although_nothing_happens():
    """Heartbeats, one after the other."""
    quiet = EventSlice([], next=4, more=False)
    assert taken(4, lambda _after: quiet) == ["retry: 1000\n\n"] + ["id: 4\n\n"] * 3


def test_a_stream_ends_when_it_is_long(monkeypatch):
    monkeypatch.setattr(streaming, "LONGEST", 0)
    assert taken(9, lambda _after: EventSlice([], next=4, more=False)) == ["retry: 1000\n\n"]


def test_a_stream_ends_when_the_process_is_told_to_stop():
    def pull(after):
        long_poll.stopping.set()
        return EventSlice([], next=4, more=False)

    assert len(taken(9, pull)) == 2


def test_a_stream_ends_without_a_word_when_the_database_is_away():
    """The reader comes again, and is told then."""

    def pull(after):
        raise OperationalError("", {}, Exception())

    assert taken(9, pull) == ["retry: 1000\n\n"]
