"""Versions of layouts: which layout read an article, and in which version"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The version is not known of what was read before layouts had one, and counts as older than any.
FILL = """
UPDATE articles SET layout = (
  SELECT {layout} FROM revisions WHERE revisions.article = articles.id AND revisions.number = articles.revision
)
"""
LAYOUT = {"sqlite": "json_extract(reading, '$.layout')", "postgresql": "CAST(reading AS JSON) ->> 'layout'"}


def upgrade() -> None:
    op.add_column("articles", sa.Column("layout", sa.String(), nullable=True))
    op.add_column("articles", sa.Column("layout_version", sa.String(), nullable=True))
    op.add_column("revisions", sa.Column("layout_version", sa.String(), nullable=True))
    op.execute(FILL.format(layout=LAYOUT[op.get_bind().dialect.name]))


def downgrade() -> None:
    op.drop_column("revisions", "layout_version")
    op.drop_column("articles", "layout_version")
    op.drop_column("articles", "layout")
