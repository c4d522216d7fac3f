"""Is this a page that can be read? Judged on the bytes first: servers are wrong about Content-Type in both ways."""

import re

_MAGIC = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"\x00\x00\x00\x18ftyp", "a video"),
    (b"ID3", "a sound file"),
)
_MARKUP = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|div|article|\?xml|!--)", re.IGNORECASE)
_DOCUMENT = re.compile(rb"\s*%PDF-")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def why_no_page(body: bytes, content_type: str | None) -> str | None:
    """What this is instead of a page of text: one sentence, or None when it may well be one."""
    if not body.strip():
        return "It is empty."
    if result := next((name for magic, name in _MAGIC if body.startswith(magic)), None):
        return f"It is {result}, not a page."
    if body.startswith(_UTF16) or _MARKUP.match(body[:2000]) or _DOCUMENT.match(body[:80]):
        return None
    if b"\x00" in body[:4000]:
        return "It is a binary file, not a page."
    declared = (content_type or "").split(";")[0].strip().lower()
    if declared and not _textual(declared):
        return f"It is {declared[:80]}, not a page."
    return None


def _textual(declared: str) -> bool:
    return declared.startswith("text/") or declared.endswith(("html", "xml", "+xml")) or "unknown" in declared
