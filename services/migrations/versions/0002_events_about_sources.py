"""Events about sources: which endpoints may be sent them, and since when a channel is lost"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

ADMINS = """
    UPDATE endpoints SET sources = true WHERE owner IN
    (SELECT id FROM api_keys WHERE CAST(scopes AS text) LIKE '%"admin"%')
"""
"""Until now no key has had the scope `sources`, which an admin's includes."""


def upgrade() -> None:
    op.add_column("endpoints", sa.Column("sources", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("channels", sa.Column("lost_at", UtcDateTime(timezone=True), nullable=True))
    op.execute(ADMINS)


def downgrade() -> None:
    op.drop_column("channels", "lost_at")
    op.drop_column("endpoints", "sources")
