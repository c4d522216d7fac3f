"""What is read out of the words of a search: anything may be typed, and nothing of it is syntax to a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.search_query import Terms


@pytest.mark.parametrize(
    ("query", "fields", "unwanted"),
    [
        ("storm harbor", ("storm", "harbor"), ()),
        ('"storm damage" harbor', ("storm damage", "harbor"), ()),
        ('storm -drill -"full dress"', ("storm",), ("drill", "full dress")),
        ("-storm", (), ("storm",)),
        ("F-35 641127-F-AB123-1001", ("F-35", "641127-F-AB123-1001"), ()),
        ('"storm dam', ("storm dam",), ()),
        ('sto"rm dam"age', ("sto", "rm dam", "age"), ()),
        ("storm AND NOT (harbor OR near*)", ("storm", "AND", "NOT", "(harbor", "OR", "near*)"), ()),
        ('% - -- "" "—" _ storm', ("storm",), ()),
        ("e\u0301cole", ("école",), ()),
        ("  ", (), ()),
    ],
)
def test_words_are_all_wanted_phrases_kept_and_a_minus_excludes(query, fields, unwanted):
    """The rest is text, and what holds no letter and no digit is nothing."""
    assert Terms.read(query) == Terms(fields, unwanted)


@given(st.text(max_size=200))
def test_no_term_holds_a_quote_or_is_without_a_word(asked):
    """So that a term in quotes is one phrase to both databases, whatever was typed."""
    terms = Terms.read(asked)
    assert all('"' not in term and any(map(str.isalnum, term)) for term in (*terms.wanted, *terms.unwanted))
