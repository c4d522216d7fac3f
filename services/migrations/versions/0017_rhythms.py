"""The rhythm of each source, and whose holidays it keeps"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0017"
down_revision = "r0016"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sources", sa.Column("country", sa.String(), server_default="US", nullable=False))
    op.create_table(
        "source_rhythms",
        sa.Column("source_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("checked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("last_item_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("expected_by", UtcDateTime(timezone=True), nullable=True),
        sa.Column("items_a_day", sa.Float(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("busy", sa.Float(), nullable=True),
        sa.Column("silent_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("strikes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source_id"),
    )


def downgrade() -> None:
    op.drop_table("source_rhythms")
    op.drop_column("sources", "country")
