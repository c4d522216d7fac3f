"""The shapes of the transparency log's API."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from services.runtime.transparency_log.proof import Proof, ProofSubject

NOTE = (
    "news.example.org/dateline\n3\nLXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=\n\n"
    "— news.example.org/dateline Yiaswf5Yh3GfoPWCH2CTqIMLbvoLfbf3as3IwP3Eol"
    "cYW9RAfrsgDWswkGzIURHDTZ1Bp3LqFRofbNym6R61OkuXdQ0=\n"
)
LOG: dict[str, JsonValue] = {
    "origin": "news.example.org/dateline",
    "leaves": 5,
    "size": 3,
    "made_at": "2026-03-02T15:00:00Z",
    "stamped": False,
    "next_at": "2026-03-02T16:00:00Z",
    "checkpoint": NOTE,
    "keys": ["news.example.org/dateline+6226acc1+AUQpkwZQBKoeTEj03QFYGUwCNJvMZkzZbkAOommRio1R"],
}

PROOF: dict[str, JsonValue] = {
    "format": "dateline-proof/1",
    "number": 0,
    "leaf": '{"article":"art_mfrggzdfmztwq2lk","capture":null,"reading":"9f86…","time":"2026-03-02T14:00:00.000000Z"}',
    "salt": None,
    "text": None,
    "capture": None,
    "inclusion": [],
    "checkpoint": NOTE,
    "keys": ["news.example.org/dateline+6226acc1+AUQpkwZQBKoeTEj03QFYGUwCNJvMZkzZbkAOommRio1R"],
    "stamp": None,
    "earlier": None,
}


class LogView(BaseModel):
    """How the log stands: its newest checkpoint, and `leaves` as many as there are, the newest ones without one yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [LOG]})

    origin: str | None
    leaves: int
    size: int
    made_at: datetime | None
    stamped: bool
    next_at: datetime | None = Field(description="When the next checkpoint comes by itself, null if nobody makes any")
    checkpoint: str | None = Field(description="The newest checkpoint as a signed note")
    keys: list[str] = Field(description="Public keys, `name+id+key`, the newest first")


class LeafPage(BaseModel):
    """Leaves in their order, each as it is hashed. `next` is the number of the leaf that follows, null at the end."""

    leaves: list[str]
    next: int | None


class Inclusion(BaseModel):
    """What proves that a leaf is in the log of this size; hashes in base64, the lowest first."""

    number: int
    size: int
    leaf: str
    inclusion: list[str]


class Consistency(BaseModel):
    """What proves that the log of `second` leaves begins with that of `first`; hashes in base64."""

    first: int
    second: int
    consistency: list[str]


class LogKeyRotation(BaseModel):
    """For how many days the key before signs beside the new one, and why it is replaced."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"overlap_days": 30, "reason": "yearly"}]}
    )

    overlap_days: int = Field(default=30, ge=0, le=365)
    reason: str | None = Field(default=None, max_length=500)


class CheckpointView(BaseModel):
    """A checkpoint: of how many leaves, when it was signed, and whether an authority has stamped it."""

    size: int
    made_at: datetime
    stamped: bool


class CheckpointPage(BaseModel):
    """Checkpoints, the newest first. `next` is what `before` takes for the next page, null at the end."""

    checkpoints: list[CheckpointView]
    next: int | None


class KeptCheckpoint(BaseModel):
    """A checkpoint that somebody has kept, as a signed note."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"checkpoint": NOTE}]})

    checkpoint: str = Field(max_length=100_000)


class ProofState(BaseModel):
    """Whether there is a proof of what an article says; `next_at` is when the checkpoint that it waits for comes."""

    article: str
    number: int = Field(description="Of the leaf")
    provable: bool
    next_at: datetime | None = Field(description="Null where nothing is waited for, or nobody makes checkpoints")


class Growth(BaseModel):
    """Whether the log of `second` leaves begins with the `first` ones of a kept checkpoint."""

    first: int
    second: int
    holds: bool


class ProofToCheck(BaseModel):
    """A proof, and what its reader knows: a checkpoint that they have kept, and since when."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"proof": PROOF}]})

    proof: Proof
    earlier: str | None = Field(default=None, max_length=100_000)
    held_since: AwareDatetime | None = None


class CheckedFact(BaseModel):
    """One thing that was checked: whether it holds, null where it could not be checked, and a sentence."""

    name: str
    holds: bool | None
    sentence: str


class Verification(BaseModel):
    """What a proof speaks of, whether nothing of it fails, and everything that was checked."""

    subject: ProofSubject
    holds: bool
    findings: list[CheckedFact]
