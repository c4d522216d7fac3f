"""Signing in and out: a random token in a cookie, its digest in the database, and an end.

The token has 256 random bits, so its plain SHA-256 tells nothing of it.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import delete
from sqlmodel import Session, col

from services.access.models import DeskSession

LASTS = timedelta(hours=12)
"""A working day; then the key is asked for again."""


def sign_in(session: Session, key: int, now: datetime) -> str:
    """Signs the holder of this key in; returns the token, which cannot be had again."""
    session.execute(delete(DeskSession).where(col(DeskSession.expires_at) <= now))
    token = secrets.token_urlsafe(32)
    session.add(DeskSession(digest=_digest(token), key=key, expires_at=now + LASTS))
    return token


def signed_in_key(session: Session, token: str, now: datetime) -> tuple[int, datetime] | None:
    """Whose token this is, and since when; None for one that has ended or never was."""
    entry = session.get(DeskSession, _digest(token))
    return (entry.key, entry.expires_at - LASTS) if entry and now < entry.expires_at else None


def sign_out(session: Session, token: str) -> None:
    """Signs out; doing so twice changes nothing."""
    session.execute(delete(DeskSession).where(col(DeskSession.digest) == _digest(token)))


def store_secret(session: Session, token: str, secret: str) -> None:
    """Keeps a secret for the next page of this session; without the token nobody can read it."""
    if entry := session.get(DeskSession, _digest(token)):
        entry.once = _sealing(token).encrypt(secret.encode()).decode()


def has_secret(session: Session, token: str) -> bool:
    """Whether there is a secret to show."""
    entry = session.get(DeskSession, _digest(token))
    return entry is not None and entry.once is not None


def take_secret(session: Session, token: str) -> str:
    """The secret that was kept, which is forgotten with that; empty when there is none."""
    entry = session.get(DeskSession, _digest(token))
    if not entry or not entry.once:
        return ""
    sealed, entry.once = entry.once, None
    return _sealing(token).decrypt(sealed.encode()).decode()


def form_token(token: str) -> str:
    """What each form of this session carries, so that no other site can send one in its name (CSRF)."""
    return hashlib.sha256(f"form:{token}".encode()).hexdigest()


def _sealing(token: str) -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(f"once:{token}".encode()).digest()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
