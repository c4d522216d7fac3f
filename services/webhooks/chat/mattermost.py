"""Mattermost: an incoming webhook with one text in Markdown, in which others' text is escaped."""

from collections.abc import Iterator
from typing import Any

from services.webhooks.chat.form import TITLE, EventPart, Post, Sheet, in_plain, json_within, posted
from services.webhooks.chat.text import fitted, markdown, utf16
from services.webhooks.people.message import Notification

LIMIT = 15_000
"""Characters of a message. Mattermost takes 16,383."""


def mattermost_post(url: str, message: Notification) -> Post:
    """The message as Mattermost takes it."""
    return posted(url, json_within(LIMIT, message, _content, utf16))


def _content(sheet: Sheet) -> dict[str, Any]:
    return {"text": "\n\n".join(filter(None, _paragraphs(sheet)))}


def _paragraphs(sheet: Sheet) -> Iterator[str]:
    yield f"**{fitted(sheet.title, TITLE, markdown)}**"
    for part in sheet.parts:
        yield from _part(part, sheet.room)
    yield markdown(sheet.rest)
    yield _followed(sheet.links)


def _part(part: EventPart, room: int) -> Iterator[str]:
    yield f"**{markdown(part.heading)}**" if part.heading else ""
    yield markdown(part.text)
    yield from (markdown(in_plain(change, room)) for change in part.changes)
    yield markdown(part.byline)
    yield _followed(part.links)


def _followed(links: tuple[tuple[str, str], ...]) -> str:
    return " · ".join(f"[{label}]({address})" for label, address in links)
