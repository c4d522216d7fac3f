"""The mark of the archive that belongs to this database"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("archives", sa.Column("mark", sa.String(), nullable=False), sa.PrimaryKeyConstraint("mark"))


def downgrade() -> None:
    op.drop_table("archives")
