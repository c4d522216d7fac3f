"""Looks at missing pages: how many a host was asked for sooner than usual"""

import sqlalchemy as sa
from alembic import op

from services.fetcher.pace import LONG_AGO
from services.runtime.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hosts", sa.Column("quick_looks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("hosts", sa.Column("quick_since", UtcDateTime(), nullable=True))
    hosts = sa.table("hosts", sa.column("quick_since", UtcDateTime()))
    op.execute(hosts.update().values(quick_since=LONG_AGO))
    with op.batch_alter_table("hosts") as changed:
        changed.alter_column("quick_looks", server_default=None)
        changed.alter_column("quick_since", nullable=False)


def downgrade() -> None:
    op.drop_column("hosts", "quick_since")
    op.drop_column("hosts", "quick_looks")
