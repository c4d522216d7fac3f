"""Reads a document that is no XML, tag by tag, as it was meant: what is left open ends where the next field begins.

A parser that recovers from a fault drops ampersands behind it, and what stands in a tag that nobody closed. Every
character is looked at once, and every tag costs the same.
"""

import re
from html import unescape
from itertools import islice

from lxml import etree

MAX_TAGS = 600_000
"""Tags that are looked at; a sitemap of fifty thousand pages has about as many."""
MAX_DEPTH = 100
MOST_ATTRIBUTES = 250
"""Of one tag; lxml takes the square of their number."""
_TAG = re.compile(
    r"<!\[CDATA\[(?P<text>.*?)(?:\]\]>|(?P<half>\Z))|<!--.*?(?:-->|\Z)|<\?[^<>]*+>?|<![^\[<>-][^<>]*+>?"
    r"|<(?P<end>/?)(?:(?P<prefix>[A-Za-z_][\w.-]*+):)?+(?P<name>[A-Za-z_][\w.-]*+)"
    r"(?P<attributes>(?:[^<>\"'=]++|=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')?+|[\"'])*+)>",
    re.DOTALL | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"(?<![\w.:-])(?:(?P<prefix>[A-Za-z_][\w.-]*+):)?+(?P<name>[A-Za-z_][\w.-]*+)\s*+=\s*+"
    r"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'>]++))",
    re.ASCII,
)
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML = "http://www.w3.org/XML/1998/namespace"
_STRUCTURE = frozenset({"rss", "rdf", "feed", "channel", "urlset", "sitemapindex"})
_FIELDS = frozenset(
    [
        "title",
        "link",
        "origlink",
        "guid",
        "id",
        "pubdate",
        "published",
        "publicationdate",
        "updated",
        "lastbuilddate",
        "issued",
        "modified",
        "created",
        "date",
        "description",
        "summary",
        "content",
        "encoded",
        "category",
        "comments",
        "enclosure",
        "author",
        "source",
        "image",
        "loc",
        "lastmod",
    ]
)
_CONTAINERS = frozenset(
    [
        "description",
        "summary",
        "content",
        "encoded",
        "body",
        "source",
        "author",
        "contributor",
        "image",
        "video",
        "news",
    ]
)


def read_loosely(text: str, entries: frozenset[str]) -> etree._Element | None:
    """The root of the tree; None when there is no tag. Text behind the last tag is half of something and left out."""
    reader = _Reader(entries)
    end = 0
    for number, tag in enumerate(_TAG.finditer(text)):
        if number == MAX_TAGS:
            break
        reader.say(unescape(text[end : tag.start()]))
        end = tag.end()
        if tag["text"] is not None and tag["half"] is None:
            reader.say(tag["text"])
        elif tag["end"]:
            reader.leave(_qualified(tag))
        elif tag["name"]:
            reader.enter(_qualified(tag), tag["attributes"])
    return reader.root()


class _Reader:
    """Keeps the open elements, outermost first."""

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = entries
        self._stays = entries | _STRUCTURE | _CONTAINERS
        self._builder = etree.TreeBuilder()
        self._open: list[tuple[str, str]] = []
        self._begun = False

    def say(self, text: str) -> None:
        if self._open and text:
            self._builder.data(_NO_TEXT.sub("\ufffd", text))

    def enter(self, tag: str, attributes: str) -> None:
        local = _local(tag)
        if local in self._entries:
            self._leave_until(_STRUCTURE)
        elif local in _FIELDS:
            self._leave_until(self._stays)
        if len(self._open) >= MAX_DEPTH or (self._begun and not self._open):
            return
        self._builder.start(tag, _attributes(attributes))
        self._begun = True
        self._open.append((tag, local))
        if attributes.endswith("/"):
            self._leave_one()

    def leave(self, tag: str) -> None:
        """Ends the innermost element of this name, and all in it; an end without a beginning ends nothing.

        The root is not left: a second document behind it belongs to the first.
        """
        for number in range(len(self._open) - 1, 0, -1):
            if self._open[number][0] == tag:
                while len(self._open) > number:
                    self._leave_one()
                return

    def root(self) -> etree._Element | None:
        if not self._begun:
            return None
        while self._open:
            self._leave_one()
        return self._builder.close()

    def _leave_until(self, names: frozenset[str]) -> None:
        while len(self._open) > 1 and self._open[-1][1] not in names:
            self._leave_one()

    def _leave_one(self) -> None:
        self._builder.end(self._open.pop()[0])


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _qualified(found: re.Match[str]) -> str:
    """A prefix stands for a vocabulary of its own, whether anybody declared it or not."""
    prefix = found["prefix"]
    space = _XML if prefix == "xml" else prefix
    return f"{{{space}}}{found['name']}" if space else found["name"]


def _attributes(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    if "=" not in text:
        return values
    for result in islice(_ATTRIBUTE.finditer(text), MOST_ATTRIBUTES):
        value = next(value for value in result.group("double", "single", "bare") if value is not None)
        if "xmlns" not in {result["prefix"], result["name"]}:
            values.setdefault(_qualified(result), _NO_TEXT.sub("\ufffd", unescape(value)))
    return values
