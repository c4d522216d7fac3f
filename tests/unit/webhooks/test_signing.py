"""Signatures, against the library that subscribers verify with."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from services.webhooks.signing import new_secret, signed_headers

BODY = '{"type":"article.created","data":{"headline":"Ünïcode “quoted”"}}'.encode()


def test_the_library_verifies_what_we_sign():
    """Signed now, over exactly the bytes sent, with letters beyond ASCII among them."""
    secret = new_secret()
    headers = signed_headers(secret, "evt_1", datetime.now(UTC), BODY)
    event = Webhook(secret.get_secret_value()).verify(BODY, headers)
    assert event["type"] == "article.created"


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_nothing_signed_can_be_altered(change):
    """Body, id and time are under the signature, and another secret does not fit."""
    secret, body = new_secret(), BODY
    headers = signed_headers(secret, "evt_1", datetime.now(UTC), body)
    if change == "body":
        body += b" "
    elif change == "secret":
        secret = new_secret()
    else:
        headers[change] = str(int(headers["webhook-timestamp"]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret.get_secret_value()).verify(body, headers)


def test_an_old_message_cannot_be_played_again():
    """The time is under the signature, and receivers allow five minutes."""
    secret = new_secret()
    headers = signed_headers(secret, "evt_1", datetime.now(UTC) - timedelta(minutes=6), BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret.get_secret_value()).verify(BODY, headers)


def test_the_zone_of_the_clock_does_not_matter():
    """The same instant in two zones signs the same."""
    secret, at = new_secret(), datetime(2026, 3, 1, 12, 0, 0, 900_000, tzinfo=UTC)
    elsewhere = at.astimezone(timezone(timedelta(hours=9)))
    assert signed_headers(secret, "evt_1", at, BODY) == signed_headers(secret, "evt_1", elsewhere, BODY)


def test_a_known_signature():
    """The values that the Standard Webhooks specification gives as its example."""
    headers = signed_headers(
        SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_secrets_are_long_random_and_masked():
    """`whsec_` and 32 bytes, never the same twice, and not to be read in a log."""
    first, other = new_secret(), new_secret()
    assert first != other
    prefix, _, rest = first.get_secret_value().partition("_")
    assert (prefix, len(b64decode(rest, validate=True))) == ("whsec", 32)
    assert rest not in f"{first} {first!r}"
