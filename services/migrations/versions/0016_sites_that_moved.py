"""Sites that moved to another host"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0016"
down_revision = "r0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_moves",
        sa.Column("old", sa.String(), primary_key=True),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("moved_at", UtcDateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("site_moves")
