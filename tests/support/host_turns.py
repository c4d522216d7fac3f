"""Work that waits for hosts, and what is claimed of it."""

from services.contracts.messages import FetchPage
from services.fetcher import turns
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.in_flight import Room
from services.runtime.ledger.jobs import enqueue

ROOM = Room(places=32, on_trial=32)


def waits(host, pages, *, lane="live", why="revisit", due_at=None):
    with transaction() as session:
        for page in pages:
            enqueue(session, FetchPage(page=page, host=host, why=why), lane=lane, due_at=due_at)


def claimed(now=None, room=ROOM):
    return turns.claim(now or utcnow(), room).jobs


def at(claims):
    return [job.host for job in claims]
