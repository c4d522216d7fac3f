"""Which claims of channels, hosts and pages are believed"""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("channels", "hosts", "pages"):
        op.add_column(table, sa.Column("trust", sa.JSON(), nullable=True))


def downgrade() -> None:
    for table in ("channels", "hosts", "pages"):
        op.drop_column(table, "trust")
