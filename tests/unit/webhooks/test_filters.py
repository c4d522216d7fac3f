"""Which endpoints want an event, and which article it is about."""

import json

import pytest

from services.webhooks.announce import article_of, wants


@pytest.mark.parametrize(
    ("types", "sources", "wanted"),
    [
        ([], [], True),
        (["article.created"], [], True),
        (["article.updated"], [], False),
        (["article.updated", "article.created"], ["navy"], True),
        ([], ["army", "navy"], True),
        ([], ["army"], False),
        (["article.created"], ["army"], False),
        (["article.updated"], ["navy"], False),
    ],
)
def test_an_empty_filter_lets_everything_through_and_both_must_agree(types, sources, wanted):
    """Type and source are judged apart; naming none means all of them."""
    assert wants(types, sources, event_type="article.created", source="navy") is wanted


def test_an_event_says_which_article_it_is_about():
    """Deliveries of one article keep their order; a test event is about none."""
    assert article_of(json.dumps({"data": {"article": {"id": "art_1"}}})) == "art_1"
    assert article_of(json.dumps({"data": {"endpoint": 3}})) is None
