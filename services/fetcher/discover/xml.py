"""Reads XML as it comes, forgiving its faults and falling for none of its traps."""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from services.fetcher.discover.found import Unreadable

_HTML = re.compile(rb"^\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
# A reference to half a character (D800 to DFFF) is let through by the reader and breaks whoever takes the text out.
_HALF = re.compile(
    rb"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));",
    re.IGNORECASE,
)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
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
    text = body.removeprefix(_BOM).lstrip()
    if not text:
        return Unreadable(f"The {what} is empty.")
    if _HTML.match(text[:1000]):
        return Unreadable(f"This is an HTML page, not a {what}; give it as a listing, or correct its address.")
    if _ENTITY.search(text[:10_000]):
        return Unreadable(f"The {what} declares entities of its own, which are not safe to read.")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(_HALF.sub("\ufffd".encode(), text), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return Unreadable(f"This is not XML, so it is no {what}; check the address in a browser.")
    fault = next(iter(parser.error_log), None)
    note = f"The {what} is damaged at line {fault.line}: {' '.join(fault.message.split())}." if fault else None
    return Tree(root, note, broken_off=bool(fault) and not text.rstrip().endswith(b">"))


def name(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def child(element: etree._Element, *names: str) -> str | None:
    """The text of the first child that has one of these names, in their order."""
    for wanted in names:
        for below in element:
            if name(below) == wanted and (text := "".join(islice(below.itertext(), PIECES)).strip()):
                return text
    return None
