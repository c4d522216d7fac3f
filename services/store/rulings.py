"""What readings of different articles mean: decided one by one, and then by what other pages of their hosts did."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from services.contracts.changes import ArticleChange
from services.store.changes.grade import change_of
from services.store.decide import Change, Reading, Unchanged, Unsettled, Updated, base_of, decide
from services.store.events import is_told
from services.store.find import Existing, earlier_revisions
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
        article: change_of(each.base, each.reading.order.article, change.returns_to)
        for article, each in known.items()
        if isinstance(change := sifted[article], Updated)
    }
    quiet = on_many_pages(session, list(_page_changes(known, differences)), now)
    waiting = _waiting(session, known, differences.keys() - quiet, coming, now)
    ids = [spot.row.id if spot.row is not None and not spot.twin else "" for spot in spots]
    return [
        Ruling(Unsettled(waiting[article]))
        if article in waiting
        else Ruling(sifted.get(article, change), differences.get(article), article in quiet)
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
    young = {
        article: order
        for article in articles
        if is_told(order := known[article].reading.order) and now < order.fetched_at + WAIT and not order.released
    }
    # Those that came together with it were counted together.
    origins = [each.reading.order.origin for each in known.values()] if young else []
    busy = hosts_about_to_change(session, origins, now).union(coming)
    return {article: order.fetched_at + WAIT for article, order in young.items() if order.origin.host in busy}


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
