"""Dead letters by cause, attempts by endpoint, and the audit log by actor, action and time"""

import sqlalchemy as sa
from alembic import op

from services.runtime.ledger.causes import cause_of

revision = "r0021"
down_revision = "r0020"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GIVEN_UP = sa.text("dead_lettered_at IS NOT NULL")
LOG_INDEXES = {
    "audit_log_by_actor": ["key_name", "id"],
    "audit_log_by_action": ["action", "id"],
    "audit_log_by_time": ["at"],
}


def upgrade() -> None:
    op.add_column("ledger", sa.Column("cause", sa.Text(), nullable=False, server_default=sa.text("''")))
    _name_causes()
    where = {"sqlite_where": GIVEN_UP, "postgresql_where": GIVEN_UP}
    op.create_index("ledger_causes", "ledger", ["kind", "cause", "id"], **where)
    op.add_column("attempts", sa.Column("endpoint", WIDE, nullable=True))
    op.execute("UPDATE attempts SET endpoint = (SELECT d.endpoint FROM deliveries d WHERE d.id = attempts.delivery)")
    op.create_index("attempts_by_endpoint", "attempts", ["endpoint", "at", "outcome", "milliseconds", "status"])
    for name, columns in LOG_INDEXES.items():
        op.create_index(name, "audit_log", columns)


def downgrade() -> None:
    for name in LOG_INDEXES:
        op.drop_index(name, "audit_log")
    op.drop_index("attempts_by_endpoint", "attempts")
    op.drop_column("attempts", "endpoint")
    op.drop_index("ledger_causes", "ledger")
    op.drop_column("ledger", "cause")


def _name_causes() -> None:
    """Of each reason that there is: most dead letters share one."""
    connection = op.get_bind()
    reasons = connection.execute(
        sa.text("SELECT DISTINCT reason FROM ledger WHERE dead_lettered_at IS NOT NULL AND reason IS NOT NULL")
    ).scalars()
    named = sa.text("UPDATE ledger SET cause = :cause WHERE dead_lettered_at IS NOT NULL AND reason = :reason")
    for reason in reasons.all():
        connection.execute(named, {"cause": cause_of(reason), "reason": reason})
