"""The request bodies of the webhooks API."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from services.contracts.choices import EndpointKind, Payload
from services.runtime.http.problems import MAX_ID, Instant, Storable
from services.webhooks.digests import Digest
from services.webhooks.filters import Filter, Pattern, never
from services.webhooks.headers import OwnHeaders
from services.webhooks.limits import METADATA, RATE

URL_LENGTH = 2_000
AT_ONCE = 1_000
"""Deliveries that one replay may name."""

Url = Annotated[
    Storable,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=URL_LENGTH),
    Field(
        description="Of a webhook, where events are posted: https:// or http://, where the operator allows it.",
        examples=["https://example.org/hooks/news"],
    ),
]
To = Annotated[
    Storable,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=URL_LENGTH),
    Field(
        description="Of people, where they are reached: the mail address, or that of the chat's webhook, topic or "
        "server. It is kept sealed, and shown masked.",
        examples=["ann@example.org"],
    ),
]
Room = Annotated[
    Storable,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    Field(description="Of `matrix`: the internal id of the room.", examples=["!abc:example.org"]),
]
Token = Annotated[
    Storable,
    StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]{1,1000}$"),
    Field(
        description="Of `matrix` the access token of an account in the room, of `ntfy` an access token. Kept sealed."
    ),
]
Priority = Annotated[int, Field(ge=1, le=5, description="Of `ntfy`: from 1, the least, to 5; 3 unless named.")]
Description = Annotated[Storable, StringConstraints(max_length=500)]
Rate = Annotated[
    float, Field(ge=0.1, le=RATE, allow_inf_nan=False, description="The most events a second; none named: no limit.")
]
Metadata = Annotated[
    dict[
        Annotated[Storable, StringConstraints(min_length=1, max_length=100)],
        Annotated[Storable, StringConstraints(max_length=500)],
    ],
    Field(max_length=METADATA, description="Yours, kept and shown as it is."),
]


def _something(patterns: list[str]) -> list[str]:
    if not patterns:
        raise ValueError("An empty list would let nothing through; leave it out to hear of everything.")
    return list(dict.fromkeys(patterns))


EventTypes = Annotated[
    list[Pattern],
    Field(max_length=10, description="Types of events, or patterns like `article.*`; none named: all of them."),
    AfterValidator(_something),
]


def _examples(*bodies: JsonDict) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [*bodies]})


class Choice(BaseModel):
    """Which events; what is not named lets everything through."""

    model_config = _examples({"event_types": ["article.created"], "filter": {"words": ["harbor"]}})

    event_types: EventTypes | None = None
    filter: Filter | None = None

    @model_validator(mode="after")
    def _can_match(self) -> "Choice":
        if sentence := never(self.event_types or (), self.filter or Filter()):
            raise ValueError(sentence)
        return self


OF_WEBHOOKS, OF_PEOPLE = frozenset({"url", "payload", "headers"}), frozenset({"to", "digest"})
"""Fields that only endpoints of one sort have."""
OF_SOME: Mapping[str, frozenset[EndpointKind]] = {
    "room": frozenset({"matrix"}),
    "token": frozenset({"matrix", "ntfy"}),
    "priority": frozenset({"ntfy"}),
}
"""What only some kinds have, besides where they are sent."""
WHERE = ("to", *OF_SOME)
"""What says where people are reached: it is sealed together, and changed together."""


def misfit(kind: EndpointKind, named: Collection[str]) -> str | None:
    """Why a kind of endpoint cannot have what is named, in one sentence; None when it can."""
    foreign = {name for name, kinds in OF_SOME.items() if kind not in kinds}
    wrong = sorted((foreign | (OF_PEOPLE if kind == "webhook" else OF_WEBHOOKS)).intersection(named))
    return f"An endpoint of kind {kind} has no {' and no '.join(f'`{name}`' for name in wrong)}." if wrong else None


class EndpointWanted(Choice):
    """An endpoint to be made."""

    model_config = _examples(
        {"url": "https://example.org/hooks/news"},
        {
            "url": "https://example.org/hooks/navy",
            "event_types": ["article.created"],
            "filter": {"sources": ["navy"], "kinds": ["release"]},
            "payload": "thin",
            "rate": 5,
        },
        {
            "kind": "email",
            "to": "ann@example.org",
            "filter": {"words": ["harbor"]},
            "digest": {"every": "day", "at": "08:00", "zone": "Europe/Berlin"},
        },
    )

    kind: EndpointKind = "webhook"
    url: Url | None = None
    to: To | None = None
    room: Room | None = None
    token: Token | None = Field(default=None, repr=False)
    priority: Priority | None = None
    digest: Digest | None = None
    key: int | None = Field(
        default=None,
        ge=1,
        le=MAX_ID,
        description="The key that it belongs to. Only admins may name another one than their own.",
    )
    description: Description = ""
    payload: Payload = "full"
    rate: Rate | None = None
    headers: OwnHeaders = {}
    metadata: Metadata = {}

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "EndpointWanted":
        if sentence := misfit(self.kind, self.model_dump(exclude_defaults=True)):
            raise ValueError(sentence)
        if self.kind == "webhook" and self.url is None:
            raise ValueError("A webhook needs a `url`; for people, name another `kind`, and `to`.")
        if self.kind != "webhook" and self.to is None:
            raise ValueError(f"An endpoint of kind {self.kind} needs `to`, where it is sent.")
        return self


class EndpointChanged(Choice):
    """What is to be different; what is not named stays. `null` takes `event_types`, `filter`, `digest`, `rate` away.

    Where people are reached is changed as a whole: `to` with its `room`, `token` and `priority`.
    """

    model_config = _examples({"description": "The evening desk", "filter": None}, {"state": "active"})

    url: Url | None = None
    to: To | None = None
    room: Room | None = None
    token: Token | None = Field(default=None, repr=False)
    priority: Priority | None = None
    digest: Digest | None = None
    description: Description | None = None
    payload: Payload | None = None
    rate: Rate | None = None
    headers: OwnHeaders | None = None
    metadata: Metadata | None = None
    state: Literal["active", "disabled"] | None = None

    @model_validator(mode="after")
    def _says_where(self) -> "EndpointChanged":
        if self.to is None and any(getattr(self, name) is not None for name in OF_SOME):
            raise ValueError(f"Where it is sent is changed as a whole; name `to` beside {', '.join(OF_SOME)}.")
        return self

    def named(self) -> dict[str, object]:
        """What was said, null only where null means something."""
        message = self.model_dump(exclude_unset=True)
        return {name: value for name, value in message.items() if value is not None or name in _MAY_END}


_MAY_END = {"event_types", "filter", "rate", "digest"}


class RotationWanted(BaseModel):
    """For how long the old secret signs as well."""

    model_config = _examples({"overlap_hours": 24})

    overlap_hours: Annotated[
        float, Field(ge=0, le=168, allow_inf_nan=False, description="0 ends every older secret at once.")
    ] = 24


class ReplayWanted(BaseModel):
    """Which deliveries are to be brought again: all that is named must hold. What is pending among them is due now."""

    model_config = _examples(
        {"since": "2026-11-29T08:00:00Z", "only": "failed"}, {"from_sequence": 1, "to_sequence": 100, "only": "all"}
    )

    deliveries: (
        Annotated[list[Annotated[int, Field(ge=1, le=MAX_ID)]], Field(min_length=1, max_length=AT_ONCE)] | None
    ) = None
    since: Instant | None = Field(default=None, description="Made at this time or later.")
    until: Instant | None = Field(default=None, description="Made before this time, exclusive.")
    from_sequence: Annotated[int, Field(ge=1, le=MAX_ID)] | None = None
    to_sequence: Annotated[int, Field(ge=1, le=MAX_ID)] | None = None
    types: EventTypes | None = None
    article: Annotated[Storable, StringConstraints(min_length=1, max_length=100)] | None = Field(
        default=None, description="The id of an article: what was sent of it"
    )
    only: Literal["failed", "all"] = Field(
        default="failed", description="`failed` means failed or pending ones, `all` also those that were delivered."
    )
    dry_run: bool = Field(default=False, description="Only count.")

    @model_validator(mode="after")
    def _names_something(self) -> "ReplayWanted":
        ends: tuple[tuple[datetime | int | None, datetime | int | None], ...] = (
            (self.since, self.until),
            (self.from_sequence, self.to_sequence),
        )
        named = self.deliveries, self.types, self.article, *(end for pair in ends for end in pair)
        if all(choice is None for choice in named):
            raise ValueError(
                "Name `deliveries`, `types`, an `article`, a time (`since`, `until`) or numbers (`from_sequence`, "
                "`to_sequence`)."
            )
        if self.since and self.until and self.since >= self.until:
            raise ValueError("`since` must be before `until`; nothing can lie between.")
        if self.from_sequence and self.to_sequence and self.from_sequence > self.to_sequence:
            raise ValueError("`from_sequence` must not exceed `to_sequence`; nothing can lie between.")
        return self
