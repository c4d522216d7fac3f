"""Endpoints of other kinds than webhooks: people, who confirm, and who may have digests"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0023"
down_revision = "r0022"
branch_labels = None
depends_on = None

NEW = (
    sa.Column("kind", sa.String(), nullable=False, server_default="webhook"),
    sa.Column("digest", sa.JSON(), nullable=True),
    sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
    sa.Column("confirmation", sa.String(), nullable=True),
    sa.Column("confirmation_until", UtcDateTime(timezone=True), nullable=True),
    sa.Column("unsubscription", sa.String(), nullable=True),
)


def upgrade() -> None:
    for column in NEW:
        op.add_column("endpoints", column)
    op.add_column("deliveries", sa.Column("digest_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "digest_at")
    for column in NEW:
        op.drop_column("endpoints", column.name)
