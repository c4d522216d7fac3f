"""Slack: an incoming webhook that is sent blocks.

What others wrote is in blocks of the type `plain_text`, which know no markup and no mentions.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from services.webhooks.chat.form import TITLE, EventPart, Post, Sheet, in_plain, json_within, posted
from services.webhooks.chat.text import fitted, inert, utf8
from services.webhooks.people.message import Notification

LIMIT = 30_000
"""Bytes of a message. Slack takes 50 blocks, of which our events have six each."""
SECTION, CONTEXT = 2_900, 300
"""Characters of a section, of which Slack takes 3,000, and of the line below it."""
SILENT = {"mrkdwn": False, "parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}


def slack_post(url: str, message: Notification) -> Post:
    """The message as Slack takes it; `text` is what its notification shows."""
    return posted(url, json_within(LIMIT, message, _content, utf8))


def mrkdwn(text: str) -> str:
    """Inert text in which no character begins a link or a mention of Slack."""
    return escape(inert(text), quote=False)


def _content(sheet: Sheet) -> dict[str, Any]:
    return {"text": fitted(sheet.title, TITLE, mrkdwn), "blocks": [*_blocks(sheet)], **SILENT}


def _blocks(sheet: Sheet) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "text": _plain(sheet.title, TITLE)}
    for part in sheet.parts:
        yield from _part(part, sheet.room)
    yield from _sections(sheet.rest)
    yield from _followed(sheet.links)


def _part(part: EventPart, room: int) -> Iterator[dict[str, Any]]:
    yield from _sections(part.heading, part.text, "\n".join(in_plain(change, room) for change in part.changes))
    yield {"type": "context", "elements": [_plain(part.byline or "-", CONTEXT)]}
    yield from _followed(part.links)


def _sections(*texts: str) -> Iterator[dict[str, Any]]:
    return ({"type": "section", "text": _plain(text, SECTION)} for text in texts if text)


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": fitted(text, most), "emoji": False}


def _followed(links: tuple[tuple[str, str], ...]) -> Iterator[dict[str, Any]]:
    if links:
        # An element for each: two long addresses do not fit into one text.
        written = (f"<{escape(address, quote=False)}|{label}>" for label, address in links)
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True} for text in written]}
