"""What the doctor found out, as the API tells it."""

from typing import Literal

from pydantic import BaseModel

from services.contracts.choices import ChannelKind

RobotsVerdict = Literal["allowed", "refused", "unreadable"]
ValidatorVerdict = Literal["absent", "honest", "ignored", "unstable", "lying", "unchecked"]
"""No validators; 304 for what is the same; never 304; another one each time; the same for other bytes; not tried."""


class RobotsFinding(BaseModel):
    """What robots.txt says of the address; `crawl_delay` in seconds."""

    verdict: RobotsVerdict
    detail: str | None = None
    crawl_delay: float = 0.0
    sitemaps: list[str] = []


class ChannelFinding(BaseModel):
    """A channel that was found, and where: how many addresses it lists, and how many of them look like articles."""

    kind: ChannelKind
    url: str
    found_by: str
    listed: int
    articles: int
    left_out: str | None = None
    """Why it is no part of the proposed source; null where it is."""
    hub: str | None = None
    """Where a WebSub subscriber asks to be told of news."""
    detail: str | None = None


class BulletinHint(BaseModel):
    """Where people sign up for bulletins by e-mail, and with which service, if it is a known one."""

    service: str
    url: str


class SampleFinding(BaseModel):
    """How one article of the site is read today, or why it is none."""

    url: str
    layout: str | None = None
    is_known_layout: bool = False
    kind: str | None = None
    headline: str | None = None
    published_at: str | None = None
    published_evidence: str | None = None
    words: int = 0
    rejected: str | None = None


class VolatileFinding(BaseModel):
    """Two answers for one page, compared: how many pieces differ, some of them, and whether the reading does."""

    pieces: int
    samples: list[str]
    same_reading: bool


class ValidatorFinding(BaseModel):
    """Whether a document's validators can be trusted, as far as a few requests tell."""

    url: str
    etag: bool
    last_modified: bool
    verdict: ValidatorVerdict
    detail: str


class LookFinding(BaseModel):
    """One request that was made, and how it was answered."""

    url: str
    answer: str
    detail: str | None = None


class Diagnosis(BaseModel):
    """What watching this site would be like. `toml` is a source as `dateline sources --load` takes it, if there is any.

    `unseen` says, a sentence each, what could not be found out; `looks` are all requests that were made.
    """

    url: str
    robots: RobotsFinding
    channels: list[ChannelFinding] = []
    bulletins: list[BulletinHint] = []
    sample: SampleFinding | None = None
    volatile: VolatileFinding | None = None
    validators: list[ValidatorFinding] = []
    toml: str | None = None
    unseen: list[str] = []
    looks: list[LookFinding] = []
