"""What the operator's desk remembers: API keys."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from services.runtime.database import Table, UtcDateTime


class ApiKey(Table, table=True):
    """Who may ask. The key itself is nowhere: `digest` is the SHA-256 of its secret part, in hexadecimal."""

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
