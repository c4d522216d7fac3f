"""What of a source is looked for that no channel lists"""

import sqlalchemy as sa
from alembic import op

revision = "r0030"
down_revision = "r0029"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sources", sa.Column("unlisted", sa.JSON(), nullable=True))
    op.add_column("pages", sa.Column("published_in", WIDE, nullable=True))


def downgrade() -> None:
    op.drop_column("pages", "published_in")
    op.drop_column("sources", "unlisted")
