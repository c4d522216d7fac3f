"""Who asks, and what they may do."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Permission = Literal["read", "subscribe", "sources", "log", "operate", "admin"]
# What each scope of a key includes: an admin may do everything, all others may also read. `sources` and `log` open no
# route: they show the `source.*` and `log.*` events wherever events are shown. `operate` is for those who look after
# the service, and learn of its own trouble.
INCLUDES: dict[Permission, frozenset[Permission]] = {
    "read": frozenset({"read"}),
    "subscribe": frozenset({"read", "subscribe"}),
    "sources": frozenset({"read", "sources"}),
    "log": frozenset({"read", "log"}),
    "operate": frozenset({"read", "sources", "operate"}),
    "admin": frozenset({"read", "subscribe", "sources", "log", "operate", "admin"}),
}


@dataclass(frozen=True)
class Caller:
    """An authenticated key: its id, its name, its scopes, and when it expires, if it does."""

    key: int
    name: str
    scopes: frozenset[Permission] = field(default_factory=frozenset)
    ends_at: datetime | None = None

    def may(self, permission: Permission) -> bool:
        """Whether one of the caller's scopes includes this permission."""
        return any(permission in INCLUDES[scope] for scope in self.scopes)
