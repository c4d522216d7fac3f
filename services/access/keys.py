"""API keys: `dl_<id>_<secret>`, shown once, kept as a digest.

The secret has 256 random bits, so that its plain SHA-256 tells nothing of it: a slow hash protects passwords, which
people choose, and would only make each request slow here.
"""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import or_, select, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from services.access.models import ApiKey
from services.contracts.caller import Caller, Permission
from services.contracts.errors import UserError
from services.runtime.database import is_sqlite, reading, transaction

ALPHABET = string.digits + string.ascii_letters
LENGTH = 43
"""Letters of a secret: 62 to the 43rd is a little more than 2 to the 256th."""
COARSE = timedelta(minutes=1)
"""`last_used_at` is at most so old while a key is in use; finer would turn every read into a write."""

_SHAPE = re.compile(rf"dl_([1-9][0-9]{{0,17}})_([0-9A-Za-z]{{{LENGTH}}})")


Ended = Callable[[Session, int, datetime], None]
"""What else ends with a key, in the transaction that ends it: nothing acts in its name once that is committed."""


class PastExpiry(UserError):  # noqa: N818 - named for what is wrong
    """A key would have expired before it was made."""


def create(
    session: Session, name: str, scopes: Sequence[Permission], now: datetime, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key, as it is kept and as it is presented; the latter cannot be had again."""
    if expires_at and expires_at <= now:
        raise PastExpiry(f"The key would expire at {expires_at.isoformat()}, which is over; choose a later time.")
    secret = _new_secret()
    key = ApiKey(name=name, digest=_digest(secret), scopes=sorted(set(scopes)), created_at=now, expires_at=expires_at)
    session.add(key)
    session.flush()
    return key, f"dl_{key.id}_{secret}"


def rotate(session: Session, key_id: int, overlap: timedelta, now: datetime) -> tuple[ApiKey, str] | None:
    """Another secret for a key that stays who it is, with its endpoints, as `create` gives it; None for none in use.

    The secret before opens as well until the overlap is over, and with it end the sessions that began before; one that
    was replaced earlier ends now.
    """
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None or not usable(key, now):
        return None
    secret = _new_secret()
    key.old_digest, key.old_secret_until = (key.digest, now + overlap) if overlap else (None, None)
    key.digest, key.rotated_at = _digest(secret), now
    return key, f"dl_{key.id}_{secret}"


def first_key(session: Session, now: datetime) -> str | None:
    """An admin's key for an installation that never had any key, else None: whoever starts it shows it, once."""
    if not is_sqlite(session):
        # Two processes that start together must not both find none; a SQLite writer is alone anyway.
        session.execute(text("LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE"))
    if has_any(session):
        return None
    _, presented = create(session, "first key", ["admin"], now)
    return presented


def has_any(session: Session) -> bool:
    """Whether any key was ever made, good or not."""
    return session.execute(select(col(ApiKey.id)).limit(1)).first() is not None


def authenticate(presented: str, now: datetime) -> Caller | None:
    """Who presents this key; None for a key that is unknown, revoked, expired or no key at all."""
    shape = _SHAPE.fullmatch(presented)
    if shape is None:
        return None
    with reading() as session:
        key = session.get(ApiKey, int(shape[1]))
    if key is None or not _opens(key, _digest(shape[2]), now) or not usable(key, now):
        return None
    _touch(key, now)
    return _caller(key)


def caller_of(key_id: int, since: datetime, now: datetime) -> Caller | None:
    """Who showed the key with this id then; None when there is none, or what was shown is no longer good."""
    with reading() as session:
        key = session.get(ApiKey, key_id)
    if key is None or not usable(key, now) or (key.rotated_at and since < key.rotated_at and not _overlaps(key, now)):
        return None
    return _caller(key)


def usable(key: ApiKey, now: datetime) -> bool:
    """Whether the key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def revoke(session: Session, key_id: int, now: datetime, ended: Ended) -> bool:
    """Ends a key for good, and `ended` all that acts in its name; False when none of this id is left to revoke."""
    revoked = session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=now)
        .returning(col(ApiKey.id))
    )
    if revoked.first() is None:
        return False
    ended(session, key_id, now)
    return True


def _caller(key: ApiKey) -> Caller:
    scopes = frozenset(cast("list[Permission]", key.scopes))
    return Caller(key=key.id or 0, name=key.name, scopes=scopes, ends_at=key.expires_at)


def _overlaps(key: ApiKey, now: datetime) -> bool:
    return key.old_secret_until is not None and now < key.old_secret_until


def _opens(key: ApiKey, digest: str, now: datetime) -> bool:
    good = [key.digest, *([key.old_digest] if key.old_digest and _overlaps(key, now) else [])]
    return any(hmac.compare_digest(entry, digest) for entry in good)


def _new_secret() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _touch(key: ApiKey, now: datetime) -> None:
    if key.last_used_at is not None and now - key.last_used_at < COARSE:
        return
    used = col(ApiKey.last_used_at)
    try:
        with transaction() as session:
            session.execute(
                update(ApiKey)
                .where(col(ApiKey.id) == key.id, or_(used.is_(None), used <= now - COARSE))
                .values(last_used_at=now)
            )
    except OperationalError:
        return  # a busy database must not turn away somebody who only wants to read
