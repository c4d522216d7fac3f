"""Pages that are not there, and what shows it"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0013"
down_revision = "r0012"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("pages", sa.Column("absent_sign", sa.String(), nullable=True))
    op.add_column("pages", sa.Column("listed_at", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "absences",
        sa.Column("page", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("looks", WIDE, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("takedown", WIDE, nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("page"),
    )
    op.create_index("absences_by_source", "absences", ["source", "state", "since"])
    op.create_index("absences_by_takedown", "absences", ["takedown", "page"])
    op.create_table(
        "takedowns",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("takedowns_open", "takedowns", ["source"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "takedown_pages",
        sa.Column("takedown", WIDE, nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("returned_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["takedown"], ["takedowns.id"]),
        sa.PrimaryKeyConstraint("takedown", "page"),
    )
    op.create_table(
        "evidence",
        sa.Column("page", WIDE, nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("page", "fetched_at"),
    )
    op.create_index("evidence_by_article", "evidence", ["article", "fetched_at"])


def downgrade() -> None:
    for name in ("evidence", "takedown_pages", "takedowns", "absences"):
        op.drop_table(name)
    for name in ("listed_at", "absent_sign"):
        op.drop_column("pages", name)
