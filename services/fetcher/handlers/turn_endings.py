"""How the turn of a host ends: it is learned from, given back, or handed to another host."""

from datetime import timedelta

from sqlmodel import Session

from services.contracts.messages import Message
from services.fetcher import turns
from services.fetcher.politeness import Hosts, Served
from services.fetcher.settings import fetcher_settings
from services.runtime.database import transaction
from services.runtime.ledger.jobs import Job, enqueue

PAUSE = timedelta(hours=1)
"""How often a paused source is asked whether it still is. Resuming says its polls at once."""


def end_turn(session: Session, job: Job, served: Served) -> None:
    settings, hosts = fetcher_settings(), Hosts(session, [served.host])
    hosts.learn([served], scale=settings.revisit_scale)
    turns.end(session, [job], hosts, settings.pace)


def rest(job: Job, source: str) -> None:
    with transaction(lasting=False) as session:
        turns.give_back(session, job)
    job.defer(job.now + PAUSE, f"The source {source} is paused.")


def turn_of_another(job: Job, order: Message) -> None:
    """It has moved to another host meanwhile, where it takes its turn."""
    with job.complete() as session:
        turns.give_back(session, job)
        enqueue(session, order, lane=job.lane)
