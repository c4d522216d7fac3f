"""Reads XML as it comes, forgiving its faults and falling for none of its traps."""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from services.fetcher.discover.encoding import decoded
from services.fetcher.discover.found import Unreadable
from services.fetcher.discover.loose import MAX_TAGS, MOST_ATTRIBUTES, read_loosely
from services.fetcher.discover.repair import begun, repaired

_HTML = re.compile(r"^\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_PAGE = "This is an HTML page, not a {what}; give it as a listing, or correct its address."
ENTRIES = {"feed": frozenset({"item", "entry"}), "sitemap": frozenset({"url", "sitemap"})}
"""What the entries of a document are called."""
MOST_TAGS = 2_000_000
"""Tags of a document that is read whole; each takes about a hundred bytes of memory."""
# The parser's time grows with the square of the number of attributes of one tag, and no timeout interrupts it.
_MANY_ATTRIBUTES = re.compile(rf"<[^<>\"'\s!?/][^<>\"']*+(?:(?:\"[^\"<]*+\"|'[^'<]*+')[^<>\"']*+){{{MOST_ATTRIBUTES}}}")
PIECES = 1_000
"""Pieces of text that are read of one element: entries may stand in one another, a hundred deep around megabytes."""


@dataclass(frozen=True)
class Tree:
    """The root, and what was wrong."""

    root: etree._Element
    note: str | None


def read_xml(body: bytes, what: str, charset: str | None = None) -> Tree | Unreadable:
    """The tree of `what` (a feed, a sitemap). Entities are never expanded and nothing is loaded from anywhere."""
    text = begun(decoded(body, charset))
    if not text:
        return Unreadable(f"The {what} is empty.")
    if _HTML.match(text[:1000]):
        return Unreadable(_PAGE.format(what=what))
    tree = _tree(repaired(text), what)
    if tree and name(tree.root) == "html" and not any(name(below) in ENTRIES[what] for below in tree.root.iter()):
        return Unreadable(_PAGE.format(what=what))
    return tree or Unreadable(f"This is not XML, so it is no {what}; check the address in a browser.")


def _tree(text: str, what: str) -> Tree | None:
    note: str | None
    if text.count("<") > MOST_TAGS:
        note = f"The {what} has more than {MAX_TAGS:,} tags; what comes after them was not looked at."
    elif _MANY_ATTRIBUTES.search(text):
        note = f"The {what} has a tag of more than {MOST_ATTRIBUTES} attributes."
    else:
        root, note = _parsed(text, what)
    root = read_loosely(text, ENTRIES[what]) if note else root
    return None if root is None else Tree(root, note)


def _parsed(text: str, what: str) -> tuple[etree._Element | None, str | None]:
    """The root, and the first fault. A prefix that nobody declared is none: it hides nothing from us."""
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
    fault = next((entry for entry in parser.error_log if entry.domain != etree.ErrorDomains.NAMESPACE), None)
    return root, f"The {what} is damaged at line {fault.line}: {' '.join(fault.message.split())}." if fault else None


def name(element: etree._Element) -> str:
    """The name in small letters, without namespace or undeclared prefix; empty for comments and the like."""
    return _split(element)[1]


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """Its children of these names, in the order of the names.

    Those of the element's own vocabulary come first: the title of an item is not the one of a picture in it.
    """
    own = _split(element)[0]
    split = [(*_split(below), below) for below in element]
    return [
        below
        for criteria in names
        for of_its_own in (True, False)
        for vocabulary, local, below in split
        if local == criteria and (vocabulary == own) is of_its_own
    ]


def child(element: etree._Element, *names: str) -> str | None:
    """The text of the first child that has one of these names and any text."""
    return next((result for below in children(element, *names) if (result := text_of(below))), None)


def text_of(element: etree._Element) -> str:
    """All text in it, without white space at the edges, and without the marks of a CDATA section that was escaped."""
    text = "".join(islice(element.itertext(), PIECES)).strip()
    if text.startswith("<![CDATA["):
        text = text.removeprefix("<![CDATA[").removesuffix(">").removesuffix("]]").strip()
    return text


def attribute(element: etree._Element, *names: str) -> str | None:
    """The first of these attributes that says anything, however they are spelled and whatever prefix they have."""
    if not element.attrib:
        return None
    fields = {key.rpartition("}")[2].rpartition(":")[2].lower(): value.strip() for key, value in element.attrib.items()}
    return next((fields[criteria] for criteria in names if fields.get(criteria)), None)


def _split(element: etree._Element) -> tuple[str, str]:
    """The vocabulary of an element (its namespace, or the prefix that nobody declared), and its name."""
    if not isinstance(element.tag, str):
        return "", ""
    namespace, _, local = element.tag.rpartition("}")
    prefix, _, local = local.rpartition(":")
    return namespace or prefix, local.lower()
