"""Mailboxes as channels: how far each was read, and the mails that were taken"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0015"
down_revision = "r0014"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("channels", sa.Column("senders", sa.JSON(), nullable=True))
    op.create_table(
        "mailbox_progress",
        sa.Column("channel", WIDE, autoincrement=False, nullable=False),
        sa.Column("uidvalidity", WIDE, nullable=False),
        sa.Column("uid", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "mails",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("links", WIDE, nullable=False),
        sa.Column("page_key", sa.String(), nullable=True),
        sa.Column("read_for", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mails_each_once", "mails", ["channel", "digest"], unique=True)
    op.create_index("ix_mails_page_key", "mails", ["page_key"])


def downgrade() -> None:
    op.drop_table("mails")
    op.drop_table("mailbox_progress")
    with op.batch_alter_table("channels") as channels:
        channels.drop_column("senders")
