"""One example of each type of event: docs, JSON Schemas, OpenAPI and tests show them."""

from pydantic import JsonValue

from services.contracts import log_events, source_events, troubles
from services.contracts.article_view import LINE, WORDS, ArticleView
from services.contracts.troubles import RECOVERED, TROUBLE


def _whole(line: dict[str, JsonValue]) -> JsonValue:
    shown: JsonValue = ArticleView.model_validate(line | WORDS).model_dump(mode="json")
    return shown


def _example(type_: str, sequence: int, data: JsonValue) -> dict[str, JsonValue]:
    return {"type": type_, "timestamp": "2026-03-02T15:04:05+00:00", "sequence": sequence, "data": data}


_FIRST = LINE | {"revision": 1, "first_seen": LINE["updated"]}
_REMOVED: dict[str, JsonValue] = {
    "status": "removed",
    "status_since": "2026-03-03T16:00:00Z",
    "status_looks": 5,
}
_RESTORED: dict[str, JsonValue] = {"status": "live", "status_since": "2026-03-09T08:00:00Z", "status_looks": 0}


_EVIDENCE: list[JsonValue] = [
    {
        "sign": "404",
        "detail": "www.army.example answered 404: there is no such page.",
        "fetched_at": "2026-03-03T16:00:00Z",
        "capture": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    }
]
_REASON = "It answered 410, Gone."
_WHY = "Names a witness."
_UNSAID: dict[str, JsonValue] = {
    "headline": "Withdrawn",
    "status": "withdrawn",
    "status_since": "2026-03-09T08:00:00Z",
    "status_looks": 0,
}
_NAMED: dict[str, JsonValue] = {name: value for name, value in LINE.items() if name != "published_at"} | _UNSAID


def _masked() -> JsonValue:
    shown: JsonValue = ArticleView.model_validate(_NAMED | {"layout": "afpims"}).model_dump(mode="json")
    return shown


_BEFORE = "https://www.army.example/News/Article/1234567/bridge-reopns/"
_MERGED: dict[str, JsonValue] = {
    "id": "art_onxw2zjaorsxq5bo",
    "url": "https://www.army.example/Stories/bridge-reopens/",
    "source": "army-news",
    "headline": LINE["headline"],
    "revision": 1,
}
_WEIGHED: dict[str, JsonValue] = {"grade": "facts", "facts": ["figures"], "returns_to": None}


_DIFF: list[JsonValue] = [
    {
        "field": "body",
        "pieces": [
            {"fate": "same", "text": "The bridge reopened at dawn, "},
            {"fate": "deleted", "text": "40"},
            {"fate": "inserted", "text": "41"},
            {"fate": "same", "text": " hours after the water rose."},
        ],
    }
]
CHANGE: dict[str, JsonValue] = _WEIGHED | {"diff": _DIFF, "truncated": False}
"""A change of the sample article, whole."""


def _examples(
    first: JsonValue,
    second: JsonValue,
    removed: JsonValue,
    restored: JsonValue,
    withdrawn: JsonValue,
    change: dict[str, JsonValue],
) -> dict[str, dict[str, JsonValue]]:
    created: dict[str, JsonValue] = {"article": first, "previous_revision": None, "changed": [], "change": None}
    updated: dict[str, JsonValue] = {"article": second, "previous_revision": 1, "changed": ["body"], "change": change}
    created["files"], updated["files"] = [], []
    gone: dict[str, JsonValue] = {"article": removed, "previous_status": "missing", "evidence": _EVIDENCE}
    back: dict[str, JsonValue] = {"article": restored, "previous_status": "removed", "evidence": []}
    same: dict[str, JsonValue] = {"article": second, "previous_revision": 2, "changed": [], "change": None}
    same["files"] = []
    moved = same | {"changed": ["url"], "previous_url": _BEFORE, "site_move": None}
    hidden: dict[str, JsonValue] = {"article": withdrawn, "previous_status": "live", "evidence": [], "reason": _WHY}
    return {
        "article.withdrawn": _example("article.withdrawn", 4711, hidden),
        "article.listed": _example("article.listed", 4711, {"article": second, "by": "corps-of-engineers"}),
        "article.removed": _example("article.removed", 4711, gone),
        "article.restored": _example("article.restored", 4711, back),
        "article.created": _example("article.created", 4711, created),
        "article.updated": _example("article.updated", 4711, updated),
        "article.moved": _example("article.moved", 4711, moved),
        "article.merged": _example("article.merged", 4711, same | {"merged": _MERGED}),
    }


EXAMPLES: dict[str, dict[str, JsonValue]] = {
    **_examples(_whole(_FIRST), _whole(LINE), _whole(LINE | _REMOVED), _whole(LINE | _RESTORED), _masked(), CHANGE),
    "endpoint.test": _example("endpoint.test", 0, {"endpoint": {"id": 1}}),
    "endpoint.disabled": _example(
        "endpoint.disabled", 0, {"endpoint": {"id": 2, "description": "news desk", "reason": _REASON}}
    ),
    **{name: _example(name, 4711, data) for name, data in source_events.EXAMPLES.items()},
    log_events.CHECKPOINT: _example(log_events.CHECKPOINT, 4711, log_events.EXAMPLE),
    **{name: _example(name, 0, troubles.EXAMPLE) for name in (TROUBLE, RECOVERED)},
}
"""One event of each type, whole, in the form in which it is sent."""
THIN_EXAMPLES = _examples(_FIRST, LINE, LINE | _REMOVED, LINE | _RESTORED, _NAMED | {"published_at": None}, _WEIGHED)
"""The same, as an endpoint gets them whose `payload` is `thin`."""
