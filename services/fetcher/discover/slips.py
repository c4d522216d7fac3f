"""Slips of those who write addresses by hand or by template, as they were meant."""

import re

_SCHEME = re.compile(r"(?:https?:?[/\\\\]{1,3}){0,3}(https?)(?::[/\\\\]{1,3}|[/\\\\]{2})", re.IGNORECASE)
LONGEST = 10_000
"""Characters of an address that are looked at."""


def meant_address(address: str, host: str = "") -> str:
    """Without line breaks and second escapes, and with its scheme, where one was meant.

    `host` is that of the document; an address may begin with it, or with `www.`.
    """
    address = "".join(line.strip() for line in address[:LONGEST].splitlines()).replace("&amp;", "&")
    if scheme := _SCHEME.match(address):
        return f"{scheme[1].lower()}://{address[scheme.end() :]}"
    first = address.partition("/")[0].lower()
    is_host = first.startswith("www.") or (host and first == host.lower() and "/" in address)
    return f"https://{address}" if is_host else address
