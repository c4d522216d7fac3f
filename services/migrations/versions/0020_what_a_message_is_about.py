"""What a message is about, in columns of the ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBERS, WORDS = ("page", "sequence", "endpoint", "reingestion", "channel"), ("article", "host")
INDEXES = {
    "ledger_page": ("page",),
    "ledger_article": ("article", "sequence"),
    "ledger_endpoint": ("endpoint",),
    "ledger_reingestion": ("reingestion",),
}
ABOUT = {
    "PollChannel": {"channel": "channel"},
    "FetchPage": {"page": "page", "reingestion": "reingestion.id"},
    "HostServesAgain": {"host": "host"},
    "ParsePage": {"page": "origin.page", "reingestion": "origin.reingestion"},
    "SaveArticle": {"page": "origin.page", "reingestion": "origin.reingestion"},
    "Announce": {"sequence": "sequence"},
    "Deliver": {"endpoint": "endpoint"},
    "Reingest": {"reingestion": "reingestion.id"},
    "Steer": {"reingestion": "reingestion.id"},
    "SelectPages": {"reingestion": "reingestion"},
    "PagesSelected": {"reingestion": "reingestion"},
    "ReingestionPlanned": {"reingestion": "reingestion"},
    "PageReingested": {"page": "page", "reingestion": "reingestion"},
    "PromotePage": {"page": "page", "reingestion": "reingestion"},
    "PagePromoted": {"page": "page", "reingestion": "reingestion"},
    "Promote": {"reingestion": "reingestion"},
    "ForgetPreview": {"reingestion": "reingestion"},
}
"""Where the messages of each kind tell what they are about."""
READ = """CREATE OR REPLACE FUNCTION pg_temp.told(message text) RETURNS json LANGUAGE plpgsql AS $$
BEGIN RETURN message::json; EXCEPTION WHEN others THEN RETURN NULL; END $$"""
"""What nobody can read stays as it is: it is dead-lettered when its turn comes."""


def upgrade() -> None:
    for name in NUMBERS:
        op.add_column("ledger", sa.Column(name, _WIDE, nullable=True))
    for name in WORDS:
        op.add_column("ledger", sa.Column(name, sa.String(), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(READ)
    for kind, about in ABOUT.items():
        values = ", ".join(f"{column} = {_told(place, column, sqlite=sqlite)}" for column, place in about.items())
        readable = " AND json_valid(message)" if sqlite else ""
        op.execute(f"UPDATE ledger SET {values} WHERE kind = '{kind}'{readable}")  # noqa: S608 - our own words
    # The messages did not tell of which article an event is: the key did, before its number of ten digits.
    op.execute(
        "UPDATE ledger SET article = substr(key, 1, length(key) - 11) WHERE kind = 'Announce' AND key LIKE 'art\\_%:%' "
        "ESCAPE '\\'"
    )
    _at_hosts(sqlite=sqlite)
    for name, columns in INDEXES.items():
        still = " AND set_aside_at IS NULL" if name == "ledger_article" else ""
        where = sa.text(f"{columns[0]} IS NOT NULL{still}")
        op.create_index(name, "ledger", list(columns), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "ledger")
    for name in (*NUMBERS, *WORDS):
        op.drop_column("ledger", name)


def _at_hosts(*, sqlite: bool) -> None:
    for kind, table, number in (("FetchPage", "pages", "page"), ("PollChannel", "channels", "channel")):
        after = "substr(url, instr(url, '://') + 3)"
        host = f"substr({after}, 1, instr({after} || '/', '/') - 1)" if sqlite else "substring(url FROM '://([^/]*)')"
        found = f"SELECT {host} FROM {table} WHERE {table}.id = ledger.{number}"  # noqa: S608 - our own words
        op.execute(f"UPDATE ledger SET host = ({found}) WHERE kind = '{kind}'")  # noqa: S608 - our own words


_WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _told(place: str, column: str, *, sqlite: bool) -> str:
    steps = place.split(".")
    if sqlite:
        return f"json_extract(message, '$.{place}')"
    words = f"pg_temp.told(message) #>> '{{{','.join(steps)}}}'"
    return words if column in WORDS else f"({words})::bigint"
