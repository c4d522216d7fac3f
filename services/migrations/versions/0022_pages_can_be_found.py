"""Pages can be found: by their address, and those of a source in their order"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_pages_source", "pages")
    op.create_index("pages_by_source", "pages", ["source", "id"])
    op.create_index("pages_by_address", "pages", ["url"], postgresql_ops={"url": "text_pattern_ops"})


def downgrade() -> None:
    op.drop_index("pages_by_address", "pages")
    op.drop_index("pages_by_source", "pages")
    op.create_index("ix_pages_source", "pages", ["source"])
