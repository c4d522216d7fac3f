"""What was set aside is counted, listed and found by indexes of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SET_ASIDE = sa.text("set_aside_at IS NOT NULL")
INDEXES = {"ledger_set_aside": ["id", "discarded_at"], "ledger_given_up": ["kind", "key"]}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "ledger", columns, sqlite_where=SET_ASIDE, postgresql_where=SET_ASIDE)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "ledger")
