"""Secrets of hubs rest sealed: what was not is forgotten, and the hubs are asked again at the next looks"""

import sqlalchemy as sa
from alembic import op

revision = "r0032"
down_revision = "r0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM push_subscriptions")
    op.drop_column("push_subscriptions", "secret")
    op.add_column("push_subscriptions", sa.Column("sealed_secret", sa.String(), nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM push_subscriptions")
    op.drop_column("push_subscriptions", "sealed_secret")
    op.add_column("push_subscriptions", sa.Column("secret", sa.String(), nullable=False))
