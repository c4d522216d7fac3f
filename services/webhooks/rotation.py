"""Secrets: one signs, and for a while after a rotation the one before it signs as well."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Row

from services.contracts.errors import UserError
from services.runtime.sealing import UnreadableSecret, seal, unseal
from services.webhooks.models import Endpoint
from services.webhooks.signing import new_secret


class Overlapping(UserError):  # noqa: N818 - named for what happened
    """A rotation is under way already."""


def rotate(endpoint: Endpoint, overlap: timedelta, now: datetime) -> SecretStr:
    """The endpoint's new secret, readable here only; the one before signs beside it for the time of the overlap.

    No overlap ends every older secret at once. `Overlapping` while the last rotation's overlap still runs, because a
    receiver that has not changed since would lose the secret it knows.
    """
    if overlap and endpoint.previous_until is not None and endpoint.previous_until > now:
        raise Overlapping(
            f"The secret before the present one signs until {endpoint.previous_until:%Y-%m-%d %H:%M} UTC; "
            "wait until then, or rotate with an overlap of 0, which ends both at once."
        )
    secret = new_secret()
    endpoint.sealed_previous = endpoint.sealed_secret if overlap else ""
    endpoint.previous_until = now + overlap if overlap else None
    endpoint.sealed_secret = seal(secret)
    return secret


def signers(endpoint: Row[Any], now: datetime) -> list[SecretStr]:
    """The secrets that sign at this time, the newest first.

    One before that nobody can read any more, because it was replaced after the key was lost, signs nothing.
    """
    signing = [unseal(endpoint.sealed_secret)]
    if endpoint.sealed_previous and endpoint.previous_until is not None and endpoint.previous_until > now:
        with suppress(UnreadableSecret):
            signing.append(unseal(endpoint.sealed_previous))
    return signing
