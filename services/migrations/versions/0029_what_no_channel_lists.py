"""What of a source is looked for that no channel lists"""

import sqlalchemy as sa
from alembic import op

revision = "r0029"
down_revision = "r0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("unlisted", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("sources", "unlisted")
