"""The audit finds revisions without a capture by an index, which is empty"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NAMELESS = sa.text("capture = ''")


def upgrade() -> None:
    op.create_index("revisions_nameless", "revisions", ["article"], sqlite_where=NAMELESS, postgresql_where=NAMELESS)


def downgrade() -> None:
    op.drop_index("revisions_nameless", "revisions")
