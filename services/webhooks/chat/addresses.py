"""Which addresses each service has, so that a wrong one is refused when it is given, with the reason."""

import re
from collections.abc import Mapping

import httpx

from services.webhooks.chat import ntfy
from services.webhooks.chat.answers import SERVICES, Kind

_HOSTS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str], str]] = {
    "slack": (
        re.compile(r"hooks\.slack(-gov)?\.com"),
        re.compile(r"/(services|workflows|triggers)/\S+"),
        "https://hooks.slack.com/services/…",
    ),
    "discord": (
        re.compile(r"((ptb|canary)\.)?discord(app)?\.com"),
        re.compile(r"/api(/v\d{1,2})?/webhooks/\d{1,25}/[\w-]{1,200}"),
        "https://discord.com/api/webhooks/…",
    ),
    "apprise": (re.compile(r".+"), re.compile(r".*/notify/[\w-]{1,128}/?"), "https://apprise.example.org/notify/…"),
    "mattermost": (re.compile(r".+"), re.compile(r".*/hooks/.+"), "https://chat.example.org/hooks/…"),
}
_ANY = (re.compile(r".+"), re.compile(r".*"), "https://…")
ROOM = re.compile(r"![^\s:]{1,200}(:[^\s/]{1,230})?")


def address_fault(kind: Kind, url: str, *, inside: bool = False) -> str | None:
    """Why this is no address of the service, in one sentence; None when it may be one.

    `inside` says that it is in a network that the operator allows, where HTTP without TLS and any host will do.
    """
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        return f"This is not a web address: {error}."
    if not address.host:
        return "This is not a web address: it names no host."
    if address.scheme != "https" and not (inside and address.scheme == "http"):
        return f"An address of {SERVICES[kind].name} must begin with https://, because whoever reads it can post there."
    return None if inside and kind in _HOSTS else _shape_fault(kind, address)


def _shape_fault(kind: Kind, address: httpx.URL) -> str | None:
    if kind == "ntfy":
        return _topic_fault(str(address))
    host, path, example = _HOSTS.get(kind, _ANY)
    if host.fullmatch(address.host) and path.fullmatch(address.path):
        return None
    return f"This is no webhook of {SERVICES[kind].name}; its address is like {example}"


def room_fault(room: str) -> str | None:
    """Why this is no room of Matrix; None when it may be one."""
    if ROOM.fullmatch(room):
        return None
    return "A room of Matrix is named by its internal id, like !abc:example.org; the settings of the room show it."


def _topic_fault(url: str) -> str | None:
    try:
        ntfy.split(url)
    except ValueError as refusal:
        return str(refusal)
    return None
