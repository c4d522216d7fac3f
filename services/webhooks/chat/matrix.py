"""Matrix: a message into a room, by the client-server API.

The transaction id is made of the delivery, so that a message that is sent twice is there once.
"""

from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import quote

import httpx

from services.webhooks.chat.form import TITLE, EventPart, Post, Sheet, json_within, plain_text
from services.webhooks.chat.text import fitted, inert, utf8
from services.webhooks.people.message import Changed, Notification

BODY, LIMIT = 8_000, 50_000
"""Bytes of the plain text, and of all. An event may have 65,536."""


def matrix_post(url: str, message: Notification, *, room: str, token: str, key: str) -> Post:
    """The message as a homeserver takes it; the same `key` again changes nothing."""
    base = str(httpx.URL(url).copy_with(query=None, fragment=None)).rstrip("/")
    path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/send/m.room.message/{quote(key, safe='')}"
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return Post(base + path, json_within(LIMIT, message, _content, utf8), method="PUT", headers=headers)


def matrix_html(text: str) -> str:
    """Inert text in which no character is markup."""
    return escape(inert(text)).replace("\n", "<br>")


def _content(sheet: Sheet) -> dict[str, Any]:
    return {
        "msgtype": "m.text",
        "body": f"{fitted(sheet.title, TITLE)}\n{plain_text(sheet, BODY)}".strip(),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(_paragraphs(sheet)),
        "m.mentions": {},
    }


def _paragraphs(sheet: Sheet) -> Iterator[str]:
    yield f"<p><strong>{matrix_html(sheet.title[:TITLE])}</strong></p>"
    for part in sheet.parts:
        yield from _part(part, sheet.room)
    if sheet.rest:
        yield f"<p>{matrix_html(sheet.rest)}</p>"
    yield from _followed(sheet.links)


def _part(part: EventPart, room: int) -> Iterator[str]:
    if part.heading:
        yield f"<p><strong>{matrix_html(part.heading)}</strong></p>"
    if part.text:
        yield f"<p>{matrix_html(part.text)}</p>"
    yield from (f"<p><em>{matrix_html(change.field[:100])}</em>: {_diff(change, room)}</p>" for change in part.changes)
    yield f"<p>{matrix_html(part.byline)}</p>"
    yield from _followed(part.links)


def _followed(links: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if links:
        anchors = (f'<a href="{escape(address)}">{label}</a>' for label, address in links)
        yield f"<p>{' · '.join(anchors)}</p>"


def _diff(change: Changed, room: int) -> str:
    return " ".join(_marked(change, room))


def _marked(change: Changed, room: int) -> Iterator[str]:
    for piece in change.pieces:
        tag = {"deleted": "del", "inserted": "ins"}.get(piece.fate)
        text = " ".join(piece.text.split())[: max(0, room)]
        if tag and text:
            room -= len(text)
            yield f"<{tag}>{matrix_html(text)}</{tag}>"
