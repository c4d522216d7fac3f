"""Captures in segments, and looks that brought nothing new"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bytes", WIDE, nullable=False),
        sa.Column("captures", WIDE, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "packed_captures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("segment", WIDE, nullable=False),
        sa.Column("offset", WIDE, nullable=False),
        sa.Column("length", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["segment"], ["segments.id"]),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unchanged_looks",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("looked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("status", WIDE, nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("captured_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for table in ("unchanged_looks", "packed_captures", "segments"):
        op.drop_table(table)
