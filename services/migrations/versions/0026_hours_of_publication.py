"""The hour of publication that a channel says, where a page says the day"""

import sqlalchemy as sa
from alembic import op

revision = "r0026"
down_revision = "r0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("published_from", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("articles", "published_from")
