"""Repairs the everyday faults of XML before it is parsed: its encoding, bare ampersands, HTML entities, text in front.

A parser that recovers drops what it does not understand. Of an address with a bare `&` that leaves another address, so
these are repaired and not recovered from. Every pattern is linear.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from html.entities import html5

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{2,40})[\"']", re.IGNORECASE)
_START = re.compile(r"<\?xml\s|<!doctype\s|<(?:\w{1,20}:)?(?:rss|rdf|feed|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_AMPERSAND = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\w{1,20};|(?:amp|lt|gt|quot|apos);)(\w{1,32};)?", re.DOTALL)
# A reference to half a character (D800 to DFFF) is let through by the reader and breaks whoever takes the text out.
_HALF = re.compile(
    r"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));",
    re.IGNORECASE,
)
MAX_REPAIRS = 200_000
"""Ampersands that are looked at; each costs a microsecond, and no feed has as many."""
_FRONT = 4_000
"""Characters before the document in which a server may have printed something, such as a PHP warning."""
# Encodings in which a text is no longer than its bytes allow, and that decode in linear time: no IDNA, no base64.
_ENCODINGS = re.compile(
    r"(?:iso-?8859-|windows-|cp|koi8|gb|big5|euc|shift_?jis|sjis|iso-?2022|mac|us-?ascii)", re.IGNORECASE
)


def repaired(body: bytes) -> str:
    """The document as text that begins with its first tag; empty when there is none."""
    text = _decoded(body).lstrip("\ufeff \t\r\n")
    start = _START.search(text[:_FRONT])
    text = text[start.start() :] if start else text
    return _HALF.sub("\ufffd", _AMPERSAND.sub(_escaped, text, MAX_REPAIRS))


def _escaped(found: re.Match[str]) -> str:
    if not found[0].startswith("&"):
        return found[0]
    character = html5.get(found[1] or "")
    return character if character and character not in "<&" else f"&amp;{found[1] or ''}"


def _decoded(body: bytes) -> str:
    """UTF-8 where the bytes are UTF-8, whatever is declared; else as declared; else as Windows does."""
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    if body.startswith((b"<\x00", b"\x00<")):
        return body.decode("utf-16-le" if body.startswith(b"<") else "utf-16-be", "replace")
    declared = _declared(body)
    for encoding in (declared, "utf-8") if declared.startswith("iso-2022") else ("utf-8", declared):
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _declared(body: bytes) -> str:
    label = found[1].decode().lower() if (found := _DECLARED.search(body[:1000])) else ""
    # Windows-1252 holds Latin-1 and the quotation marks that are meant by it.
    return "cp1252" if label in {"iso-8859-1", "latin1"} or not _ENCODINGS.match(label) else label
