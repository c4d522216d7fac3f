"""Subscriptions to WebSub hubs, and what they pushed until it is read"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0012"
down_revision = "r0011"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("verified_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("pushed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("doubted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("doubted", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "pushes",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("pushed_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pushes_channel", "pushes", ["channel"])


def downgrade() -> None:
    op.drop_table("pushes")
    op.drop_table("push_subscriptions")
