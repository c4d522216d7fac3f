"""Which addresses a source may lead to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.contracts.urls import site_family

ARTICLES = (r"/article/\d+",)
"""What article addresses look like on AFPIMS sites; for listings and sitemaps that say nothing else."""


@dataclass(frozen=True)
class SourceScope:
    """Hosts (each stands for its whole site family) and patterns, one of which must be found in path and query."""

    families: frozenset[str]
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, hosts: Sequence[str], patterns: Sequence[str]) -> "SourceScope":
        """The scope of these hosts and patterns; no patterns means any path."""
        return cls(frozenset(site_family(host) for host in hosts), tuple(patterns))

    def covers(self, url: str) -> bool:
        """Whether the source may lead there."""
        parts = urlsplit(url)
        path = parts.path + ("?" + parts.query if parts.query else "")
        result = not self.patterns or any(re.search(pattern, path, re.IGNORECASE) for pattern in self.patterns)
        return result and site_family(parts.netloc) in self.families
