"""Standard Webhooks 1.0.0: three headers by which a subscriber knows that we wrote exactly these bytes, and when."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import SecretStr
from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> SecretStr:
    """A fresh secret: `whsec_` and 32 random bytes in base64."""
    return SecretStr("whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode())


def signed_headers(signers: SecretStr | Sequence[SecretStr], event: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers for these bytes, sent at this aware time; `webhook-id` is the event, the same on each attempt.

    Each secret signs: a receiver that knows any of them is content.
    """
    # The library takes the clock reading for UTC whatever zone it is in.
    in_utc = at.astimezone(UTC)
    every = [signers] if isinstance(signers, SecretStr) else signers
    text = body.decode()
    return {
        "webhook-id": event,
        "webhook-timestamp": str(int(in_utc.timestamp())),
        "webhook-signature": " ".join(Webhook(entry.get_secret_value()).sign(event, in_utc, text) for entry in every),
    }
