"""Channels: looked at by a plan, walked to their older entries."""

import random
from dataclasses import replace
from datetime import datetime

import structlog
from sqlmodel import Session

from services.contracts.messages import PollChannel, WalkChannel
from services.fetcher import absences, alarms, blocked, frontier, poll, rounds, turns, unlisted, walks
from services.fetcher.handlers.turn_endings import end_turn, rest, turn_of_another
from services.fetcher.mail.look import MailLook, look_into, note_mails, progress_of, scope_for
from services.fetcher.models import Channel, Source, Walk
from services.fetcher.politeness import Served, host_of
from services.fetcher.push import health, subscribe
from services.fetcher.rhythm import watch
from services.fetcher.rounds import RoundResult
from services.fetcher.settings import fetcher_settings
from services.fetcher.shared_client import client
from services.runtime.database import reading
from services.runtime.ledger.jobs import Job, enqueue
from services.runtime.ledger.worker import handles
from services.runtime.settings import runtime_settings

log = structlog.get_logger()


@handles(PollChannel)
def poll_channel(order: PollChannel, job: Job) -> None:
    """One look at a channel; what it lists joins the frontier, and it says itself again."""
    with reading() as session:
        channel = session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
        whole = source is not None and absences.any_open(session, source.name, job.now)
    if channel is None or source is None:
        with job.complete() as session:
            turns.give_back(session, job)  # it was taken out of its source
    elif source.paused:
        rest(job, source.name)
    elif host_of(rounds.address(channel, order)) != job.host:
        turn_of_another(job, rounds.poll_of(channel))
    else:
        _poll(order, source, channel, job, whole=whole)


def _poll(order: PollChannel, source: Source, channel: Channel, job: Job, *, whole: bool) -> None:
    settings, scope = fetcher_settings(), poll.scope_of(source, channel)
    url = rounds.address(channel, order)
    mail = _look_into(source, channel, job.now) if channel.kind == "mailbox" else None
    look = (
        mail.result
        if mail
        else poll.look_at(client(), channel, url, scope, now=job.now, settings=settings, whole=whole)
    )
    if further := rounds.follow(channel, order, look):
        _go_on_at_another(further, job)
        return
    joined = poll.join_all_but_last(source, channel, look, job.now)
    with job.complete(lasting=alarms.may_change(channel, look)) as session:
        if look.outcome in blocked.ANSWERS:
            blocked.count(session, source.name, look.detail, job.now)
        channel = session.get_one(Channel, order.channel, with_for_update=True)
        joined = poll.join_last(session, source, channel, look, job.now, joined)
        end_turn(session, job, Served(host_of(url), look.outcome, job.now, look.retry_after, look.silent))
        job.note(source=source.name, url=channel.url, answer=look.outcome, fresh=joined.fresh)
        if "numbers" in source.unlisted:
            unlisted.add_candidates(session, source.name, order.channel, unlisted.skipped_numbers(look.listed), job.now)
        is_first = channel.first_round_at is None
        chance, busy = random.random(), watch.busy_now(session, channel.source_id, job.now)  # noqa: S311
        coming = rounds.record(channel, look, joined, now=job.now, settings=settings, chance=chance, busy=busy)
        alarms.raise_alarm(session, source.name, channel, job.now)
        due = _beside_pushes(session, source, channel, look, coming.due_at, job)
        if mail:
            note_mails(session, mail)
            due = job.now if mail.more else due
        enqueue(session, rounds.poll_of(channel), due_at=due)
        _plan_walk(session, channel, coming.beyond, job, begins=is_first and channel.first_round_at is not None)


def _plan_walk(session: Session, channel: Channel, beyond: str | None, job: Job, *, begins: bool) -> None:
    """The first walk comes a week after the first round; what a round did not come to is walked at once."""
    if channel.kind in walks.KINDS and begins:
        walk = walks.find_walk(session, channel.id or 0)
        enqueue(session, walks.walk_of(channel, walk), due_at=job.now + walks.EVERY, lane="bulk")
    if beyond and (order := walks.catch_up(session, channel, beyond)):
        enqueue(session, order, lane="bulk")


@handles(WalkChannel)
def walk_channel(order: WalkChannel, job: Job) -> None:
    """One document of a walk; what it lists joins the frontier, and the walk says itself again."""
    with reading() as session:
        channel = session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
        walk = walks.find_walk(session, order.channel)
    if channel is None or source is None:
        with job.complete() as session:
            turns.give_back(session, job)
    elif source.paused:
        rest(job, source.name)
    elif host_of(url := walks.next_document(channel, walk)) != job.host:
        turn_of_another(job, walks.walk_of(channel, walk))
    else:
        _walk(source, channel, walk, url, job)


def _walk(source: Source, channel: Channel, walk: Walk, url: str, job: Job) -> None:
    settings, scope = fetcher_settings(), poll.scope_of(source, channel)
    look = poll.read_document(client(), channel, url, scope, now=job.now, settings=settings)
    look = replace(look, backlog=walks.is_backlog(walk))
    joined = poll.join_all_but_last(source, channel, look, job.now)
    with job.complete() as session:
        channel = session.get_one(Channel, channel.id, with_for_update=True)
        walk = session.merge(walk)
        joined = poll.join_last(session, source, channel, look, job.now, joined)
        end_turn(session, job, Served(host_of(url), look.outcome, job.now, look.retry_after, look.silent))
        job.note(source=source.name, url=url, answer=look.outcome, fresh=joined.fresh)
        due = walks.record(channel, walk, look, joined, now=job.now, depth=settings.walk_depth)
        enqueue(session, walks.walk_of(channel, walk), due_at=due, lane="bulk")


def _look_into(source: Source, channel: Channel, now: datetime) -> MailLook:
    with reading() as session:
        scope = scope_for(session, source, channel)
        progress, known = progress_of(session, channel.id or 0)
    return look_into(client(), channel, scope, progress, now=now, settings=fetcher_settings(), known_mails=known)


def _beside_pushes(
    session: Session, source: Source, channel: Channel, look: RoundResult, due: datetime, job: Job
) -> datetime:
    """A feed that names a hub is subscribed to; while pushes come, looks are fewer, and tell whether they do."""
    if not runtime_settings().public_url:
        return due
    subscribe.follow_hub(session, channel, look.hub)
    subscription = subscribe.subscription_of(session, channel.id or 0)
    if subscription and health.is_missing(subscription, frontier.found_at(session, channel, job.now), job.now):
        log.warning("push_broken", source=source.name, url=channel.url, reason=subscription.detail)
    return health.next_look(subscription, due, job.now)


def _go_on_at_another(order: PollChannel, job: Job) -> None:
    """The channel sent us to another host, where the look takes its turn like any other."""
    with job.complete() as session:
        end_turn(session, job, Served(job.host or "", "moved", job.now))
        job.note(channel=order.channel, answer="moved")
        enqueue(session, order, lane=job.lane)
