"""HTML, plain text, or something else, told by the sender's word and by the first characters."""

import re

_TAG = re.compile(
    r"<(?:!doctype html|html|head|body|div|p|br|h1|meta|title|script|span|table|article|main|form|a)\b", re.IGNORECASE
)
_FEED = re.compile(r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.DOTALL)
LOOK = 200_000


def nature(text: str, content_type: str | None) -> str:
    """`html`, `text`, or what else it is, as a word for a sentence."""
    start = text[:LOOK]
    if not start.strip():
        return "html"  # an empty page is an empty page, whatever it was called
    if _FEED.match(start):
        return "a feed or a sitemap"
    if start.startswith("%PDF-"):
        return "a PDF"
    declared = (content_type or "").partition(";")[0].strip().casefold()
    if declared in {"text/html", "application/xhtml+xml"}:
        return "html"
    if declared == "text/plain":
        return "text"
    if declared.startswith(("image/", "audio/", "video/", "application/")) and not _TAG.search(start):
        return declared
    if start.lstrip()[:1] in "{[" and start.rstrip()[-1:] in "}]":
        return "JSON"
    if "\ufffd" in start and start.count("\ufffd") * 20 > len(start):
        return "binary"
    return "html" if _TAG.search(start) else "text"
