"""Which archive belongs to this database: a mark in its folder, which the database remembers.

An archive that is not mounted looks like an empty one that can be written. Captures would go where nobody finds them
again, and every page that is to be read would be missing for good.
"""

import secrets
from contextlib import suppress

from sqlalchemy import Table as Relation
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, SQLModel

from services.contracts.errors import HouseTrouble
from services.runtime import liveness
from services.runtime.archive import loose
from services.runtime.archive.bucket import bucket
from services.runtime.archive.loose import MARK as FILE
from services.runtime.database import Table, unpooled
from services.runtime.settings import runtime_settings

_ADVICE = (
    f"it is not the one that this database knows, by its file {FILE}; mount the right one, or, when that is lost, "
    f"make an empty file {FILE} in this one"
)


class Archive(Table, table=True):
    """The one archive of this database."""

    __tablename__ = "archives"

    mark: str = Field(primary_key=True)


archives: Relation = SQLModel.metadata.tables["archives"]


class OtherArchive(HouseTrouble):
    """The folder of captures is not the one that this database knows."""


def prove() -> None:
    """Raises `OtherArchive` when the database knows an archive and this is not it; for those who only read."""
    known, result = _known(), _found()
    if known and result not in {known, ""}:
        raise OtherArchive(_ADVICE)


def claim() -> None:
    """As `prove`; the first who may write marks the archive, and the database remembers it. OSError as writing has."""
    prove()
    known, result = _known(), _found()
    if not result or result != known:
        _remember(_written(known or result or secrets.token_hex(16)))
    loose.proved.add(runtime_settings().captures)


def _known() -> str | None:
    # While the database is away, nothing can be told of an archive, and another gate is shut.
    with suppress(SQLAlchemyError), liveness.no_fork(), unpooled() as session:
        mark: str | None = session.execute(select(archives.c.mark)).scalar()
        return mark
    return None


def _found() -> str | None:
    if store := bucket():
        content = store.read(FILE)
        return None if content is None else content.decode("utf-8", "replace").strip()
    try:
        return (runtime_settings().captures / FILE).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _written(mark: str) -> str:
    """The mark that stands there afterwards: of two who come first, one is first."""
    if store := bucket():
        if not store.create(FILE, mark.encode()) and not _found():
            store.write(FILE, mark.encode())
        return mark if (result := _found()) is None else result
    path = runtime_settings().captures / FILE
    with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        file.write(mark)
    if not _found():
        path.write_text(mark, encoding="utf-8")
    return mark if (result := _found()) is None else result


def _remember(mark: str) -> None:
    with suppress(SQLAlchemyError), liveness.no_fork(), unpooled() as session:
        if session.execute(select(archives.c.mark)).first() is None:
            session.execute(archives.insert().values(mark=mark))
