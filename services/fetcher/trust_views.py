"""What people see of what is believed: of a channel, and of a host about its pages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from services.fetcher.models import Channel, Host
from services.fetcher.trust import Trust, sentences


class TrustView(BaseModel):
    """What is not relied on, a sentence each; bytes that 304s saved, and changes that would have been hidden."""

    distrusted: list[str] = []
    bytes_saved: int = 0
    misses_avoided: int = 0


def trust_view(stored: Mapping[str, Any] | None, now: datetime) -> TrustView:
    """What a row says."""
    trust = Trust.of(stored)
    return TrustView(distrusted=sentences(trust, now), bytes_saved=trust.saved, misses_avoided=trust.avoided)


def trust_in_hosts(session: Session, names: Iterable[str], now: datetime) -> dict[str, TrustView]:
    """The same of these hosts about their pages, by name, where anything is known."""
    rows = session.exec(select(Host.name, Host.trust).where(col(Host.name).in_(sorted(set(names))))).all()
    return {name: trust_view(stored, now) for name, stored in rows if stored}


def trust_of_all(session: Session) -> list[Trust]:
    """What is known of each channel, and of each host about its pages."""
    stored = [
        *session.exec(select(Channel.trust).where(col(Channel.trust).is_not(None))).all(),
        *session.exec(select(Host.trust).where(col(Host.trust).is_not(None))).all(),
    ]
    return [Trust.of(entry) for entry in stored]
