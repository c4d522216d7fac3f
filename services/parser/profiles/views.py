"""What the API shows of site profiles."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.parser.profiles.rulings import Ruling
from services.runtime.http.problems import storable

DIGEST = "0f1c8e4b5f7f0c5cf3b2f8a0c6e1d4a9b7c2e5f8091a3b4c5d6e7f8091a2b3c4"
LineText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(storable)
]


class ProfileLine(BaseModel):
    """A host with a site profile."""

    model_config = ConfigDict(from_attributes=True)

    host: str
    digest: str = Field(description="SHA-256 of the profile's canonical JSON", examples=[DIGEST])
    pages: int = Field(description="Distinct pages that it was learned from")
    since: datetime
    protected: int = Field(description="Lines that a person protects")
    unwanted: int = Field(description="Lines that a person takes out")


class Profiles(BaseModel):
    """One page of the hosts with site profiles, by name."""

    profiles: list[ProfileLine]
    next: str | None


class FrequentLine(BaseModel):
    """A line that stands on many pages of a site: on how many, and whether it is taken out of articles."""

    text: str
    pages: int
    taken: bool
    ruling: Ruling | None = Field(None, description="What a person says of it, if anybody does")


class JudgedLine(BaseModel):
    """A line that a person has judged: `protected` stays, `unwanted` goes, wherever it stands."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    ruling: Ruling
    ruled_by: str
    ruled_at: datetime


class ProfileVersion(BaseModel):
    """A profile of the host, now or earlier: each stays, because readings name it."""

    model_config = ConfigDict(from_attributes=True)

    digest: str
    pages: int
    made_at: datetime


class ProfileView(BaseModel):
    """The site profile of a host: its frequent lines, what people say of lines, and all its versions."""

    host: str
    digest: str
    pages: int
    since: datetime
    lines: list[FrequentLine]
    rulings: list[JudgedLine]
    versions: list[ProfileVersion]


class LineJudgement(BaseModel):
    """What a person says of a line of a host; `none` takes back what was said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Media contact: (555) 010-0000", "ruling": "unwanted"}]},
    )

    text: LineText
    ruling: Ruling | Literal["none"]
