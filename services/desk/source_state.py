"""How a source is, in one word and one sentence, as lists and pages of the desk show it. Pure."""

from collections.abc import Mapping
from typing import Any

STATES = ("failing", "silent", "blocked", "active", "paused")
"""What needs somebody comes first."""


def source_state(source: Mapping[str, Any]) -> str:
    """The word for a source as the API gives it."""
    if source["paused"]:
        return "paused"
    if source["retrying"] or any(each["failures"] or each["alarm"] or each["retrying"] for each in source["channels"]):
        return "failing"
    if source["rhythm"]["silent_since"]:
        return "silent"
    return "blocked" if source["blocked"] else "active"


def wrong_with(source: Mapping[str, Any]) -> str:
    """The sentence for it; empty where nothing is wrong."""
    channels = source["channels"]
    told = [each["alarm"] or each["retrying"] or (each["detail"] if each["failures"] else "") for each in channels]
    silence = "Nothing new came for longer than its rhythm explains." if source["rhythm"]["silent_since"] else ""
    walls = source["blocked_detail"] if source["blocked"] else ""
    return next((sentence for sentence in (*told, source["retrying"], silence, walls) if sentence), "")
