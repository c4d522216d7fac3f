"""Whether bytes are HTML, plain text or something else, by the Content-Type and the first characters."""

import re

_TAG = re.compile(
    r"<(?:!doctype html|html|head|body|div|p|br|h1|meta|title|script|span|table|article|main|form|a)\b", re.IGNORECASE
)
# Possessive and atomic: a comment ends where it ends, so that many of them cost no more than their length.
_FEED = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:(?><!--.*?-->)\s*+)*+<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.DOTALL
)
_DOCUMENT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)\b", re.IGNORECASE)
_DECLARED = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
LOOK = 200_000


def nature(text: str, content_type: str | None) -> str:
    """`html`, `text`, or what else it is, as a word for a sentence."""
    start = text[:LOOK]
    if not start.strip():
        return "html"  # an empty page is an empty page, whatever it was called
    declared = (content_type or "").partition(";")[0].strip().casefold()
    if _DOCUMENT.match(start):
        return "html"
    return _other(start, declared) or _DECLARED.get(declared) or ("html" if _TAG.search(start) else "text")


def _other(start: str, declared: str) -> str | None:
    """What it is, if it is neither HTML nor text, however it was declared."""
    if _FEED.match(start):
        return "a feed or a sitemap"
    if start.count("\ufffd") * 20 > len(start):
        return "binary"
    if declared not in _DECLARED and start.lstrip()[:1] in {"{", "["} and start.rstrip()[-1:] in {"}", "]"}:
        return "JSON"
    return declared if declared.startswith(("image/", "audio/", "video/")) else None
