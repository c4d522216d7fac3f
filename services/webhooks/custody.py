"""Whether this process can read the endpoints' secrets: a key that was lost or changed is found before one fails."""

from sqlalchemy import select
from sqlmodel import Session

from services.contracts.checks import Check
from services.contracts.errors import UserError
from services.runtime.database import reading
from services.runtime.sealing import UnreadableSecret, has_key, is_lost
from services.webhooks.models import endpoints


class KeyLost(UserError):  # noqa: N818 - named for what happened
    """There are secrets, and no key."""


LOOKED_AT = 20
"""Of the newest secrets; when one of them can be read, the key is not the trouble."""
ADVICE = (
    "secret.key or DATELINE_SECRET_KEY was lost or changed: give back the old one, or give each endpoint a new secret "
    "with `dateline webhooks rotate`"
)


def lost(session: Session) -> int:
    """How many endpoints that are served have a secret that none of our keys opens."""
    return sum(map(is_lost, _sealed(session)))


def prove() -> None:
    """Raises `Unreadable` when there are endpoints and none of the newest has a secret that we can read."""
    with reading() as session:
        sealed = _sealed(session, LOOKED_AT)
    if sealed and all(map(is_lost, sealed)):
        raise UnreadableSecret(ADVICE)


def must_not_be_lost(session: Session) -> None:
    """Raises `KeyLost` when there are secrets and no key at all: a new one in its place would make two halves of them.

    Whoever gives an endpoint a new secret has decided that the old key will not come back.
    """
    if not has_key() and session.execute(select(endpoints.c.id).where(endpoints.c.sealed_secret != "")).first():
        raise KeyLost(f"No secret can be sealed: {ADVICE}.")


def check(session: Session) -> Check:
    """For `dateline audit`."""
    number = lost(session)
    advice = f"; {ADVICE}" if number else ""
    sentence = f"{number} endpoints have a secret that cannot be read here{advice}."
    return Check("readable secrets", holds=not number, sentence=sentence)


def _sealed(session: Session, limit: int | None = None) -> list[str]:
    served = select(endpoints.c.sealed_secret).where(endpoints.c.state == "active")
    return list(session.execute(served.order_by(endpoints.c.id.desc()).limit(limit)).scalars())
