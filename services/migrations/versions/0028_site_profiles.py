"""Site profiles of hosts, what people say of their lines, and which profile each reading was made with"""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from services.runtime.database import UtcDateTime

revision = "r0028"
down_revision = "r0027"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEARNED = ("uswds", "unknown", "text-dump")
"""The layouts whose pages are read with a profile."""
AT_ONCE = 1_000


def upgrade() -> None:
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
        "profiled_hosts",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("articles", WIDE, nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host"),
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
        "profile_samples",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("host", "capture"),
    )
    op.add_column("verdicts", sa.Column("read_host", sa.String(), nullable=True))
    op.add_column("articles", sa.Column("profile", sa.String(), nullable=True))
    op.add_column("revisions", sa.Column("profile", sa.String(), nullable=True))
    op.add_column("reingestions", sa.Column("profile", sa.String(), nullable=True))
    op.add_column("reingestions", sa.Column("promotes", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(
        "reingestion_pages", sa.Column("only_removes", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _fill_hosts(op.get_bind())
    some = sa.text("read_host IS NOT NULL")
    op.create_index(
        "verdicts_by_host",
        "verdicts",
        ["read_host", "read_fetched_at", "page"],
        sqlite_where=some,
        postgresql_where=some,
    )


def downgrade() -> None:
    op.drop_index("verdicts_by_host", "verdicts")
    for table, column in (
        ("reingestion_pages", "only_removes"),
        ("reingestions", "promotes"),
        ("reingestions", "profile"),
        ("revisions", "profile"),
        ("articles", "profile"),
        ("verdicts", "read_host"),
    ):
        op.drop_column(table, column)
    for table in ("profile_samples", "line_rulings", "profiled_hosts", "site_profiles"):
        op.drop_table(table)


def _fill_hosts(connection: sa.Connection) -> None:
    """What was read before is learned from as well."""
    pages = sa.text(
        "SELECT v.page, a.url FROM verdicts v JOIN articles a ON a.id = v.article"
        " WHERE v.page > :after AND v.read_layout IN :layouts AND a.url IS NOT NULL ORDER BY v.page LIMIT :most"
    ).bindparams(sa.bindparam("layouts", expanding=True))
    after = 0
    while rows := connection.execute(pages, {"after": after, "layouts": list(LEARNED), "most": AT_ONCE}).all():
        after = rows[-1].page
        hosts = [{"of": row.page, "host": host} for row in rows if (host := _host(row.url))]
        if hosts:
            connection.execute(sa.text("UPDATE verdicts SET read_host = :host WHERE page = :of"), hosts)


def _host(url: str) -> str | None:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    usual = parts.port is None or {"http": 80, "https": 443}.get(parts.scheme) == parts.port
    return (host if usual else f"{host}:{parts.port}") or None
