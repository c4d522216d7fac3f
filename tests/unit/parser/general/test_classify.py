"""Which lines of a page of no known layout are the article's."""

import pytest

from services.contracts.article import Link
from services.parser.extract import parse
from services.parser.general.blocks import NAMES as BLOCK_NAMES
from services.parser.general.classify import IN_REGION, LIKELY, UNLIKELY, article_lines
from services.parser.general.features import NAMES
from services.parser.general.hints import HINTS, hints
from services.parser.general.trees import Trees, trained
from services.parser.lines import Line

FIRST = "The harbor board voted on Monday to rebuild the north pier, which the storm of March had broken in two places."
LAST = (
    "Work begins in June, and the ferry will call at the south pier until it is finished, the board said in a letter."
)


def test_the_trained_trees_want_the_numbers_that_the_features_give():
    """A feature that was renamed, moved or dropped needs new weights."""
    assert trained().features == NAMES
    assert len(set(NAMES)) == len(NAMES) > len(set(BLOCK_NAMES))


def test_a_tree_sends_what_equals_its_cut_to_the_low_side():
    trees = Trees(["words"], [[0, 2.5, -1.0, [0, 9.0, 0.5, 2.0]], [0, 1.0, 0.25, 0.0]])
    assert [trees.log_odds([entry]) for entry in (1.0, 2.5, 2.6, 9.0, 9.1)] == [-0.75, -1.0, 0.5, 0.5, 2.0]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("c-Share_Tools", "share"), ("entry-content", "body"), ("ad", "sell"), ("ads", "sell"), ("toc", "meta")],
)
def test_a_name_hints_at_what_is_in_it(name, hint):
    assert hints(name) >> HINTS.index(hint) & 1


def test_part_of_a_word_is_no_advertisement():
    assert not hints("shadow gradient broad") >> HINTS.index("sell") & 1


@pytest.mark.parametrize("cut", [LIKELY, IN_REGION])
def test_a_line_at_the_cut_is_the_articles_and_one_below_is_not(cut):
    lines = [Line("one", "one", place=1), Line("two", "two", place=2)]
    assert article_lines(lines, [cut, cut - 0.01], cut) == [True, False]


@pytest.mark.parametrize(
    ("odds", "place", "links", "stored"),
    [
        (UNLIKELY + 0.01, 1, (), True),
        (UNLIKELY, 1, (), False),
        (UNLIKELY + 0.01, 2, (), False),
        (UNLIKELY + 0.01, 1, (Link(text="Yes.", url="https://harbor.example/a"),), False),
    ],
)
def test_a_short_answer_between_two_lines_of_its_block_is_the_articles(odds, place, links, stored):
    """Not one that is very unlikely, stands in another block, or is nothing but a link."""
    lines = [Line("a", "a", place=1), Line("Yes.", "yes.", place=place, links=links), Line("b", "b", place=1)]
    assert article_lines(lines, [2.0, odds, 2.0], LIKELY) == [True, stored, True]


def test_fields_lists_and_cards_around_the_text_are_not_in_it():
    """What newsrooms print in `<main>` around a release, under class names that nobody listed."""
    reading, _ = parse(
        f"""<html><head><title>Board to rebuild the north pier</title></head><body><main>
        <div class="zz-langs"><ul><li><a href="/es">Español</a></li><li><a href="/fr">Français</a></li></ul></div>
        <h1>Board to rebuild the north pier</h1>
        <div class="zz-a"><p>{FIRST}</p><p>{LAST}</p><h2>What it costs</h2><p>{FIRST[4:]}</p>
        <ul><li>Two cranes and a barge for nine weeks.</li><li>Forty piles of oak from the county's own woods.</li></ul>
        <p>{LAST[5:]}</p></div>
        <div class="zz-b"><div class="zz-l">Component</div><div class="zz-v"><a href="/c">Harbor Board</a></div></div>
        <div class="zz-c"><h2>Elsewhere</h2><div class="zz-card"><a href="/1">Ferry timetable for the winter</a></div>
        <div class="zz-card"><a href="/2">Two seals at the slipway</a></div>
        <div class="zz-card"><a href="/3">Harbor office closed on Friday</a></div></div>
        </main></body></html>""".encode(),
        url="https://harbor.example/news/pier",
    )
    assert [block.text for block in reading.body] == [
        FIRST,
        LAST,
        "What it costs",
        FIRST[4:],
        "Two cranes and a barge for nine weeks.",
        "Forty piles of oak from the county's own woods.",
        LAST[5:],
    ]
