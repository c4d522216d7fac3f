"""Walks through all that a channel lists, and how late its entries are"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0010"
down_revision = "r0009"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "walks",
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("reingestion", WIDE, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("looked", WIDE, nullable=False),
        sa.Column("fresh", WIDE, nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("late", sa.Float(), nullable=False),
        sa.Column("catches_up", sa.Boolean(), nullable=False),
        sa.Column("known_depth", WIDE, nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", "reingestion"),
    )
    op.add_column("channels", sa.Column("lateness", sa.Float(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("channels", "lateness")
    op.drop_table("walks")
