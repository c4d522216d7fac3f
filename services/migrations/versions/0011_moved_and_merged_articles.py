"""Addresses and traces of articles; articles that turned out to be others, and those that tell one story"""

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOLD_AGAIN = sa.text("story IS NOT NULL")


NUMBERS = ("text_trace", "band_1", "band_2", "band_3", "band_4")
INDEXES = {"address": "articles_by_address", "text_trace": "articles_by_text"}
INDEXES |= {f"band_{number}": f"articles_by_band_{number}" for number in range(1, 5)}


def upgrade() -> None:
    op.add_column("articles", sa.Column("merged_into", sa.String()))
    op.add_column("articles", sa.Column("story", sa.String()))
    op.add_column("articles", sa.Column("address", sa.Text()))
    for name in NUMBERS:
        op.add_column("articles", sa.Column(name, WIDE))
    for column, index in INDEXES.items():
        op.create_index(index, "articles", [column])
    op.create_index(
        "articles_by_story",
        "articles",
        ["story", "dated_at", "id"],
        sqlite_where=TOLD_AGAIN,
        postgresql_where=TOLD_AGAIN,
    )


def downgrade() -> None:
    for index in ("articles_by_story", *INDEXES.values()):
        op.drop_index(index, "articles")
    for name in (*reversed(NUMBERS), "address", "story", "merged_into"):
        op.drop_column("articles", name)
