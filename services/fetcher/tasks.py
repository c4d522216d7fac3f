"""What the fetcher hears."""

import os
import random
from datetime import timedelta
from functools import cache

from sqlalchemy import bindparam
from sqlmodel import Session, select

from services.contracts.messages import (
    FetchPage,
    HostServesAgain,
    Message,
    ParsePage,
    PollChannel,
    Why,
)
from services.contracts.urls import page_key
from services.fetcher import (
    alarms,
    blocked,
    frontier,
    politeness,
    poll,
    rounds,
    turns,
    visit,
    waking,
)
from services.fetcher.models import Channel, Page, Source
from services.fetcher.origins import origin_of, reingested
from services.fetcher.politeness import after_request, host_of
from services.fetcher.settings import fetcher_settings
from services.fetcher.visit import Visit
from services.runtime.database import reading, transaction
from services.runtime.egress import Client, egress_settings, open_client
from services.runtime.in_flight import MOST
from services.runtime.ledger import Job, Said, say, say_all
from services.runtime.worker import handles, takes_turns

PAUSE = timedelta(hours=1)
"""How often a paused source is asked whether it still is. Resuming says its polls at once."""


takes_turns(turns.claim)


@handles(PollChannel)
def poll_channel(order: PollChannel, job: Job) -> None:
    """One look at a channel; what it lists joins the frontier, and it says itself again."""
    with reading() as session:
        channel = session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
    if channel is None or source is None:
        with job.finish() as session:
            turns.give_back(session, job)  # it was taken out of its source
    elif source.paused:
        _rest(job, source.name)
    elif host_of(rounds.next_address(channel)) != job.host:
        _turn_of_another(job, rounds.poll_of(channel))
    else:
        _poll(order, source, channel, job)


def _poll(order: PollChannel, source: Source, channel: Channel, job: Job) -> None:
    settings, scope = fetcher_settings(), poll.scope_of(source, channel)
    look = poll.look_at(client(), channel, scope, now=job.now, settings=settings)
    joined = poll.join_all_but_last(source, channel, look, job.now)
    with job.finish() as session:
        if look.outcome in blocked.ANSWERS:
            blocked.count(session, source.name, look.detail, job.now)
        channel = session.get_one(Channel, order.channel, with_for_update=True)
        joined += poll.join_last(session, source, channel, look, job.now)
        after_request(
            session,
            rounds.next_address(channel),
            look.outcome,
            now=job.now,
            asked_for=look.retry_after,
            scale=settings.revisit_scale,
            silent=look.silent,
        )
        turns.end(session, job, settings.pace)
        job.note(source=source.name, url=channel.url, answer=look.outcome, fresh=joined.fresh)
        due = rounds.record(channel, look, joined, now=job.now, settings=settings, chance=random.random())  # noqa: S311
        alarms.raise_alarm(session, source.name, channel)
        say(session, rounds.poll_of(channel), due_at=due)


@handles(FetchPage)
def fetch_page(order: FetchPage, job: Job) -> None:
    """One look at a page: new bytes are said to the parser, and it says itself again for the next visit."""
    with reading() as session:
        page = session.get(Page, order.page)
        paused = page is not None and order.reingestion is None and _is_paused(session, page.source)
    if page is None or page.url is None or page.moved_to is not None or _rests(page, order):
        with job.finish() as session:
            turns.give_back(session, job)
            reingested(session, order.page, order.reingestion, "unavailable")
    elif paused:
        _rest(job, page.source)
    elif host_of(page.url) != job.host:
        _turn_of_another(job, order.model_copy(update={"host": host_of(page.url)}))
    else:
        _visit(order, page, page.url, job)


def _rest(job: Job, source: str) -> None:
    with transaction(lasting=False) as session:
        turns.give_back(session, job)
    job.postpone(job.now + PAUSE, f"The source {source} is paused.")


def _turn_of_another(job: Job, order: Message) -> None:
    """It has moved to another host meanwhile, where it takes its turn."""
    with job.finish() as session:
        turns.give_back(session, job)
        say(session, order, lane=job.lane)


def _visit(order: FetchPage, page: Page, url: str, job: Job) -> None:
    forced = order.reingestion is not None and order.reingestion.forced
    seen = visit.look_at(client(), page, url, now=job.moment(), settings=fetcher_settings(), forced=forced)
    job.note(source=page.source, url=url, answer=seen.outcome)
    with job.finish() as session:
        target = page_key(seen.moved.url) if seen.moved else None
        held = frontier.hold(session, page.id or 0, target)
        _settle(session, order, held, visit.still_news(seen, held, page.fetched_at), job)


@handles(HostServesAgain)
def wake(news: HostServesAgain, job: Job) -> None:
    """What failed at the host is due again, at the host's pace."""
    with job.finish() as session:
        channels, pages = waking.wake(session, news.host)
        job.note(channels=channels, pages=pages)


def client() -> Client:
    """The guarded client of this process; a forked child makes one of its own."""
    return _client(os.getpid())


@cache
def _client(_pid: int) -> Client:
    return open_client(egress_settings(), keep_alive=True, connections=MOST)


def _settle(session: Session, order: FetchPage, page: Page, seen: Visit, job: Job) -> None:
    again = order.reingestion
    scale = fetcher_settings().revisit_scale
    origin, at, asked = origin_of(session, page, again), visit.fetched_at(page, seen.began or job.now), page.url or ""
    said: list[Said] = []
    if again is None or not again.dry_run:
        seen = visit.follow(session, page, seen.moved) if seen.moved else seen
        said += _plan(session, page, seen, job)
    if seen.outcome in blocked.ANSWERS:
        blocked.count(session, page.source, seen.detail, job.now)
    after_request(
        session, asked, seen.outcome, now=job.now, asked_for=seen.retry_after, scale=scale, silent=seen.silent
    )
    turns.end(session, job, fetcher_settings().pace)
    if seen.capture and seen.fetched:
        parse = ParsePage(origin=origin, capture=seen.capture, fetched_at=at, content_type=seen.fetched.content_type)
        said.append(job.says(parse))
    elif seen.outcome == "moved" and again and page.moved_to is None and not again.dry_run:
        said.append(job.says(order))
    else:
        reingested(session, page, again, "unchanged" if seen.outcome == "unchanged" else "unavailable")
    say_all(session, said)


def _plan(session: Session, page: Page, seen: Visit, job: Job) -> list[Said]:
    """The page's row says how it went, and its next visit is due: its own, or that of the page it turned out to be."""
    soon = seen.outcome == "gone" and politeness.may_look_soon(session, page.url or "", job.now)
    pause = visit.record(page, seen, now=job.now, scale=fetcher_settings().revisit_scale, soon=soon)
    if page.channel is None:
        return []
    why: Why = "revisit" if page.fetched_at else "new"
    number, host = frontier.target(page)
    return [job.says(FetchPage(page=number, host=host, why=why), due_at=job.now + pause)]


def _rests(page: Page, order: FetchPage) -> bool:
    """Whether no plan visits it any more, because its source was removed; a re-ingestion may still ask for it."""
    return order.reingestion is None and page.channel is None


def _is_paused(session: Session, source: str) -> bool:
    return bool(session.execute(_PAUSED, {"source": source}).scalar_one_or_none())


# Made once: to make a statement costs more than to run it.
_PAUSED = select(Source.paused).where(Source.name == bindparam("source"))
