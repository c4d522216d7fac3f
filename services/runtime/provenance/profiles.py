"""Site profiles: what the pages of each host have in common, as they were learned, and what people say of single lines.

The fetcher names the current profile of a host in what it says of a page, the parser learns profiles and reads with
them: so the runtime owns the tables. A profile is never changed and never deleted, because readings name it.
"""

import gzip
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, Row, Text, bindparam, delete, func, select
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.runtime.database import Table, UtcDateTime, is_sqlite
from services.runtime.provenance.verdicts import verdicts


class KeptProfile(Table, table=True):
    """A site profile under its digest."""

    __tablename__ = "site_profiles"

    digest: str = Field(primary_key=True)
    """SHA-256, in hex, of the canonical JSON."""
    host: str = Field(index=True)
    pages: int
    """Distinct pages that it was learned from."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    packed: bytes = Field(sa_type=LargeBinary)
    """The canonical JSON, in gzip."""
    shown: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """Lines that stand on many pages, for people: `text`, the number of `pages`, and whether they are `taken` out."""


class ProfiledHost(Table, table=True):
    """A host with a site profile: which one is current, and how much was known of the host when it was learned."""

    __tablename__ = "profiled_hosts"

    host: str = Field(primary_key=True)
    profile: str
    """The digest of the current one."""
    articles: int
    """Pages that could have been learned from then."""
    since: datetime = Field(sa_type=UtcDateTime)
    """When that began."""


class LineRuling(Table, table=True):
    """What a person says of a line of a host: it is `protected`, or it is `unwanted`."""

    __tablename__ = "line_rulings"

    host: str = Field(primary_key=True)
    line: str = Field(primary_key=True)
    """In the spelling in which lines are compared."""
    text: str = Field(sa_type=Text)
    """As the person wrote it."""
    ruling: str
    ruled_by: str
    ruled_at: datetime = Field(sa_type=UtcDateTime)


class ProfileSample(Table, table=True):
    """What counts of one page, while a profile is being learned; gone when it is."""

    __tablename__ = "profile_samples"

    host: str = Field(primary_key=True)
    capture: str = Field(primary_key=True)
    packed: bytes | None = Field(default=None, sa_type=LargeBinary)
    """JSON in gzip; None where the page gives nothing to learn from."""


site_profiles: Relation = SQLModel.metadata.tables["site_profiles"]
hosts: Relation = SQLModel.metadata.tables["profiled_hosts"]
rulings: Relation = SQLModel.metadata.tables["line_rulings"]
samples: Relation = SQLModel.metadata.tables["profile_samples"]


def current_profiles(session: Session, names: Iterable[str | None]) -> dict[str, str]:
    """The digest of the site profile of each of these hosts that has one."""
    known = sorted({name for name in names if name})
    rows = session.execute(_CURRENT, {"hosts": known}) if known else ()
    return {row.host: row.profile for row in rows}


def is_current(session: Session, host: str, digest: str) -> bool:
    """Whether this is the profile of its host."""
    return session.execute(_CURRENT, {"hosts": [host]}).first() == (host, digest)


def load_profile(session: Session, digest: str) -> str | None:
    """The canonical JSON of a profile; None if there is none of this digest."""
    packed = session.execute(_LOAD, {"digest": digest}).scalar()
    return gzip.decompress(packed).decode() if packed is not None else None


def keep_profile(session: Session, profile: KeptProfile, articles: int) -> bool:
    """Keeps a profile and makes it the current one of its host; whether it was not that before."""
    dialect = "sqlite" if is_sqlite(session) else "postgresql"
    session.execute(_KEEP[dialect], profile.model_dump())
    before = session.execute(_CURRENT.with_for_update(), {"hosts": [profile.host]}).one_or_none()
    fields = {"host": profile.host, "profile": profile.digest, "articles": articles, "since": profile.made_at}
    session.execute(_MAKE_CURRENT[dialect], fields)
    return before is None or before.profile != profile.digest


def packed_text(text: str) -> bytes:
    """Text as it is kept, without a time, so that the same text gives the same bytes."""
    return gzip.compress(text.encode(), mtime=0)


def countable(session: Session) -> Mapping[str, int]:
    """Of each host the number of pages that a profile could be learned from, with those that wait in quarantine."""
    rows = session.execute(
        select(verdicts.c.read_host, func.count().label("pages")).where(_LEARNABLE).group_by("read_host")
    )
    counted = Counter({row.read_host: row.pages for row in rows})
    elsewhere = verdicts.c.read_host.is_distinct_from(verdicts.c.held_host)
    held = select(verdicts.c.held_host, func.count().label("pages")).where(verdicts.c.held_host.is_not(None), elsewhere)
    counted.update({row.held_host: row.pages for row in session.execute(held.group_by("held_host"))})
    return counted


def captures_to_learn(session: Session, host: str, newest: int, spread: int) -> Sequence[Row[Any]]:
    """Pages of a host to learn from: the newest captures, and others spread over all that are there.

    Of a page whose reading waits in quarantine, that is the capture which waits: it shows how the site is built now.
    """
    waiting = select(verdicts.c.page, verdicts.c.held_capture.label("capture")).where(verdicts.c.held_host == host)
    own = select(verdicts.c.page, verdicts.c.read_capture.label("capture")).where(
        verdicts.c.read_host == host, verdicts.c.held_host.is_distinct_from(host)
    )
    held = session.execute(waiting.order_by(verdicts.c.held_fetched_at.desc(), verdicts.c.page)).all()
    latest = session.execute(own.order_by(verdicts.c.read_fetched_at.desc(), verdicts.c.page).limit(newest)).all()
    first = [*held, *latest][:newest]
    pages = session.execute(own.order_by(verdicts.c.page)).all() if len(first) == newest else []
    first_captures = {row.capture for row in first}
    rest = [row for row in [*held, *pages] if row.capture not in first_captures]
    step = max(1, -(-len(rest) // spread))
    return [*first, *rest[::step]]


def forget_samples(session: Session, host: str) -> None:
    """Deletes what a profile was learned from."""
    session.execute(delete(samples).where(samples.c.host == host))


_LEARNABLE = verdicts.c.read_host.is_not(None)
# Made once: to make a statement costs more than to run it.
_CURRENT = select(hosts.c.host, hosts.c.profile).where(hosts.c.host.in_(bindparam("hosts", expanding=True)))
_LOAD = select(site_profiles.c.packed).where(site_profiles.c.digest == bindparam("digest"))
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_KEEP = {dialect: make(site_profiles).on_conflict_do_nothing() for dialect, make in _INSERTS.items()}


def _make_current(insert: Any) -> Any:
    fields = {name: insert.excluded[name] for name in ("profile", "articles", "since")}
    return insert.on_conflict_do_update(index_elements=["host"], set_=fields)


_MAKE_CURRENT = {dialect: _make_current(make(hosts)) for dialect, make in _INSERTS.items()}
