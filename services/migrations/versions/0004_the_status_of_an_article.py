"""The status of an article"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_LIVE = sa.text("status <> 'live'")


def upgrade() -> None:
    """Every article counts as live until a look says otherwise."""
    op.add_column("articles", sa.Column("status", sa.String(), nullable=False, server_default="live"))
    op.add_column("articles", sa.Column("status_since", UtcDateTime(timezone=True), nullable=True))
    op.add_column("articles", sa.Column("status_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("articles", sa.Column("status_looks", WIDE, nullable=False, server_default="0"))
    columns = ["status", "status_since", "id"]
    op.create_index("articles_by_status", "articles", columns, sqlite_where=NOT_LIVE, postgresql_where=NOT_LIVE)


def downgrade() -> None:
    op.drop_index("articles_by_status", "articles")
    for name in ("status_looks", "status_at", "status_since", "status"):
        op.drop_column("articles", name)
