"""The form of an endpoint says to the API what it shows, and shows what the API says."""

from services.desk.filter_form import EndpointForm, offered
from services.webhooks.requests import EndpointChanged, EndpointWanted

FILTER = {
    "match": "any",
    "sources": ["navy", "army"],
    "kinds": ["release"],
    "words": ["storm surge", "a, b"],
    "changed": ["headline"],
    "min_grade": "facts",
    "exclude": {"tags": ["drill"], "removed": ["flood"]},
}
ENDPOINT = {
    "url": "https://example.org/hook",
    "description": "The evening desk",
    "payload": "thin",
    "rate": 2.5,
    "event_types": ["article.*", "source.gap"],
    "filter": FILTER,
    "headers": {"x-token": "***"},
    "metadata": {"team": "desk", "link": "https://a.example/"},
}


def test_what_is_shown_of_an_endpoint_and_sent_unchanged_changes_nothing():
    """Its headers, of which only the names are known, stay as well: they are not sent."""
    order = EndpointForm.of(ENDPOINT).order()
    assert {name: order[name] for name in ("url", "description", "payload", "event_types", "metadata")} == {
        name: ENDPOINT[name] for name in ("url", "description", "payload", "event_types", "metadata")
    }
    assert "headers" not in order
    changed = EndpointChanged.model_validate(order)
    assert (changed.rate, changed.filter.named()) == (2.5, FILTER)


def test_an_empty_form_is_an_endpoint_that_is_sent_everything():
    order = EndpointForm({"url": ["https://example.org/"]}).order()
    made = EndpointWanted.model_validate(order)
    assert (made.event_types, made.filter, made.rate, made.headers) == (None, None, None, {})


def test_any_of_no_conditions_is_no_contradiction():
    """Of a form with exclusions alone: they hold in any case."""
    form = EndpointForm({"url": ["https://example.org/"], "match": ["any"], "not_words": ["drill\n\n storm "]})
    assert form.filter() == {"match": "all", "exclude": {"words": ["drill", "storm"]}}
    assert form.has_exclusions
    assert EndpointWanted.model_validate(form.order()).filter is not None


def test_headers_are_replaced_or_taken_away_when_that_is_said():
    assert EndpointForm({"headers": ["x-token: a: b\r\n"]}).order()["headers"] == {"x-token": "a: b"}
    assert EndpointForm({"no_headers": ["yes"]}).order()["headers"] == {}


def test_what_was_chosen_and_is_not_there_can_still_be_ticked():
    assert offered(["navy"], ["army", "navy"]) == ["navy", "army"]


def test_where_people_are_reached_is_not_sent_back():
    """It is shown masked: sent as it is shown, it would be another place."""
    order = EndpointForm.of(ENDPOINT | {"url": "mailto:***"}).order_of_people()
    assert sorted(order) == ["description", "event_types", "filter"]
