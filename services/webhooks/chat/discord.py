"""Discord: a webhook that is sent an embed for each event. `wait=true` has it answer once the message is there."""

from collections.abc import Iterator
from typing import Any

import httpx

from services.webhooks.chat.form import TITLE, EventPart, Post, Sheet, json_within, posted
from services.webhooks.chat.text import fitted, inert, markdown, utf16
from services.webhooks.people.message import Changed, Notification

LIMIT = 5_500
"""Characters of a message with all that is around them. Discord takes 6,000 of text, in at most ten embeds."""
DESCRIPTION, VALUE = 3_000, 1_000
"""Characters of a description, of which Discord takes 4,096, and of a changed field, of which it takes 1,024."""
LINK = 400
"""Characters of an address within the text; a longer one is behind the title alone."""


def discord_post(url: str, message: Notification) -> Post:
    """The message as Discord takes it; it mentions nobody, whatever its text says."""
    address = str(httpx.URL(url).copy_merge_params({"wait": "true"}))
    return posted(address, json_within(LIMIT, message, _content, utf16))


def _content(sheet: Sheet) -> dict[str, Any]:
    embeds = [_embed(part, sheet) for part in sheet.parts]
    rest = [{"description": f"{markdown(sheet.rest)} {_followed(sheet.links)}".strip()}] if sheet.rest else []
    return {"embeds": [*embeds, *rest], "allowed_mentions": {"parse": []}}


def _embed(part: EventPart, sheet: Sheet) -> dict[str, Any]:
    text = "\n\n".join(filter(None, (fitted(part.text, DESCRIPTION, markdown), _followed(part.links))))
    embed: dict[str, Any] = {
        "title": fitted(part.heading or sheet.title, TITLE, markdown),
        "description": text,
        "fields": [_field(change, sheet.room) for change in part.changes],
        "footer": {"text": inert(part.byline)},
    }
    if part.links:
        embed["url"] = part.links[0][1]
    return embed


def _followed(links: tuple[tuple[str, str], ...]) -> str:
    return " · ".join(f"[{label}]({address})" for label, address in links if len(address) <= LINK)


def _field(change: Changed, room: int) -> dict[str, Any]:
    value = " ".join(_marked(change, min(2 * room, VALUE)))
    return {"name": fitted(change.field, 100, markdown), "value": value or "…", "inline": False}


def _marked(change: Changed, room: int) -> Iterator[str]:
    """What is gone struck out and what is new in bold, as far as there is room."""
    for piece in change.pieces:
        mark = {"deleted": "~~", "inserted": "**"}.get(piece.fate)
        text = " ".join(piece.text.split())
        if mark and text and room > len("~~…~~ "):
            marked = f"{mark}{fitted(text, room - len('~~~~ '), markdown)}{mark}"
            room -= len(marked) + 1
            yield marked
