"""Hosts take turns: what may be asked for now is claimed together, at most one thing of a host.

A host's slot is its row. `next_at` says when it may be asked again, and it is taken while something of the host is in
flight, in whichever process: the slot's lease is that of the message. A stop gives it back, and the sweeper ends it
when the instance that holds it fell silent. Which hosts have something to do is read without a lock; a claim locks the
rows of the few that are chosen, passes over those that somebody else holds, and looks once more.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from services.fetcher import due
from services.fetcher.models import Host
from services.fetcher.pace import Places, Slot, Turn, Waiting, choose
from services.fetcher.politeness import Hosts
from services.fetcher.settings import fetcher_settings
from services.runtime import fault_points
from services.runtime.database import UtcDateTime, is_sqlite, reading, transaction
from services.runtime.ledger.in_flight import Claimed, Room
from services.runtime.ledger.jobs import Job, take


def claim(now: datetime, room: Room) -> Claimed:
    """Claims what may be asked for now, as far as there is room; and says when there will be more to claim."""
    pace = fetcher_settings().pace
    with reading() as session:
        waiting = due.waiting(session, now, room.kinds, room.ids)
        turns = choose(waiting, now, Places(room.places, room.on_trial, room.backlog), pace=pace, slow=room.slow)
        entries = [(turn, _ids(session, now, turn, room)) for turn in turns]
        again = None if room.ids else _again(session, now, waiting, room)
    jobs = _take([(turn, ids) for turn, ids in entries if ids], now, room.kinds, pace)
    on_trial = {turn.slot.name for turn in turns if turn.slot.on_trial}
    return Claimed(jobs, again, [job.id for job in jobs if job.host in on_trial])


def give_back(session: Session, job: Job) -> None:
    """Its turn was not used: the host was not asked, and may be asked at once."""
    spent = (col(Host.name) == job.host, col(Host.next_at) > job.now)
    session.execute(update(Host).where(*spent).values(next_at=job.now))


def end(session: Session, jobs: Sequence[Job], hosts: Hosts, pace: float) -> None:
    """The hosts have been asked: a pace lies between the end of a request and the beginning of the next.

    Counted from the claim alone, a busy machine could begin the next one sooner after this one.
    """
    last = {job.host: job for job in sorted(jobs, key=Job.moment)}
    by_pause: dict[float, list[Job]] = {}
    for name, job in last.items():
        if name and (pause := max(pace, hosts.delay(name))):
            by_pause.setdefault(pause, []).append(job)
    for pause, ended in sorted(by_pause.items()):
        names = sorted(job.host or "" for job in ended)
        session.execute(_SPEND, {"names": names, "free_at": max(map(Job.moment, ended)) + timedelta(seconds=pause)})


# Made once: to make a statement costs more than to run it.
_FREE_AT = bindparam("free_at", type_=UtcDateTime)
_SPEND = (
    update(due.hosts)
    .where(due.hosts.c.name.in_(bindparam("names", expanding=True)), due.hosts.c.next_at < _FREE_AT)
    .values(next_at=_FREE_AT)
)


def _ids(session: Session, now: datetime, turn: Turn, room: Room) -> list[int]:
    entries: list[int] = []
    for rank in turn.ranks:
        number = turn.number - len(entries)
        if number > 0:
            entries += due.oldest(session, now, turn.slot.name, rank, number, kinds=room.kinds, ids=room.ids)
    return entries


def _again(session: Session, now: datetime, waiting: Iterable[Waiting], room: Room) -> datetime | None:
    """When the next host that has something due may be asked, or the next message is due."""
    ready = [entry.slot.ready_at for entry in waiting if entry.slot.ready_at > now]
    soonest = due.soonest(session, now, room.kinds)
    return min([*ready, *([soonest] if soonest else [])], default=None)


def _take(claims: Sequence[tuple[Turn, list[int]]], now: datetime, kinds: Sequence[str], pace: float) -> list[Job]:
    if not claims:
        return []
    with transaction(lasting=False) as session:
        free = _lock(session, [turn.slot for turn, _ in claims if turn.single], now)
        ids = [entry for turn, result in claims if not turn.single or turn.slot.name in free for entry in result]
        jobs = [job for kind in kinds for job in take(session, kind, ids, now)]
        _spend(session, [job.host for job in jobs if job.host in free], free, now, pace)
    for kind in {job.kind for job in jobs}:
        fault_points.fault_point(f"{kind}:claimed")
    return jobs


def _lock(session: Session, slots: Sequence[Slot], now: datetime) -> dict[str, float]:
    """Of these hosts those that are free still, each with the delay that it asks for; held until the end."""
    if not slots:
        return {}
    insert = sqlite.insert(Host) if is_sqlite(session) else postgresql.insert(Host)
    if unknown := sorted(slot.name for slot in slots if slot.name and slot.on_trial):
        rows = [Host(name=name).model_dump() for name in unknown]
        session.execute(insert.values(rows).on_conflict_do_nothing())
    names = [slot.name for slot in slots]
    may_be_asked = or_(col(Host.next_at) <= now, col(Host.taken_at) > now + due.SET_BACK)
    free = select(Host.name, Host.crawl_delay).where(
        col(Host.name).in_(names), may_be_asked, col(Host.resumes_at) <= now
    )
    records = session.exec(free.order_by(col(Host.name)).with_for_update(skip_locked=True)).all()
    # Asked once more, now that nobody else can take them: who held the row a moment ago may have claimed something.
    busy = due.busy(session, now)
    return {name: delay for name, delay in records if name not in busy}


def _spend(session: Session, names: Iterable[str], delays: dict[str, float], now: datetime, pace: float) -> None:
    by_pause: dict[float, list[str]] = {}
    for name in names:
        by_pause.setdefault(max(pace, delays[name]), []).append(name)
    for pause, of_it in sorted(by_pause.items()):
        spent = update(Host).where(col(Host.name).in_(of_it))
        session.execute(spent.values(taken_at=now, next_at=now + timedelta(seconds=pause)))
