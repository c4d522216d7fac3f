"""Sources as people write them: the shapes of a source and its channels, and the TOML file that lists them."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.contracts.choices import ChannelKind, Unlisted
from services.contracts.errors import UserError
from services.contracts.files import FilesRule
from services.contracts.urls import canonical_url
from services.fetcher.mail.address import is_mailbox, mailbox_address, spelled
from services.fetcher.rhythm.days import is_country
from services.runtime.http.problems import Storable
from services.runtime.known_fields import about_unknown


def _address(url: str) -> str:
    try:
        return canonical_url(url)
    except UserError as error:
        raise ValueError(str(error)) from None


def _pattern(pattern: str) -> str:
    # Python's engine can take for ever over nested repetition; an address pattern needs none.
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}.") from None
    if re.search(r"[*+}]\)?[*+{]", pattern):
        raise ValueError(f"{pattern!r} repeats a repetition; write it without.")
    return pattern


Address = Annotated[str, AfterValidator(_address)]
Hosts = tuple[Annotated[Storable, Field(max_length=253)], ...]
Pattern = Annotated[Storable, Field(max_length=300), AfterValidator(_pattern)]
Patterns = tuple[Pattern, ...]
_SOURCE = re.compile(r"\s*\[\[\s*source\s*\]\]")


def _channel_address(url: str) -> str:
    return spelled(mailbox_address(url)) if is_mailbox(url) else _address(url)


ChannelAddress = Annotated[str, AfterValidator(_channel_address)]
Senders = tuple[Annotated[str, Field(pattern=r"^[^\s@]*@?[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$", max_length=320)], ...]


class ChannelSeed(BaseModel):
    """A feed, listing, sitemap or mailbox, as a person writes it; `interval` in seconds between two looks.

    The address of a mailbox is `imaps://user@host/folder`; `senders` are whose mails are read, by address or domain.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ChannelKind
    url: ChannelAddress
    interval: Annotated[float, Field(ge=1, le=30 * 86_400)] | None = None
    senders: Senders = Field(default=(), max_length=100, exclude_if=lambda senders: not senders)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "mailbox") is not is_mailbox(self.url):
            raise ValueError("the address of a mailbox begins with imaps:// (or imap://, for STARTTLS), and no other.")
        if (self.kind == "mailbox") is not bool(self.senders):
            raise ValueError("a mailbox says in `senders` whose mails are read, and no other channel does.")
        return self


def _each_once(channels: tuple[ChannelSeed, ...]) -> tuple[ChannelSeed, ...]:
    urls = [channel.url for channel in channels]
    if twice := next((url for url in urls if urls.count(url) > 1), None):
        raise ValueError(f"{twice} is named twice; name each channel once.")
    return channels


def _country(code: str) -> str:
    if not is_country(code):
        raise ValueError(f"There is no calendar of {code!r}; name a country by its ISO 3166 code, such as US.")
    return code


EXAMPLE: dict[str, Any] = {
    "name": "navy",
    "title": "U.S. Navy",
    "pages": [r"/Press-Office/News-Stories/"],
    "channels": [{"kind": "feed", "url": "https://www.navy.mil/rss", "interval": 60}],
}


class SourceSeed(BaseModel):
    """A source as a person writes it. `pages` are patterns of article addresses; `hosts` those beside its channels'.

    `country` is whose holidays it keeps, by the ISO 3166 code. `files` says what is kept besides its pages.
    `unlisted` says what is looked for that no channel lists.
    `public_archive` is the address of a form that asks a public archive to save each page whose wording is new.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    title: Annotated[Storable, Field(max_length=200)] = ""
    hosts: Hosts = ()
    pages: Patterns = ()
    country: Annotated[str, AfterValidator(_country)] = "US"
    files: FilesRule = "none"
    unlisted: tuple[Unlisted, ...] = Field(default=(), max_length=3, exclude_if=lambda kinds: not kinds)
    public_archive: Address | None = Field(default=None, exclude_if=lambda form: form is None)
    channels: Annotated[tuple[ChannelSeed, ...], Field(min_length=1, max_length=50), AfterValidator(_each_once)]


class PreviewOrder(BaseModel):
    """An address to look at, and the scope to look with, as in a `SourceSeed`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"url": "https://www.navy.mil/rss"}]}
    )

    url: Address
    hosts: Hosts = ()
    pages: Patterns = ()


def read_sources(path: Path) -> tuple[SourceSeed, ...]:
    """The sources of a TOML file; a `UserError` says in one sentence what is wrong with it and where."""
    try:
        text = path.read_text("utf-8")
        sources = tomllib.loads(text).get("source")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid TOML: {error}.") from None
    listed = enumerate(sources if isinstance(sources, list) else ())
    seeds = tuple(_seed(path, text, number, source) for number, source in listed)
    if not seeds:
        raise UserError(f"{path} names no sources; each begins with a line [[source]].")
    names = [seed.name for seed in seeds]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UserError(f"{path} names the source {twice!r} twice; give each a name of its own.")
    return seeds


def _seed(path: Path, text: str, number: int, source: object) -> SourceSeed:
    try:
        return SourceSeed.model_validate(source)
    except ValidationError as error:
        begins = [line for line, fields in enumerate(text.splitlines(), 1) if _SOURCE.match(fields)]
        at = f", line {begins[number]}" if number < len(begins) else ""
        name = source.get("name") if isinstance(source, dict) else None
        of = f", source {name!r}" if isinstance(name, str) else ""
        raise UserError(f"{path}{at}{of}: {_first_fault(error)}") from None


def _first_fault(error: ValidationError) -> str:
    faults = error.errors()
    # A misspelt name is also one that is missing; the misspelling says more.
    fault = next((entry for entry in faults if entry["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(step) for step in fault["loc"]) or "a source"
    if fault["type"] == "extra_forbidden":
        return f"{where}: {about_unknown(SourceSeed, fault['loc'])}"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
