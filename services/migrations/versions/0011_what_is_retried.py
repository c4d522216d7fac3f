"""What is being retried is found by an index of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TRIED = sa.text("set_aside_at IS NULL AND attempts > 0")


def upgrade() -> None:
    op.create_index("ledger_tried", "ledger", ["id"], sqlite_where=TRIED, postgresql_where=TRIED)


def downgrade() -> None:
    op.drop_index("ledger_tried", "ledger")
