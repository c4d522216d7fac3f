"""Conditions on what changed, for endpoints, for the event log and for streams."""

import pytest
from pydantic import ValidationError

from services.runtime.events.changes import ChangeQuery, ChangeSubject
from services.webhooks.filters import Filter
from services.webhooks.judge import story, why, why_not

ARTICLE = {
    "id": "art_1",
    "kind": "news",
    "headline": "Bridge Reopens",
    "body": [{"kind": "paragraph", "text": "It took 41 hours."}],
}
PIECES = [("same", "It took "), ("deleted", "40 long"), ("inserted", "41"), ("same", " hours of work on the river")]


def told(event_type="article.updated", grade="facts", *, pieces=PIECES, truncated=False, changed=("body",)):
    diff = [{"field": "body", "pieces": [{"fate": fate, "text": text} for fate, text in pieces]}]
    change = {"grade": grade, "diff": diff, "truncated": truncated} if event_type == "article.updated" else None
    return {
        "type": event_type,
        "data": {"article": ARTICLE, "changed": list(changed) if change else [], "change": change},
    }


EVENTS = {
    "updated": told(),
    "typographic": told(grade="typographic"),
    "cut": told(truncated=True),
    "created": told("article.created"),
    "removed": told("article.removed"),
}


@pytest.mark.parametrize(
    ("conditions", "let_through"),
    [
        ({"changed": ["body", "headline"]}, {"updated", "typographic", "cut"}),
        ({"changed": ["headline"]}, set()),
        ({"added": ["41 hours"]}, {"updated", "typographic", "cut", "created"}),
        ({"added": ["river"]}, {"cut"}),
        ({"added": ["bridge"]}, {"cut", "created"}),
        ({"removed": ["long hours"]}, {"updated", "typographic", "cut"}),
        ({"removed": ["41"]}, {"cut"}),
        ({"min_grade": "wording"}, {"updated", "cut", "created", "removed"}),
        ({"min_grade": "correction"}, {"created", "removed"}),
        ({"not_added": ["41"]}, {"removed", "cut"}),
        ({"not_changed": ["body"]}, {"created", "removed"}),
        ({"not_removed": ["long"]}, {"created", "removed", "cut"}),
        ({"added": ["41"], "not_removed": ["long"]}, {"created", "cut"}),
    ],
)
def test_what_is_asked_of_a_change(conditions, let_through):
    """The same for an endpoint's filter and for `GET /events`; what is cut out of sight is rather let through."""
    query = ChangeQuery(**{name: tuple(value) if name != "min_grade" else value for name, value in conditions.items()})
    assert {name for name, event in EVENTS.items() if query.lets_through(ChangeSubject.of(event))} == let_through
    excluded = {name.removeprefix("not_"): value for name, value in conditions.items() if name.startswith("not_")}
    by_name = {name: value for name, value in conditions.items() if not name.startswith("not_")}
    order = Filter(**by_name, **({"exclude": excluded} if excluded else {}))
    matching = {name for name, event in EVENTS.items() if not why_not((), order, story("navy", event))}
    assert matching - {"cut"} == let_through - {"cut"}


def test_it_says_why_and_why_not():
    order = Filter(added=["41", "42"], changed=["body"], min_grade="wording", words=["bridge"])
    assert why(order, story("navy", EVENTS["updated"])) == [
        "words: bridge",
        "changed: body",
        "added: 41",
        "min_grade: facts",
    ]
    reasons = why_not((), Filter(added=["river"], min_grade="correction"), story("navy", EVENTS["updated"]))
    assert reasons == ["None of the words is new.", "Its change is only facts."]
    assert why_not((), Filter(exclude={"words": ["bridge"]}), story("navy", EVENTS["updated"])) == [
        "It is excluded by words: bridge."
    ]


@pytest.mark.parametrize(
    ("filter_", "sentence"),
    [
        ({"exclude": {}}, "`exclude` names no condition"),
        ({"added": ["storm"], "exclude": {"added": ["Storm"]}}, "name the same, so nothing can ever match"),
        ({"added": ["…"]}, "neither letter nor digit"),
        ({"changed": ["tags"]}, "Input should be"),
        ({"min_grade": "big"}, "Input should be"),
        ({"added": []}, "at least 1"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_in_one_sentence(filter_, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Filter(**filter_)


def test_a_filter_is_kept_as_it_was_named():
    fields = {"match": "all", "min_grade": "facts", "exclude": {"kinds": ["biography"]}}
    assert Filter(**fields).named() == fields
    assert Filter().named() == {}
