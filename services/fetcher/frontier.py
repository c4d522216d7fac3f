"""The frontier: pages that a channel lists become pages we know, each with a visit due."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from services.contracts.messages import FetchPage, Lane, NoteSources, Why
from services.contracts.times import shown_time
from services.contracts.urls import page_key
from services.fetcher import gaps, moves, site_moves
from services.fetcher.claims import ALL_CLAIMS, VAIN
from services.fetcher.discover import Listed
from services.fetcher.gaps import Expected
from services.fetcher.models import IMPORT, Alias, Channel, Page
from services.fetcher.politeness import host_of
from services.fetcher.schedule import BACKLOG_STEP, LAG, RESTLESS
from services.fetcher.trust import PageTrust
from services.runtime.database import is_sqlite
from services.runtime.ledger.jobs import Outgoing, enqueue, enqueue_all
from services.runtime.provenance import sightings
from services.runtime.provenance.sightings import Shown

AT_ONCE = 200
"""Pages joined in one transaction: other writers wait meanwhile."""
SAVED = timedelta(minutes=1)
"""After so long an article is saved that was on its way when a channel said more of its page."""
DOUBT = timedelta(minutes=2)
"""How long a new page waits for the look at a known one that it may be, unless that look is over sooner."""


@dataclass(frozen=True)
class Joined:
    """How many of the listed pages were new to us, and how many known ones are listed otherwise than before."""

    fresh: int = 0
    changed: int = 0
    followed: int = 0
    """Of the latter, those of which only a time of change is new: that is a claim."""
    judged: int = 0
    borne_out: int = 0
    """Earlier claims that have been looked into, and those of them that were true."""

    since: tuple[datetime | None, ...] = ()
    """Of each entry in the order of the document: since when the channel shows it; None for what is new there."""
    pages: tuple[tuple[int, bool], ...] = ()
    """Of each entry the number of its page, and whether it was known before."""

    def __add__(self, other: "Joined") -> "Joined":
        return Joined(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def join(
    session: Session,
    source: str,
    channel: int,
    listed: Sequence[Listed],
    *,
    backlog: bool,
    now: datetime,
    claimed: bool = False,
    claims: int = ALL_CLAIMS,
    lane: Lane | None = None,
    shown_in: int | None = None,
) -> Joined:
    """Unseen pages join the frontier, known ones are compared; a visit is said for each that is new or changed.

    `claimed`: that a page changed is only claimed, as sitemaps do that are made anew each night. At most so many
    `claims` are followed; the others stand until there is room. The `lane` is bulk for a backlog, where none is given.
    What no channel but a page has shown, as `shown_in` says, is not expected to be there.
    """
    keyed = _by_identity(session, site_moves.at_new_hosts(session, listed))
    renamed = _renamed(session, source, keyed)
    fresh = _insert(session, source, channel, keyed, backlog=backlog, now=now)
    lane = lane or ("bulk" if backlog else "live")
    suspects = {} if backlog else moves.suspected(session, source, fresh, keyed)
    visits = [
        _first_visit(fresh[key], keyed[key], lane, now + DOUBT * (key in suspects)) for key in keyed if key in fresh
    ]
    known = {key: member for key, member in keyed.items() if key not in fresh}
    pages = session.exec(select(Page).where(col(Page.key).in_(known))).all() if known else ()
    others = sorted({page.moved_to or page.id or 0 for page in pages if page.source != source})
    readdressed = [page for page in pages if _is_elsewhere(page, known[page.key], now)]
    heard = _Claims(now, claims)
    entries = [
        page for page in pages if _differs(session, page, known[page.key], source, channel, heard, backlog=backlog)
    ]
    for page in (page for page in pages if page.absent_sign):
        page.listed_at = now
    for key, page in suspects.items():
        page.shown_url = keyed[key].url
    elsewhere = [*readdressed, *renamed, *suspects.values()]
    changed = list({page.id: page for page in (*elsewhere, *entries)}.values())
    for page in changed:
        number, host = target(page)
        why: Why = "claimed" if claimed and page not in elsewhere else "revisit"
        visits.append(Outgoing(FetchPage(page=number, host=host, why=why), lane=lane))
    session.flush()  # whoever settles a visit locks its page first, too, and the messages after it
    enqueue_all(session, visits)
    numbers = fresh | {page.key: page.moved_to or page.id or 0 for page in pages}
    moves.note_guids(session, source, numbers, keyed)
    shown = {fresh[key]: _shown(keyed[key]) for key in fresh} | _shown_again(session, source, pages, known)
    seen = sightings.note(session, source, channel if shown_in is None else shown_in, shown, now)
    expected = [Expected(key, keyed[key].url, page) for key, page in numbers.items() if page not in seen]
    further = [Outgoing(NoteSources(page=page, announce=not backlog), lane=lane) for page in others if page not in seen]
    enqueue_all(session, further)
    hours = [page for page in pages if page.source == source and _says_more(page, known[page.key])]
    for page in hours:
        page.published, page.published_in = known[page.key].published, channel
    noted = sorted(page.id or 0 for page in hours)
    enqueue_all(session, [Outgoing(NoteSources(page=page), now + SAVED, lane) for page in noted])
    if shown_in is None:
        gaps.expect(session, source, expected, backlog=lane == "bulk", now=now)
    since = tuple(seen.get(numbers.get(key, 0)) for key in keyed)
    shown_pages = tuple((page, key not in fresh) for key, page in numbers.items())
    return Joined(len(fresh), len(changed), heard.followed, heard.judged, heard.borne_out, since, shown_pages)


def _says_more(page: Page, entry: Listed) -> bool:
    """Whether this channel says the hour at which a known page was published, and the first one did not."""
    if entry.published is None or page.moved_to is not None:
        return False
    first, here = shown_time(page.published), shown_time(entry.published)
    return bool(here and here.at and not here.is_midnight and not (first and first.at))


def _first_visit(page: int, listed: Listed, lane: Lane, due_at: datetime) -> Outgoing:
    return Outgoing(FetchPage(page=page, host=host_of(listed.url), why="new"), due_at, lane)


def found_at(session: Session, channel: Channel, now: datetime) -> list[str]:
    """The identities of pages that a look at this channel found at this time, once its first round is over."""
    if channel.first_round_at is None or channel.first_round_at == now:
        return []
    return list(session.exec(select(Page.key).where(Page.channel == channel.id, Page.discovered_at == now)))


def visit(
    session: Session, page: int, host: str | None, *, lane: Lane, due_at: datetime | None = None, why: Why = "revisit"
) -> None:
    """Says that the page is to be looked at, at this host; None where its host is not known here."""
    enqueue(session, FetchPage(page=page, host=host, why=why), due_at=due_at, lane=lane)


def target(page: Page) -> tuple[int, str | None]:
    """Which page is visited for this one, itself or the one it turned out to be, and at which host."""
    if page.id is None:
        raise ValueError("a page must be known before it is visited")
    return (page.moved_to, None) if page.moved_to else (page.id, host_of(page.url or ""))


def _by_identity(session: Session, listed: Sequence[Listed]) -> dict[str, Listed]:
    keyed: dict[str, Listed] = {}
    for entry in listed:
        keyed.setdefault(page_key(entry.url), entry)
    aliases = session.exec(
        select(Alias.key, Page.key).join(Page, col(Page.id) == Alias.page_id).where(col(Alias.key).in_(keyed))
    ).all()
    for alias, key in aliases:
        keyed.setdefault(key, keyed.pop(alias))
    return keyed


def _renamed(session: Session, source: str, keyed: dict[str, Listed]) -> list[Page]:
    """Known pages whose entries have another address now; they are what `keyed` has from now on in their place."""
    unknown = keyed.keys() - set(session.exec(select(Page.key).where(col(Page.key).in_(keyed)))) if keyed else set()
    pages = moves.named_alike(session, source, keyed, unknown)
    for key, page in pages.items():
        moves.settle_at(session, page, key, keyed[key])
        keyed[page.key] = keyed.pop(key)
    return list(pages.values())


def _insert(
    session: Session, source: str, channel: int, keyed: dict[str, Listed], *, backlog: bool, now: datetime
) -> dict[str, int]:
    """Ids of those pages that were not there yet: two workers that list the same page make one page."""
    # Asked first: a number is drawn for each row that is offered, and channels list the same pages again and again.
    known = set(session.exec(select(Page.key).where(col(Page.key).in_(keyed))))
    if not (unknown := sorted(set(keyed) - known)):
        return {}
    # In one order for everybody: two workers that insert the same pages would else wait for one another.
    rows = [
        {
            "key": key,
            "url": keyed[key].url,
            "source": source,
            "channel": channel,
            "backlog": backlog,
            "step": BACKLOG_STEP if backlog else 0,
            "title": keyed[key].title,
            "published": keyed[key].published,
            "updated": keyed[key].updated,
            "discovered_at": now,
        }
        for key in unknown
    ]
    made = session.execute(_INSERT["sqlite" if is_sqlite(session) else "postgresql"], rows).all()
    return {row.key: row.id for row in made}


def _is_elsewhere(page: Page, one: Listed, now: datetime) -> bool:
    """Whether a page that is gone is listed under another address, as with a corrected slug: it is looked for there.

    Of a page that is not gone, that address is remembered for the day when it is.

    Two channels may each show a dead address; one that was tried within the last hour is let be after a few looks.
    """
    if page.moved_to is not None or page.url == one.url:
        return False
    recently = page.failures > len(LAG) and page.visited_at is not None and now - page.visited_at < LAG[-1]
    returning = page.failures == 1 and page.shown_url == one.url  # it failed there, and its other address is next
    if page.outcome != "gone" or recently or returning:
        page.shown_url = one.url
        return False
    moves.readdress(page, one.url)
    return True


@dataclass
class _Claims:
    """What a look claims of pages that are known: how many claims may be followed, and what earlier ones were worth."""

    now: datetime
    room: int
    followed: int = 0
    judged: int = 0
    borne_out: int = 0

    def follows(self, page: Page) -> bool:
        """Whether the page is to be looked at because a time of change is new; what the last such look gave counts."""
        known = self._after_the_last(page, PageTrust.of(page.trust))
        rested = page.visited_at is None or self.now - page.visited_at >= VAIN[min(known.vain, len(VAIN) - 1)]
        follows = rested and known.claimed_at is None and self.followed < self.room
        if follows:
            known = known.model_copy(update={"claimed_at": self.now})
            self.followed += 1
        page.trust = known.kept() or None
        return follows

    def _after_the_last(self, page: Page, known: PageTrust) -> PageTrust:
        if known.claimed_at is None or page.visited_at is None or page.visited_at < known.claimed_at:
            return known
        if page.outcome not in {"new", "changed", "unchanged"}:
            return known.model_copy(update={"claimed_at": None})
        # What never comes twice the same proves nothing.
        true = page.fetched_at is not None and page.fetched_at >= known.claimed_at and page.restless < RESTLESS
        self.judged += 1
        self.borne_out += true
        return known.model_copy(update={"claimed_at": None, "vain": 0 if true else known.vain + 1})


def _differs(
    session: Session, page: Page, one: Listed, source: str, channel: int, heard: _Claims, *, backlog: bool
) -> bool:
    """Whether a known page deserves a visit now; what its channel says of it is remembered."""
    adopted = page.source == IMPORT or page.channel is None  # its source was removed
    if adopted:
        page.source, page.channel, page.url, page.backlog = source, channel, one.url, backlog
        sightings.belongs_to(session, page.id or 0, source)
    if page.channel != channel:
        return False
    title, updated = one.title or page.title, one.updated or page.updated
    retitled = title != page.title
    if updated == page.updated or retitled or adopted:
        page.title, page.updated = title, updated
        return adopted or retitled
    if not heard.follows(page):
        return False  # it stands, and is followed when its time has come
    page.updated = updated
    return True


def _shown(one: Listed, *, shared: bool = False) -> Shown:
    return Shown(one.position, one.title, one.published, shared)


def _shown_again(session: Session, source: str, pages: Sequence[Page], known: dict[str, Listed]) -> dict[int, Shown]:
    """How known pages are shown, each by the number of the page that it turned out to be, if it did."""
    moved = {page.moved_to for page in pages if page.moved_to}
    targets = session.exec(select(Page.id, Page.source).where(col(Page.id).in_(moved))).all() if moved else ()
    owners = {page.id: page.source for page in pages} | dict(targets)
    shown = [(page.moved_to or page.id or 0, known[page.key]) for page in pages]
    return {number: _shown(entry, shared=owners[number] != source) for number, entry in shown}


# Made once: to make a statement costs more than to run it.
_PAGES: Relation = SQLModel.metadata.tables[str(Page.__tablename__)]
_INSERT = {
    dialect: make(_PAGES).on_conflict_do_nothing(index_elements=["key"]).returning(_PAGES.c.key, _PAGES.c.id)
    for dialect, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
