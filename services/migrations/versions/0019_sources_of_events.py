"""An article and its events belong to every source that showed it"""

import sqlalchemy as sa
from alembic import op

revision = "r0019"
down_revision = "r0018"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "event_sources",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sequence", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("source", "sequence"),
    )
    op.add_column("articles", sa.Column("sources", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("articles", "sources")
    op.drop_table("event_sources")
