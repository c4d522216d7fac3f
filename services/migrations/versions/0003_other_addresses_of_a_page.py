"""Other addresses of a page"""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("pages", sa.Column("shown_url", sa.Text()))
    op.create_table(
        "page_guids",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("guid", sa.String(), primary_key=True),
        sa.Column("page_id", WIDE, sa.ForeignKey("pages.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("page_guids")
    op.drop_column("pages", "shown_url")
