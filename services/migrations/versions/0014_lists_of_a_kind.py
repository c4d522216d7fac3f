"""Lists of a kind, and of a source by update, begin where they are wanted"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("articles_by_source_update", "articles", ["source", "updated", "id"])
    op.create_index("articles_by_kind", "articles", ["kind", "dated_at", "id"])


def downgrade() -> None:
    op.drop_index("articles_by_kind", "articles")
    op.drop_index("articles_by_source_update", "articles")
