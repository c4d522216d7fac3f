import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from services.demo.receiver import Receiver
from tests.fakes.subscriber import SECRET

BODY = json.dumps({"type": "article.created", "sequence": 7, "data": {"headline": "Zürich"}})


def signed(body=BODY, *, at=None, secret=SECRET):
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", at, body),
    }


def test_a_signed_message_is_kept_and_answered_204(subscriber, client):
    assert client.post(subscriber.url, content=BODY, headers=signed()).status_code == 204
    (event,) = subscriber.wait_for(1, timeout=60)
    assert (event.id, event.type, event.sequence, event.verified) == ("evt_1", "article.created", 7, True)
    assert event.event["data"]["headline"] == "Zürich"
    assert event.body == BODY.encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(body=BODY + " "),
        signed(secret="whsec_c29tZSBvdGhlciBzZWNyZXQ="),
        signed(at=datetime.now(UTC) - timedelta(minutes=10)),
        signed() | {"webhook-id": "evt_2"},
        signed() | {"webhook-signature": "v1,not base64!"},
        signed() | {"webhook-signature": "garbled"},
        signed() | {"webhook-signature": "v1,a,b"},
        signed() | {"webhook-timestamp": "soon"},
    ],
    ids=["none", "other body", "other secret", "old", "other id", "not base64", "garbled", "commas", "no time"],
)
def test_a_bad_signature_is_refused(subscriber, client, headers):
    """400, kept as unverified, and never among the events, whatever the library raises."""
    assert client.post(subscriber.url, content=BODY, headers=headers).status_code == 400
    assert [event.verified for event in subscriber.received] == [False]
    assert subscriber.events == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[1, 2]", b"", b"{"])
def test_a_body_that_is_no_event_is_kept_without_one(subscriber, client, body):
    client.post(subscriber.url, content=body, headers=signed())
    (received,) = subscriber.received
    assert (received.verified, received.type, received.event) == (False, None, {})


def test_the_callback_sees_each_message_before_the_answer(client):
    results = []
    receiver = Receiver(SECRET, on_delivery=results.append)
    receiver.start()
    client.post(receiver.url, content=BODY, headers=signed())
    receiver.stop()
    assert [entry.id for entry in results] == ["evt_1"]
