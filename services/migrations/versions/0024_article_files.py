"""Attachments and pictures of articles, and which sources keep them"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0024"
down_revision = "r0023"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sources", sa.Column("files", sa.String(), server_default="none", nullable=False))
    op.create_table(
        "article_files",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("visited_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        *(sa.Column(name, WIDE, nullable=False) for name in ("step", "failures", "moves", "restless")),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("article_files_once", "article_files", ["article", "url"], unique=True)
    op.create_table(
        "file_versions",
        sa.Column("file", WIDE, nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["file"], ["article_files.id"]),
        sa.PrimaryKeyConstraint("file", "fetched_at"),
    )


def downgrade() -> None:
    op.drop_table("file_versions")
    op.drop_table("article_files")
    op.drop_column("sources", "files")
