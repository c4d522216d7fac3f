"""Whether people know of a page in quarantine"""

import sqlalchemy as sa
from alembic import op

revision = "r0029"
down_revision = "r0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("announced", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Of all that is held by now, people have been told.
    op.execute(sa.text("UPDATE quarantine SET announced = :yes").bindparams(sa.bindparam("yes", True, sa.Boolean())))


def downgrade() -> None:
    op.drop_column("quarantine", "announced")
