"""Which events an endpoint wants to hear of, and which wishes can never come true."""

import pytest
from pydantic import ValidationError

from services.webhooks.filters import Filter, never
from services.webhooks.judge import FilterSubject, story, why_not
from services.webhooks.payload import thinned
from services.webhooks.requests import Choice, EndpointWanted

EVENT = {
    "type": "article.created",
    "data": {
        "article": {
            "id": "art_1",
            "kind": "release",
            "headline": "Größe  der Brücke",
            "byline": [{"name": "Army Sgt. Pat Doe", "affiliation": "Example News"}],
            "dateline": "FORT BRAGG, N.C.",
            "tags": ["Readiness", "Bridge Work"],
            "body": [{"kind": "paragraph", "text": "It reopened\nat dawn."}, {"kind": "quote", "text": "Good work."}],
            "url": "https://a.example/1",
        },
        "previous_revision": None,
        "changed": [],
    },
}
TOLD = story("navy", EVENT)


@pytest.mark.parametrize(
    ("labels", "fields"),
    [
        ({}, True),
        ({"sources": ["army", "navy"]}, True),
        ({"sources": ["army"]}, False),
        ({"kinds": ["release", "contracts"]}, True),
        ({"kinds": ["contracts"]}, False),
        ({"tags": ["bridge  WORK"]}, True),
        ({"tags": ["bridge"]}, False),
        ({"bylines": ["pat doe"]}, True),
        ({"bylines": ["example news"]}, True),
        ({"bylines": ["Doe Example"]}, False),
        ({"datelines": ["fort bragg"]}, True),
        ({"datelines": ["fort"]}, True),
        ({"datelines": ["bra"]}, False),
        ({"words": ["größe der"]}, True),
        ({"words": ["GRÖSSE"]}, True),
        ({"words": ["reopened at dawn"]}, True),
        ({"words": ["dusk", "Good Work"]}, True),
        ({"words": ["open"]}, False),
        ({"words": ["dawn. good"]}, True),
        ({"sources": ["navy"], "kinds": ["contracts"]}, False),
        ({"sources": ["navy"], "kinds": ["contracts"], "match": "any"}, True),
        ({"sources": ["army"], "kinds": ["contracts"], "match": "any"}, False),
    ],
)
def test_a_condition_holds_when_one_of_its_values_does(labels, fields):
    """Whole words, in any case and spacing; all conditions must hold unless any will do."""
    assert (why_not((), Filter(**labels), TOLD) == []) is fields


@pytest.mark.parametrize(
    ("patterns", "fields"),
    [
        ((), True),
        (("article.created",), True),
        (("article.updated",), False),
        (("article.*",), True),
        (("*",), True),
        (("endpoint.*",), False),
        (("endpoint.*", "article.created"), True),
    ],
)
def test_a_type_is_named_or_a_pattern(patterns, fields):
    """Naming none means all of them, those to come among them."""
    assert (why_not(patterns, Filter(), TOLD) == []) is fields


def test_a_filter_judges_articles_only():
    """A key whose endpoints want contracts hears all the same of one that was disabled."""
    assert why_not((), Filter(kinds=["contracts"]), FilterSubject("endpoint.disabled")) == []
    assert why_not(("article.*",), Filter(), FilterSubject("endpoint.disabled")) == ["Its type is endpoint.disabled."]


def test_a_test_is_for_the_endpoint_that_asked():
    """Whatever else one wants."""
    assert why_not(("*",), Filter(), FilterSubject("endpoint.test")) == ["Its type is endpoint.test."]


def test_what_is_missing_is_said_of_each_condition():
    """In the article's own words, so that a filter can be mended."""
    order = Filter(sources=["army"], kinds=["news"], tags=["x"], bylines=["x"], datelines=["x"], words=["x"])
    assert why_not((), order, TOLD) == [
        "Its source is navy.",
        "Its kind is release.",
        "Its tags are readiness, bridge work.",
        "No writer of it is named.",
        "Its dateline is FORT BRAGG, N.C..",
        "None of the words is in headline or body.",
    ]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"filter": {"kinds": ["novel"]}}, "contracts"),
        ({"filter": {"kinds": []}}, "at least 1"),
        ({"filter": {"words": ["…"]}}, "neither letter nor digit"),
        ({"filter": {"words": [""]}}, "neither letter nor digit"),
        ({"filter": {"match": "any"}}, "any of no conditions"),
        ({"filter": {"colour": ["red"]}}, "Extra inputs"),
        ({"event_types": []}, "leave it out"),
        ({"event_types": ["article.eaten"]}, "article.created"),
        ({"event_types": ["articles.*"]}, "article.created"),
        ({"event_types": ["[a]rticle.*"]}, "pattern"),
        ({"event_types": ["endpoint.*"], "filter": {"kinds": ["news"]}}, "judges articles"),
    ],
)
def test_what_can_never_match_is_refused_with_the_reason(choice, sentence):
    """Before an endpoint waits for news that never comes."""
    with pytest.raises(ValidationError, match=sentence):
        Choice(**choice)


def test_a_filter_and_types_that_agree_are_no_contradiction():
    """One type about articles is enough."""
    assert never(["endpoint.*", "article.created"], Filter(kinds=["news"])) is None


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "content-type",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "webhook-id",
        "Dateline-Sequence",
        "X-Forwarded-For",
        "Proxy-Authorization",
        "User-Agent",
        "",
        "a b",
        "a:b",
        "a\r\nb",
        "ä",
    ],
)
def test_some_headers_are_not_the_owners_to_set(name):
    """Those that frame the request, say who sends it, or are signed."""
    with pytest.raises(ValidationError, match=r"not yours to set|no name of a header"):
        EndpointWanted(url="https://a.example", headers={name: "x"})


@pytest.mark.parametrize("value", ["", "a\r\nb: c", "a\nb", "\x00", " a", "a\t", "ä", "x" * 2_001])
def test_a_header_cannot_smuggle_another(value):
    """No line breaks, nothing but printable ASCII; and the sentence does not repeat what may be a token."""
    with pytest.raises(ValidationError, match="ASCII") as refusal:
        EndpointWanted(url="https://a.example", headers={"X-Token": value})
    assert "line breaks" in refusal.value.errors()[0]["msg"]


def test_names_of_headers_are_told_apart_in_lower_case():
    """As HTTP does."""
    assert EndpointWanted(url="https://a.example", headers={"X-Token": "a"}).headers == {"x-token": "a"}
    with pytest.raises(ValidationError, match="same name"):
        EndpointWanted(url="https://a.example", headers={"X-Token": "a", "x-token": "b"})


def test_a_thin_payload_names_the_article_and_leaves_out_its_words():
    """Whoever wants them asks for them."""
    thin = thinned(EVENT)
    assert thin["data"]["article"] == {
        "id": "art_1",
        "kind": "release",
        "headline": "Größe  der Brücke",
        "url": "https://a.example/1",
    }
    assert (thin["type"], thin["data"]["changed"]) == ("article.created", [])
