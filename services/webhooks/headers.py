"""The owner's own headers: which names and values are possible, and how they rest. They may hold a token."""

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from services.runtime.sealing import seal, unseal
from services.webhooks.limits import HEADERS

LONGEST = 2_000
"""Characters of a value."""
OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "cookie",
        "date",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    }
)
"""Headers that say how the request travels and from whom: they are ours to set, or nobody's."""
RESERVED = ("content-", "dateline-", "proxy-", "sec-", "webhook-", "x-forwarded-")

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def possible(headers: dict[str, str]) -> dict[str, str]:
    """The headers with their names in lower case; a `ValueError` for one that cannot be, which repeats no value."""
    lower = {name.lower(): value for name, value in headers.items()}
    if len(lower) < len(headers):
        raise ValueError("Two headers have the same name; upper and lower case make no difference.")
    for name, value in lower.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:100]!r} is no name of a header.")
        if name in OURS or name.startswith(RESERVED):
            raise ValueError(f"The header {name} is not yours to set.")
        if len(value) > LONGEST or not _VALUE.fullmatch(value):
            raise ValueError(f"The value of {name} must be 1 to {LONGEST} ASCII characters without line breaks.")
    return lower


OwnHeaders = Annotated[
    dict[str, str],
    Field(
        max_length=HEADERS,
        description="Headers to be sent along, `authorization` for instance. The values are never shown again.",
        examples=[{"authorization": "Bearer …"}],
    ),
    AfterValidator(possible),
]


def seal_headers(headers: Mapping[str, str]) -> str:
    """The headers as they may be written down; empty when there are none."""
    return seal(SecretStr(json.dumps(dict(headers)))) if headers else ""


def owner_headers(sealed: str) -> dict[str, str]:
    """The headers again."""
    result: dict[str, str] = json.loads(unseal(sealed).get_secret_value()) if sealed else {}
    return result
