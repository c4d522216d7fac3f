"""A page as it was sent: its tree, and what its head promises to machines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from services.contracts.addresses import web_address
from services.parser.characters import Decoded, fold, squeeze
from services.parser.json_ld import is_about_a_page, read_things
from services.parser.unclosed import without_unclosed

_RESOURCE_LIMIT = etree.ErrorTypes.ERR_RESOURCE_LIMIT
# lxml drops all that stands behind it; browsers go on, for pages put together from whole documents have it early.
_END = re.compile(rb"</html\s*>")
# What stands between a headline and the name of the site in the title of a window.
_SEPARATOR = re.compile(r"(\s+(?:[|»–—:>·-]|::)\s+|:\s+)")
_AFPIMS_HOST = "dma public web"
_CANONICAL = etree.XPath("string((/html/head|/html/body)/link[@rel='canonical']/@href)")
_NOWHERE = "https://page.invalid/"
_TITLE = etree.XPath("string((/html/head|/html/body|/html)/title)")
_BASE = etree.XPath("string(/html/head/base/@href)")
_TIME = etree.XPath("string((//main//time/@datetime|//article//time/@datetime)[1])")
# Cards of a listing that a script fills, and plain links to articles of the same publishing system.
_CARDS = etree.XPath("count(//*[@article-title and (@article-url or @article-url-or-link)])")
_ARTICLE_LINKS = etree.XPath("count(//a[contains(@href, '/Article/') or contains(@href, '/article/')])")


class TooDeep(Exception):  # noqa: N818 - named for what happened
    """The tree builder gave up at its nesting limit and dropped every word after it."""


@dataclass(frozen=True)
class Page:
    """What stands around the lines: the head of an HTML page, or nothing at all for a text dump."""

    root: etree._Element | None = None
    url: str | None = None
    site_names: frozenset[str] = frozenset()
    """What the profile of the site knows for its names, in folded spelling."""

    @cached_property
    def title(self) -> str:
        """What the window is called."""
        return squeeze(self._text(_TITLE))

    def without_site(self, title: str) -> str:
        """A title without the names of the site that it begins or ends with; all of it may be the site's."""
        parts = _SEPARATOR.split(title)
        while parts and fold(parts[-1]) in self.site_names:
            del parts[-2:]
        while parts and fold(parts[0]) in self.site_names:
            del parts[:2]
        return "".join(parts)

    @property
    def lang(self) -> str:
        """The language that the page claims to be in."""
        return (self.root.get("lang") or "") if self.root is not None else ""

    @cached_property
    def canonical(self) -> str:
        """The address that the page wants to be known under, as it is written."""
        return self._text(_CANONICAL).strip() or self.meta("og:url")

    @property
    def action(self) -> str:
        """Where the page's first form leads: AFPIMS sits in one form, and its print view names the article there."""
        actions = (form.get("action") for form in self._elements("form"))
        return next((action for action in actions if action is not None), "")

    @property
    def time(self) -> str:
        """The first machine-readable time inside the main part."""
        return self._text(_TIME)

    @property
    def cards(self) -> int:
        """How many articles the page holds cards of."""
        return self._count(_CARDS)

    @property
    def article_links(self) -> int:
        """How many links lead to articles of the publishing system."""
        return self._count(_ARTICLE_LINKS)

    @property
    def is_afpims(self) -> bool:
        """Whether the publishing system says that it made the page."""
        return self.meta("host").casefold() == _AFPIMS_HOST

    def meta(self, *names: str) -> str:
        """The first of these meta elements that says something, else an empty string."""
        return next((self._metas[name] for name in names if self._metas.get(name)), "")

    def json_ld(self, name: str) -> str:
        """The first value under this name of what the page's JSON-LD says of the page, else an empty string."""
        about = (thing.get(name) for thing in self.things if is_about_a_page(thing))
        first = (value[0] if isinstance(value, list) and value else value for value in about)
        return next((str(value) for value in first if _says(value)), "")

    def absolute(self, address: str) -> str | None:
        """An address of this page as one can follow it from elsewhere; None for what is none of the web.

        Where nobody knows the page's own, a relative one stays as it is: it tells lines apart, and no article carries
        it.
        """
        result = web_address(address, self._base or _NOWHERE)
        return result if self._base or web_address(address) else result and address.strip()

    @cached_property
    def _base(self) -> str | None:
        own = web_address(self.url) or web_address(self.canonical)
        return web_address(self._text(_BASE), own) or own

    @cached_property
    def _metas(self) -> dict[str, str]:
        metas: dict[str, str] = {}
        for element in self._elements("meta"):
            # Drupal 7 of the White House wrote `value` where the standard says `content`.
            value = element.get("content") or element.get("value") or ""
            for attribute in ("property", "name", "itemprop"):
                if name := element.get(attribute):
                    metas.setdefault(name.casefold(), squeeze(value))
        return metas

    @cached_property
    def things(self) -> tuple[dict[str, Any], ...]:
        """What the page's JSON-LD describes, articles first."""
        scripts = self._elements("script")
        return read_things(
            script.text or "" for script in scripts if (script.get("type") or "").startswith("application/ld+json")
        )

    def _elements(self, name: str) -> Iterator[etree._Element]:
        """Those of this name, in order: XPath takes ten times as long for the same."""
        return self.root.iter(name) if self.root is not None else iter(())

    def _text(self, find: etree.XPath) -> str:
        return str(find(self.root)) if self.root is not None else ""

    def _count(self, find: etree.XPath) -> int:
        return int(find(self.root)) if self.root is not None else 0


def _says(value: object) -> bool:
    """Whether a value of JSON-LD is a text, or a number that may be a time."""
    return bool(value.strip()) if isinstance(value, str) else isinstance(value, int) and not isinstance(value, bool)


def title_parts(title: str) -> list[str]:
    """The parts of a window's title: headline, section, site."""
    return [part for part in _SEPARATOR.split(title)[::2] if part]


def read_page(markup: Decoded, url: str | None) -> Page | None:
    """The page, or None if no element is in it.

    Raises:
        TooDeep: the tree is incomplete.

    """
    parser = etree.HTMLParser(encoding="utf-8")
    try:
        root = etree.fromstring(_whole(markup), parser=parser)
    except etree.ParserError:
        return None
    if parser.error_log.filter_types(_RESOURCE_LIMIT):
        raise TooDeep
    return Page(root=root, url=url) if root is not None else None


def _whole(markup: Decoded) -> bytes:
    """The bytes of a page without what would end it early, or leave the rest of it in an element that nobody reads."""
    ends = list(_ends(markup))
    return without_unclosed(_without(markup.utf8, ends), _without(markup.lowered, ends))


def _ends(markup: Decoded) -> Iterator[tuple[int, int]]:
    """Where the end tags of the whole page begin and end."""
    at = 0
    while (at := markup.lowered.find(b"</html", at)) >= 0:
        if hit := _END.match(markup.lowered, at):
            yield hit.span()
        at += 1


def _without(markup: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    begins = (0, *(end for _, end in spans))
    ends = (*(start for start, _ in spans), len(markup))
    return b"".join(markup[begin:end] for begin, end in zip(begins, ends, strict=True)) if spans else markup
