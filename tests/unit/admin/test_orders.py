"""An order says exactly what it means: one scope, a reason, and no name that we do not know. So does a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.access.keys import authenticate
from services.contracts.urls import article_id
from services.reingest.order import MANY, Order
from services.runtime.database import utcnow


def order(scope, **changes):
    return Order.model_validate({"scope": scope, "reason": "because"} | changes)


@pytest.mark.parametrize(
    "scope",
    [
        {"all": True},
        {"source": "war"},
        {"urls": ["https://www.war.gov/News/Releases/Release/Article/1/"]},
        {"articles": [article_id("afpims/defense:1")]},
        {"all": False, "source": "war"},
        {"source": "war", "kind": "release", "published_from": "2026-01-01", "published_until": "2026-02-01"},
        {"layout": "afpims", "parser_before": "2.1"},
        {"text": "harbor"},
        {"rejected": "stub"},
        {"dead_lettered": "too deep", "urls": ["https://www.war.gov/a"]},
    ],
)
def test_a_scope_of_one_or_more_conditions_is_an_order_to_read_again_what_we_keep(scope):
    made = order(scope)
    assert (made.mode, made.dry_run) == ("reparse", False)


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"all": False},
        {"source": " "},
        {"urls": []},
        {"all": True, "source": "war"},
        {"all": True, "kind": "release"},
        {"kind": "rumour"},
        {"published_from": "last week"},
        {"parser_before": "newest"},
        {"rejected": "boring"},
        {"text": ""},
        {"all": True, "sources": "war"},
        {"urls": ["ftp://www.war.gov/a"]},
        {"urls": ["not an address"]},
        {"urls": ["https://www.war.gov/a\x00"]},
        {"articles": ["article 5"]},
        {"urls": ["https://www.war.gov/a"] * (MANY + 1)},
    ],
)
def test_no_scope_all_with_conditions_and_what_is_no_scope_are_refused(scope):
    with pytest.raises(ValidationError):
        order(scope)


@pytest.mark.parametrize(
    "changes", [{"reason": " "}, {"reason": "x" * 1001}, {"mode": "rewrite"}, {"dryrun": True}, {"forced": True}]
)
def test_an_order_without_reason_or_with_a_misspelling_is_refused(changes):
    with pytest.raises(ValidationError):
        order({"all": True}, **changes)


@given(st.text())
def test_any_text_is_nobody(presented):
    assert authenticate(presented, utcnow()) is None


@pytest.mark.parametrize(
    "presented",
    [
        "dl_1_" + "a" * 42,
        "dl_1_" + "a" * 44,
        "dl_0_" + "a" * 43,
        "dl_٣_" + "a" * 43,
        "dl_" + "9" * 19 + "_" + "a" * 43,
        "dl_1_" + "a" * 43 + "\n",
        "DL_1_" + "a" * 43,
        "Bearer dl_1_" + "a" * 43,
    ],
)
def test_what_has_almost_the_shape_of_a_key_is_nobody_and_asks_no_database(presented):
    assert authenticate(presented, utcnow()) is None
