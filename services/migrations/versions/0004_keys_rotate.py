"""Keys rotate: the secret before the present one opens as well for a while"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("rotated_at", UtcDateTime(), nullable=True))
    op.add_column("api_keys", sa.Column("old_digest", sa.String(), nullable=True))
    op.add_column("api_keys", sa.Column("old_secret_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("api_keys", "old_secret_until")
    op.drop_column("api_keys", "old_digest")
    op.drop_column("api_keys", "rotated_at")
