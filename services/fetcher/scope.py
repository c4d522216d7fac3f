"""Which addresses a source may lead to."""

import re
from collections.abc import Iterable, Sequence
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
        result = not self.patterns or is_matched(self.patterns, path_and_query(url))
        return result and site_family(parts.netloc) in self.families


def path_and_query(url: str) -> str:
    """The part of an address that patterns are looked for in."""
    parts = urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def is_matched(patterns: Iterable[str], path: str) -> bool:
    """Whether one of an operator's patterns is found there. Here alone are patterns matched that nobody here wrote."""
    return any(re.search(pattern, path, re.IGNORECASE) for pattern in patterns)
