"""One page under several addresses: what tells that a new address is a known page's, and how two pages become one.

Feeds name their entries: an entry that keeps its name under a new address is the page that it was. Any other new
address that resembles a known page's (the same title, slug or number, shown in its place) is only a suspicion. The
known page is looked at first, and what the site answers there decides.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Table as Relation
from sqlalchemy import bindparam, or_, update
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from services.contracts.messages import NoteSources
from services.contracts.urls import BadAddress, page_key
from services.fetcher.discover import Listed
from services.fetcher.models import Alias, Page, PageGuid
from services.runtime.database import is_sqlite
from services.runtime.ledger.jobs import enqueue
from services.runtime.provenance import sightings

RECENT = 300
"""The newest pages of a source that a new address may be one of; what is older is recognised by its text."""
FAILING = frozenset({"gone", "blocked", "empty", "unavailable", "refused"})
"""Outcomes after which a page is looked for at its other address."""
LEAST_NAME, LEAST_NUMBER = 10, 4
"""Characters of a title or slug, and digits of a number, that may tell pages apart."""

_NUMBER = re.compile(rf"(?<!\d)\d{{{LEAST_NUMBER},12}}(?!\d)")
_DATE = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")


def find(session: Session, key: str) -> Page | None:
    """The page with this identity, or that has come to be known under it."""
    page = session.exec(select(Page).where(Page.key == key)).one_or_none()
    alias = session.get(Alias, key) if page is None else None
    return session.get(Page, alias.page_id) if alias else page


def involved(session: Session, pages: Collection[int], keys: Collection[str]) -> set[int]:
    """The ids of these pages, of those of these identities and what those turned out to be, and of all that follow."""
    aliased = core_select(col(Alias.page_id)).where(col(Alias.key).in_(keys))
    rows = session.execute(
        core_select(col(Page.id), col(Page.moved_to)).where(or_(col(Page.key).in_(keys), col(Page.id).in_(aliased)))
    ).all()
    ids = {*pages, *(number for row in rows for number in row if number is not None)}
    return ids | set(session.scalars(select(col(Page.id)).where(col(Page.moved_to).in_(ids))))


def hold_all(session: Session, ids: Iterable[int]) -> dict[int, Page]:
    """These pages as they are now, by their ids; locked until the end of the transaction.

    Whoever locks several does so in the order of their ids, so that nobody waits for one who waits for them; two that
    lead to one another do not both come to rest.
    """
    rows = session.scalars(_HELD, {"ids": sorted(set(ids))}, execution_options={"populate_existing": True})
    return {page.id or 0: page for page in rows}


def readdress(page: Page, url: str) -> None:
    """The page is looked at there from now on; where it was until now is its other address.

    What comes is read even if it is the same to the byte, so that everybody learns of the address.
    """
    page.url, page.shown_url = url, page.url
    page.etag = page.last_modified = page.payload = None


def unite(session: Session, resting: Page, into: Page) -> None:
    """One page turned out to be another: it rests, and whoever showed or followed it has shown or follows the other."""
    resting.moved_to, into.moved_to = into.id, None
    session.flush()
    followers = (col(Page.moved_to) == resting.id, col(Page.id) != into.id)
    session.execute(update(Page).where(*followers).values(moved_to=into.id))
    if into.channel is None and resting.channel is not None:  # no plan visits it: it came as a file, say
        into.source, into.channel, into.backlog = resting.source, resting.channel, resting.backlog
    sightings.merge(session, resting.id or 0, into.id or 0, into.source)
    enqueue(session, NoteSources(page=into.id or 0), lane="bulk")


def followed(session: Session, pages: Collection[int]) -> set[int]:
    """The ids of the pages that these turned out to be, and of all that follow either."""
    targets = set(
        session.scalars(select(Page.moved_to).where(col(Page.id).in_(pages), col(Page.moved_to).is_not(None)))
    )
    follow = select(col(Page.id)).where(col(Page.moved_to).in_({*pages, *targets}))
    return {page for page in targets if page} | set(session.scalars(follow))


def same(locked: Mapping[int, Page], session: Session, number: int, known: int) -> Page | None:
    """Two of these pages show one article: the page that is looked at from now on; None where that is settled.

    It is looked at where it was, and if that fails where the other one was. One that failed already, or that no plan
    visits, is looked at there at once.
    """
    page, other = locked.get(number), locked.get(known)
    if other is not None and other.moved_to is not None:
        other = locked.get(other.moved_to)
    if page is None or other is None or page.id == other.id or page.moved_to is not None or page.url is None:
        return None
    idle = other.channel is None or other.outcome in FAILING
    unite(session, page, other)
    if idle:
        readdress(other, page.url)
    else:
        other.shown_url = page.url
    return other


def try_other_address(session: Session, page: Page) -> Page | None:
    """After a look that failed, the page is looked for at its other address; the page of its own that stands there.

    A page that is gone, while another that resembles it stands where its channel shows it now, has become that one.
    """
    if page.shown_url is None or page.outcome == "moved":
        return None
    other = find(session, page_key(page.shown_url))
    if other is None or page.id in {other.id, other.moved_to}:
        if page.outcome in FAILING:
            readdress(page, page.shown_url)
        return None
    if page.outcome == "gone" and other.moved_to is None:
        unite(session, other, page)
        readdress(page, page.shown_url)
        return None
    page.shown_url = None
    return other


def named_alike(
    session: Session, source: str, keyed: Mapping[str, Listed], unknown: Collection[str]
) -> dict[str, Page]:
    """For those unknown identities whose entries a feed calls as it called a known page: that page, locked.

    Not where the same document still shows the known page at its own address: then its names mean nothing.
    """
    guids = {entry.guid: key for key in unknown if (entry := keyed[key]).guid}
    if not guids:
        return {}
    rows = session.execute(select(PageGuid.guid, PageGuid.page_id).where(*_of(source, guids))).all()
    results = {guids[guid]: page for guid, page in rows}
    addresses = {other: key for guid, key in guids.items() if key not in results and (other := _as_key(guid))}
    found = select(Page.key, Page.id).where(col(Page.key).in_(addresses), Page.source == source)
    results |= {addresses[key]: page for key, page in (session.execute(found).all() if addresses else ())}
    ids = session.execute(select(Page.id, Page.moved_to).where(col(Page.id).in_(results.values()))).all()
    targets = {page: moved_to or page for page, moved_to in ids}
    pages = hold_all(session, targets.values()) if targets else {}
    members = {key: pages.get(targets.get(page, 0)) for key, page in results.items()}
    return {key: page for key, page in members.items() if page and not _is_shown(page, keyed)}


def settle_at(session: Session, page: Page, key: str, entry: Listed) -> None:
    """A known page has come to be known under this identity, and is looked at there."""
    session.execute(_ALIAS["sqlite" if is_sqlite(session) else "postgresql"], {"key": key, "page_id": page.id})
    readdress(page, entry.url)


def note_guids(session: Session, source: str, pages: Mapping[str, int], keyed: Mapping[str, Listed]) -> None:
    """Keeps what the source's feeds call these pages; `pages` are their ids by identity. Known names stay."""
    # A name that is the address itself changes with it, and is read off the page's key where it stays.
    named = {key: entry.guid for key, entry in keyed.items() if entry.guid and _as_key(entry.guid) != key}
    guids = {guid: pages[key] for key, guid in named.items() if key in pages}
    if not guids:
        return
    known = set(session.scalars(select(PageGuid.guid).where(*_of(source, guids))))
    rows = [{"source": source, "guid": guid, "page_id": guids[guid]} for guid in sorted(set(guids) - known)]
    if rows:
        session.execute(_NAME["sqlite" if is_sqlite(session) else "postgresql"], rows)


def suspected(session: Session, source: str, fresh: Mapping[str, int], keyed: Mapping[str, Listed]) -> dict[str, Page]:
    """For those new pages that stand in the place of a known one which is shown no longer: that page, locked."""
    if not fresh:
        return {}
    columns = (col(Page.id), col(Page.key), col(Page.url), col(Page.title))
    conditions = (col(Page.source) == source, col(Page.moved_to).is_(None), col(Page.fetched_at).is_not(None))
    rows = session.execute(core_select(*columns).where(*conditions).order_by(col(Page.id).desc()).limit(RECENT)).all()
    known = _told_by({row.id: _traces(row.url, row.title) for row in rows})
    listed = _told_by({key: _traces(entry.url, entry.title) for key, entry in keyed.items()})
    gone = {row.id for row in rows if row.key not in keyed and row.id not in fresh.values()}
    pairs = {key: known[trace] for trace, key in listed.items() if key in fresh and known.get(trace) in gone}
    pages = hold_all(session, pairs.values()) if pairs else {}
    return {key: pages[page] for key, page in pairs.items() if page in pages and not _is_shown(pages[page], keyed)}


def _traces(url: str | None, title: str | None) -> set[tuple[str, str]]:
    """What of an address and a title may stay when the address changes: the title, the slug, the number."""
    *_, slug = [part for part in unquote(urlsplit(url or "").path).split("/") if part] or [""]
    stem, numbers = slug.partition(".")[0].casefold(), _NUMBER.findall(slug)
    traces = {("title", (title or "").casefold()), ("slug", stem)}
    named = {(kind, text) for kind, text in traces if len(text) >= LEAST_NAME}
    return named | {("number", number) for number in numbers[-1:] if not _DATE.fullmatch(number)}


def _told_by(traces: Mapping[Any, set[tuple[str, str]]]) -> dict[tuple[str, str], Any]:
    """Of each trace that only one has: who."""
    times = Counter(trace for own in traces.values() for trace in own)
    return {trace: owner for owner, own in traces.items() for trace in sorted(own) if times[trace] == 1}


def _is_shown(page: Page, keyed: Mapping[str, Listed]) -> bool:
    """Whether the same document shows the page at its own address, too."""
    return page.key in keyed or any(entry.url == page.url for entry in keyed.values())


def _as_key(guid: str) -> str | None:
    try:
        return page_key(guid) if guid.startswith(("http://", "https://")) else None
    except BadAddress:
        return None


def _of(source: str, guids: Collection[str]) -> tuple[Any, ...]:
    return PageGuid.source == source, col(PageGuid.guid).in_(guids)


# Made once: to make a statement costs more than to run it.
_HELD = select(Page).where(col(Page.id).in_(bindparam("ids", expanding=True))).order_by(col(Page.id)).with_for_update()
_ALIASES: Relation = SQLModel.metadata.tables[str(Alias.__tablename__)]
_GUIDS: Relation = SQLModel.metadata.tables[str(PageGuid.__tablename__)]
_MAKES: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ALIAS = {dialect: make(_ALIASES).on_conflict_do_nothing() for dialect, make in _MAKES.items()}
_NAME = {dialect: make(_GUIDS).on_conflict_do_nothing() for dialect, make in _MAKES.items()}
