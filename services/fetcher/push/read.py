"""A push is read as the answer to a look: it is kept as a capture, and what it lists joins the frontier."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from services.contracts.urls import page_key
from services.fetcher import frontier, poll
from services.fetcher.answers import Fetched
from services.fetcher.discover import Discovered, Listed, discover
from services.fetcher.frontier import Joined
from services.fetcher.models import Channel, Source
from services.fetcher.push import health, subscribe
from services.fetcher.push.models import Push
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture


def listed_in(push: Push, source: Source, channel: Channel) -> tuple[Listed, ...]:
    """What the push lists in the scope of its channel; nothing where it is no feed."""
    answer = Fetched(channel.url, 200, (("Content-Type", push.content_type),), push.body)
    found = discover(channel.kind, push.body, channel.url, answer.charset)
    if not isinstance(found, Discovered):
        return ()
    scope = poll.scope_of(source, channel)
    return tuple(replace(entry, position=at) for at, entry in enumerate(found.listed, 1) if scope.covers(entry.url))


def keep_push(push: Push, channel: Channel) -> str:
    """The push as a capture of its channel, marked as one that nobody asked for."""
    headers = (("Content-Type", push.content_type), ("X-Dateline-Pushed", "WebSub"))
    return capture_store.keep(Capture(channel.url, push.pushed_at, 200, headers, push.body))


def join_pushed(
    session: Session, push: Push, source: Source, channel: Channel, listed: tuple[Listed, ...], now: datetime
) -> Joined:
    """What it lists joins the frontier, the subscription has brought something, and the push is done with."""
    joined = frontier.join(session, source.name, channel.id or 0, listed, backlog=False, now=now)
    if subscription := subscribe.subscription_of(session, channel.id or 0):
        health.arrived(subscription, {page_key(entry.url) for entry in listed}, push.pushed_at)
    return joined
