"""A page as it was sent: its tree, and what its head promises to machines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

from services.parser.characters import squeeze

MAX_JSON = 1_000_000
_RESOURCE_LIMIT = "ERR_RESOURCE_LIMIT"
_META = etree.XPath("//meta[@name or @property or @itemprop]")
_JSON_LD = etree.XPath("//script[@type='application/ld+json']/text()")
_CANONICAL = etree.XPath("string((//link[@rel='canonical']/@href)[1])")
_TITLE = etree.XPath("string((//head//title|/html/title)[1])")
_ACTION = etree.XPath("string((//form/@action)[1])")
_TIME = etree.XPath("string((//main//time/@datetime|//article//time/@datetime)[1])")
# Cards of a listing that a script fills, and plain links to articles of the same publishing system.
_CARDS = etree.XPath("count(//*[@article-title and (@article-url or @article-url-or-link)])")
_ARTICLE_LINKS = etree.XPath("count(//a[contains(@href, '/Article/') or contains(@href, '/article/')])")
_HOST = "dma public web"
_BASE = etree.XPath("string((//base/@href)[1])")


class TooDeep(Exception):  # noqa: N818 - named for what happened
    """The tree builder gave up at its nesting limit and dropped every word after it."""


@dataclass(frozen=True)
class Page:
    """What stands around the lines: the head of an HTML page, or nothing at all for a text dump."""

    root: etree._Element | None = None
    url: str | None = None
    title: str = ""
    lang: str = ""
    canonical: str = ""
    action: str = ""
    base: str | None = None
    time: str = ""
    cards: int = 0
    article_links: int = 0
    metas: dict[str, str] = field(default_factory=dict)

    def meta(self, *names: str) -> str:
        """The first of these meta elements that says something, else an empty string."""
        return next((self.metas[name] for name in names if self.metas.get(name)), "")

    @property
    def is_afpims(self) -> bool:
        """Whether the publishing system says that it made the page."""
        return self.meta("host").casefold() == _HOST

    def absolute(self, address: str) -> str:
        """An address of this page as one can follow it from elsewhere."""
        try:
            return urljoin(self.base or self.url or "", address.strip())
        except ValueError:
            return address.strip()

    def json_ld(self, name: str) -> str:
        """The first value under this name in the page's JSON-LD, else an empty string."""
        for thing in self._things():
            if isinstance(value := thing.get(name), str):
                return value
        return ""

    def _things(self) -> Iterator[dict[str, Any]]:
        for text in _JSON_LD(self.root) if self.root is not None else ():
            try:
                found = json.loads(text) if len(text) <= MAX_JSON else None
            except (ValueError, RecursionError):
                continue
            listed = found if isinstance(found, list) else [found]
            for thing in listed:
                if isinstance(thing, dict):
                    yield thing
                    graph = thing.get("@graph")
                    yield from (x for x in (graph if isinstance(graph, list) else ()) if isinstance(x, dict))


def read_page(markup: str, url: str | None) -> Page | None:
    """The page, or None if no element is in it.

    Raises:
        TooDeep: the tree is incomplete.

    """
    parser = html.HTMLParser(encoding="utf-8")
    try:
        root = html.document_fromstring(markup.encode("utf-8", errors="replace"), parser=parser)
    except etree.ParserError:
        return None
    if any(entry.type_name == _RESOURCE_LIMIT for entry in parser.error_log):
        raise TooDeep
    base = _BASE(root)
    return Page(
        root=root,
        url=url,
        title=squeeze(_TITLE(root)),
        lang=root.get("lang", ""),
        canonical=_CANONICAL(root).strip(),
        action=_ACTION(root),
        base=base or None,
        time=_TIME(root),
        cards=int(_CARDS(root)),
        article_links=int(_ARTICLE_LINKS(root)),
        metas=_metas(root),
    )


def _metas(root: etree._Element) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in _META(root):
        # Drupal 7 of the White House wrote `value` where the standard says `content`.
        value = element.get("content") or element.get("value") or ""
        for attribute in ("property", "name", "itemprop"):
            if name := element.get(attribute):
                metas.setdefault(name.casefold(), squeeze(value))
    return metas
