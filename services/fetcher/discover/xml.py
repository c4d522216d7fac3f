"""Reads XML as it comes, forgiving its faults and falling for none of its traps."""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from services.fetcher.discover.found import Unreadable
from services.fetcher.discover.repair import repaired

_HTML = re.compile(r"^\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
PIECES = 1_000
"""Pieces of text that are read of one element: entries may stand in one another, a hundred deep around megabytes."""


@dataclass(frozen=True)
class Tree:
    """The root, what was wrong, and whether the document breaks off before its end."""

    root: etree._Element
    note: str | None
    broken_off: bool


def read_xml(body: bytes, what: str) -> Tree | Unreadable:
    """The tree of `what` (a feed, a sitemap). Entities are never expanded and nothing is loaded from anywhere."""
    text = repaired(body)
    if not text:
        return Unreadable(f"The {what} is empty.")
    if _HTML.match(text[:1000]):
        return Unreadable(f"This is an HTML page, not a {what}; give it as a listing, or correct its address.")
    if _ENTITY.search(text[:10_000]):
        return Unreadable(f"The {what} declares entities of its own, which are not safe to read.")
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return Unreadable(f"This is not XML, so it is no {what}; check the address in a browser.")
    # A prefix that nobody declared hides nothing from us.
    fault = next((entry for entry in parser.error_log if entry.domain != etree.ErrorDomains.NAMESPACE), None)
    note = f"The {what} is damaged at line {fault.line}: {' '.join(fault.message.split())}." if fault else None
    return Tree(root, note, broken_off=bool(fault) and not text.rstrip().endswith(">"))


def name(element: etree._Element) -> str:
    """The name of an element without its namespace or undeclared prefix; empty for comments and the like."""
    return _split(element)[1]


def child(element: etree._Element, *names: str) -> str | None:
    """The text of the first child that has one of these names, in their order.

    Children of the element's own vocabulary come first: the title of an item is not the one of a picture in it.
    """
    own = _split(element)[0]
    children = sorted(element, key=lambda below: _split(below)[0] != own)
    for wanted in names:
        for below in children:
            if name(below) == wanted and (text := "".join(islice(below.itertext(), PIECES)).strip()):
                return text
    return None


def _split(element: etree._Element) -> tuple[str, str]:
    """The vocabulary of an element (its namespace, or the prefix that nobody declared), and its name."""
    if not isinstance(element.tag, str):
        return "", ""
    namespace, _, local = element.tag.rpartition("}")
    prefix, _, local = local.rpartition(":")
    return namespace or prefix, local
