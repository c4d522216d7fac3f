"""What public archives answered about revisions, and which sources ask them"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0031"
down_revision = "r0030"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sources", sa.Column("public_archive", sa.Text(), nullable=True))
    op.create_table(
        "public_copies",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("revision", WIDE, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article", "revision"),
    )


def downgrade() -> None:
    op.drop_table("public_copies")
    op.drop_column("sources", "public_archive")
