"""How an endpoint is: why its last attempt failed, when somebody asked for another; and secrets shown once"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endpoints", sa.Column("last_error", sa.Text(), nullable=True))
    op.add_column("endpoints", sa.Column("last_status", sa.Integer(), nullable=True))
    op.add_column("endpoints", sa.Column("woken_at", UtcDateTime(), nullable=True))
    op.add_column("desk_sessions", sa.Column("once", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("desk_sessions", "once")
    for name in ("woken_at", "last_status", "last_error"):
        op.drop_column("endpoints", name)
