"""Repairs the everyday faults of XML before it is parsed: bare ampersands, HTML entities, text in front.

A parser that recovers drops what it does not understand. Of an address with a bare `&` that leaves another address, so
these are repaired and not recovered from. The document type goes: what it declares is never loaded, and of its entities
only short texts are taken. Every pattern is linear.
"""

import re
from html import escape, unescape
from html.entities import html5

_START = re.compile(
    r"<\?xml\s|<!doctype\s|<(?:[\w.-]{0,20}:){0,2}(?:rss|rdf|feed|channel|urlset|sitemapindex)[\s>]", re.IGNORECASE
)
_AMPERSAND = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\w{1,20};|(?:amp|lt|gt|quot|apos);)(\w{1,32};)?", re.DOTALL)
# A reference to half a character (D800 to DFFF) is let through by the reader and breaks whoever takes the text out.
_HALF = re.compile(
    r"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));",
    re.IGNORECASE,
)
# Numbers of Windows-1252 that are meant where XML has control characters.
_WINDOWS = re.compile(r"&#(?:0{0,5}1(?:2[89]|[34]\d|5\d)|x0{0,4}[89][0-9a-f]);", re.IGNORECASE)
_SECTION, _END = "<![CDATA[", "]]>"
_NEXT_ENTRY = re.compile(r"</(?:\w{1,20}:)?(item|entry|url)>\s{0,99}<(?:\w{1,20}:)?\1[\s>]", re.IGNORECASE)
_PROLOG = r"(?P<prolog>(?:\s++|<\?(?:[^?]++|\?(?!>))*+\?>|<!--(?:[^-]++|-(?!->))*+-->)*+)"
_SUBSET = r"(?:[^\]\"'<]++|\"[^\"]*+\"|'[^']*+'|<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)|<)*+"
_DOCTYPE = re.compile(
    rf"{_PROLOG}<!DOCTYPE(?:[^<>\[\"']++|\"[^\"]*+\"|'[^']*+')*+(?:\[(?P<subset>{_SUBSET})\]\s*+)?+>", re.IGNORECASE
)
_ENTITY = re.compile(r"<!ENTITY\s{1,20}([\w.-]{1,40})\s{1,20}(?:\"([^\"<%]{0,200})\"|'([^'<%]{0,200})')\s{0,20}>")
_REFERENCE = re.compile(r"&(?!#\w{1,8};)")
MAX_ENTITIES = 200
MAX_REPAIRS = 200_000
"""Ampersands that are looked at; each costs a microsecond, and no feed has as many."""
_FRONT = 4_000
"""Characters before the document in which a server may have printed something, such as a PHP warning."""


def begun(text: str) -> str:
    """The document from its first tag, whatever a server printed in front of it; empty when there is none."""
    text = text.lstrip("\ufeff \t\r\n")
    start = _START.search(text[:_FRONT])
    return text[start.start() :] if start else text


def repaired(text: str) -> str:
    """The same document without its document type, and with every ampersand as XML has it."""
    text = _with_closed_sections(text)
    doctype = _DOCTYPE.match(text)
    known = _entities(doctype["subset"] or "") if doctype else {}
    text = doctype["prolog"] + text[doctype.end() :] if doctype else text

    def written(found: re.Match[str]) -> str:
        if not found[0].startswith("&"):
            return found[0]
        name = found[1] or ""
        text = known.get(name) or html5.get(name)
        return escape(text) if text else f"&amp;{name}"

    text = _HALF.sub("\ufffd", _AMPERSAND.sub(written, text, MAX_REPAIRS))
    return _WINDOWS.sub(lambda reference: unescape(reference[0]), text)


def _with_closed_sections(text: str) -> str:
    """Ends each CDATA section that nobody ended before the next tag's end; what it holds would be lost otherwise."""
    pieces, copied, here, close = [], 0, 0, 0
    while (begin := text.find(_SECTION, here)) >= 0:
        if close <= begin:  # looked for once, however many sections stand before it
            close = text.find(_END, begin) + 1 or len(text)
        if _NEXT_ENTRY.search(text, begin, close):
            here = text.index("</", begin)
            pieces += [text[copied:here], _END]
            copied = here
        else:
            here = close
    return "".join([*pieces, text[copied:]])


def _entities(subset: str) -> dict[str, str]:
    """Short texts that the document gave names to. One that leads to others, or elsewhere, is none."""
    declared: dict[str, str] = {}
    for number, result in enumerate(_ENTITY.finditer(subset)):
        text = result[2] if result[2] is not None else result[3]
        if number < MAX_ENTITIES and not _REFERENCE.search(text):
            declared[f"{result[1]};"] = unescape(text)
    return declared
