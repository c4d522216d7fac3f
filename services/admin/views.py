"""What operators say and see over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.admin import progress
from services.admin.models import ReingestionRow
from services.contracts.article import Words
from services.contracts.caller import Permission
from services.contracts.messages import Mode, Scope
from services.runtime.web import storable

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(storable)]


class Asker(Words):
    """Whose key gave an order."""

    key: int
    name: str


class ReingestionView(Words):
    """An order to ingest something again, and how far it is: `outcomes` add up to `planned` when it is done."""

    id: int
    scope: Scope
    mode: Mode
    dry_run: bool
    reason: str
    asked_by: Asker
    asked_at: datetime
    state: Literal["accepted", "running", "done"]
    started_at: datetime | None
    finished_at: datetime | None
    planned: int = Field(description="Pages found so far")
    planned_completely: bool
    outcomes: dict[str, int] = Field(description="Pages by how they ended")
    changed_fields: dict[str, int] = Field(description="On how many pages each field of the article differs")
    set_aside: int = Field(description="Its messages that were set aside; until they are replayed it cannot be done")


class Reingestions(BaseModel):
    """One page of the re-ingestions, the newest first."""

    reingestions: list[ReingestionView]
    next: str | None


class KeyWanted(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "newsroom", "scopes": ["subscribe"]}]}
    )

    name: Name
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=10)]
    expires_at: AwareDatetime | None = None
    reason: Reason | None = None


class KeyView(BaseModel, from_attributes=True):
    """A key, without the key."""

    id: int
    name: str
    scopes: list[Permission]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute")


class KeyMade(KeyView):
    """A new key. `key` is shown here and never again."""

    key: str = Field(repr=False)


class Keys(BaseModel):
    """One page of the keys, the newest first."""

    keys: list[KeyView]
    next: str | None


class AuditView(BaseModel, from_attributes=True):
    """One thing that an operator did."""

    at: datetime
    key: int
    key_name: str
    action: str
    subject: str
    reason: str | None


class AuditLog(BaseModel):
    """One page of the log, the newest first."""

    entries: list[AuditView]
    next: str | None


def reingestion_view(row: ReingestionRow, changed: dict[str, int], stuck: int) -> ReingestionView:
    """A re-ingestion as its operator sees it."""
    words: dict[str, Any] = row.model_dump(exclude={"asked_by"})
    return ReingestionView(
        **words,
        asked_by=Asker(key=row.asked_by, name=row.asked_by_name),
        outcomes={name: getattr(row, name) for name in progress.OUTCOMES},
        changed_fields=changed,
        set_aside=stuck,
    )
