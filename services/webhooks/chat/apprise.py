"""Apprise: a server of the Apprise API, which an operator runs and configures, and which knows many more services."""

from typing import Any

from services.webhooks.chat.form import TITLE, Post, Sheet, json_within, plain_text, posted
from services.webhooks.chat.text import fitted, utf8
from services.webhooks.people.message import Notification

BODY, LIMIT = 3_500, 20_000
"""Bytes of the text, and of all. The services behind it cut or split what they find too long."""


def apprise_post(url: str, message: Notification) -> Post:
    """The message as an Apprise server takes it: plain text, which it puts into the form of each service."""
    return posted(url, json_within(LIMIT, message, _content, utf8))


def _content(sheet: Sheet) -> dict[str, Any]:
    # The text is inert, so the addresses of our own links come after it.
    links = [f"{label}: {address}" for part in sheet.parts[:1] for label, address in (*part.links, *sheet.links)]
    body = "\n".join(filter(None, (plain_text(sheet, BODY), *links)))
    return {"title": fitted(sheet.title, TITLE), "body": body, "type": "info", "format": "text"}
