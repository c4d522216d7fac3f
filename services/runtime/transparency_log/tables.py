"""The tables of the transparency log: leaves, the hashes above them, checkpoints, and the keys that sign those."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy import Table as Relation
from sqlmodel import Field, SQLModel

from services.runtime.database import Table, UtcDateTime


class LogLeaf(Table, table=True):
    """One leaf; nothing of it ever changes, but an erasure takes salt and text away."""

    __tablename__ = "log_leaves"
    __table_args__ = (Index("log_leaves_by_article", "article", "revision", "number"),)

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """0, 1, 2 … without a gap, in the order in which the leaves became visible."""
    article: str
    revision: int
    kind: str
    body: str = Field(sa_type=Text)
    """The bytes that are hashed."""
    salt: str | None = None
    """In hex; None once the article was erased."""
    text: str | None = Field(default=None, sa_type=Text)
    """What the salted digest is of, where no revision holds it."""


class LogTile(Table, table=True):
    """Up to 256 hashes in a row: those of leaves at level 0, of 256 leaves each at level 1, and so on."""

    __tablename__ = "log_tiles"

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hashes: bytes = Field(sa_type=LargeBinary, repr=False)


class LogCheckpoint(Table, table=True):
    """A signed checkpoint, and what an outside authority says about when it was there."""

    __tablename__ = "log_checkpoints"
    __table_args__ = (Index("log_checkpoints_by_size", "size", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    size: int
    note: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=UtcDateTime)
    stamp: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    """The answer of an RFC 3161 authority, in DER."""


class LogKey(Table, table=True):
    """A key that signs checkpoints. After a rotation the one before signs beside it until `signs_until`."""

    __tablename__ = "log_keys"

    id: int | None = Field(default=None, primary_key=True)
    verifier: str = Field(unique=True)
    """The public key in one line, as C2SP writes it."""
    sealed_private: str = Field(repr=False, sa_type=Text)
    """The private key, encrypted with the installation's key."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    signs_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


leaves: Relation = SQLModel.metadata.tables["log_leaves"]
tiles: Relation = SQLModel.metadata.tables["log_tiles"]
checkpoints: Relation = SQLModel.metadata.tables["log_checkpoints"]
log_keys: Relation = SQLModel.metadata.tables["log_keys"]
