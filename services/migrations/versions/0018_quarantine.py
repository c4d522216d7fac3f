"""Readings in quarantine, and changes that many pages have in common"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0018"
down_revision = "r0017"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("held_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["article"], ["articles.id"]),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("quarantine_by_state", "quarantine", ["state", "held_at", "article"])
    op.create_index("quarantine_by_host", "quarantine", ["host", "state", "held_at"])
    op.create_table(
        "same_changes",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", "signature", "article"),
    )
    op.create_index("same_changes_by_time", "same_changes", ["at"])


def downgrade() -> None:
    op.drop_table("same_changes")
    op.drop_table("quarantine")
