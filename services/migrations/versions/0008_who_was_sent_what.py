"""Which endpoint was sent which article, and why a delivery was made"""

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REMEMBERED = """
    INSERT INTO recipients (article, endpoint)
    SELECT DISTINCT deliveries.article, deliveries.endpoint FROM deliveries
    JOIN events ON events.id = deliveries.event
    JOIN endpoints ON endpoints.id = deliveries.endpoint
    WHERE deliveries.article IS NOT NULL AND events.type LIKE 'article.%' AND endpoints.state <> 'deleted'
"""
"""As far as the delivery log reaches back."""
REMEMBER = {
    "sqlite": (
        """CREATE TRIGGER deliveries_remember AFTER INSERT ON deliveries WHEN substr(NEW.article, 1, 4) = 'art_' BEGIN
            INSERT OR IGNORE INTO recipients (article, endpoint) VALUES (NEW.article, NEW.endpoint);
        END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION remember_recipients() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO recipients (article, endpoint)
            SELECT DISTINCT article, endpoint FROM made WHERE substr(article, 1, 4) = 'art_'
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER deliveries_remember AFTER INSERT ON deliveries REFERENCING NEW TABLE AS made
        FOR EACH STATEMENT EXECUTE FUNCTION remember_recipients()""",
    ),
}


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("matched", sa.JSON(), nullable=True))
    op.create_table(
        "recipients",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("endpoint", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["endpoint"], ["endpoints.id"]),
        sa.PrimaryKeyConstraint("article", "endpoint"),
    )
    op.create_index("recipients_by_endpoint", "recipients", ["endpoint"])
    op.execute(REMEMBERED)
    for statement in REMEMBER[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION remember_recipients() CASCADE")
    else:
        op.execute("DROP TRIGGER deliveries_remember")
    op.drop_table("recipients")
    op.drop_column("deliveries", "matched")
