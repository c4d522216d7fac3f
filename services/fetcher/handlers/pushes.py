"""Channels that are pushed: subscribed to at their hubs, and read as they come."""

from services.contracts.messages import ReadPush, SubscribeToHub
from services.fetcher.discover import Listed
from services.fetcher.models import Channel, Source
from services.fetcher.push import push_secrets, read, subscribe
from services.fetcher.push.models import Push
from services.fetcher.push.subscribe import Asked
from services.fetcher.shared_client import client
from services.runtime.database import reading, transaction
from services.runtime.ledger.jobs import Job, enqueue
from services.runtime.ledger.worker import handles
from services.runtime.settings import runtime_settings


@handles(SubscribeToHub)
def subscribe_to_hub(order: SubscribeToHub, job: Job) -> None:
    """Asks the hub of a channel, renews what is about to end, and leaves one whose channel is watched no longer."""
    with transaction() as session:
        known = subscribe.subscription_of(session, order.channel)
        is_watched = session.get(Channel, order.channel) is not None
        if known and is_watched and subscribe.renewal(known, job.now) is None:
            # Written before the hub is asked: it may ask back while it answers.
            known.asked_at = job.now
            push_secrets.renew_lost(known)
    if known is None or not runtime_settings().public_url:
        with job.complete():
            return
    renews = subscribe.renewal(known, job.now) if is_watched else None
    callback = f"{runtime_settings().public_url}/push/{known.token}"
    mode = "subscribe" if is_watched else "unsubscribe"
    answer = None if renews else subscribe.ask_hub(client(), known, callback, mode=mode)
    with job.complete() as session:
        subscription = subscribe.subscription_of(session, order.channel)
        job.note(channel=order.channel, hub=known.hub, refusal=answer.refusal if answer else None)
        if subscription and not is_watched:
            session.delete(subscription)
        elif subscription:
            due = renews or subscribe.note_answer(subscription, answer or Asked(), job.now)
            enqueue(session, order, due_at=subscribe.renewal(subscription, job.now) or due)


@handles(ReadPush)
def read_push(order: ReadPush, job: Job) -> None:
    """What a hub pushed is kept and read as a look at its channel; what it lists joins the frontier."""
    with reading() as session:
        push, channel = session.get(Push, order.push), session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
    listed: tuple[Listed, ...] = ()
    capture = None
    if push and channel and source and not source.paused:
        listed = read.listed_in(push, source, channel)
        capture = read.keep_push(push, channel)
    with job.complete() as session:
        if push and channel and source and capture:
            joined = read.join_pushed(session, push, source, channel, listed, job.now)
            job.note(source=source.name, url=channel.url, capture=capture, fresh=joined.fresh)
        if push:
            session.delete(session.get_one(Push, order.push))
