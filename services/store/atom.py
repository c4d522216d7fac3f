"""A feed as Atom (RFC 4287), paged (RFC 5005)."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.responses import Response

from services.contracts.article_view import ArticleView
from services.store.feeds import Feed, entry_id, labels, media_type, pictures
from services.store.html import html
from services.store.wording import instant

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Atom(Response):
    """RFC 4287."""

    media_type = "application/atom+xml"


def document(feed: Feed) -> bytes:
    """The document, in UTF-8; the same feed gives the same bytes."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _say(root, "id", feed.id)
    _say(root, "title", feed.title)
    _say(root, "updated", feed.updated.isoformat())
    _say(SubElement(root, "author"), "name", "Dateline")
    pages = {"self": feed.url, "first": feed.first} | ({"next": feed.next} if feed.next else {})
    for relation, url in pages.items():
        SubElement(root, "link", {"rel": relation, "href": url, "type": Atom.media_type})
    for article in feed.articles:
        _add(SubElement(root, "entry", {"xml:lang": _clean(article.lang)}), article)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(entry: Element, article: ArticleView) -> None:
    _say(entry, "id", entry_id(article.id))
    _say(entry, "title", article.headline)
    _say(entry, "updated", article.updated.isoformat())
    if published := instant(article.published_at):
        _say(entry, "published", published.isoformat())
    for writer in [writer.name for writer in article.byline] or [article.source]:
        _say(SubElement(entry, "author"), "name", writer)
    if article.url:
        SubElement(entry, "link", {"rel": "alternate", "href": _clean(article.url), "type": "text/html"})
    for address, image in pictures(article):
        kind, caption = media_type(address), image.caption or image.title
        described = ({"type": kind} if kind else {}) | ({"title": _clean(caption)} if caption else {})
        SubElement(entry, "link", {"rel": "enclosure", "href": _clean(address), **described})
    for term in (article.kind, *article.tags, *labels(article)):
        SubElement(entry, "category", {"term": _clean(term)})
    if article.dek:
        _say(entry, "summary", article.dek)
    _say(entry, "content", html(article)).set("type", "html")


def _say(parent: Element, name: str, words: str) -> Element:
    child = SubElement(parent, name)
    child.text = _clean(words)
    return child


def _clean(words: str) -> str:
    return _NOT_XML.sub("", words)
