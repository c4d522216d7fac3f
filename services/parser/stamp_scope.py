"""What of a page is the article's own: a date in comments, teasers, menus and sidebars is another's."""

import re
from collections.abc import Sequence
from functools import lru_cache

from lxml import etree

from services.parser.characters import fold
from services.parser.lexicon import either, lexicon
from services.parser.stamp_lines import HEADING, marks

FEW_LINKS = 4  # between a date and the headline under it; more are a menu
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_DATES = lexicon("dates")
_ELSEWHERE = re.compile(rf"(?<![a-z])(?:{either(_DATES['marks']['elsewhere'])})", re.IGNORECASE)
_SUBJECT = re.compile(r"(?<![a-z])(?:category|cat|tag|tax|topic|author)-[\w-]{1,80}", re.IGNORECASE)
_OWN_FOOT = re.compile(r"(?<![a-z])(?:entry|post|article|node|story|item|news)[-_]{0,2}(?:footer|meta)", re.IGNORECASE)
_OTHERS = frozenset({"nav", "aside", "footer", "figure", "figcaption", "blockquote"})
COUNT = re.compile(rf"\d{{1,5}} (?:{either(_DATES['closings']['counted'])})\W{{0,3}}")
"""A line that counts comments."""
_CLOSING = re.compile(either(_DATES["closings"]["forms"]))


class Scope:
    """Which elements belong to the article with this headline, as the page is walked through in its order."""

    def __init__(self, head: etree._Element | None, prose: Sequence[etree._Element]) -> None:
        """`prose` are the elements of running text under the headline, in order."""
        self._around = set() if head is None else {head, *head.iterancestors()}
        self._article = self._around_both(prose)
        self._closed: set[etree._Element] = set()

    def _around_both(self, prose: Sequence[etree._Element]) -> etree._Element | None:
        """The smallest element that holds the headline and the first running text."""
        ancestors = prose[0].iterancestors() if prose else iter(())
        return next((element for element in ancestors if element in self._around), None)

    def pass_heading(self, heading: etree._Element, text: str, *, begun: bool) -> None:
        """A heading over comments or other articles closes what holds it; `begun` says that text stood before it."""
        if not _CLOSING.fullmatch(fold(text[:HEADING])):
            return
        holder = heading
        while (parent := holder.getparent()) is not None and parent not in self._around and holder.getnext() is None:
            holder = parent
        if parent is not None and (begun or parent not in self._around):
            self._closed.add(parent)

    def holds(self, node: etree._Element) -> bool:
        """Whether it is in the element that holds headline and text."""
        return self._article is not None and any(entry is self._article for entry in node.iterancestors())

    def is_elsewhere(self, node: etree._Element) -> bool:
        """Whether an element around it, but not around the headline too, belongs to something else."""
        if self._closed and any(holder in self._closed for holder in node.iterancestors()):
            return True
        for holder in (node, *node.iterancestors()):
            if holder in self._around or holder.tag == "body":
                return False
            if _is_other(holder):
                return True
        return False

    def is_in_foot(self, node: etree._Element) -> bool:
        """Whether the footer of the page holds it: what stands there of an update is about the page."""
        return any(
            iterancestor.tag == "footer" or "foot" in (iterancestor.get("id") or "").lower()
            for iterancestor in node.iterancestors()
        )


def _is_other(holder: etree._Element) -> bool:
    tokens = marks(holder)
    if holder.tag == "footer" and (_OWN_FOOT.search(tokens) or holder.getparent().tag == "article"):
        return False
    return holder.tag in _OTHERS or _is_called_other(tokens)


@lru_cache(maxsize=4_096)
def _is_called_other(words: str) -> bool:
    return bool(words) and _ELSEWHERE.search(_OWN_FOOT.sub("", _SUBJECT.sub("", words))) is not None
