"""Channels that cannot be read: the parts of a round that could not be, and what came in a channel's place"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channels", sa.Column("troubles", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("channels", sa.Column("capture", sa.String(), nullable=True))
    with op.batch_alter_table("channels") as changed:
        changed.alter_column("troubles", server_default=None)


def downgrade() -> None:
    op.drop_column("channels", "capture")
    op.drop_column("channels", "troubles")
