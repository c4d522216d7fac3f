"""Texts of channels as people read them: without tags and entities, on one line."""

import re
from html import unescape

LONGEST = 10_000
"""Characters of a text that are looked at: a page may say megabytes where a title belongs."""
_ROUNDS = 3
"""How often a text may have been escaped."""
_GAPS = "address|article|blockquote|br|dd|div|dl|dt|figure|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul"
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|nobr|q|s|samp|small|span|strike|strong"
    "|sub|sup|time|tt|u|var|wbr"
)
# Only tags of HTML are tags: "<unnamed>" may be a headline's own.
_TAG = re.compile(
    rf"<(?:/?(?:(?P<gap>{_GAPS})|{_INLINE})(?:\s[^<>]{{0,2000}})?/?|!--[^<>]{{0,2000}}--)>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def words(text: str | None) -> str | None:
    """The text on one line, at most 500 characters, without tags, entities and NUL; None when nothing is left."""
    text = (text or "")[:LONGEST]
    for _round in range(_ROUNDS):
        before = text
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), _TAG.sub(_space, text))
        if text == before:
            break
    return " ".join(text.replace("\x00", " ").split())[:500].strip() or None


def _space(tag: re.Match[str]) -> str:
    return " " if tag["gap"] else ""
