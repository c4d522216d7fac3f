"""The few words that say what an event is, for people."""

from collections.abc import Callable, Mapping
from typing import Any

_LABELS = {
    "article.created": "New",
    "article.updated": "Changed",
    "article.removed": "Taken down",
    "article.restored": "Back again",
    "article.moved": "Moved",
    "article.merged": "Two articles are one",
    "article.withdrawn": "Withdrawn",
    "article.listed": "Shown by another source",
    "source.silent": "Source silent",
    "source.recovered": "Source recovered",
    "source.blocked": "Source blocked",
    "source.gap": "Pages missing",
    "source.removals": "Many articles taken down",
    "source.drifted": "Pages redesigned",
    "log.checkpoint": "Checkpoint signed",
    "service.trouble": "Trouble",
    "service.recovered": "Trouble is over",
    "endpoint.test": "Test",
    "endpoint.disabled": "Endpoint disabled",
}
_GRADES = {"correction": "Corrected", "removal": "Text removed", "facts": "Facts changed"}


def happened(event: Mapping[str, Any]) -> str:
    """What happened, in a word or two; a type that is not known here is named as it is."""
    kind = str(event["type"])
    grade = str((event["data"].get("change") or {}).get("grade"))
    return _GRADES.get(grade, _LABELS[kind]) if kind == "article.updated" else _LABELS.get(kind, kind)


def remarks(event: Mapping[str, Any]) -> list[str]:
    """What else there is to say of the event, a sentence each."""
    sentences = _SENTENCES.get(str(event["type"]))
    return sentences(event["data"]) if sentences else []


def _removed(data: Mapping[str, Any]) -> list[str]:
    return [entry["detail"] for entry in (data.get("evidence") or ())[:1]]


def _updated(data: Mapping[str, Any]) -> list[str]:
    change = data.get("change") or {}
    returns = change.get("returns_to")
    return [
        *([f"Changed: {', '.join(data['changed'])}.".replace("_", " ")] if data.get("changed") else ()),
        *([f"The wording of revision {returns} stands again."] if returns else ()),
        *(["There is more of it than is shown here."] if change.get("truncated") else ()),
    ]


def _withdrawn(data: Mapping[str, Any]) -> list[str]:
    reason = data.get("reason")
    return ["An operator has withdrawn this article; show it no more.", *([f"Reason: {reason}"] if reason else ())]


def _endpoint(data: Mapping[str, Any]) -> list[str]:
    endpoint = data["endpoint"]
    return [f"{endpoint.get('description') or 'Endpoint'} ({endpoint['id']}): {endpoint['reason']}"]


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "article.updated": _updated,
    "article.removed": _removed,
    "article.moved": lambda data: [f"Its address was {data['previous_url']}"],
    "article.merged": lambda data: [f"It was known as “{data['merged']['headline']}”, too."],
    "article.withdrawn": _withdrawn,
    "article.listed": lambda data: [f"Now {data['by']} shows it, too."],
    "log.checkpoint": lambda data: [f"The transparency log of {data['origin']} has {data['size']} entries."],
    "endpoint.test": lambda _data: ["This is a test of Dateline: messages arrive here."],
    "endpoint.disabled": _endpoint,
    "service.trouble": lambda data: [data["trouble"]["sentence"], f"Next: {data['trouble']['next_step']}"],
    "service.recovered": lambda data: [f"It was: {data['trouble']['sentence']}"],
}
