"""Indexes for a million articles: words of addresses, revisions without a capture, all that is asked of events"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

EVENTS = {
    "type": ("kind", "announced"),
    "source": ("type", "kind", "announced"),
    "kind": ("type", "announced"),
    "announced": ("type", "kind"),
}
ADDRESS_WORDS = "to_tsvector('simple'::regconfig, regexp_replace(url, '[^a-zA-Z0-9]+'::text, ' '::text, 'g'::text))"
FORGET = "INSERT INTO page_words (page_words, rowid, url) VALUES ('delete', old.id, old.url);"
LEARN = "INSERT INTO page_words (rowid, url) VALUES (new.id, new.url);"
WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE page_words USING fts5(url, content='pages', content_rowid='id', detail=none)",
        f"CREATE TRIGGER page_words_learn AFTER INSERT ON pages BEGIN {LEARN} END",
        f"CREATE TRIGGER page_words_forget AFTER DELETE ON pages BEGIN {FORGET} END",
        f"CREATE TRIGGER page_words_learn_again AFTER UPDATE OF url ON pages BEGIN {FORGET} {LEARN} END",
        "INSERT INTO page_words (page_words) VALUES ('rebuild')",
    ),
    "postgresql": (f"CREATE INDEX page_words ON pages USING gin ({ADDRESS_WORDS})",),
}
NAMELESS = sa.text("capture = ''")


def upgrade() -> None:
    op.create_index("revisions_nameless", "revisions", ["article"], sqlite_where=NAMELESS, postgresql_where=NAMELESS)
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)
    for column, others in EVENTS.items():
        op.drop_index(f"events_by_{column}", "events")
        op.create_index(f"events_by_{column}", "events", [column, "sequence", *others])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for when in ("learn", "forget", "learn_again"):
            op.execute(f"DROP TRIGGER page_words_{when}")
        op.execute("DROP TABLE page_words")
    else:
        op.drop_index("page_words", "pages")
    for column in EVENTS:
        op.drop_index(f"events_by_{column}", "events")
        op.create_index(f"events_by_{column}", "events", [column, "sequence"])
    op.drop_index("revisions_nameless", "revisions")
