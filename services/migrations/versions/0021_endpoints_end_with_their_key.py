"""Endpoints end with their key: in the transaction that revokes it, and at the time at which it expires"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# What was said of a key that has ended, and not heard yet, is done here.
ENDED = """
UPDATE endpoints SET state = 'disabled', reason = 'The API key that made it has ended.' WHERE state = 'active'
AND EXISTS (SELECT 1 FROM api_keys
JOIN ledger ON ledger.kind = 'KeyRevoked' AND ledger.key = CAST(api_keys.id AS VARCHAR)
WHERE api_keys.id = endpoints.owner AND (revoked_at IS NOT NULL OR expires_at <= CURRENT_TIMESTAMP))
"""
ENDS = "UPDATE endpoints SET ends_at = (SELECT expires_at FROM api_keys WHERE api_keys.id = endpoints.owner) {}"
WILL_END = "WHERE owner IN (SELECT id FROM api_keys WHERE expires_at > CURRENT_TIMESTAMP)"


def upgrade() -> None:
    op.add_column("endpoints", sa.Column("ends_at", UtcDateTime(), nullable=True))
    op.execute(ENDED)
    op.execute(ENDS.format(WILL_END))
    op.execute("DELETE FROM ledger WHERE kind = 'KeyRevoked'")


def downgrade() -> None:
    op.drop_column("endpoints", "ends_at")
