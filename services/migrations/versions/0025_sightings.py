"""Every channel that showed a page is remembered"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SHARED = sa.text("shared")
_WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("page", _WIDE, autoincrement=False, nullable=False),
        sa.Column("channel", _WIDE, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("first_seen", UtcDateTime(timezone=True), nullable=False),
        sa.Column("position", _WIDE, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("page", "channel"),
    )
    op.create_index("sightings_by_source", "sightings", ["source", "page"])
    op.create_index("sightings_shared", "sightings", ["source", "page"], sqlite_where=SHARED, postgresql_where=SHARED)
    op.execute(
        "INSERT INTO sightings (page, channel, source, shared, first_seen, title, published) "
        "SELECT id, coalesce(channel, 0), source, false, discovered_at, title, published FROM pages "
        "WHERE source <> 'import' AND moved_to IS NULL"
    )
    _remade(sqlite_autoincrement=True)


def downgrade() -> None:
    _remade(sqlite_autoincrement=False)
    op.drop_table("sightings")


def _remade(**options: bool) -> None:
    """Channels get numbers that were never given before: SQLite gave those of channels that were gone again."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("channels", recreate="always", table_kwargs=options):
            pass
