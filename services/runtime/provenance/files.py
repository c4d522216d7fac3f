"""Files of articles: attachments and pictures that are kept, each with all its versions.

The fetcher looks at them, and the store tells of them, so the runtime owns the tables. A version is a capture like that
of a page: it is never parsed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, Text, delete, select
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.contracts.files import FileRef
from services.runtime.archive.capture import Capture, payload_digest
from services.runtime.database import Table, UtcDateTime, is_sqlite


class ArticleFile(Table, table=True):
    """A file that an article names, and how the looks at it went."""

    __tablename__ = "article_files"
    __table_args__ = (Index("article_files_once", "article", "url", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    article: str
    url: str = Field(sa_type=Text)
    kind: str
    """`attachment` or `picture`."""
    source: str
    target: str | None = Field(default=None, sa_type=Text)
    """Where `url` leads to, if that is at another host."""
    added_at: datetime = Field(sa_type=UtcDateTime)
    visited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    detail: str | None = Field(default=None, sa_type=Text)
    """How the last look went, and one sentence where it brought nothing."""
    step: int = 0
    """Where in the plan of looks it stands."""
    failures: int = 0
    moves: int = 0
    restless: int = 0
    """Looks in a row that brought other bytes."""
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    """SHA-256 of the newest bytes; None before the first."""
    fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FileVersion(Table, table=True):
    """The bytes of a file, from one look on."""

    __tablename__ = "file_versions"

    file: int = Field(primary_key=True, foreign_key="article_files.id", sa_column_kwargs={"autoincrement": False})
    fetched_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    capture: str
    digest: str
    """SHA-256 of the bytes."""
    size: int
    content_type: str | None = None


files: Relation = SQLModel.metadata.tables["article_files"]
versions: Relation = SQLModel.metadata.tables["file_versions"]
MOST = 100
"""Files of one article that are kept."""


def attach(session: Session, article: str, source: str, named: Sequence[FileRef], now: datetime) -> list[Row[Any]]:
    """The rows of the files that the article names, made where there are none yet; those beyond `MOST` are left out."""
    refs = {ref.url: ref for ref in named}
    known = set(session.execute(select(files.c.url).where(files.c.article == article)).scalars())
    new = [ref for ref in refs.values() if ref.url not in known][: max(MOST - len(known), 0)]
    if new:
        made = [ArticleFile(article=article, url=ref.url, kind=ref.kind, source=source, added_at=now) for ref in new]
        rows = [file.model_dump(exclude={"id"}) for file in made]
        insert = sqlite.insert(files) if is_sqlite(session) else postgresql.insert(files)
        session.execute(insert.on_conflict_do_nothing(), rows)
    these = (files.c.article == article, files.c.url.in_(refs))
    return list(session.execute(select(files).where(*these).order_by(files.c.id)))


def add_version(session: Session, file: Row[Any], name: str, capture: Capture, at: datetime) -> None:
    """Keeps what an import has brought of a file; again changes nothing."""
    digest = payload_digest(capture.body)
    version = FileVersion(
        file=file.id,
        fetched_at=at,
        capture=name,
        digest=digest,
        size=len(capture.body),
        content_type=capture.content_type,
    )
    insert = sqlite.insert(versions) if is_sqlite(session) else postgresql.insert(versions)
    session.execute(insert.values(**version.model_dump()).on_conflict_do_nothing())
    if file.fetched_at is None or file.fetched_at < at:
        known = {"digest": digest, "fetched_at": at, "outcome": "imported"}
        session.execute(files.update().where(files.c.id == file.id).values(**known))


def versions_of(session: Session, articles: Iterable[str]) -> Sequence[Row[Any]]:
    """What is kept of the files of these articles, the oldest first: the file's columns, and those of each version."""
    ids = sorted(set(articles))
    columns = (versions.c.fetched_at.label("kept_at"), versions.c.capture, versions.c.digest.label("kept_digest"))
    query = select(files, *columns, versions.c.size, versions.c.content_type).outerjoin(
        versions, versions.c.file == files.c.id
    )
    rows: list[Row[Any]] = []
    for start in range(0, len(ids), 500):
        these = query.where(files.c.article.in_(ids[start : start + 500]))
        rows += session.execute(these.order_by(files.c.id, versions.c.fetched_at))
    return rows


def captures_of_files(session: Session, article: str) -> set[str]:
    """The captures of an article's files."""
    of = select(versions.c.capture).join(files, files.c.id == versions.c.file).where(files.c.article == article)
    return set(session.execute(of).scalars())


def forget_files(session: Session, article: str) -> None:
    """Forgets the files of an article that was erased; nobody looks at them any more."""
    of = select(files.c.id).where(files.c.article == article)
    session.execute(delete(versions).where(versions.c.file.in_(of)))
    session.execute(delete(files).where(files.c.article == article))


def belong_to_article(session: Session, article: str, other: str) -> None:
    """What belonged to one article belongs to another from now on, unless that one names the same address."""
    theirs = select(files.c.url).where(files.c.article == other)
    mine = (files.c.article == article, files.c.url.not_in(theirs))
    session.execute(files.update().where(*mine).values(article=other))
