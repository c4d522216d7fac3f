import json
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from services.demo.listener import RECEIVER_MOODS, Listener, Misbehaviour, passing_on
from services.demo.receiver_moods import answers, late
from tests.fakes.subscriber import SECRET

BODY = json.dumps({"type": "article.created", "sequence": 7, "data": {"headline": "Zürich"}})


def signed(number=1):
    at = datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": f"evt_{number}",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(f"evt_{number}", at, BODY),
    }


@pytest.fixture
def listens():
    """Starts a listener; what it tells is in `told`, as pairs of id and answer."""
    started = []

    def start(**settings):
        messages = []
        listener = Listener(SECRET, lambda received, reply: messages.append((received.id, reply)), **settings)
        listener.told = messages
        listener.start()
        started.append(listener)
        return listener

    yield start
    for listener in started:
        listener.stop()


def test_what_came_in_is_told_with_its_answer_and_not_kept(listens, client):
    listener = listens()
    assert client.post(listener.url, content=BODY, headers=signed()).status_code == 204
    assert client.post(listener.url, content=BODY + " ", headers=signed(2)).status_code == 400
    assert client.get(listener.url).status_code == 405
    assert listener.told == [("evt_1", "204"), ("evt_2", "400")]
    assert listener.received == []


def test_what_is_passed_on_is_the_same_message_and_the_answer_is_that_of_the_program(listens, client, subscriber):
    """So that a program on this machine verifies it as if it had come directly; a forged one does not get there."""
    listener = listens(pass_on=passing_on(client, subscriber.url))
    subscriber.answers(503)
    sent = signed() | {"dateline-sequence": "7"}
    assert client.post(listener.url, content=BODY, headers=sent).status_code == 503
    assert client.post(listener.url, content=BODY, headers=sent).status_code == 204
    client.post(listener.url, content=BODY + " ", headers=signed())
    assert [(event.verified, event.body) for event in subscriber.received] == [(True, BODY.encode())] * 2
    assert [event.headers["dateline-sequence"] for event in subscriber.received] == ["7", "7"]
    assert listener.told == [("evt_1", "503"), ("evt_1", "204"), ("evt_1", "400")]


def test_a_program_that_is_not_there_is_a_bad_gateway(listens, client, subscriber):
    subscriber.stop()
    listener = listens(pass_on=passing_on(client, subscriber.url))
    assert client.post(listener.url, content=BODY, headers=signed()).status_code == 502


def test_it_answers_the_status_it_was_asked_for(listens, client):
    listener = listens(misbehaviour=Misbehaviour.of("500"))
    assert client.post(listener.url, content=BODY, headers=signed()).status_code == 500
    assert listener.told == [("evt_1", "500")]


def test_it_resets_the_connection(listens, client):
    listener = listens(misbehaviour=Misbehaviour.of("reset"))
    with pytest.raises(httpx.TransportError):
        client.post(listener.url, content=BODY, headers=signed())
    assert listener.told == [("evt_1", "reset")]


def test_it_repeats_what_the_program_has_taken_in(listens, client, subscriber):
    """It is passed on and not confirmed, so that it comes a second time: for whoever remembers what was handled."""
    listener = listens(misbehaviour=Misbehaviour.of("repeat"), pass_on=passing_on(client, subscriber.url))
    with pytest.raises(httpx.TransportError):
        client.post(listener.url, content=BODY, headers=signed())
    assert [event.id for event in subscriber.events] == ["evt_1"]
    assert listener.told == [("evt_1", "repeat")]


def test_it_answers_late_and_then_rightly(listens, client, subscriber):
    slow = Misbehaviour("slow", late(0.01))
    listener = listens(misbehaviour=slow, pass_on=passing_on(client, subscriber.url))
    assert client.post(listener.url, content=BODY, headers=signed()).status_code == 204
    assert len(subscriber.received) == 1


def test_it_never_answers(listens):
    listener = listens(misbehaviour=Misbehaviour.of("hang"))
    with httpx.Client(timeout=0.2, trust_env=False) as impatient, pytest.raises(httpx.TimeoutException):
        impatient.post(listener.url, content=BODY, headers=signed())


def test_it_loses_what_it_said_it_had(listens, client, subscriber):
    """For whoever wants to see that a gap in the sequence is found and filled."""
    chances = iter([0.1, 0.3])
    listener = listens(
        misbehaviour=Misbehaviour.of("lose=0.2"),
        pass_on=passing_on(client, subscriber.url),
        chance=lambda: next(chances),
    )
    for number in (1, 2):
        assert client.post(listener.url, content=BODY, headers=signed(number)).status_code == 204
    assert [event.id for event in subscriber.received] == ["evt_2"]
    assert listener.told == [("evt_1", "lose"), ("evt_2", "204")]


@pytest.mark.parametrize(
    ("text", "name", "share"),
    [*((mood, mood, 1.0) for mood in RECEIVER_MOODS), ("429=0.5", "429", 0.5), ("lose=1", "lose", 1.0)],
)
def test_a_misbehaviour_is_a_mood_and_a_share(text, name, share):
    made = Misbehaviour.of(text)
    assert (made.name, made.share) == (name, share)


@pytest.mark.parametrize("text", ["sulk", "204", "600", "lose=0", "lose=2", "lose=often", "=0.2", ""])
def test_what_is_no_misbehaviour_is_refused(text):
    with pytest.raises(ValueError, match=r"no misbehaviour|no share|could not convert"):
        Misbehaviour.of(text)


def test_a_mood_may_carry_headers():
    assert answers(429, {"Retry-After": "1"})(None, None).headers == {"Retry-After": "1"}
