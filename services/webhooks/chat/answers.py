"""What an answer of a service means: delivered, later, never this message, or never again to this address. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Literal

from services.runtime import egress
from services.runtime.egress import Response
from services.runtime.redaction import redacted, visible
from services.webhooks.retries import LATER, LONGEST

Kind = Literal["slack", "mattermost", "teams", "discord", "ntfy", "matrix", "apprise"]
Outcome = Literal["delivered", "gone", "throttled", "refused", "rejected"]

MOST = 10**12
"""No number of seconds or milliseconds that a service names is larger."""
TOO_EARLY = frozenset({408, 409, 421, 423, 425})
"""Refusals that may pass: of the moment, not of the message."""
QUOTA = timedelta(hours=1)
"""How long a server rests that has no room, or whose quota of the day is used up."""
UNKNOWN_KEY = 204
"""An Apprise server answers so when it has no service under this key. It answers 424 when only some services took the
message, which those must not get twice: that is for good like any other 4xx."""
GONE = frozenset({401, 403, 404, 410})
"""Refusals that no other message to the same address will escape."""
DETAIL = 200
"""Characters of a service's own words in our sentence."""


@dataclass(frozen=True)
class Service:
    """How a service says that an address is dead: by which statuses, or by which words of its own."""

    name: str
    gone: frozenset[int] = GONE
    dead: frozenset[str] = frozenset()
    advice: str = "make a new webhook there, and give its address"


SERVICES: Mapping[Kind, Service] = {
    "slack": Service("Slack"),
    "mattermost": Service("Mattermost", dead=frozenset({"web.incoming_webhook.invalid.app_error"})),
    "teams": Service(
        "Teams",
        dead=frozenset({"WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "TriggerNotFound"}),
        advice="look whether its workflow is on, or make a new one, and give its address",
    ),
    "discord": Service("Discord"),
    "ntfy": Service("ntfy", advice="look whether the token may write to the topic, and give a new one"),
    "matrix": Service(
        "Matrix",
        advice="look whether the account is in the room and its access token is valid, and give a new one",
    ),
    "apprise": Service(
        "Apprise",
        GONE | {UNKNOWN_KEY},
        advice="look whether the server has services under this key, or give another address",
    ),
}


@dataclass(frozen=True)
class ServiceVerdict:
    """What an answer means: a sentence where something is wrong, and how long the service wants to be left alone."""

    outcome: Outcome
    sentence: str | None = None
    retry_after: timedelta | None = None


def verdict_on(kind: Kind, response: Response, now: datetime) -> ServiceVerdict:
    """What this answer of this service means.

    4xx is for good, of the message or of the address; only what says that it may pass is tried again.
    """
    service, (status, detail) = SERVICES[kind], _answer(kind, response)
    if 200 <= status < 300 and status not in service.gone:
        return ServiceVerdict("delivered")
    sentence = f"{service.name} answered {status}{detail.shown}"
    if status in LATER or status == 507:
        return ServiceVerdict("throttled", f"{sentence}.", _patience(status, detail, response, now))
    if 300 <= status < 400:
        return ServiceVerdict("refused", f"{sentence}; redirects are not followed, so give the final address.")
    if status in service.gone or detail.code in service.dead:
        return ServiceVerdict("gone", f"{sentence}; {service.advice}.")
    return ServiceVerdict("rejected" if 400 <= status < 500 and status not in TOO_EARLY else "refused", f"{sentence}.")


@dataclass(frozen=True)
class _Detail:
    """What the body of an answer says: a code, a message for people, and seconds to wait."""

    code: str = ""
    message: str = ""
    wait: float | None = None

    @property
    def shown(self) -> str:
        text = visible(" ".join(redacted(self.message or self.code).split())[:DETAIL]).rstrip(". ")
        return f": {text}" if text else ""


_OLD_TEAMS = re.compile(r"Microsoft Teams endpoint returned HTTP error (\d{3})")


def _answer(kind: Kind, response: Response) -> tuple[int, _Detail]:
    """The status that counts, and what the body says."""
    text = response.body.decode("utf-8", "replace").replace("\x00", "")
    # An old connector answers 200 and says in the body what went wrong behind it.
    if kind == "teams" and response.status == 200 and (behind := _OLD_TEAMS.search(text)):
        return int(behind[1]), _Detail()
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        plain = text if re.fullmatch(r"[\w .,-]{1,100}", text.strip()) else ""
        return response.status, _Detail(message=plain.strip())
    return response.status, _detail(content) if isinstance(content, dict) else _Detail()


def _detail(content: Mapping[str, Any]) -> _Detail:
    error = content.get("error")
    inner: Mapping[str, Any] = error if isinstance(error, dict) else content
    message = next((text for text in (error, inner.get("message")) if isinstance(text, str)), "")
    code = next((value for name in ("errcode", "code", "id") if isinstance(value := inner.get(name), str | int)), "")
    return _Detail(str(code)[:100], message, _seconds(content))


def _seconds(content: Mapping[str, Any]) -> float | None:
    seconds, milliseconds = content.get("retry_after"), content.get("retry_after_ms")
    named = ((_finite(seconds), 1.0), (_finite(milliseconds), 0.001))
    return next((value * share for value, share in named if value is not None), None)


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < MOST else None


def _patience(status: int, detail: _Detail, response: Response, now: datetime) -> timedelta | None:
    pauses = [pause for pause in (_pause(detail.wait), *_headers(response, now)) if pause is not None]
    if pauses:
        return min(max(pauses), LONGEST)
    # ntfy's codes for a quota of the day, and HTTP's status for a full disk.
    return QUOTA if status == 507 or detail.code in {"42908", "42910", "42911"} else None


def _headers(response: Response, now: datetime) -> tuple[timedelta | None, ...]:
    value = response.header("retry-after")
    return egress.retry_after(value, now) or _pause(_number(value)), _pause(
        _number(response.header("x-ratelimit-reset-after"))
    )


def _number(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value.strip()) else None


def _pause(seconds: float | None) -> timedelta | None:
    """Whole milliseconds, upwards: who comes a moment early is sent away again."""
    if seconds is None or not 0 <= seconds < MOST:
        return None
    return timedelta(milliseconds=ceil(round(seconds * 1000, 3)))
