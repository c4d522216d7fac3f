"""What became of each page: the last capture that gave an article, and why a later one gave none.

A verdict is a row, not a message: parser and store write their part of it in the transaction that ends their own
message, and whoever asks reads it. What comes late, or from an older parser, changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Row,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.contracts.messages import Rejection, SaveArticle, Scope
from services.contracts.versions import generation
from services.runtime.database import Table, UtcDateTime, is_sqlite, utcnow

_STANDS = text("rejected_reason IS NOT NULL")
_IS_HELD = text("held_host IS NOT NULL")
_IS_LEARNED_FROM = text("read_host IS NOT NULL")


class Verdict(Table, table=True):
    """What became of one page.

    `read_*` is the last capture that gave an article, and stays when a later one gives none. `rejected_*` stands only
    while no capture as late gave an article.
    """

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("verdicts_by_article", "article"),
        Index("verdicts_by_reader", "read_generation", "page"),
        Index(
            "verdicts_by_host",
            "read_host",
            "read_fetched_at",
            "page",
            sqlite_where=_IS_LEARNED_FROM,
            postgresql_where=_IS_LEARNED_FROM,
        ),
        # Few rows beside all that are there.
        Index("verdicts_held", "held_host", "page", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
        Index("verdicts_rejected", "rejected_reason", "page", sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    article: str | None = None
    """The article that the page gave."""
    read_capture: str | None = None
    read_fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read_digest: str | None = None
    """`Article.digest()` of the whole reading; empty where it is not known."""
    read_parser: str | None = None
    read_generation: int | None = None
    """`contracts.versions.generation` of the parser, as are the others of these numbers."""
    read_layout: str | None = None
    read_layout_version: str | None = None
    read_layout_generation: int | None = None
    read_profile: str | None = None
    """Digest of the site profile that it was read with, if it was with one."""
    read_host: str | None = None
    """The host whose site profile such a page is read with; None where its layout needs none."""
    held_capture: str | None = None
    held_fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held_host: str | None = None
    """As `read_*`, of a later capture whose reading waits in quarantine: its page is built otherwise now."""
    rejected_capture: str | None = None
    rejected_fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rejected_parser: str | None = None
    rejected_generation: int | None = None
    rejected_reason: str | None = None
    rejected_detail: str | None = Field(default=None, sa_type=Text)
    stored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the page first gave an article."""

    def rejects(self, capture: str | None, fetched_at: datetime | None) -> bool:
        """Whether this capture, or a later one, gave no article."""
        if capture is None or fetched_at is None or self.rejected_fetched_at is None:
            return False
        return self.rejected_capture == capture or self.rejected_fetched_at > fetched_at


verdicts: Relation = SQLModel.metadata.tables["verdicts"]


@dataclass(frozen=True)
class Read:
    """A capture that gave an article, and who read it."""

    capture: str
    fetched_at: datetime
    digest: str
    parser: str
    generation: int
    layout: str
    layout_version: str | None
    layout_generation: int | None
    profile: str | None
    host: str | None

    @classmethod
    def of(cls, order: SaveArticle) -> "Read":
        """What is remembered of the reading that is to be saved."""
        return cls(
            capture=order.capture,
            fetched_at=order.fetched_at,
            digest=order.digest,
            parser=order.parser,
            generation=generation(order.parser),
            layout=order.article.layout,
            layout_version=order.layout_version,
            layout_generation=generation(order.layout_version) if order.layout_version else None,
            profile=order.profile,
            host=order.host,
        )


def find(session: Session, page: int) -> Verdict | None:
    """What became of the page; None while nothing has."""
    return session.get(Verdict, page)


def find_all(session: Session, pages: Iterable[int]) -> dict[int, Verdict]:
    """What became of these pages, as far as anything has."""
    rows = session.scalars(select(Verdict).where(verdicts.c.page.in_(set(pages))))
    return {verdict.page: verdict for verdict in rows}


def hold_read(session: Session, page: int, article: str, read: Read, now: datetime | None = None) -> None:
    """The page gave this article; a verdict on a capture that is no later falls."""
    hold_all_read(session, [(page, article, read)], now)


def hold_all_read(session: Session, found: Iterable[tuple[int, str, Read]], now: datetime | None = None) -> None:
    """As `hold_read`, for several pages, in the order of their numbers."""
    stored_at = now or utcnow()
    written = [
        {"page": page, "article": article, "stored_at": stored_at}
        | {f"read_{name}": value for name, value in asdict(read).items()}
        for page, article, read in sorted(found, key=lambda entry: (entry[0], entry[2].fetched_at))
    ]
    if written:
        session.execute(_READ["sqlite" if is_sqlite(session) else "postgresql"], written)


def hold_waiting(session: Session, waiting: Iterable[tuple[int, Read]]) -> None:
    """Readings of these pages wait in quarantine: no verdict, but what shows how their host is built now."""
    written = [
        {"of": page, "held_capture": read.capture, "held_fetched_at": read.fetched_at, "held_host": read.host}
        for page, read in sorted(waiting, key=lambda entry: (entry[0], entry[1].fetched_at))
    ]
    if written:
        session.execute(_WAITS, written)


def known_as(session: Session, found: Sequence[tuple[int, Read]]) -> list[str | None]:
    """For each page the article, if the very same reading of the same capture is what it gave last; None if not.

    The rows stay as they are until the commit.
    """
    if not found:
        return []
    fields = {row.page: row for row in session.execute(_KNOWN, {"pages": sorted({page for page, _ in found})})}
    return [fields[page].article if page in fields and _is_same(fields[page], read) else None for page, read in found]


def read_again(session: Session, known: Sequence[tuple[int, Read]]) -> None:
    """What is `known_as` an article already counts as read by these versions from now on."""
    if known:
        session.execute(_READ_AGAIN, [asdict(read) | {"of": page} for page, read in known])


def _is_same(row: Row[Any], read: Read) -> bool:
    same = (row.read_capture, row.read_digest) == (read.capture, read.digest)
    return same and row.read_generation <= read.generation


def belong_to(session: Session, article: str, other: str) -> None:
    """What gave the one article has given the other: the two turned out to be one."""
    session.execute(update(verdicts).where(verdicts.c.article == article).values(article=other))


def read_with(scope: Scope) -> Select[tuple[int]]:
    """The pages that gave an article which was last read so: with this layout, by an older version of it or parser, or
    as one of this host, with another site profile.
    """
    layout, layout_before, parser_before = scope.layout, scope.layout_before, scope.parser_before
    read: list[ColumnElement[bool]] = [verdicts.c.article.is_not(None)]
    if scope.host is not None:
        read.append(or_(verdicts.c.read_host == scope.host, verdicts.c.held_host == scope.host))
    if scope.not_profile is not None:
        other = and_(verdicts.c.read_host.is_not(None), verdicts.c.read_profile.is_distinct_from(scope.not_profile))
        read.append(or_(other, verdicts.c.held_host.is_not(None)))
    if layout is not None:
        read.append(verdicts.c.read_layout == layout)
    if layout_before is not None:
        version = verdicts.c.read_layout_generation
        read.append(or_(version.is_(None), version < generation(layout_before)))
    if parser_before is not None:
        read.append(verdicts.c.read_generation < generation(parser_before))
    return select(verdicts.c.page).where(*read)


def hold_rejected(session: Session, page: int, rejection: Rejection) -> None:
    """The page gave no article, unless a capture as late has given one to this parser or a newer one."""
    hold_all_rejected(session, [(page, rejection)])


def hold_all_rejected(session: Session, rejected: Iterable[tuple[int, Rejection]]) -> None:
    """As `hold_rejected`, for several pages, in the order of their numbers."""
    written = [
        {"page": page, "rejected_generation": generation(rejection.parser)}
        | {f"rejected_{name}": value for name, value in rejection.model_dump().items()}
        for page, rejection in sorted(rejected, key=lambda entry: (entry[0], entry[1].fetched_at))
    ]
    if written:
        session.execute(_REJECTED["sqlite" if is_sqlite(session) else "postgresql"], written)


def is_rejected(capture: SQLColumnExpression[Any], fetched_at: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """`Verdict.rejects` of a row that these columns are joined to."""
    return or_(verdicts.c.rejected_capture == capture, verdicts.c.rejected_fetched_at > fetched_at)


def is_settled(capture: SQLColumnExpression[Any], fetched_at: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether it is known what became of the newest capture of a row that these columns are joined to."""
    return or_(verdicts.c.read_fetched_at >= fetched_at, is_rejected(capture, fetched_at))


def _not_later(part: str, new: Any, of: str) -> ColumnElement[bool]:
    """Whether what stands as this part is of no later capture, nor of a newer parser's reading of the same one."""
    stands, comes = verdicts.c[f"{part}_fetched_at"], new[f"{of}_fetched_at"]
    same = and_(stands == comes, verdicts.c[f"{part}_generation"] <= new[f"{of}_generation"])
    return or_(stands.is_(None), stands < comes, same)


def _hold_read(insert: Any) -> Any:
    new = insert.excluded
    falls = _not_later("rejected", new, "read")
    parts = {name: new[name] for name in verdicts.c.keys() if name == "article" or name.startswith("read_")}  # noqa: SIM118
    fallen = {
        name: case((falls, null()), else_=column) for name, column in verdicts.c.items() if name.startswith("rejected_")
    }
    past = or_(verdicts.c.held_fetched_at.is_(None), verdicts.c.held_fetched_at <= new.read_fetched_at)
    fallen |= {
        name: case((past, null()), else_=column) for name, column in verdicts.c.items() if name.startswith("held_")
    }
    return insert.on_conflict_do_update(
        index_elements=["page"],
        set_=parts | fallen | {"stored_at": func.coalesce(verdicts.c.stored_at, new.stored_at)},
        where=_not_later("read", new, "read"),
    )


def _hold_rejected(insert: Any) -> Any:
    new = insert.excluded
    parts = {name: new[name] for name in verdicts.c.keys() if name.startswith("rejected_")}  # noqa: SIM118
    where = and_(_not_later("rejected", new, "rejected"), _not_later("read", new, "rejected"))
    return insert.on_conflict_do_update(index_elements=["page"], set_=parts, where=where)


# Made once: to make a statement costs more than to run it.
_KNOWN = (
    select(
        verdicts.c.page,
        verdicts.c.article,
        verdicts.c.read_capture,
        verdicts.c.read_digest,
        verdicts.c.read_generation,
    )
    .where(verdicts.c.page.in_(bindparam("pages", expanding=True)), verdicts.c.article.is_not(None))
    .order_by(verdicts.c.page)
    .with_for_update()
)
_READ_AGAIN = (
    update(verdicts)
    .where(verdicts.c.page == bindparam("of"))
    .values(
        {
            f"read_{name}": bindparam(name)
            for name in ("parser", "generation", "layout_version", "layout_generation", "profile", "host")
        }
    )
)
_WAITS = (
    update(verdicts)
    .where(verdicts.c.page == bindparam("of"), verdicts.c.read_fetched_at < bindparam("held_fetched_at"))
    .values({name: bindparam(name) for name in ("held_capture", "held_fetched_at", "held_host")})
)
_MAKES = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_READ = {dialect: _hold_read(make(verdicts)) for dialect, make in _MAKES.items()}
_REJECTED = {dialect: _hold_rejected(make(verdicts)) for dialect, make in _MAKES.items()}
