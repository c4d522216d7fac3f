"""Hosts take turns in the claim itself, and a host's slot is its row"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TURNS = sa.text("rank IS NOT NULL AND set_aside_at IS NULL")
LONG_AGO = "2000-01-01 00:00:00"
WAS_TIMES = ("next_live_at", "next_bulk_at", "probed_at")
_WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("rank", "again_rank"):
        op.add_column("ledger", sa.Column(name, _WIDE, nullable=True))
    op.execute("UPDATE ledger SET rank = 0, host = coalesce(host, '') WHERE kind = 'PollChannel'")
    op.execute(
        "UPDATE ledger SET rank = CASE lane WHEN 'bulk' THEN 4 ELSE 2 END, host = coalesce(host, '') "
        "WHERE kind = 'FetchPage'"
    )
    op.create_index("ledger_turns", "ledger", ["host", "rank", "due_at"], sqlite_where=TURNS, postgresql_where=TURNS)
    op.add_column("hosts", _time("next_at"))
    op.execute("UPDATE hosts SET next_at = taken_at")
    _without_default("next_at")
    for name in (*WAS_TIMES, "asking", "asking_token"):
        op.drop_column("hosts", name)
    for table in ("pages", "channels"):
        op.drop_column(table, "ticket_at")


def downgrade() -> None:
    for table in ("pages", "channels"):
        op.add_column(table, sa.Column("ticket_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("hosts", sa.Column("asking", _WIDE, nullable=True))
    op.add_column("hosts", sa.Column("asking_token", sa.String(), nullable=True))
    for name in WAS_TIMES:
        op.add_column("hosts", _time(name))
        _without_default(name)
    op.drop_column("hosts", "next_at")
    op.drop_index("ledger_turns", "ledger")
    for name in ("rank", "again_rank"):
        op.drop_column("ledger", name)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=False, server_default=LONG_AGO)


def _without_default(name: str) -> None:
    with op.batch_alter_table("hosts") as hosts:
        hosts.alter_column(name, server_default=None)
