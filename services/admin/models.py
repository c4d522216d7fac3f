"""What the operator's desk remembers: API keys, re-ingestions, and who did what, why and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text, UniqueConstraint
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


class ReingestionRow(Table, table=True):
    """An operator's order to ingest something again, and how far it is.

    `accepted` until the first word from the fetcher or the store, then `running`; `done` when it is completely
    planned and each of its pages is counted under one outcome.
    """

    __tablename__ = "reingestions"
    __table_args__ = (UniqueConstraint("asked_by", "idempotency_key"),)

    id: int | None = Field(default=None, primary_key=True)
    scope: dict[str, Any] = Field(sa_type=JSON)
    mode: str = "reparse"
    dry_run: bool = False
    reason: str = Field(sa_type=Text)
    asked_by: int
    asked_by_name: str
    idempotency_key: str | None = None
    state: str = "accepted"
    asked_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    planned: int = 0
    planned_completely: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    unavailable: int = 0


class ReingestionChange(Table, table=True):
    """On how many pages of a re-ingestion one field of the article differs."""

    __tablename__ = "reingestion_changes"

    reingestion: int = Field(primary_key=True)
    field: str = Field(primary_key=True)
    pages: int = 0


class AuditEntry(Table, table=True):
    """One thing that an operator did; written in the transaction that did it."""

    __tablename__ = "audit_log"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    key: int
    key_name: str
    action: str
    subject: str
    reason: str | None = Field(default=None, sa_type=Text)
