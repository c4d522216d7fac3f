"""The tables of access: API keys, and who is signed in at the desk."""

from datetime import datetime

from sqlalchemy import JSON, Text
from sqlmodel import Field

from services.runtime.database import Table, UtcDateTime


class ApiKey(Table, table=True):
    """A key of the API. The key itself is nowhere: `digest` is the SHA-256 of its secret part, in hexadecimal."""

    __tablename__ = "api_keys"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    digest: str = Field(repr=False)
    scopes: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it got its present secret, if that is not its first."""
    old_digest: str | None = Field(default=None, repr=False)
    old_secret_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The secret before the present one, and until when that opens as well."""


class DeskSession(Table, table=True):
    """Somebody who signed in with a key. The cookie's token is nowhere: `digest` is its SHA-256, in hexadecimal."""

    __tablename__ = "desk_sessions"

    digest: str = Field(primary_key=True, repr=False)
    key: int
    """The id of the API key; what it may do is looked up again at each request."""
    expires_at: datetime = Field(sa_type=UtcDateTime)
    once: str | None = Field(default=None, repr=False, sa_type=Text)
    """A secret that the next page shows, encrypted with the cookie's token"""
