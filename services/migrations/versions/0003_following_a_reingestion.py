"""Following a re-ingestion: who follows one is woken by its steps"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reingestions", sa.Column("steps", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("reingestions", "steps")
