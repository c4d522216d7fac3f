"""Verdicts: what became of a page is a row of its own"""

import sqlalchemy as sa
from alembic import op

from services.contracts.urls import article_id
from services.contracts.versions import generation
from services.runtime.database import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("rejected_reason IS NOT NULL")
# Who read the last readable capture is known where it is the one that the article tells of. The digest of a reading was
# not kept, and neither was which parser rejected a capture.
CARRY_OVER = """
INSERT INTO verdicts (
  page, article, read_capture, read_fetched_at, read_digest, read_parser, read_layout, read_layout_version,
  read_generation, read_layout_generation,
  rejected_capture, rejected_fetched_at, rejected_parser, rejected_generation, rejected_reason, rejected_detail
)
SELECT
  pages.id, articles.id, CASE WHEN articles.id IS NOT NULL THEN COALESCE(pages.readable, articles.capture) END,
  CASE WHEN articles.id IS NOT NULL THEN COALESCE(pages.readable_at, articles.fetched_at) END,
  CASE WHEN articles.id IS NOT NULL THEN '' END,
  CASE WHEN articles.id IS NULL THEN NULL WHEN COALESCE(pages.readable, articles.capture) = articles.capture
    THEN articles.parser ELSE '' END,
  articles.layout,
  CASE WHEN COALESCE(pages.readable, articles.capture) = articles.capture THEN articles.layout_version END,
  CASE WHEN articles.id IS NOT NULL THEN 0 END, NULL,
  CASE WHEN pages.rejected IS NOT NULL THEN pages.capture END,
  CASE WHEN pages.rejected IS NOT NULL THEN pages.fetched_at END,
  CASE WHEN pages.rejected IS NOT NULL THEN '' END, CASE WHEN pages.rejected IS NOT NULL THEN 0 END,
  pages.rejected, CASE WHEN pages.rejected IS NOT NULL THEN COALESCE(pages.rejected_detail, '') END
FROM pages LEFT JOIN articles ON articles.id = pages.article_id AND pages.stored_at IS NOT NULL
WHERE articles.id IS NOT NULL OR (pages.rejected IS NOT NULL AND pages.capture IS NOT NULL)
"""
CARRY_BACK = """
UPDATE pages SET
  stored_at = (SELECT read_fetched_at FROM verdicts WHERE page = pages.id),
  readable = (SELECT read_capture FROM verdicts WHERE page = pages.id),
  readable_at = (SELECT read_fetched_at FROM verdicts WHERE page = pages.id),
  article_id = COALESCE((SELECT article FROM verdicts WHERE page = pages.id), ''),
  rejected = (SELECT rejected_reason FROM verdicts WHERE page = pages.id AND rejected_capture = pages.capture),
  rejected_detail = (SELECT rejected_detail FROM verdicts WHERE page = pages.id AND rejected_capture = pages.capture)
"""


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("page", WIDE, autoincrement=False, nullable=False),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("read_capture", sa.String(), nullable=True),
        sa.Column("read_fetched_at", UtcDateTime(), nullable=True),
        sa.Column("read_digest", sa.String(), nullable=True),
        sa.Column("read_parser", sa.String(), nullable=True),
        sa.Column("read_generation", WIDE, nullable=True),
        sa.Column("read_layout", sa.String(), nullable=True),
        sa.Column("read_layout_version", sa.String(), nullable=True),
        sa.Column("read_layout_generation", WIDE, nullable=True),
        sa.Column("read_profile", sa.String(), nullable=True),
        sa.Column("rejected_capture", sa.String(), nullable=True),
        sa.Column("rejected_fetched_at", UtcDateTime(), nullable=True),
        sa.Column("rejected_parser", sa.String(), nullable=True),
        sa.Column("rejected_generation", WIDE, nullable=True),
        sa.Column("rejected_reason", sa.String(), nullable=True),
        sa.Column("rejected_detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("page"),
    )
    op.execute(CARRY_OVER)
    _number("read_generation", "read_parser")
    _number("read_layout_generation", "read_layout_version")
    op.create_index("verdicts_by_article", "verdicts", ["article"])
    op.create_index("verdicts_by_reader", "verdicts", ["read_generation", "page"])
    op.create_index(
        "verdicts_rejected", "verdicts", ["rejected_reason", "page"], sqlite_where=STANDS, postgresql_where=STANDS
    )
    op.drop_index("ix_pages_article_id", "pages")
    for gone in ("article_id", "stored_at", "rejected", "rejected_detail", "readable", "readable_at"):
        op.drop_column("pages", gone)


def downgrade() -> None:
    op.add_column("pages", sa.Column("article_id", sa.String(), nullable=False, server_default=""))
    op.add_column("pages", sa.Column("stored_at", UtcDateTime(), nullable=True))
    op.add_column("pages", sa.Column("rejected", sa.String(), nullable=True))
    op.add_column("pages", sa.Column("rejected_detail", sa.Text(), nullable=True))
    op.add_column("pages", sa.Column("readable", sa.String(), nullable=True))
    op.add_column("pages", sa.Column("readable_at", UtcDateTime(), nullable=True))
    op.execute(CARRY_BACK)
    _name_articles()
    with op.batch_alter_table("pages") as changed:
        changed.alter_column("article_id", server_default=None)
    op.create_index("ix_pages_article_id", "pages", ["article_id"])
    op.drop_table("verdicts")


def _number(column: str, version: str) -> None:
    """Versions are ordered by numbers, which no database reads out of words; there are few."""
    connection = op.get_bind()
    used = connection.exec_driver_sql(f"SELECT DISTINCT {version} FROM verdicts WHERE {version} IS NOT NULL")  # noqa: S608 - names of ours
    for (each,) in used.all():
        numbered = sa.text(f"UPDATE verdicts SET {column} = :number WHERE {version} = :version")  # noqa: S608 - names of ours
        connection.execute(numbered, {"number": generation(each), "version": each})


def _name_articles() -> None:
    """A page without an article named the one that it would give."""
    connection = op.get_bind()
    nameless = connection.execute(sa.text("SELECT id, key FROM pages WHERE article_id = ''")).all()
    named = [{"page": page, "article": article_id(key)} for page, key in nameless]
    if named:
        connection.execute(sa.text("UPDATE pages SET article_id = :article WHERE id = :page"), named)
