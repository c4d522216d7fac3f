"""ntfy: a topic on ntfy.sh or on a server of one's own, in the JSON form of publishing."""

import re
from typing import Any

import httpx

from services.webhooks.chat.form import TITLE, Post, Sheet, json_within, plain_text, posted
from services.webhooks.chat.text import fitted, utf8
from services.webhooks.people.message import Notification

MESSAGE, LIMIT = 3_500, 30_000
"""Bytes of the text, and of all. ntfy takes 4,096 of text, and makes an attachment of what is longer."""
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
ACTIONS = 3


def split(url: str) -> tuple[str, str]:
    """The server and the topic of an address; a `ValueError`, with the sentence for its owner, where it has none."""
    address = httpx.URL(url)
    server, _, topic = address.path.rstrip("/").rpartition("/")
    if not TOPIC.fullmatch(topic):
        raise ValueError(
            "An address of ntfy ends with its topic, like https://ntfy.sh/my-topic: "
            "letters, digits, - and _, at most 64 of them."
        )
    return str(address.copy_with(path=f"{server}/", query=None, fragment=None)), topic


def ntfy_post(url: str, message: Notification, *, token: str = "", priority: int = 3, key: str = "") -> Post:
    """The message as ntfy takes it. The same `key` again replaces what it showed before, on newer servers."""
    server, topic = split(url)
    fields: dict[str, Any] = {"topic": topic, "priority": priority, "markdown": False}
    fields |= {"sequence_id": key} if key else {}
    body = json_within(LIMIT, message, lambda sheet: fields | _content(sheet), utf8)
    return posted(server, body, **({"authorization": f"Bearer {token}"} if token else {}))


def _content(sheet: Sheet) -> dict[str, Any]:
    followed = [*(sheet.parts[0].links if len(sheet.parts) == 1 else ()), *sheet.links]
    content: dict[str, Any] = {
        "title": fitted(sheet.title, TITLE),
        "message": plain_text(sheet, MESSAGE) or "-",
        "actions": [{"action": "view", "label": label, "url": address} for label, address in followed[:ACTIONS]],
    }
    if followed:
        content["click"] = followed[0][1]
    return content
