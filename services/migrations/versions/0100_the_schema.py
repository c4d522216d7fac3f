"""The schema of 0.1.0"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.runtime.database import UtcDateTime

# Histories of before 0.1.0 had bare or smaller numbers; `startup` refuses what they made.
revision = "r0100"
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
    "absences",
    "api_keys",
    "archives",
    "article_files",
    "articles",
    "audit_log",
    "backfill_documents",
    "backfill_pages",
    "backfills",
    "desk_sessions",
    "endpoints",
    "event_counter",
    "event_sources",
    "events",
    "evidence",
    "gap_acceptances",
    "gaps",
    "hosts",
    "instances",
    "ledger",
    "line_rulings",
    "log_checkpoints",
    "log_keys",
    "log_leaves",
    "log_tiles",
    "mailbox_progress",
    "mails",
    "pages",
    "profile_samples",
    "profiled_hosts",
    "public_copies",
    "push_subscriptions",
    "pushes",
    "reingestion_pages",
    "reingestions",
    "same_changes",
    "segments",
    "service_checks",
    "shared_change_pages",
    "shared_changes",
    "shut_gates",
    "sightings",
    "site_moves",
    "site_profiles",
    "source_rhythms",
    "sources",
    "takedowns",
    "troubles",
    "unchanged_looks",
    "verdicts",
    "walks",
    "withheld_captures",
    "withheld_events",
    "article_texts",
    "channels",
    "deliveries",
    "file_versions",
    "packed_captures",
    "page_aliases",
    "page_guids",
    "quarantine",
    "recipients",
    "revisions",
    "takedown_pages",
    "attempts",
)


def where(condition: sa.TextClause) -> dict[str, sa.TextClause]:
    return {"sqlite_where": condition, "postgresql_where": condition}


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("page", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("looks", WIDE, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("takedown", WIDE, nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("page"),
    )
    op.create_index("absences_by_source", "absences", ["source", "state", "since"])
    op.create_index("absences_by_takedown", "absences", ["takedown", "page"])
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
    op.create_table(
        "archives",
        sa.Column("mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_table(
        "article_files",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("visited_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("step", WIDE, nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("moves", WIDE, nullable=False),
        sa.Column("restless", WIDE, nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("article_files_once", "article_files", ["article", "url"], unique=True)
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
        sa.Column("published_from", sa.JSON(), nullable=True),
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
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("status", sa.String(), server_default="live", nullable=False),
        sa.Column("status_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("status_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("status_looks", WIDE, server_default="0", nullable=False),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.Column("story", sa.String(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("text_trace", WIDE, nullable=True),
        sa.Column("band_1", WIDE, nullable=True),
        sa.Column("band_2", WIDE, nullable=True),
        sa.Column("band_3", WIDE, nullable=True),
        sa.Column("band_4", WIDE, nullable=True),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("change_grade", WIDE, server_default="0", nullable=False),
        sa.Column("erased_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("articles_by_address", "articles", ["address"])
    op.create_index("articles_by_arrival", "articles", ["first_seen", "id"])
    op.create_index("articles_by_band_1", "articles", ["band_1"])
    op.create_index("articles_by_band_2", "articles", ["band_2"])
    op.create_index("articles_by_band_3", "articles", ["band_3"])
    op.create_index("articles_by_band_4", "articles", ["band_4"])
    op.create_index(
        "articles_by_change", "articles", ["dated_at", "id", "change_grade"], **where(sa.text("change_grade > 0"))
    )
    op.create_index("articles_by_date", "articles", ["dated_at", "id"])
    op.create_index("articles_by_kind", "articles", ["kind", "dated_at", "id"])
    op.create_index("articles_by_page", "articles", ["page"])
    op.create_index("articles_by_source", "articles", ["source", "dated_at", "id"])
    op.create_index("articles_by_source_update", "articles", ["source", "updated", "id"])
    op.create_index(
        "articles_by_status", "articles", ["status", "status_since", "id"], **where(sa.text("status <> 'live'"))
    )
    op.create_index("articles_by_story", "articles", ["story", "dated_at", "id"], **where(sa.text("story IS NOT NULL")))
    op.create_index("articles_by_text", "articles", ["text_trace"])
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
    op.create_index("audit_log_by_action", "audit_log", ["action", "id"])
    op.create_index("audit_log_by_actor", "audit_log", ["key_name", "id"])
    op.create_index("audit_log_by_time", "audit_log", ["at"])
    op.create_table(
        "backfill_documents",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("backfill", WIDE, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("trail", WIDE, nullable=False),
        sa.Column("place", WIDE, nullable=False),
        sa.Column("barren", WIDE, nullable=False),
        sa.Column("shown_before", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("backfill_documents_each_once", "backfill_documents", ["backfill", "key"], unique=True)
    op.create_index(
        "backfill_documents_open", "backfill_documents", ["backfill", "id"], **where(sa.text("state = 'open'"))
    )
    op.create_table(
        "backfill_pages",
        sa.Column("backfill", WIDE, nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("trail", WIDE, nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("backfill", "page", "trail"),
    )
    op.create_table(
        "backfills",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("announce", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", WIDE, nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outside", WIDE, nullable=False),
        sa.Column("reached", sa.Date(), nullable=True),
        sa.Column("cut", sa.Text(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("backfills_open", "backfills", ["source"], unique=True, **where(sa.text("finished_at IS NULL")))
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
        sa.Column("kind", sa.String(), server_default="webhook", nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("event_types", sa.JSON(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("sources", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("log", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("operate", sa.Boolean(), server_default=sa.false(), nullable=False),
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
        sa.Column("digest", sa.JSON(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirmation", sa.String(), nullable=True),
        sa.Column("confirmation_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("unsubscription", sa.String(), nullable=True),
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
        "event_sources",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sequence", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("source", "sequence"),
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
        "evidence",
        sa.Column("page", WIDE, nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("page", "fetched_at"),
    )
    op.create_index("evidence_by_article", "evidence", ["article", "fetched_at"])
    op.create_table(
        "gap_acceptances",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("pattern", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gap_acceptances_source", "gap_acceptances", ["source"])
    op.create_table(
        "gaps",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page", WIDE, nullable=True),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("shown_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("check_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("to_alarm", sa.Boolean(), nullable=False),
        sa.Column("alarmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gaps_alarmed", "gaps", ["source", "cause"], **where(sa.text("alarmed_at IS NOT NULL")))
    op.create_index("gaps_due", "gaps", ["check_at"], **where(sa.text("closed_at IS NULL")))
    op.create_index("gaps_of_source", "gaps", ["source", "key"], unique=True)
    op.create_index(
        "gaps_open", "gaps", ["source", "cause", "id"], **where(sa.text("closed_at IS NULL AND opened_at IS NOT NULL"))
    )
    op.create_index("gaps_to_alarm", "gaps", ["source", "cause"], **where(sa.text("to_alarm")))
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
        sa.Column("trust", sa.JSON(), nullable=True),
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
        sa.Column("cause", sa.Text(), server_default=sa.text("''"), nullable=False),
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
    op.create_index(
        "ledger_causes", "ledger", ["kind", "cause", "id"], **where(sa.text("dead_lettered_at IS NOT NULL"))
    )
    op.create_index(
        "ledger_dead_lettered", "ledger", ["id", "discarded_at"], **where(sa.text("dead_lettered_at IS NOT NULL"))
    )
    op.create_index("ledger_due", "ledger", ["due_at"], **where(sa.text("dead_lettered_at IS NULL")))
    op.create_index("ledger_endpoint", "ledger", ["endpoint"], **where(sa.text("endpoint IS NOT NULL")))
    op.create_index("ledger_given_up", "ledger", ["kind", "key"], **where(sa.text("dead_lettered_at IS NOT NULL")))
    op.create_index("ledger_held", "ledger", ["lease_owner"], **where(sa.text("lease_owner IS NOT NULL")))
    op.create_index("ledger_open", "ledger", ["kind", "key"], unique=True, **where(sa.text("dead_lettered_at IS NULL")))
    op.create_index("ledger_page", "ledger", ["page"], **where(sa.text("page IS NOT NULL")))
    op.create_index("ledger_reingestion", "ledger", ["reingestion"], **where(sa.text("reingestion IS NOT NULL")))
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
        "line_rulings",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ruling", sa.String(), nullable=False),
        sa.Column("ruled_by", sa.String(), nullable=False),
        sa.Column("ruled_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", "line"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("log_checkpoints_by_size", "log_checkpoints", ["size", "id"])
    op.create_table(
        "log_keys",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("sealed_private", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("signs_until", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("verifier"),
    )
    op.create_table(
        "log_leaves",
        sa.Column("number", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("revision", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("log_leaves_by_article", "log_leaves", ["article", "revision", "number"])
    op.create_table(
        "log_tiles",
        sa.Column("level", WIDE, nullable=False),
        sa.Column("place", WIDE, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place"),
    )
    op.create_table(
        "mailbox_progress",
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("uidvalidity", WIDE, nullable=False),
        sa.Column("uid", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "mails",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("links", WIDE, nullable=False),
        sa.Column("page_key", sa.String(), nullable=True),
        sa.Column("read_for", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mails_page_key", "mails", ["page_key"])
    op.create_index("mails_each_once", "mails", ["channel", "digest"], unique=True)
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
        sa.Column("published_in", WIDE, nullable=True),
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
        sa.Column("shown_url", sa.Text(), nullable=True),
        sa.Column("trust", sa.JSON(), nullable=True),
        sa.Column("absent_sign", sa.String(), nullable=True),
        sa.Column("listed_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("pages_by_address", "pages", ["url"], postgresql_ops={"url": "text_pattern_ops"})
    op.create_index("pages_by_source", "pages", ["source", "id"])
    op.create_table(
        "profile_samples",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("host", "capture"),
    )
    op.create_table(
        "profiled_hosts",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("articles", WIDE, nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host"),
    )
    op.create_table(
        "public_copies",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("revision", WIDE, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article", "revision"),
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("verified_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("pushed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("doubted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lost_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("doubted", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "pushes",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("pushed_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pushes_channel", "pushes", ["channel"])
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
        sa.Column("only_removes", sa.Boolean(), server_default=sa.false(), nullable=False),
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
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("promotes", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asked_by", "idempotency_key"),
    )
    op.create_table(
        "same_changes",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", "signature", "article"),
    )
    op.create_index("same_changes_by_time", "same_changes", ["at"])
    op.create_table(
        "shared_change_pages",
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("change", "article"),
    )
    op.create_index("shared_change_pages_by_time", "shared_change_pages", ["change", "at", "article"])
    op.create_table(
        "shared_changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("signatures", sa.JSON(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shared_changes_by_host", "shared_changes", ["host", "opened_at"])
    op.create_table(
        "segments",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bytes", WIDE, nullable=False),
        sa.Column("captures", WIDE, nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "service_checks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("due_by", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
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
        sa.Column("page", WIDE, nullable=False),
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("first_seen", UtcDateTime(timezone=True), nullable=False),
        sa.Column("position", WIDE, nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("published", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("page", "channel"),
    )
    op.create_index("sightings_by_source", "sightings", ["source", "page"])
    op.create_index("sightings_by_time", "sightings", ["source", "first_seen", "page"])
    op.create_index("sightings_shared", "sightings", ["source", "page"], **where(sa.text("shared")))
    op.create_table(
        "site_moves",
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("moved_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("old"),
    )
    op.create_table(
        "site_profiles",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pages", WIDE, nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_site_profiles_host", "site_profiles", ["host"])
    op.create_table(
        "source_rhythms",
        sa.Column("source_id", WIDE, nullable=False),
        sa.Column("checked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("last_item_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("expected_by", UtcDateTime(timezone=True), nullable=True),
        sa.Column("items_a_day", sa.Float(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("busy", sa.Float(), nullable=True),
        sa.Column("silent_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("strikes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source_id"),
    )
    op.create_table(
        "sources",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(), server_default="US", nullable=False),
        sa.Column("files", sa.String(), server_default="none", nullable=False),
        sa.Column("unlisted", sa.JSON(), nullable=True),
        sa.Column("public_archive", sa.Text(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("blocked", WIDE, nullable=False),
        sa.Column("blocked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("blocked_detail", sa.Text(), nullable=True),
        sa.Column("walled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("walls_from", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "takedowns",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("takedowns_open", "takedowns", ["source"], unique=True, **where(sa.text("state = 'open'")))
    op.create_table(
        "troubles",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("first_seen", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("announced_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("troubles_ended", "troubles", ["ended_at"])
    op.create_index("troubles_open", "troubles", ["kind", "subject"], unique=True, **where(sa.text("ended_at IS NULL")))
    op.create_table(
        "unchanged_looks",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("looked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("status", WIDE, nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("captured_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "verdicts",
        sa.Column("page", WIDE, nullable=False),
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
        sa.Column("read_host", sa.String(), nullable=True),
        sa.Column("held_capture", sa.String(), nullable=True),
        sa.Column("held_fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("held_host", sa.String(), nullable=True),
        sa.Column("rejected_capture", sa.String(), nullable=True),
        sa.Column("rejected_fetched_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("rejected_parser", sa.String(), nullable=True),
        sa.Column("rejected_generation", WIDE, nullable=True),
        sa.Column("rejected_reason", sa.String(), nullable=True),
        sa.Column("rejected_detail", sa.Text(), nullable=True),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("page"),
    )
    op.create_index("verdicts_by_article", "verdicts", ["article"])
    op.create_index(
        "verdicts_by_host",
        "verdicts",
        ["read_host", "read_fetched_at", "page"],
        **where(sa.text("read_host IS NOT NULL")),
    )
    op.create_index("verdicts_held", "verdicts", ["held_host", "page"], **where(sa.text("held_host IS NOT NULL")))
    op.create_index("verdicts_by_reader", "verdicts", ["read_generation", "page"])
    op.create_index(
        "verdicts_rejected", "verdicts", ["rejected_reason", "page"], **where(sa.text("rejected_reason IS NOT NULL"))
    )
    op.create_table(
        "walks",
        sa.Column("channel", WIDE, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("looked", WIDE, nullable=False),
        sa.Column("fresh", WIDE, nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("late", sa.Float(), nullable=False),
        sa.Column("catches_up", sa.Boolean(), nullable=False),
        sa.Column("known_depth", WIDE, nullable=False),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "withheld_captures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_withheld_captures_article", "withheld_captures", ["article"])
    op.create_table(
        "withheld_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_withheld_events_article", "withheld_events", ["article"])
    op.create_table(
        "article_texts",
        sa.Column("number", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["article"], ["articles.id"]),
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
        sa.Column("senders", sa.JSON(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("looked", WIDE, nullable=False),
        sa.Column("first_round_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("polled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("failures", WIDE, nullable=False),
        sa.Column("lateness", sa.Float(), server_default="0", nullable=False),
        sa.Column("lost_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("listed", WIDE, nullable=False),
        sa.Column("fresh", WIDE, nullable=False),
        sa.Column("troubles", sa.JSON(), nullable=False),
        sa.Column("capture", sa.String(), nullable=True),
        sa.Column("trust", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("channels_url", "channels", ["source_id", "url"], unique=True)
    op.create_index("ix_channels_source_id", "channels", ["source_id"])
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
        sa.Column("digest_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("matched", sa.JSON(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["endpoint"], ["endpoints.id"]),
        sa.ForeignKeyConstraint(["event"], ["events.id"]),
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
        "file_versions",
        sa.Column("file", WIDE, nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["file"], ["article_files.id"]),
        sa.PrimaryKeyConstraint("file", "fetched_at"),
    )
    op.create_table(
        "packed_captures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("segment", WIDE, nullable=False),
        sa.Column("offset", WIDE, nullable=False),
        sa.Column("length", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["segment"], ["segments.id"]),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "page_aliases",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("page_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "page_guids",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("page_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"]),
        sa.PrimaryKeyConstraint("source", "guid"),
    )
    op.create_table(
        "quarantine",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("held_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("announced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"]),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("quarantine_by_host", "quarantine", ["host", "state", "held_at"])
    op.create_index("quarantine_by_state", "quarantine", ["state", "held_at", "article"])
    op.create_table(
        "recipients",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("endpoint", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["endpoint"], ["endpoints.id"]),
        sa.PrimaryKeyConstraint("article", "endpoint"),
    )
    op.create_index("recipients_by_endpoint", "recipients", ["endpoint"])
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
        sa.Column("profile", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["article"], ["articles.id"]),
        sa.PrimaryKeyConstraint("article", "number"),
    )
    op.create_index("revisions_by_content", "revisions", ["article", "content_hash"])
    op.create_index("revisions_by_time", "revisions", ["article", "fetched_at", "number"])
    op.create_index("revisions_nameless", "revisions", ["article"], **where(sa.text("capture = ''")))
    op.create_table(
        "takedown_pages",
        sa.Column("takedown", WIDE, nullable=False),
        sa.Column("page", WIDE, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("returned_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["takedown"], ["takedowns.id"]),
        sa.PrimaryKeyConstraint("takedown", "page"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("delivery", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("endpoint", WIDE, nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("status", WIDE, nullable=True),
        sa.Column("milliseconds", WIDE, nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery", "number"),
    )
    op.create_index("attempts_by_endpoint", "attempts", ["endpoint", "at", "outcome", "milliseconds", "status"])
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("article_words", "page_words"):
            op.execute(f"DROP TABLE {table}")
    for table in reversed(TABLES):
        op.drop_table(table)
