"""Which sources need somebody, and why, out of what the API says of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.desk.source_state import failing_channels

RECENT = timedelta(days=1)
"""How long a wall that a source answered with is news."""


@dataclass(frozen=True)
class SourceTrouble:
    """One thing that is wrong with a source: its name in a word, a sentence about it, since when, and where to look."""

    source: str
    title: str
    what: str
    sentence: str
    since: str | None
    path: str


def source_troubles(
    sources: Sequence[Mapping[str, Any]],
    gaps: Sequence[Mapping[str, Any]],
    quarantine: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[SourceTrouble]:
    """What is wrong with sources that are watched: failures, walls and silence, then gaps, then redesigned pages."""
    watched = {source["name"]: source for source in sources if not source["paused"]}
    return [
        *(trouble for source in watched.values() for trouble in _own(source, now)),
        *(_gap(watched[each["source"]], each) for each in gaps if each["source"] in watched),
        *_redesigned(watched, quarantine),
    ]


def _own(source: Mapping[str, Any], now: datetime) -> Iterator[SourceTrouble]:
    path = f"/sources/{source['name']}"
    if failing := _failing(source):
        yield _trouble(source, "failing", *failing, path)
    if source["walled_since"]:
        sentence = f"Its pages stand behind a wall. {source['blocked_detail'] or ''}".strip()
        yield _trouble(source, "blocked", sentence, source["walled_since"], path)
    elif source["blocked_at"] and now - datetime.fromisoformat(source["blocked_at"]) < RECENT:
        yield _trouble(
            source, "blocked", source["blocked_detail"] or "It answers with a wall.", source["blocked_at"], path
        )
    rhythm = source["rhythm"]
    if rhythm["silent_since"]:
        sentence = "Nothing new comes, although it is due by the rhythm of this source."
        yield _trouble(source, "silent", sentence, rhythm["last_item_at"], path)


def _failing(source: Mapping[str, Any]) -> tuple[str, str | None] | None:
    channels = failing_channels(source) or (source["channels"] if source["retrying"] else [])
    if not channels:
        return None
    worst = max(channels, key=lambda channel: channel["failures"])
    sentence = worst["alarm"] or worst["retrying"] or source["retrying"] or worst["detail"]
    return sentence or f"{worst['failures']} looks in a row failed.", worst["succeeded_at"]


def _gap(source: Mapping[str, Any], counted: Mapping[str, Any]) -> SourceTrouble:
    causes = ", ".join(f"{count:,} {cause.replace('_', ' ')}" for cause, count in counted["causes"].items())
    sentence = f"Pages that it showed are not stored: {causes}."
    return _trouble(source, "gaps", sentence, None, f"/gaps?source={source['name']}")


def _redesigned(watched: Mapping[str, Any], readings: Sequence[Mapping[str, Any]]) -> Iterator[SourceTrouble]:
    first: dict[str, list[Mapping[str, Any]]] = {}
    for reading in readings:
        first.setdefault(reading["source"], []).append(reading)
    for name, waiting in first.items():
        if name in watched:
            sentence = (
                f"Pages are built otherwise than before: readings wait in quarantine, {len(waiting)} of them here."
            )
            path = f"/quarantine?source={name}"
            yield _trouble(watched[name], "redesigned", sentence, waiting[0]["held_at"], path)


def _trouble(source: Mapping[str, Any], what: str, sentence: str, since: str | None, path: str) -> SourceTrouble:
    return SourceTrouble(source["name"], source["title"] or source["name"], what, sentence, since, path)
