"""The transparency log: leaves, tree, checkpoints and their keys"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("log_checkpoints", "log_keys", "log_leaves", "log_tiles")


def upgrade() -> None:
    op.create_table(
        "log_leaves",
        sa.Column("number", WIDE, autoincrement=False, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("revision", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("log_leaves_by_article", "log_leaves", ["article", "revision", "number"])
    op.create_table(
        "log_tiles",
        sa.Column("level", WIDE, autoincrement=False, nullable=False),
        sa.Column("place", WIDE, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("log_checkpoints_by_size", "log_checkpoints", ["size", "id"])
    op.create_table(
        "log_keys",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("sealed_private", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("signs_until", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("verifier"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
