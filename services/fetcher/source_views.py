"""Sources as the API shows them: each with its channels, how they have been, and what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from services.contracts.choices import Unlisted
from services.fetcher import blocked, sources
from services.fetcher.alarms import alarm
from services.fetcher.models import Channel
from services.fetcher.next_looks import next_looks
from services.fetcher.politeness import host_of
from services.fetcher.push.health import push_sentences
from services.fetcher.rhythm import watch
from services.fetcher.rhythm.views import RhythmView, rhythm_view
from services.fetcher.sources import SourceHealth
from services.fetcher.trust_views import TrustView, trust_in_hosts, trust_view
from services.runtime.ledger import retries

_VALIDATORS = {"ETag": "etag", "Last-Modified": "last_modified"}


class ChannelView(BaseModel):
    """A channel and how its last look went; `detail` is one sentence when something is wrong."""

    kind: str
    url: str
    outcome: str | None
    detail: str | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    failures: int
    listed: int
    fresh: int
    interval: float | None = None
    next_look: datetime | None = None
    """When it is looked at next; null while it is being looked at, and of a source that is paused."""
    validators: list[str] = []
    """What it gave to ask by whether anything changed: `ETag`, `Last-Modified`."""
    retrying: str | None = None
    """When its looks fail unexpectedly: how often, why, and when the next one is."""
    alarm: str | None = None
    """When it was read before and cannot be read now: since when, and why."""
    capture: str | None = None
    """What came in its place the last time that it could not be read, at `/captures/{capture}`."""
    senders: list[str] = []
    """Of a mailbox: whose mails are read."""
    push: str | None = None
    """Whether a WebSub hub pushes it, and since when not; null where nobody does."""
    troubles: list[str] = []
    """The documents of its last round that could not be read in full: the address of each, and why."""
    trust: TrustView = TrustView()
    """Which of its claims that nothing changed, or that something did, are not relied on."""


class SourceView(BaseModel):
    """A source and its channels, those in trouble first.

    `blocked` counts the answers that were a wall, a shell or an error page instead of what was asked for, and the pages
    that only the parser sees to be one, as long as they are.
    """

    name: str
    title: str
    paused: bool
    blocked: int
    blocked_at: datetime | None
    blocked_detail: str | None
    walled_since: datetime | None = None
    """Since when it is an alarm that its pages stand behind a wall, while its channels can be read."""
    channels: list[ChannelView]
    hosts: list[str] = []
    pages: list[str] = []
    country: str = "US"
    """Whose holidays it keeps."""
    files: str = "none"
    """What is kept of its articles besides their pages: `none`, `attachments` or `all`, with their pictures."""
    unlisted: list[Unlisted] = []
    """What is looked for that no channel lists."""
    public_archive: str | None = None
    """The form of a public archive that is asked to save the page of each new wording."""
    rhythm: RhythmView = RhythmView()
    trust: dict[str, TrustView] = {}
    """By the host of a channel, what is not relied on of what it says of its pages."""
    retrying: str | None = None
    """When work on its pages fails unexpectedly: how many messages, and of the first how often, why, and what is next.
    """


def source_view(session: Session, health: SourceHealth, now: datetime) -> SourceView:
    """One source, as `source_views` shows several."""
    return source_views(session, [health], now)[0]


def source_views(session: Session, healths: Sequence[SourceHealth], now: datetime) -> list[SourceView]:
    """These sources with all that is known of them, in the same order."""
    # One question for all of them: a list of sources grows.
    channels = [channel.id or 0 for health in healths for channel in health.channels]
    result = retries.retrying(session, kind="PollChannel", channels=channels, limit=len(channels))
    failing = {entry.channel: entry.sentence(now) for entry in result}
    pages = sources.troubled_pages(session, now)
    walled = blocked.walled(session, [health.source.name for health in healths])
    pushed = push_sentences(session, channels)
    known = watch.rhythms(session, [health.source.id or 0 for health in healths])
    hosts = {host_of(channel.url) for health in healths for channel in health.channels}
    trusted = trust_in_hosts(session, hosts, now)
    due = next_looks(session, channels)
    views = [_source(health, failing, pages, walled.get(health.source.name), pushed, now) for health in healths]
    return [
        view.model_copy(
            update={
                "channels": [
                    entry.model_copy(update={"next_look": None if health.source.paused else due.get(channel.id or 0)})
                    for entry, channel in zip(view.channels, health.channels, strict=True)
                ],
                "rhythm": rhythm_view(known.get(health.source.id or 0)),
                "trust": {
                    name: trusted[name]
                    for name in sorted({host_of(channel.url) for channel in health.channels})
                    if name in trusted
                },
            }
        )
        for view, health in zip(views, healths, strict=True)
    ]


def _source(
    health: SourceHealth,
    failing: Mapping[int | None, str],
    pages: Mapping[str, str],
    walled: blocked.Walled | None,
    pushed: Mapping[int | None, str],
    now: datetime,
) -> SourceView:
    source = health.source
    last = source.blocked_at, source.blocked_detail
    if walled and (source.blocked_at is None or walled.at > source.blocked_at):
        last = walled.at, walled.detail
    return SourceView(
        retrying=pages.get(source.name),
        name=source.name,
        title=source.title,
        paused=source.paused,
        blocked=source.blocked + (walled.pages if walled else 0),
        blocked_at=last[0],
        blocked_detail=last[1],
        walled_since=source.walled_at,
        channels=[_channel(entry, failing.get(entry.id), pushed.get(entry.id), now) for entry in health.channels],
        country=source.country,
        files=source.files,
        unlisted=[kind for kind in get_args(Unlisted) if kind in source.unlisted],
        public_archive=source.public_archive,
        hosts=source.hosts,
        pages=source.pages,
    )


def _channel(channel: Channel, retrying: str | None, push: str | None, now: datetime) -> ChannelView:
    fields = channel.model_dump(warnings=False) | {
        "retrying": retrying,
        "push": push,
        "validators": [name for name, value in _VALIDATORS.items() if getattr(channel, value)],
        "troubles": [f"{url}: {why}" for url, why in channel.troubles.items()],
        "trust": trust_view(channel.trust, now),
    }
    try:
        view = ChannelView.model_validate(fields)
    except ValidationError as fault:
        return _damaged(channel, fault)
    return view.model_copy(update={"alarm": alarm(channel)})


def _damaged(channel: Channel, fault: ValidationError) -> ChannelView:
    """What can be said of a channel in whose row somebody wrote what Dateline never does: the others are shown."""
    first = fault.errors(include_url=False)[0]
    detail = (
        f"Its row in the database is damaged: {first['loc'][0]}: {first['msg']}. Remove the source and add it again."
    )
    known = dict.fromkeys(("polled_at", "succeeded_at"), None) | dict.fromkeys(("failures", "listed", "fresh"), 0)
    return ChannelView(kind=str(channel.kind), url=str(channel.url), outcome="damaged", detail=detail, **known)
