"""A result of a re-ingestion is a row, and its walk reads the order's own

What was under way in the old form is cancelled, with a note in the audit log: its counts travelled as messages.
"""

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTERS = ("after", "open", "applying", "applied", "stale")
GONE = (
    "Reingest",
    "Steer",
    "SelectPages",
    "PagesSelected",
    "ReingestionPlanned",
    "PageReingested",
    "Promote",
    "PromotePage",
    "PagePromoted",
    "ForgetPreview",
)
# What both databases can say about JSON, each in its own words.
DIALECT = {
    "sqlite": {
        "fields": "json_group_array(field)",
        "differences": "json_group_array(json_object('field', field, 'before', before, 'after', after))",
        "counts": "json_group_object(field, pages)",
    },
    "postgresql": {
        "fields": "json_agg(field)",
        "differences": "json_agg(json_build_object('field', field, 'before', before, 'after', after))",
        "counts": "json_object_agg(field, pages)",
    },
}
THESE = "FROM preview_differences AS d WHERE d.reingestion = previews.reingestion AND d.page = previews.page"
CARRIED = """
INSERT INTO reingestion_pages (
  reingestion, page, outcome, changed, counted_at, state, finding, source, url, article, layout, headline, reason,
  announced, differences, newest, proposal
)
SELECT
  reingestion, page,
  CASE outcome WHEN 'still_rejected' THEN 'rejected' WHEN 'was_rejected' THEN 'updated' ELSE outcome END,
  COALESCE((SELECT {fields} {these}), '[]'), reingestions.asked_at, previews.state, outcome, source, url, article,
  layout, headline, previews.reason, announced, COALESCE((SELECT {differences} {these}), '[]'), newest, proposal
FROM previews JOIN reingestions ON reingestions.id = previews.reingestion
WHERE COALESCE(preview, '') <> 'discarded'
"""
ENDED = """
INSERT INTO audit_log (at, key, key_name, action, subject, reason)
SELECT
  CURRENT_TIMESTAMP, asked_by, asked_by_name, 'reingestion.ended', 'reingestion ' || id,
  'Dateline was updated while it was under way; order again what is missing.'
FROM reingestions
WHERE state NOT IN ('done', 'cancelled') OR preview IN ('promoting', 'paused', 'cancelling') ORDER BY id
"""
CANCELLED = """
UPDATE reingestions SET state = 'cancelled', finished_at = CURRENT_TIMESTAMP WHERE state NOT IN ('done', 'cancelled')
"""
PROMOTION_CANCELLED = """
UPDATE reingestions SET preview = 'cancelled' WHERE preview IN ('promoting', 'paused', 'cancelling')
"""
# A verdict of the old form does not say who reads so.
STALE = """
UPDATE reingestion_pages SET state = 'stale', proposal = NULL
WHERE state IN ('open', 'applying') AND finding = 'rejected'
"""
# A wording that is on its way to the store arrives there.
OPEN = """
UPDATE reingestion_pages SET state = 'open' WHERE state = 'applying' AND NOT EXISTS (
  SELECT 1 FROM ledger WHERE kind = 'SaveArticle' AND set_aside_at IS NULL
  AND ledger.page = reingestion_pages.page AND ledger.reingestion = reingestion_pages.reingestion
)
"""
FINDINGS = """
UPDATE reingestions SET {state} = (
  SELECT count(*) FROM reingestion_pages AS p WHERE p.reingestion = reingestions.id AND p.state = '{state}'
)
"""
FIELDS = """
UPDATE reingestions SET changed_fields = COALESCE(
  (SELECT {counts} FROM reingestion_changes AS c WHERE c.reingestion = reingestions.id), '{{}}'
)
"""


def upgrade() -> None:
    words = DIALECT[op.get_bind().dialect.name]
    _make_pages()
    with op.batch_alter_table("reingestions") as orders:
        for name in COUNTERS:
            orders.add_column(sa.Column(name, WIDE, server_default="0"))
        orders.add_column(sa.Column("changed_fields", sa.JSON(), server_default="{}"))
        orders.drop_column("steered")
    for statement in (CARRIED.format(these=THESE, **words), ENDED, CANCELLED, PROMOTION_CANCELLED, STALE, OPEN):
        op.execute(statement)
    for state in COUNTERS[1:]:
        op.execute(FINDINGS.format(state=state))
    op.execute(FIELDS.format(**words))
    op.execute(sa.text("DELETE FROM ledger WHERE kind IN :gone").bindparams(sa.bindparam("gone", GONE, expanding=True)))
    with op.batch_alter_table("reingestions") as orders:
        for name in (*COUNTERS, "changed_fields"):
            orders.alter_column(name, nullable=False, server_default=None)
    for table in ("previews", "preview_differences", "reingestion_changes", "reingestion_walks"):
        op.drop_table(table)


def _make_pages() -> None:
    op.create_table(
        "reingestion_pages",
        sa.Column("reingestion", WIDE, nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("layout", sa.String(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("newest", sa.String(), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("reingestion", "page"),
    )
    for name, columns, where in (
        ("uncounted", ["reingestion"], "counted_at IS NULL"),
        ("promotable", ["reingestion", "state", "page"], "state IN ('open', 'applying')"),
        ("found", ["reingestion", "source", "layout", "finding", "announced"], "finding IS NOT NULL"),
    ):
        only = sa.text(where)
        op.create_index(
            f"reingestion_pages_{name}", "reingestion_pages", columns, sqlite_where=only, postgresql_where=only
        )


NAMES = "url article layout headline reason newest proposal"
OLD = (  # table, key, further numbers, texts, and texts that may be missing
    ("previews", ("reingestion", "page"), "", "outcome state source", NAMES),
    ("preview_differences", ("reingestion", "page", "field"), "", "field", "before after"),
    ("reingestion_changes", ("reingestion", "field"), "pages", "field", ""),
    ("reingestion_walks", ("id",), "after number", "state", ""),
)


def downgrade() -> None:
    for table, key, numbers, texts, missing in OLD:
        columns = [sa.Column(name, WIDE, nullable=False) for name in (*key, *numbers.split()) if name != "field"]
        columns += [sa.Column(name, sa.Text(), nullable=False) for name in texts.split()]
        columns += [sa.Column(name, sa.Text(), nullable=True) for name in missing.split()]
        op.create_table(table, *columns, sa.PrimaryKeyConstraint(*key))
    op.add_column("previews", sa.Column("announced", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("reingestion", "scope"):
        op.add_column("reingestion_walks", sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("previews_by_state", "previews", ["reingestion", "state", "page"])
    with op.batch_alter_table("reingestions") as orders:
        orders.add_column(sa.Column("steered", WIDE, nullable=False, server_default="0"))
        for name in (*COUNTERS, "changed_fields"):
            orders.drop_column(name)
    op.drop_table("reingestion_pages")
