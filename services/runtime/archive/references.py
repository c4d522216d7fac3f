"""Which captures are named by anything: a wording, evidence, a page, a file, a leaf of the transparency log."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import column, select, table
from sqlmodel import Session

from services.runtime.database import reading

NAMING = (
    ("pages", "capture"),
    ("channels", "capture"),
    ("mails", "capture"),
    ("articles", "capture"),
    ("revisions", "capture"),
    ("quarantine", "capture"),
    ("verdicts", "read_capture"),
    ("verdicts", "held_capture"),
    ("verdicts", "rejected_capture"),
    ("evidence", "capture"),
    ("file_versions", "capture"),
    ("profile_samples", "capture"),
    ("ledger", "key"),
)
"""Columns that name captures, of every service; a test compares them with the tables. The key of a message about a
capture has its name in it."""
PROVING = tuple(
    place
    for place in NAMING
    if place[0] in {"channels", "mails", "articles", "revisions", "quarantine", "evidence", "file_versions"}
)
"""Of these, the ones that prove something."""
AT_ONCE = 10_000


def named_captures(*, logged: bool = True) -> set[bytes]:
    """The captures that are named, each by the 32 bytes of its name; without those that only a leaf names if not
    `logged`.
    """
    with reading() as session:
        names = {name for place in NAMING for name in _named(session, *place)}
        if logged:
            names.update(_named_by_leaves(session))
    return names


def named_elsewhere(session: Session, names: set[str]) -> set[str]:
    """Those of the captures that a wording, evidence, a file or a mail names; what only a page names is not among
    them.
    """
    result: set[str] = set()
    for relation, field in PROVING:
        value: Any = column(field)
        query = select(value).select_from(table(relation)).where(value.in_(sorted(names)))
        result.update(session.execute(query).scalars())
    return result


def _named(session: Session, relation: str, field: str) -> Iterator[bytes]:
    for text in _values(session, relation, field):
        for part in str(text).split(":"):
            if (name := digest_of(part)) is not None:
                yield name


def _named_by_leaves(session: Session) -> Iterator[bytes]:
    for body in _values(session, "log_leaves", "body"):
        if (name := digest_of(json.loads(body).get("capture") or "")) is not None:
            yield name


def _values(session: Session, relation: str, field: str) -> Iterator[Any]:
    value: Any = column(field)
    query = select(value).select_from(table(relation)).where(value.is_not(None))
    return iter(session.execute(query, execution_options={"yield_per": AT_ONCE}).scalars())


def digest_of(name: str) -> bytes | None:
    """A capture's name as bytes; None for what is none."""
    try:
        raw = bytes.fromhex(name)
    except ValueError:
        return None
    return raw if len(raw) == 32 else None
