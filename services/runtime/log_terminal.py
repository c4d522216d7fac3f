"""The log as a person reads it on a terminal: when, of which source, what happened, and to what."""

from collections.abc import Callable, Mapping

from structlog.typing import EventDict

WIDEST = 100
"""Characters of a headline or an address that are shown."""
QUIET = frozenset({"Announce", "Deliver"})
"""What only follows from a line before or after it, when it went as planned."""

DIM, BOLD, PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"


def line(event: EventDict) -> str | None:
    """The line of an event that went as planned; "" for one that says nothing new; None for all others.

    Nothing in it may command the terminal: whoever calls has seen to that.
    """
    entry = _TOLD.get(str(event.get("event")))
    if entry is None or event.get("level") != "info":
        return None
    text = entry(event)
    if not text:
        return text
    return f"{DIM}{event['timestamp']}{PLAIN}  {_cut(event.get('source', ''), 20):<12}  {text}"


def _handled(event: EventDict) -> str | None:
    if event.get("outcome") != "completed":
        return None
    kind = str(event["kind"])
    if kind in QUIET:
        return ""
    entry = _DONE.get(kind)
    took = f"  {DIM}{event['ms']:.0f} ms{PLAIN}"
    return (entry(event) if entry else f"{kind} {event['key']}") + took


def _looked(event: EventDict) -> str:
    fresh = event.get("fresh") or 0
    result = f", {fresh} new {'page' if fresh == 1 else 'pages'}" if fresh else ""
    return f"looked at {_of(event, 'url')}: {event.get('answer', 'no longer watched')}{result}"


def _fetched(event: EventDict) -> str:
    return f"fetched {_of(event, 'url')}: {event.get('answer', 'at rest')}"


def _read(event: EventDict) -> str:
    if "rejected" in event:
        return f"no article ({event['rejected']}): {_of(event, 'url')}"
    return f"read {BOLD}{_of(event, 'headline')}{PLAIN}"


def _stored(event: EventDict) -> str:
    return f"stored {BOLD}{_of(event, 'headline')}{PLAIN}: {event.get('change', 'as promoted')}"


def _attempted(event: EventDict) -> str:
    return f"webhook to endpoint {event['endpoint']}: {event['answer']}  {DIM}{event['ms']:.0f} ms{PLAIN}"


def _answered(event: EventDict) -> str:
    who = f" (key {event['key']})" if "key" in event else ""
    return f"{event['method']} {_of(event, 'path')}: {event['status']}{who}  {DIM}{event['ms']:.0f} ms{PLAIN}"


def _of(event: Mapping[str, object], name: str) -> str:
    return _cut(event.get(name, "–"), WIDEST)


def _cut(words: object, width: int) -> str:
    report = str(words)
    return report if len(report) <= width else report[: width - 1] + "…"


_TOLD: dict[str, Callable[[EventDict], str | None]] = {
    "handled": _handled,
    "attempted": _attempted,
    "answered": _answered,
}
_DONE: dict[str, Callable[[EventDict], str]] = {
    "PollChannel": _looked,
    "FetchPage": _fetched,
    "ParsePage": _read,
    "SaveArticle": _stored,
}
