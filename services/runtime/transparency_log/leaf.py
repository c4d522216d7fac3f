"""What a leaf of the log says, and the digest by which it names a wording without giving it away.

A leaf is canonical JSON (RFC 8785), so that the same facts have the same bytes in every language.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import rfc8785

LeafKind = Literal["revision", "reread", "removed", "restored", "moved", "merged", "withdrawn", "erased", "file"]
"""What happened: a wording came, a newer parser read the current one again, the article's status changed, or a file of
it was kept."""
WORDINGS: tuple[LeafKind, ...] = ("revision", "reread")
"""Kinds of leaves that name a wording."""
SALT = 16
"""Random bytes of a salt: without it nobody can try out which text a digest is of."""


@dataclass(frozen=True)
class NewLeaf:
    """Something that happened to an article, to be written into the log.

    `text` is what `reading` is the salted digest of: the reading as JSON, or what else is to be proved. A leaf that
    proves no revision keeps its own text in the log.
    """

    kind: LeafKind
    article: str
    revision: int
    text: str
    time: datetime
    capture: str | None = None
    fetched_at: datetime | None = None
    parser: str | None = None
    layout: str | None = None
    layout_version: str | None = None
    profile: str | None = None

    def body(self, digest: str) -> str:
        """The leaf itself, whose text has this salted digest."""
        facts = asdict(self) | {"time": stamp(self.time), "reading": digest}
        facts["fetched_at"] = stamp(self.fetched_at) if self.fetched_at else None
        del facts["text"]
        return canonical_json(facts)


def new_salt() -> str:
    """Random bytes, in hex."""
    return secrets.token_hex(SALT)


def salted_digest(salt: str, text: str) -> str:
    """SHA-256, in hex, of the bytes of the salt and then those of the text."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """The one text of this value, by RFC 8785; a whole number that does not fit a double is written as a string."""
    try:
        return rfc8785.dumps(value).decode()
    except rfc8785.IntegerDomainError:
        return rfc8785.dumps(_with_doubles(value)).decode()


def stamp(when: datetime) -> str:
    """An instant as leaves say it."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _with_doubles(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() if abs(value) >= 2**53:
            return str(value)
        case dict():
            return {key: _with_doubles(part) for key, part in value.items()}
        case list() | tuple():
            return [_with_doubles(part) for part in value]
    return value
