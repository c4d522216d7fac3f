"""Articles that are withdrawn or erased, and what is withheld of them"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0014"
down_revision = "r0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("status_reason", sa.Text(), nullable=True))
    op.add_column("articles", sa.Column("erased_at", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "withheld_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_withheld_events_article", "withheld_events", ["article"])
    op.create_table(
        "withheld_captures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_withheld_captures_article", "withheld_captures", ["article"])


def downgrade() -> None:
    for table in ("withheld_captures", "withheld_events"):
        op.drop_table(table)
    for column in ("erased_at", "status_reason"):
        op.drop_column("articles", column)
