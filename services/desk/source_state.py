"""How a source is, in one word and one sentence, as lists and pages of the desk show it. Pure."""

from collections.abc import Mapping
from typing import Any

STATES = ("failing", "silent", "blocked", "active", "paused")
"""What needs somebody comes first."""


def failing_channels(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Its channels that fail, are retried or have raised an alarm."""
    return [each for each in source["channels"] if each["failures"] or each["alarm"] or each["retrying"]]


def source_state(source: Mapping[str, Any]) -> str:
    """The word for a source as the API gives it."""
    if source["paused"]:
        return "paused"
    if source["retrying"] or failing_channels(source):
        return "failing"
    if source["walled_since"]:
        return "blocked"
    if source["rhythm"]["silent_since"]:
        return "silent"
    return "blocked" if source["blocked"] else "active"


def wrong_with(source: Mapping[str, Any]) -> str:
    """The sentence for it; empty where nothing is wrong."""
    failing = [each["alarm"] or each["retrying"] or each["detail"] for each in failing_channels(source)]
    walled = f"Its pages stand behind a wall. {source['blocked_detail'] or ''}" if source["walled_since"] else ""
    silence = "Nothing new came for longer than its rhythm explains." if source["rhythm"]["silent_since"] else ""
    walls = source["blocked_detail"] if source["blocked"] else ""
    return next(
        (sentence for sentence in (*failing, source["retrying"], walled.strip(), silence, walls) if sentence), ""
    )
