"""Hosts that do not answer: how often in a row, and who asks a host at present"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hosts", sa.Column("silent", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("hosts", sa.Column("asking", sa.Integer(), nullable=True))
    op.add_column("hosts", sa.Column("asking_token", sa.String(), nullable=True))
    # The default was for the rows that there were.
    with op.batch_alter_table("hosts") as hosts:
        hosts.alter_column("silent", server_default=None)


def downgrade() -> None:
    op.drop_column("hosts", "asking_token")
    op.drop_column("hosts", "asking")
    op.drop_column("hosts", "silent")
