"""Trouble of the service itself: what is wrong, how checks went, and which endpoints may be told"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0025"
down_revision = "r0024"
branch_labels = None
depends_on = None

ADMINS = """
    UPDATE endpoints SET operate = true WHERE owner IN
    (SELECT id FROM api_keys WHERE CAST(scopes AS text) LIKE '%"admin"%')
"""
"""Until now no key has had the scope `operate`, which an admin's includes."""
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "troubles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("announced_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "troubles_open", "troubles", ["kind", "subject"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("troubles_ended", "troubles", ["ended_at"])
    op.create_table(
        "service_checks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("due_by", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("endpoints", sa.Column("operate", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(ADMINS)


def downgrade() -> None:
    op.drop_column("endpoints", "operate")
    op.drop_table("service_checks")
    op.drop_table("troubles")
