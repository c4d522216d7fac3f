"""The sample articles: one TOML file each, with every wording the article ever has.

A `[[corrections]]` of the file is a further wording, told as the words that change.
"""

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "seeds" / "samples"


@dataclass(frozen=True)
class Section:
    """Where a kind of article is published; `content_type` is the number a feed of that kind is asked for with."""

    path: str
    label: str
    content_type: int


SECTIONS = {
    "news": Section("News/News-Stories/Article", "News", 1),
    "release": Section("News/Releases/Release", "Release", 9),
    "contracts": Section("News/Contracts/Contract", "Contract", 400),
    "transcript": Section("News/Transcripts/Transcript", "Transcript", 13),
    "advisory": Section("News/Advisories/Advisory", "Advisory", 2),
    "feature": Section("News/Feature-Stories/Story", "Feature", 800),
}


@dataclass(frozen=True)
class SamplePicture:
    """A picture as the newsroom captions it; `day` is the folder it was uploaded to."""

    id: int
    virin: str
    title: str
    caption: str
    photographer: str
    day: date

    def path(self, size: str = "825/780") -> str:
        return f"/media/{self.day:%Y/%b/%d}/{self.id}/{size}/0/{self.virin}.JPG"


@dataclass(frozen=True)
class Wording:
    """The words of an article at one time: plain text, but for `body`, which is HTML with `<!--picture:1-->` marks."""

    headline: str
    summary: str
    body: str


@dataclass(frozen=True)
class Sample:
    """One article with all its wordings, the first one first; `day` is printed instead of today's date."""

    slug: str
    number: int
    kind: str
    wordings: tuple[Wording, ...]
    byline: str | None = None
    affiliation: str | None = None
    day: date | None = None
    notice: str | None = None
    tags: tuple[str, ...] = ()
    related: bool = False
    pictures: tuple[SamplePicture, ...] = ()

    @property
    def section(self) -> Section:
        return SECTIONS[self.kind]

    @property
    def path(self) -> str:
        # Contracts have no slug, and the publishing system then prints the slash twice.
        slug = "" if self.kind == "contracts" else self.slug
        return f"/{self.section.path}/Article/{self.number}/{slug}/"

    def published_at(self, moment: datetime) -> datetime:
        """When the page says it was published, if it became public at this moment."""
        return datetime.combine(self.day, time(17), UTC) if self.day else moment


def read_samples(folder: Path = SAMPLES) -> dict[str, Sample]:
    """Every sample of the folder by its slug, which is the name of its file."""
    return {file.stem: read_sample(file) for file in sorted(folder.glob("*.toml"))}


def read_sample(file: Path) -> Sample:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    first = Wording(data.pop("headline"), data.pop("summary"), data.pop("body"))
    corrections = data.pop("corrections", [])
    pictures = tuple(SamplePicture(**picture) for picture in data.pop("pictures", []))
    data["tags"] = tuple(data.get("tags", ()))
    return Sample(slug=file.stem, wordings=_wordings(first, corrections), pictures=pictures, **data)


def _wordings(first: Wording, corrections: list[dict[str, Any]]) -> tuple[Wording, ...]:
    wordings = [first]
    for correction in corrections:
        wordings.append(_corrected(wordings[-1], correction))
    return tuple(wordings)


def _corrected(wording: Wording, correction: dict[str, Any]) -> Wording:
    """Every change must hit, or the sample would claim a correction that readers never see."""
    for old, new in correction["changes"]:
        changed = Wording(*(text.replace(old, new) for text in (wording.headline, wording.summary, wording.body)))
        if changed == wording:
            raise ValueError(f"A correction changes {old!r}, which the wording before it does not say.")
        wording = changed
    return replace(wording, body=wording.body + correction.get("note", ""))
