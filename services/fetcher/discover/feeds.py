"""Feeds of every kind: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF, and JSON Feed."""

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.discover.found import MAX_MENTIONS, Discovered, Listed, Unreadable, each_once, nameless
from services.fetcher.discover.jsonfeed import is_json, read_json_feed
from services.fetcher.discover.slips import meant_address
from services.fetcher.discover.xml import ENTRIES, attribute, child, children, name, read_xml, text_of

_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_PUBLISHED = ("pubdate", "published", "issued", "date", "created", "publicationdate")
_UPDATED = ("updated", "modified", "lastbuilddate")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PAGES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
_NO_PATH = re.compile(r"[\s:]")
_WEB = ("http://", "https://")


def read_feed(body: bytes, url: str, charset: str | None = None) -> Discovered | Unreadable:
    """The entries of a feed. A damaged feed gives what can be read of it, and a note."""
    if is_json(body):
        return read_json_feed(body, url)
    tree = read_xml(body, "feed", charset)
    if isinstance(tree, Unreadable):
        return tree
    entries = list(islice(_entries(tree.root, url), MAX_MENTIONS + 1))
    if not entries and name(tree.root) not in _ROOTS:
        return Unreadable(f"This is XML, but <{name(tree.root)[:40]}> is neither RSS nor Atom; check the address.")
    listed = _by_permalink(list(_listed(entries)))
    return each_once(listed, url, tree.note or nameless(len(entries), len(listed)))


def _entries(root: etree._Element, url: str) -> Iterator[tuple[etree._Element, str]]:
    """Each entry with the address that its links are relative to: what `xml:base` says around it."""
    bases = [url]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            bases.pop()
            continue
        bases.append(_base(element, bases[-1]))
        if name(element) in ENTRIES["feed"]:
            yield element, bases[-1]


def _base(element: etree._Element, around: str) -> str:
    entry = element.get(_BASE)
    try:
        return canonical_url(entry, base=around) if entry else around
    except BadAddress:
        return around


def _listed(entries: list[tuple[etree._Element, str]]) -> Iterator[Listed]:
    for entry, base in entries:
        if link := _link(entry, base):
            published = child(entry, *_PUBLISHED)
            updated = child(entry, *_UPDATED) or attribute(entry, "lastmod")
            guid = child(entry, "guid", "id") or attribute(entry, "about")
            yield Listed(link, _title(entry), published, updated, guid=guid)


def _by_permalink(listed: list[Listed]) -> list[Listed]:
    """An address that most entries share is that of the newsroom; then those count by which they are called."""
    shared, times = Counter(entry.url for entry in listed).most_common(1)[0] if listed else ("", 0)
    names = {entry.guid for entry in listed if entry.url == shared and (entry.guid or "").lower().startswith(_WEB)}
    if 2 * times <= len(listed) or len(names) < 2:
        return listed
    return [
        replace(entry, url=entry.guid) if entry.guid in names and entry.guid and entry.url == shared else entry
        for entry in listed
    ]


def _title(entry: etree._Element) -> str | None:
    for below in children(entry, "title"):
        text = text_of(below)
        if attribute(below, "mode") == "base64":  # Atom 0.3
            text = _unpacked(text)
        if text:
            return text
    return None


def _unpacked(text: str) -> str:
    try:
        return b64decode(text).decode("utf-8", "replace")
    except (NoBase64, ValueError):
        return text


def _link(entry: etree._Element, base: str) -> str | None:
    """The address of the page: what a link says in words or to people, then what identifies the entry."""
    written = children(entry, "origlink", "link")
    spelled = ((below, _spelled(below)) for below in written if not attribute(below, "href", "url", "uri"))
    alternates = sorted(filter(_leads_to_a_page, children(entry, "link")), key=_is_for_machines)
    for element, address in (
        *spelled,
        *((below, attribute(below, "href", "url", "uri") or "") for below in alternates),
        *_identities(entry),
        *((below, attribute(below, "src", "href") or "") for below in children(entry, "content", "a")),
        *((below, attribute(below, "url", "href") or "") for below in _documents(entry)),
    ):
        if joined := _joined(_base(element, base), address):
            return joined
    return None


def _spelled(link: etree._Element) -> str:
    """The address in words; what has been through a writer of HTML has it behind the tag."""
    behind = (link.tail or "").strip()
    return text_of(link) or (behind if behind.startswith(_WEB) else "")


def _leads_to_a_page(link: etree._Element) -> bool:
    relations = (attribute(link, "rel") or "alternate").lower().split()
    return any(relation.rpartition("/")[2] == "alternate" for relation in relations)


def _is_for_machines(link: etree._Element) -> int:
    """0 for a page that is said to be one, 1 where nothing is said, 2 for PDF, JSON and the like."""
    kind = (attribute(link, "type") or "").partition(";")[0].strip().lower()
    return 1 if not kind else 0 if kind in _PAGES else 2


def _documents(entry: etree._Element) -> Iterator[etree._Element]:
    """Files that hang on an entry and are read as articles: of one that leads to nothing else, they are the news."""
    for below in children(entry, "enclosure", "link"):
        kind = (attribute(below, "type") or "").partition(";")[0].strip().lower()
        address = (attribute(below, "url", "href") or "").partition("?")[0].lower()
        if attribute(below, "rel") in {None, "enclosure"} and (kind == "application/pdf" or address.endswith(".pdf")):
            yield below


def _identities(entry: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Addresses that stand for the entry, where it has no link of its own."""
    if address := attribute(entry, "href"):  # CDF
        yield entry, address
    for below in children(entry, "guid", "id", "url", "uri"):
        text = text_of(below)
        if text.lower().startswith(_WEB) or _is_permalink(below, text):
            yield below, text
    about = attribute(entry, "about") or ""  # RSS 1.0
    if about.startswith(_WEB):
        yield entry, about


def _is_permalink(guid: etree._Element, text: str) -> bool:
    """A guid that is no whole address is one where it says so, or where it is written as a path."""
    message = attribute(guid, "ispermalink")
    if name(guid) == "guid" and message:
        return message.lower() == "true"
    return name(guid) in {"guid", "url"} and ("/" in text or text.startswith("?")) and not _NO_PATH.search(text)


def _joined(base: str, address: str) -> str | None:
    try:
        joined = urljoin(base, address := meant_address(address, urlsplit(base).netloc))
    except ValueError:
        return None
    return joined if address and joined.lower().startswith(_WEB) else None
