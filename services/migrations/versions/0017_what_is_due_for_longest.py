"""What is due for longest, and what is in flight, are found without a look at all that is due"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = sa.text("set_aside_at IS NULL")
HELD = sa.text("lease_owner IS NOT NULL")


def upgrade() -> None:
    op.create_index("ledger_waiting", "ledger", ["lane", "kind", "due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ledger_held", "ledger", ["lease_owner"], sqlite_where=HELD, postgresql_where=HELD)


def downgrade() -> None:
    op.drop_index("ledger_held", "ledger")
    op.drop_index("ledger_waiting", "ledger")
