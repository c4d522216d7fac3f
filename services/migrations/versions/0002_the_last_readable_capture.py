"""The last capture of a page that gave an article"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What the store knows of the pages that are there: the article of a page names the last capture that showed it.
FILL = """
UPDATE pages SET
  readable = (SELECT capture FROM articles WHERE articles.id = pages.article_id AND articles.page = pages.id),
  readable_at = (SELECT fetched_at FROM articles WHERE articles.id = pages.article_id AND articles.page = pages.id)
"""


def upgrade() -> None:
    op.add_column("pages", sa.Column("readable", sa.String(), nullable=True))
    op.add_column("pages", sa.Column("readable_at", UtcDateTime(), nullable=True))
    op.execute(FILL)


def downgrade() -> None:
    op.drop_column("pages", "readable_at")
    op.drop_column("pages", "readable")
