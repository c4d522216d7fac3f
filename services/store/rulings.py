"""What readings of different articles mean: decided one by one, and then by what other pages of their hosts did."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from services.contracts.changes import ArticleChange
from services.store.changes.grade import change_of
from services.store.decide import Change, Reading, Unchanged, Unsettled, Updated, base_of, decide
from services.store.events import is_told
from services.store.find import Existing, earlier_revisions
from services.store.probes import PROBED, probe_all
from services.store.quarantine.sift import Arrival, host_or_source, sift
from services.store.same_change import PageChange, on_many_pages
from services.store.siblings import WAIT, hosts_about_to_change


@dataclass(frozen=True)
class Ruling:
    """What a reading means, and what an update changed. `quiet`: many pages changed so, and nobody is told."""

    change: Change
    difference: ArticleChange | None = None
    quiet: bool = False


def judge_all(
    session: Session,
    spots: Sequence[Existing],
    readings: Sequence[Reading],
    coming: Collection[str | None],
    now: datetime,
) -> list[Ruling]:
    """In order. Call it where the event counter is held; it writes what is held back, and what many pages changed.

    Of the hosts that are `coming`, further pages are judged right afterwards.
    """
    earlier = earlier_revisions(session, spots, readings)
    decided = [
        Unchanged() if spot.twin else decide(spot.known, reading, now, number)
        for spot, reading, number in zip(spots, readings, earlier, strict=True)
    ]
    known = _known(spots, readings, decided)
    sifted = sift(session, list(known.values()), coming, now)
    differences = {
        article: change_of(entry.base, entry.reading.order.article, change.returns_to)
        for article, entry in known.items()
        if isinstance(change := sifted[article], Updated)
    }
    alike = on_many_pages(session, list(_page_changes(known, differences)), now)
    probe_all(session, [pair for pair in alike.pairs if _waits(known[pair.article], PROBED, now)], known, now)
    waiting = _waiting(session, known, differences.keys() - alike.many, coming, now)
    waiting |= {name: until for name in alike.few if (until := _waits(known[name], PROBED, now))}
    ids = [spot.row.id if spot.row is not None and not spot.twin else "" for spot in spots]
    return [
        Ruling(Unsettled(waiting[article]))
        if article in waiting
        else Ruling(sifted.get(article, change), differences.get(article), article in alike.many)
        for article, change in zip(ids, decided, strict=True)
    ]


def _waiting(
    session: Session,
    known: Mapping[str, Arrival],
    articles: Collection[str],
    coming: Collection[str | None],
    now: datetime,
) -> dict[str, datetime]:
    """The changes that wait for those of other pages of their hosts, which are about to come; until when."""
    young = {name: until for name in articles if (until := _waits(known[name], WAIT, now))}
    # Those that came together with it were counted together.
    origins = [value.reading.order.origin for value in known.values()] if young else []
    busy = hosts_about_to_change(session, origins, now).union(coming)
    return {name: until for name, until in young.items() if known[name].reading.order.origin.host in busy}


def _waits(arrival: Arrival, span: timedelta, now: datetime) -> datetime | None:
    """Until when a change that is told of may wait for so long after its page was fetched; None if that is over."""
    order = arrival.reading.order
    until = order.fetched_at + span
    return until if is_told(order) and now < until and not order.released else None


def _known(spots: Sequence[Existing], readings: Sequence[Reading], decided: Sequence[Change]) -> dict[str, Arrival]:
    """Those of articles that are known, by their ids."""
    return {
        spot.row.id: Arrival(spot.row.id, reading, base_of(spot.known, reading), change)
        for spot, reading, change in zip(spots, readings, decided, strict=True)
        if spot.row is not None and spot.known is not None and not spot.twin
    }


def _page_changes(known: Mapping[str, Arrival], differences: Mapping[str, ArticleChange]) -> Iterator[PageChange]:
    """What is news of these, each with its host."""
    for article, difference in differences.items():
        order = known[article].reading.order
        if is_told(order):
            yield PageChange(article, order.origin.source, host_or_source(order.origin), difference)
