"""The keys that sign checkpoints. Each rests sealed in the database, as the secrets of endpoints do."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr
from sqlalchemy import insert, or_, select, update
from sqlmodel import Session

from services.runtime.sealing import UnreadableSecret, has_key, resealed, seal, unseal
from services.runtime.transparency_log.notes import Verifier
from services.runtime.transparency_log.settings import log_settings
from services.runtime.transparency_log.tables import log_keys

ADVICE = (
    "The keys of the transparency log cannot be read: secret.key or DATELINE_SECRET_KEY was lost or changed. Give back "
    "the old one; what was signed before stays good."
)

Signer = tuple[Verifier, Ed25519PrivateKey]


@dataclass(frozen=True)
class Resealed:
    """How many keys of the log are sealed with the first key now, and how many none of our keys opens."""

    done: int
    unreadable: int


def verifiers(session: Session) -> list[str]:
    """Every public key that ever signed, the newest first, as C2SP writes them."""
    return list(session.execute(select(log_keys.c.verifier).order_by(log_keys.c.id.desc())).scalars())


def signing_now(session: Session, now: datetime) -> list[Signer]:
    """Who signs now, the newest first; the first key is made here. Raises `UnreadableSecret`."""
    signing = or_(log_keys.c.signs_until.is_(None), log_keys.c.signs_until > now)
    rows = session.execute(select(log_keys).where(signing).order_by(log_keys.c.id.desc())).all()
    if not rows:
        return [_make(session, log_settings().origin or f"dateline/{secrets.token_hex(8)}", now)]
    if not has_key():
        raise UnreadableSecret(ADVICE)
    return [(Verifier.read(row.verifier), _private(row.sealed_private)) for row in rows]


def rotate_signing_key(session: Session, now: datetime, overlap: timedelta) -> str:
    """A new key, which signs from now on; the one before signs beside it until the overlap is over. Its public line."""
    before = signing_now(session, now)
    session.execute(update(log_keys).where(log_keys.c.signs_until.is_(None)).values(signs_until=now + overlap))
    verifier, _ = _make(session, before[0][0].name, now)
    return str(verifier)


def reseal_log_keys(session: Session) -> Resealed:
    """Seals every key with the first of the installation's keys. Again is the same."""
    done = unreadable = 0
    for row in session.execute(select(log_keys.c.id, log_keys.c.sealed_private)).all():
        try:
            anew = resealed(row.sealed_private)
        except UnreadableSecret:
            unreadable += 1
            continue
        session.execute(update(log_keys).where(log_keys.c.id == row.id).values(sealed_private=anew))
        done += 1
    return Resealed(done, unreadable)


def _make(session: Session, name: str, now: datetime) -> Signer:
    private = Ed25519PrivateKey.generate()
    verifier = Verifier(name, private.public_key().public_bytes_raw())
    sealed = seal(SecretStr(private.private_bytes_raw().hex()))
    session.execute(insert(log_keys).values(verifier=str(verifier), sealed_private=sealed, made_at=now))
    return verifier, private


def _private(sealed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(unseal(sealed).get_secret_value()))
