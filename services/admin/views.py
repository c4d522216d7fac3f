"""What the admin API takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.caller import Permission
from services.runtime.http.problems import storable

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(storable)]


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
    old_secret_until: datetime | None = Field(description="Until when the secret before the present one opens as well")


class KeyMade(KeyView):
    """A new key, or one with a new secret. `key` is shown here and never again."""

    key: str = Field(repr=False)


class KeyRotation(BaseModel):
    """For how long the old secret opens as well, and why there is a new one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24, "reason": "It was in a log"}]}
    )

    overlap_hours: Annotated[
        float, Field(ge=0, le=720, allow_inf_nan=False, description="0 ends every older secret at once.")
    ] = 24
    reason: Reason | None = None


class Keys(BaseModel):
    """One page of the keys, the newest first."""

    keys: list[KeyView]
    next: str | None


class AuditView(BaseModel, from_attributes=True):
    """One thing that somebody ordered."""

    at: datetime
    key: int
    key_name: str
    action: str
    subject: str
    reason: str | None
    result: str | None


class AuditChoices(BaseModel):
    """Who did anything, and what was done: what the log can be filtered by."""

    actors: list[str]
    actions: list[str]


class AuditLog(BaseModel):
    """One page of the log, the newest first."""

    entries: list[AuditView]
    next: str | None
