"""Pages that sources showed are expected: gaps, and when a page first gave an article"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "gaps_due": (["check_at"], "closed_at IS NULL"),
    "gaps_open": (["source", "cause", "id"], "closed_at IS NULL AND opened_at IS NOT NULL"),
    "gaps_to_alarm": (["source", "cause"], "to_alarm"),
    "gaps_alarmed": (["source", "cause"], "alarmed_at IS NOT NULL"),
}
# What was shown before is expected, too. It is looked at in the first minutes, and no alarm names it one by one.
EXPECT = """
    INSERT INTO gaps (source, key, url, page, backlog, shown_at, check_at, to_alarm)
    SELECT s.source, p.key, coalesce(p.url, p.key), p.id, true, min(s.first_seen), min(s.first_seen), false
    FROM sightings s JOIN pages p ON p.id = s.page JOIN sources o ON o.name = s.source
    LEFT JOIN verdicts v ON v.page = s.page
    WHERE v.article IS NULL
    GROUP BY s.source, p.key, p.url, p.id
"""


def upgrade() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page", WIDE, nullable=True),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("shown_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("check_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("to_alarm", sa.Boolean(), nullable=False),
        sa.Column("alarmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gaps_of_source", "gaps", ["source", "key"], unique=True)
    for name, (columns, condition) in INDEXES.items():
        where = sa.text(condition)
        op.create_index(name, "gaps", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("sightings_by_time", "sightings", ["source", "first_seen", "page"])
    op.add_column("verdicts", sa.Column("stored_at", UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE verdicts SET stored_at = read_fetched_at WHERE article IS NOT NULL")
    op.execute(EXPECT)


def downgrade() -> None:
    op.drop_column("verdicts", "stored_at")
    op.drop_index("sightings_by_time", "sightings")
    op.drop_table("gaps")
