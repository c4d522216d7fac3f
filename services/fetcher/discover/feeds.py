"""RSS 2.0, RSS 1.0 and Atom."""

from collections.abc import Iterator

from lxml import etree

from services.fetcher.discover.found import Found, Listed, Unreadable, each_once
from services.fetcher.discover.xml import child, name, read_xml


def read_feed(body: bytes, url: str) -> Found | Unreadable:
    """The entries of a feed. A damaged feed gives what can be read of it, and a note."""
    tree = read_xml(body, "feed")
    if isinstance(tree, Unreadable):
        return tree
    if name(tree.root).lower() not in {"rss", "feed", "rdf", "channel"}:
        return Unreadable(f"This is XML, but <{name(tree.root)[:40]}> is neither RSS nor Atom; check the address.")
    entries = [element for element in tree.root.iter() if name(element) in {"item", "entry"}]
    # The last entry of a feed that breaks off may hold half an address, which would look like a page that is gone.
    whole = entries[:-1] if tree.broken_off else entries
    return each_once(_listed(whole), url, tree.note)


def _listed(entries: list[etree._Element]) -> Iterator[Listed]:
    for entry in entries:
        if link := _link(entry):
            yield Listed(
                url=link,
                title=child(entry, "title"),
                published=child(entry, "pubDate", "published", "date"),
                updated=child(entry, "updated", "modified"),
            )


def _link(entry: etree._Element) -> str | None:
    for below in entry:
        href: str | None = below.get("href")
        if name(below) == "link" and below.get("rel", "alternate") == "alternate" and href:
            return href
    guid = child(entry, "guid", "id") or ""
    return child(entry, "link") or (guid if guid.startswith(("http://", "https://")) else None)
