"""Microsoft Teams: a workflow that posts an Adaptive Card. What others wrote is in text runs, which know no markup."""

from collections.abc import Iterator
from typing import Any

from services.webhooks.chat.form import TITLE, EventPart, Post, Sheet, json_within, posted
from services.webhooks.chat.text import fitted, inert, utf8
from services.webhooks.people.message import Changed, Notification

LIMIT = 20_000
"""Bytes of a message. Teams takes 28 kB and counts some characters twice."""
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
TYPE = "application/vnd.microsoft.card.adaptive"


def teams_post(url: str, message: Notification) -> Post:
    """The message as a workflow of Teams takes it."""
    return posted(url, json_within(LIMIT, message, _content, utf8))


def _content(sheet: Sheet) -> dict[str, Any]:
    card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": fitted(sheet.title, TITLE),
        "body": [*_body(sheet)],
        "msteams": {"width": "Full"},
    }
    return {"type": "message", "attachments": [{"contentType": TYPE, "contentUrl": None, "content": card}]}


def _body(sheet: Sheet) -> Iterator[dict[str, Any]]:
    yield _block(_run(fitted(sheet.title, TITLE), size="large", weight="bolder"))
    for part in sheet.parts:
        yield from _part(part, sheet.room)
    if sheet.rest:
        yield _block(_run(inert(sheet.rest)))
    yield from _followed(sheet.links)


def _part(part: EventPart, room: int) -> Iterator[dict[str, Any]]:
    if part.heading:
        yield _block(_run(inert(part.heading), weight="bolder"))
    if part.text:
        yield _block(_run(inert(part.text)))
    yield from (_block(*_runs(change, room)) for change in part.changes)
    yield _block(_run(inert(part.byline) or "-", isSubtle=True, size="small"))
    yield from _followed(part.links)


def _runs(change: Changed, room: int) -> Iterator[dict[str, Any]]:
    yield _run(f"{fitted(change.field, 100)}: ", weight="bolder")
    for piece in change.pieces:
        text = fitted(" ".join(piece.text.split()), max(0, room))
        if piece.fate != "same" and text:
            yield _run(f"{text} ", **({"strikethrough": True} if piece.fate == "deleted" else {"color": "good"}))
            room -= len(text)


def _followed(links: tuple[tuple[str, str], ...]) -> Iterator[dict[str, Any]]:
    if links:
        actions = [{"type": "Action.OpenUrl", "title": label, "url": address} for label, address in links]
        yield {"type": "ActionSet", "actions": actions}


def _block(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [*runs]}


def _run(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **style}
