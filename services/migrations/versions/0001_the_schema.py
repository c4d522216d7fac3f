"""The schema of 0.1.0"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.runtime.database import UtcDateTime

# Histories of before 0.1.0 had bare numbers; `startup` refuses what they made.
revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FORGET_ARTICLE = (
    "INSERT INTO article_words (article_words, rowid, text, labels) "
    "VALUES ('delete', old.number, old.text, old.labels);"
)
LEARN_ARTICLE = "INSERT INTO article_words (rowid, text, labels) VALUES (new.number, new.text, new.labels);"
RELEARN_ARTICLE = f"{FORGET_ARTICLE} {LEARN_ARTICLE}"
FORGET_PAGE = "INSERT INTO page_words (page_words, rowid, url) VALUES ('delete', old.id, old.url);"
LEARN_PAGE = "INSERT INTO page_words (rowid, url) VALUES (new.id, new.url);"
ADDRESS_WORDS = "to_tsvector('simple'::regconfig, regexp_replace(url, '[^a-zA-Z0-9]+'::text, ' '::text, 'g'::text))"
WORDS = {
    "sqlite": (
        """CREATE VIRTUAL TABLE article_words USING fts5(
            text, labels, content='article_texts', content_rowid='number',
            tokenize='porter unicode61 remove_diacritics 2'
        )""",
        f"CREATE TRIGGER article_words_learn AFTER INSERT ON article_texts BEGIN {LEARN_ARTICLE} END",
        f"CREATE TRIGGER article_words_forget AFTER DELETE ON article_texts BEGIN {FORGET_ARTICLE} END",
        f"CREATE TRIGGER article_words_learn_again AFTER UPDATE ON article_texts BEGIN {RELEARN_ARTICLE} END",
        "CREATE VIRTUAL TABLE page_words USING fts5(url, content='pages', content_rowid='id', detail=none)",
        f"CREATE TRIGGER page_words_learn AFTER INSERT ON pages BEGIN {LEARN_PAGE} END",
        f"CREATE TRIGGER page_words_forget AFTER DELETE ON pages BEGIN {FORGET_PAGE} END",
        f"CREATE TRIGGER page_words_learn_again AFTER UPDATE OF url ON pages BEGIN {FORGET_PAGE} {LEARN_PAGE} END",
    ),
    "postgresql": (
        "CREATE INDEX article_words ON article_texts USING gin (words)",
        f"CREATE INDEX page_words ON pages USING gin ({ADDRESS_WORDS})",
    ),
}
TABLES = (
    "api_keys",
    "archives",
    "articles",
    "audit_log",
    "desk_sessions",
    "endpoints",
    "event_counter",
    "events",
    "hosts",
    "instances",
    "ledger",
    "pages",
    "reingestion_pages",
    "reingestions",
    "shut_gates",
    "sightings",
    "sources",
    "verdicts",
    "article_texts",
    "channels",
    "deliveries",
    "page_aliases",
    "revisions",
    "attempts",
)


def where(condition: sa.TextClause) -> dict[str, sa.TextClause]:
    return {"sqlite_where": condition, "postgresql_where": condition}


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("rotated_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("old_digest", sa.String(), nullable=True),
        sa.Column("old_secret_until", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("archives", sa.Column("mark", sa.String(), nullable=False), sa.PrimaryKeyConstraint("mark"))
    op.create_table(
        "articles",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("published_at", sa.String(), nullable=True),
        sa.Column("dated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("first_seen", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated", UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", WIDE, nullable=False),
        sa.Column("revisions", WIDE, nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("parser", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=True),
        sa.Column("layout_version", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("articles_by_arrival", "articles", ["first_seen", "id"])
    op.create_index("articles_by_date", "articles", ["dated_at", "id"])
    op.create_index("articles_by_kind", "articles", ["kind", "dated_at", "id"])
    op.create_index("articles_by_page", "articles", ["page"])
    op.create_index("articles_by_source", "articles", ["source", "dated_at", "id"])
    op.create_index("articles_by_source_update", "articles", ["source", "updated", "id"])
    op.create_index("articles_by_update", "articles", ["updated", "id"])
    op.create_table(
        "audit_log",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("key", WIDE, nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("key", WIDE, nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "endpoints",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("owner", WIDE, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("event_types", sa.JSON(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("header_names", sa.JSON(), nullable=False),
        sa.Column("sealed_headers", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("sealed_previous", sa.String(), nullable=False),
        sa.Column("previous_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_sequence", WIDE, nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("failing_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("not_before", UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_status", WIDE, nullable=True),
        sa.Column("woken_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("endpoints_by_owner", "endpoints", ["owner", "id"])
    op.create_table(
        "event_counter",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("last", WIDE, nullable=False),
        sa.Column("forgotten", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sequence", WIDE, nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("announced_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("owner", WIDE, nullable=True),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sequence"),
    )
    op.create_index("events_by_announced", "events", ["announced", "sequence", "type", "kind"])
    op.create_index("events_by_kind", "events", ["kind", "sequence", "type", "announced"])
    op.create_index("events_by_source", "events", ["source", "sequence", "type", "kind", "announced"])
    op.create_index("events_by_subject", "events", ["subject", "type", "sequence"])
    op.create_index("events_by_type", "events", ["type", "sequence", "kind", "announced"])
    op.create_index("events_private", "events", ["occurred_at"], **where(sa.text("sequence IS NULL")))
    op.create_index(
        "events_to_announce", "events", ["sequence"], **where(sa.text("announced AND announced_at IS NULL"))
    )
    op.create_table(
        "hosts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("resumes_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("robots", sa.String(), nullable=True),
        sa.Column("robots_text", sa.Text(), nullable=False),
        sa.Column("robots_detail", sa.Text(), nullable=False),
        sa.Column("robots_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("crawl_delay", sa.Float(), nullable=False),
        sa.Column("silent", WIDE, nullable=False),
        sa.Column("quick_looks", WIDE, nullable=False),
        sa.Column("quick_since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "instances",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("beats", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("enqueued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", WIDE, nullable=False),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("woken_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("again_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("again_message", sa.Text(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("dead_lettered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("discarded_by", sa.String(), nullable=True),
        sa.Column("discarded_because", sa.Text(), nullable=True),
        sa.Column("page", WIDE, nullable=True),
        sa.Column("sequence", WIDE, nullable=True),
        sa.Column("endpoint", WIDE, nullable=True),
        sa.Column("reingestion", WIDE, nullable=True),
        sa.Column("channel", WIDE, nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("host", sa.String(), nullable=True),
        sa.Column("rank", WIDE, nullable=True),
        sa.Column("again_rank", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ledger_article",
        "ledger",
        ["article", "sequence"],
        **where(sa.text("article IS NOT NULL AND dead_lettered_at IS NULL")),
    )
    op.create_index("ledger_due", "ledger", ["due_at"], **where(sa.text("dead_lettered_at IS NULL")))
    op.create_index("ledger_endpoint", "ledger", ["endpoint"], **where(sa.text("endpoint IS NOT NULL")))
    op.create_index("ledger_given_up", "ledger", ["kind", "key"], **where(sa.text("dead_lettered_at IS NOT NULL")))
    op.create_index("ledger_held", "ledger", ["lease_owner"], **where(sa.text("lease_owner IS NOT NULL")))
    op.create_index("ledger_open", "ledger", ["kind", "key"], unique=True, **where(sa.text("dead_lettered_at IS NULL")))
    op.create_index("ledger_page", "ledger", ["page"], **where(sa.text("page IS NOT NULL")))
    op.create_index("ledger_reingestion", "ledger", ["reingestion"], **where(sa.text("reingestion IS NOT NULL")))
    op.create_index(
        "ledger_dead_lettered", "ledger", ["id", "discarded_at"], **where(sa.text("dead_lettered_at IS NOT NULL"))
    )
    op.create_index("ledger_tried", "ledger", ["id"], **where(sa.text("dead_lettered_at IS NULL AND attempts > 0")))
    op.create_index(
        "ledger_turns",
        "ledger",
        ["host", "rank", "due_at"],
        **where(sa.text("rank IS NOT NULL AND dead_lettered_at IS NULL")),
    )
    op.create_index(
        "ledger_waiting", "ledger", ["lane", "kind", "due_at"], **where(sa.text("dead_lettered_at IS NULL"))
    )
    op.create_table(
        "pages",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("channel", WIDE, nullable=True),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published", sa.String(), nullable=True),
        sa.Column("updated", sa.String(), nullable=True),
        sa.Column("discovered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("step", WIDE, nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("visited_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("restless", WIDE, nullable=False),
        sa.Column("moves", WIDE, nullable=False),
        sa.Column("moved_to", WIDE, nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("payload", sa.String(), nullable=True),
        sa.Column("capture", sa.String(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("pages_by_address", "pages", ["url"], postgresql_ops={"url": "text_pattern_ops"})
    op.create_index("pages_by_source", "pages", ["source", "id"])
    op.create_table(
        "reingestion_pages",
        sa.Column("reingestion", WIDE, nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("counted_at", UtcDateTime(timezone=True), nullable=True),
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
    op.create_index(
        "reingestion_pages_found",
        "reingestion_pages",
        ["reingestion", "source", "layout", "finding", "announced"],
        **where(sa.text("finding IS NOT NULL")),
    )
    op.create_index(
        "reingestion_pages_promotable",
        "reingestion_pages",
        ["reingestion", "state", "page"],
        **where(sa.text("state IN ('open', 'applying')")),
    )
    op.create_index(
        "reingestion_pages_uncounted", "reingestion_pages", ["reingestion"], **where(sa.text("counted_at IS NULL"))
    )
    op.create_table(
        "reingestions",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("announce", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", WIDE, nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("planned", WIDE, nullable=False),
        sa.Column("planned_completely", sa.Boolean(), nullable=False),
        sa.Column("created", WIDE, nullable=False),
        sa.Column("updated", WIDE, nullable=False),
        sa.Column("unchanged", WIDE, nullable=False),
        sa.Column("rejected", WIDE, nullable=False),
        sa.Column("unavailable", WIDE, nullable=False),
        sa.Column("expected", WIDE, nullable=True),
        sa.Column("clock_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("clock_count", WIDE, nullable=False),
        sa.Column("preview", sa.String(), nullable=True),
        sa.Column("steps", WIDE, server_default="0", nullable=False),
        sa.Column("after", WIDE, nullable=False),
        sa.Column("open", WIDE, nullable=False),
        sa.Column("applying", WIDE, nullable=False),
        sa.Column("applied", WIDE, nullable=False),
        sa.Column("stale", WIDE, nullable=False),
        sa.Column("changed_fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asked_by", "idempotency_key"),
    )
    op.create_table(
        "shut_gates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", "instance"),
    )
    op.create_table(
        "sightings",
        sa.Column("page", WIDE, autoincrement=False, nullable=False),
        sa.Column("channel", WIDE, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("first_seen", UtcDateTime(timezone=True), nullable=False),
        sa.Column("position", WIDE, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("page", "channel"),
    )
    op.create_index("sightings_by_source", "sightings", ["source", "page"])
    op.create_index("sightings_shared", "sightings", ["source", "page"], **where(sa.text("shared")))
    op.create_table(
        "sources",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("blocked", WIDE, nullable=False),
        sa.Column("blocked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("blocked_detail", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "verdicts",
        sa.Column("page", WIDE, autoincrement=False, nullable=False),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("read_capture", sa.String(), nullable=True),
        sa.Column("read_fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_digest", sa.String(), nullable=True),
        sa.Column("read_parser", sa.String(), nullable=True),
        sa.Column("read_generation", WIDE, nullable=True),
        sa.Column("read_layout", sa.String(), nullable=True),
        sa.Column("read_layout_version", sa.String(), nullable=True),
        sa.Column("read_layout_generation", WIDE, nullable=True),
        sa.Column("read_profile", sa.String(), nullable=True),
        sa.Column("rejected_capture", sa.String(), nullable=True),
        sa.Column("rejected_fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("rejected_parser", sa.String(), nullable=True),
        sa.Column("rejected_generation", WIDE, nullable=True),
        sa.Column("rejected_reason", sa.String(), nullable=True),
        sa.Column("rejected_detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("page"),
    )
    op.create_index("verdicts_by_article", "verdicts", ["article"])
    op.create_index("verdicts_by_reader", "verdicts", ["read_generation", "page"])
    op.create_index(
        "verdicts_rejected", "verdicts", ["rejected_reason", "page"], **where(sa.text("rejected_reason IS NOT NULL"))
    )
    op.create_table(
        "article_texts",
        sa.Column("number", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("article"),
    )
    op.create_table(
        "channels",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source_id", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("interval", sa.Float(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("looked", WIDE, nullable=False),
        sa.Column("first_round_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("polled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("listed", WIDE, nullable=False),
        sa.Column("fresh", WIDE, nullable=False),
        sa.Column("troubles", sa.JSON(), nullable=False),
        sa.Column("capture", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("channels_url", "channels", ["source_id", "url"], unique=True)
    op.create_index(op.f("ix_channels_source_id"), "channels", ["source_id"])
    op.create_table(
        "deliveries",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("endpoint", WIDE, nullable=False),
        sa.Column("sequence", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("rank", WIDE, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", WIDE, nullable=False),
        sa.Column("tries", WIDE, nullable=False),
        sa.Column("next_try", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint"],
            ["endpoints.id"],
        ),
        sa.ForeignKeyConstraint(
            ["event"],
            ["events.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("endpoint", "sequence"),
        sa.UniqueConstraint("event", "endpoint"),
    )
    op.create_index("deliveries_by_state", "deliveries", ["state", "endpoint"])
    op.create_index("deliveries_by_time", "deliveries", ["created_at", "id"])
    op.create_index(
        "deliveries_in_line", "deliveries", ["endpoint", "article", "sequence"], **where(sa.text("state = 'pending'"))
    )
    op.create_index(
        "deliveries_owed", "deliveries", ["endpoint", "rank", "sequence"], **where(sa.text("state = 'pending'"))
    )
    op.create_table(
        "page_aliases",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("page_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["pages.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "revisions",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("parser", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("layout_version", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.PrimaryKeyConstraint("article", "number"),
    )
    op.create_index("revisions_by_content", "revisions", ["article", "content_hash"])
    op.create_index("revisions_by_time", "revisions", ["article", "fetched_at", "number"])
    op.create_index("revisions_nameless", "revisions", ["article"], **where(sa.text("capture = ''")))
    op.create_table(
        "attempts",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("delivery", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("status", WIDE, nullable=True),
        sa.Column("milliseconds", WIDE, nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"],
            ["deliveries.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery", "number"),
    )
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("article_words", "page_words"):
            op.execute(f"DROP TABLE {table}")
    for table in reversed(TABLES):
        op.drop_table(table)
