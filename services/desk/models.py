"""What the desk remembers: who is signed in."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from services.runtime.database import Table, UtcDateTime


class DeskSession(Table, table=True):
    """Somebody who signed in with a key. The cookie's token is nowhere: `digest` is its SHA-256, in hexadecimal."""

    __tablename__ = "desk_sessions"

    digest: str = Field(primary_key=True, repr=False)
    key: int
    """The id of the API key; what it may do is looked up again at each request."""
    expires_at: datetime = Field(sa_type=UtcDateTime)
    once: str | None = Field(default=None, repr=False, sa_type=Text)
    """A secret that the next page shows, encrypted with the cookie's token"""
