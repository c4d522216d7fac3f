"""What the pages of one site have in common: a site profile, immutable under its digest.

A profile says three things about a host. `lines` are fingerprints of lines, each with the number of distinct pages it
stood on. `boxes` are the blocks of the site's templates, each with the number of pages that had it and with what
those had in it: running text of their own, all of that text, or nothing of their own. `names` are the parts of window
titles that half of the pages share: the site's name, its section. `protected` and `unwanted` are lines that a person
has judged.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from services.parser.lines import Line

REPEATS, OUTSIDE_BODY, UNWANTED = "repeats-on-site", "outside-learned-body", "line-of-the-site"
"""The rules of what a profile takes out: by its counts, by the learned body, and because a person says so."""
ENOUGH = 3
"""Distinct pages on which something must have stood before it can be the site's."""
FORMAT = 1
"""Raised when the same numbers mean something else: a profile of another format is refused."""
RARELY = 0.04  # of the pages that have a block: so often a sentence stands in it that is none of the text
MOSTLY = 0.9  # of the pages that have a block: so often all of the text stands in one that is there for it
WHOLE = 0.9  # of a page's own paragraphs: a block that holds so many of them holds its text


class Box(NamedTuple):
    """A block of the site's templates: the number of distinct pages that had it, and what they had in it."""

    pages: int = 0
    text: int = 0
    """Pages with running text of their own in it."""
    whole: int = 0
    """Pages with all of that text in it."""
    constant: int = 0
    """Pages with nothing in it but lines that other pages have, too."""

    def with_page(self, share: float, *, constant: bool) -> "Box":
        """With one more page, which has this share of its own paragraphs in the block."""
        return Box(self.pages + 1, self.text + (share > 0), self.whole + (share >= WHOLE), self.constant + constant)

    @property
    def is_known(self) -> bool:
        """Whether enough pages had it to tell."""
        return self.pages >= ENOUGH

    @property
    def never_has_text(self) -> bool:
        """Whether no running text of the page's own stands in it."""
        return self.is_known and self.text <= RARELY * self.pages

    @property
    def is_constant(self) -> bool:
        """Whether a page that has it has nothing of its own in it."""
        return self.is_known and self.constant >= MOSTLY * self.pages

    @property
    def has_all_text(self) -> bool:
        """Whether a page that has it has all of its text in it."""
        return self.is_known and self.whole >= MOSTLY * self.pages


@dataclass(frozen=True)
class SiteProfile:
    """What `pages` distinct pages of `host` have in common; only what stood on two of them and more is listed.

    `lines` maps fingerprints of lines to numbers of pages, `boxes` names of blocks to their counts. `names` are in
    folded spelling, as are `protected` and `unwanted`: lines that stay, and that go, wherever they stand.
    """

    host: str
    pages: int
    lines: Mapping[str, int] = field(default_factory=dict)
    boxes: Mapping[str, Box] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    protected: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Makes views of copies: nobody can change what the digest stands for."""
        object.__setattr__(self, "lines", MappingProxyType(dict(self.lines)))
        object.__setattr__(self, "boxes", MappingProxyType(dict(self.boxes)))

    def stood_on(self, line: Line, spot: str) -> int:
        """The number of distinct pages on which a line of this wording stood at this spot."""
        return self.lines.get(fingerprint(line, spot), 0)

    def box(self, name: str) -> Box:
        """What is known of a block; nothing, where too few pages had it."""
        return self.boxes.get(name, Box())

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the profile's canonical JSON, in hexadecimal: equal profiles have equal digests."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """The profile as canonical JSON: sorted keys, no spaces, ASCII."""
        whole = {
            "format": FORMAT,
            "host": self.host,
            "pages": self.pages,
            "lines": dict(self.lines),
            "boxes": dict(self.boxes),
            "names": sorted(self.names),
        }
        judged = {"protected": sorted(self.protected), "unwanted": sorted(self.unwanted)}
        whole |= {name: lines for name, lines in judged.items() if lines}
        return json.dumps(whole, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "SiteProfile":
        """The profile that `to_json` wrote.

        Raises:
            ValueError: the text is no profile of this format.

        """
        whole: Any = json.loads(text)
        if not isinstance(whole, dict) or whole.get("format") != FORMAT:
            raise ValueError(f"This is no site profile of format {FORMAT}.")
        try:
            boxes = {str(name): Box(*map(int, counts)) for name, counts in whole["boxes"].items()}
            lines = {str(name): int(pages) for name, pages in whole["lines"].items()}
            names = frozenset(map(str, whole["names"]))
            judged = {name: frozenset(map(str, whole.get(name, ()))) for name in ("protected", "unwanted")}
            host, pages = str(whole["host"]), int(whole["pages"])
            return cls(host=host, pages=pages, lines=lines, boxes=boxes, names=names, **judged)
        except (KeyError, TypeError, ValueError, AttributeError) as trouble:
            raise ValueError(f"This site profile is incomplete: {trouble!r}.") from None


def fingerprint(line: Line, spot: str) -> str:
    """64 bits of a hash of the line's wording and of the spot of the page where it stood."""
    return hashlib.blake2b(f"{spot}\n{line.key}".encode(errors="replace"), digest_size=8).hexdigest()
