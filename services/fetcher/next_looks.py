"""When channels are looked at next: what their messages in the ledger say."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from services.contracts.messages import PollChannel
from services.runtime.ledger.ledger_table import OPEN, ledger


def next_looks(session: Session, channels: Sequence[int]) -> dict[int, datetime]:
    """Of each channel whose next look waits: when it is due."""
    keys = {PollChannel(channel=channel).dedupe: channel for channel in channels}
    waits = OPEN, ledger.c.kind == PollChannel.__name__, ledger.c.lease_token.is_(None)
    rows = session.execute(select(ledger.c.key, ledger.c.due_at).where(*waits, ledger.c.key.in_(keys)))
    return {keys[row.key]: row.due_at for row in rows}
