"""Gates of the house: what an instance found broken of our own"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shut_gates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", "instance"),
    )


def downgrade() -> None:
    op.drop_table("shut_gates")
