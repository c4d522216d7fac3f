"""Gaps that an operator has accepted"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0027"
down_revision = "r0026"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "gap_acceptances",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("pattern", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gap_acceptances_source", "gap_acceptances", ["source"])
    op.add_column("gaps", sa.Column("accepted", WIDE, nullable=True))


def downgrade() -> None:
    op.drop_column("gaps", "accepted")
    op.drop_table("gap_acceptances")
