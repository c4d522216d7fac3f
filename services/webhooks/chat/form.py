"""A message laid out for a chat: a title, and a part for each event, with as much in it as the service takes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.webhooks.chat.text import fitted, inert, link, utf8
from services.webhooks.people.message import Changed, Entry, Notification

TITLE = 150
"""Characters of a title: what a header of Slack holds. Discord takes 256."""
PARTS = 8
"""Events that one message shows; it counts the others."""
PAGE, DESK = "Read the article", "See it at the desk"


@dataclass(frozen=True)
class Detail:
    """How much is said: how many events, and of each how many characters of text, changed fields, and characters of
    such a field.
    """

    parts: int
    text: int
    changes: int
    change: int


DETAILS = (Detail(PARTS, 1_000, 6, 400), Detail(PARTS, 400, 2, 200), Detail(4, 200, 1, 100), Detail(1, 100, 0, 0))
"""The most first; the first with which the message fits counts."""


@dataclass(frozen=True)
class EventPart:
    """One event. All of it is raw text, but the links, which are safe everywhere: a label of ours, and an address."""

    heading: str
    text: str
    changes: tuple[Changed, ...]
    byline: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """A message for a chat; `rest` says how many further events there are, and `room` is for a changed field."""

    title: str
    parts: tuple[EventPart, ...]
    rest: str
    links: tuple[tuple[str, str], ...]
    room: int


@dataclass(frozen=True)
class Post:
    """A request to a service; names of headers are in lower case."""

    url: str
    body: bytes
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


def laid_out(message: Notification, detail: Detail = DETAILS[0]) -> Sheet:
    """The message with so much in it. A single event has its heading in the title."""
    entries = message.entries[: detail.parts]
    more = message.more + len(message.entries) - len(entries)
    return Sheet(
        title=message.subject or "Dateline",
        parts=tuple(_part(entry, detail, alone=len(entries) == 1 and not more) for entry in entries),
        rest=f"{more} more" if more else "",
        links=_links(("See the rest at the desk", message.desk)) if more else (),
        room=detail.change,
    )


def json_within(
    limit: int, message: Notification, form: Callable[[Sheet], Mapping[str, Any]], size: Callable[[str], int]
) -> bytes:
    """The form of the message as JSON that is no longer than `limit`, with as much of it as fits."""
    for detail in DETAILS:
        content = json.dumps(form(laid_out(message, detail)), ensure_ascii=False, separators=(",", ":"))
        if size(content) <= limit:
            break
    return content.encode("utf-8", "replace")


def posted(url: str, body: bytes, **headers: str) -> Post:
    """A JSON body that is posted there."""
    return Post(url, body, headers={"content-type": "application/json; charset=utf-8", **headers})


def in_plain(change: Changed, limit: int) -> str:
    """A changed field in one line of raw text: what is gone and what is new."""
    gone, new = (_joined(change, fate)[:limit] for fate in ("deleted", "inserted"))
    parts = [f"− {gone}" * bool(gone), f"+ {new}" * bool(new)]
    return f"{change.field}: {' '.join(filter(None, parts))}"


def plain_text(sheet: Sheet, limit: int) -> str:
    """The whole message in inert text of at most `limit` bytes, without its title and links."""
    lines = [line for part in sheet.parts for line in (part.heading, *_lines(part, sheet.room), part.byline)]
    return fitted("\n".join(filter(None, (*lines, sheet.rest))), limit, inert, utf8)


def _lines(part: EventPart, room: int) -> tuple[str, ...]:
    return part.text, *(in_plain(change, room) for change in part.changes)


def _part(entry: Entry, detail: Detail, *, alone: bool) -> EventPart:
    return EventPart(
        heading="" if alone else entry.title[:TITLE],
        text=" ".join(filter(None, (entry.lead, *entry.sentences)))[: detail.text],
        changes=entry.changed[: detail.changes],
        byline=" · ".join(filter(None, (entry.source[:100], entry.at))),
        links=_links((PAGE, entry.page), (DESK, entry.desk)),
    )


def _links(*candidates: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((label, address) for label, url in candidates if url and (address := link(url)))


def _joined(change: Changed, fate: str) -> str:
    return " … ".join(" ".join(piece.text.split()) for piece in change.pieces if piece.fate == fate)
