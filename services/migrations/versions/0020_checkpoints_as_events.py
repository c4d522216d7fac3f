"""The record: endpoints that may be sent checkpoints, and leaves for what moved or was merged before"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import rfc8785
import sqlalchemy as sa
from alembic import op

from services.runtime.events.tables import Compressed

revision = "r0020"
down_revision = "r0019"
branch_labels = None
depends_on = None

ADMINS = """
    UPDATE endpoints SET log = true WHERE owner IN
    (SELECT id FROM api_keys WHERE CAST(scopes AS text) LIKE '%"admin"%')
"""
"""Until now no key has had the scope `log`, which an admin's includes."""
MERGED = "SELECT id, revision, url, merged_into FROM articles WHERE merged_into IS NOT NULL ORDER BY id"
events = sa.table("events", *map(sa.column, ("subject", "type", "sequence")), sa.column("body", Compressed()))
MOVED = sa.select(events.c.subject, events.c.body).where(events.c.type == "article.moved").order_by(events.c.sequence)
OTHERS = ("capture", "fetched_at", "layout", "layout_version", "parser", "profile")
leaves = sa.table("log_leaves", *map(sa.column, ("number", "article", "revision", "kind", "body", "salt", "text")))


def upgrade() -> None:
    op.add_column("endpoints", sa.Column("log", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(ADMINS)
    if late := [*_late()]:
        first = op.get_bind().execute(sa.text("SELECT coalesce(max(number) + 1, 0) FROM log_leaves")).scalar_one()
        op.bulk_insert(leaves, [{"number": first + at, **leaf} for at, leaf in enumerate(late)])


def downgrade() -> None:
    op.drop_column("endpoints", "log")


def _late() -> Iterator[dict[str, Any]]:
    """A leaf for each of them, which says that it was written now."""
    for row in op.get_bind().execute(sa.text(MERGED)).all():
        yield _leaf("merged", row.id, row.revision, {"merged_into": row.merged_into, "url": row.url})
    for row in op.get_bind().execute(MOVED).all():
        data = json.loads(row.body)["data"]
        facts = {"previous_url": data.get("previous_url"), "url": data["article"]["url"]}
        yield _leaf("moved", row.subject, data["article"]["revision"], facts)


def _leaf(kind: str, article: str, number: int, facts: dict[str, Any]) -> dict[str, Any]:
    text, salt = rfc8785.dumps(facts), secrets.token_bytes(16)
    says = {"kind": kind, "article": article, "revision": number} | dict.fromkeys(OTHERS)
    says |= {"reading": hashlib.sha256(salt + text).hexdigest(), "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
    own = {"article": article, "revision": number, "kind": kind, "salt": salt.hex(), "text": text.decode()}
    return own | {"body": rfc8785.dumps(says).decode()}
